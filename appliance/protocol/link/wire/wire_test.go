package wire

import (
	"bytes"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func hello() *Hello {
	return &Hello{
		Major: Major, Minor: Minor, Caps: []string{"portal"}, Connector: "0.1.0", Run: "r1", Serial: "369C2D0001",
		Model: "P560", Firmware: "37.19.0.110", MachineID: "m1", Uptime: 12,
		Portal: Portal{URL: "https://192.168.5.150:8088", SPKI: "sha256/x"}, HA: &HA{VIP: "192.168.5.2", VIPSerial: "369C2D0001"},
	}
}

func TestFramesRoundTrip(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 1, 2, 3, 0, time.UTC)
	for _, m := range []struct{ in, out Body }{
		{hello(), &Hello{}},
		{&Welcome{Major: 1, PBX: "p", Name: "Müller", HeartbeatSeconds: 27, Now: now}, &Welcome{}},
		{&Beat{Seq: 7, Uptime: 3}, &Beat{}},
		{&Ack{Seq: 7, Now: now}, &Ack{}},
		{&Status{Firmware: "37.20.0.1", Portal: Portal{URL: "http://127.0.0.1"}}, &Status{}},
		{&GoAway{Reason: ReasonStopping, RetrySeconds: 5}, &GoAway{}},
		{&Renew{CSR: "pem"}, &Renew{}},
		{&Renewed{Certificate: "pem"}, &Renewed{}},
		{&Data{Token: "t"}, &Data{}},
	} {
		var b bytes.Buffer
		if err := WriteFrame(&b, m.in); err != nil {
			t.Fatal(err)
		}
		f, err := NewReader(&b).Next()
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Decode(m.out); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(m.in, m.out); d != "" {
			t.Error(d)
		}
	}
}

func TestFrameRefusals(t *testing.T) {
	t.Parallel()
	for name, b := range map[string]string{
		"kind":      "\x63\x02{}",
		"no kind":   "\x00\x02{}",
		"length":    "\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
		"too long":  "\x01\x81\x80\x01",
		"short":     "\x01\x05{}",
		"no length": "\x01",
	} {
		if _, err := NewReader(strings.NewReader(b)).Next(); err == nil || errors.Is(err, io.EOF) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := NewReader(strings.NewReader("")).Next(); !errors.Is(err, io.EOF) {
		t.Errorf("an empty stream ends with io.EOF, got %v", err)
	}
}

func TestHelloChecks(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*Hello){
		"serial":     func(h *Hello) { h.Serial = "" },
		"long":       func(h *Hello) { h.Serial = strings.Repeat("x", MaxSerial+1) },
		"control":    func(h *Hello) { h.Model = "P560\x1b[2J" },
		"bidi":       func(h *Hello) { h.Model = "P\u202e065" },
		"utf8":       func(h *Hello) { h.Firmware = "\xff" },
		"uptime":     func(h *Hello) { h.Uptime = -1 },
		"machine id": func(h *Hello) { h.MachineID = "" },
		"caps":       func(h *Hello) { h.Caps = make([]string, MaxCaps+1) },
		"cap":        func(h *Hello) { h.Caps = []string{""} },
		"seen":       func(h *Hello) { h.HA.Seen = make([]string, maxSerials+1) },
		"major":      func(h *Hello) { h.Major = 0 },
		"portal":     func(h *Hello) { h.Portal.URL = strings.Repeat("x", MaxText+1) },
	} {
		h := hello()
		spoil(h)
		if h.Check() == nil {
			t.Errorf("%s accepted", name)
		}
	}
}

func TestOpenIsBoundToKeyTypeAndContent(t *testing.T) {
	t.Parallel()
	key := bytes.Repeat([]byte{1}, 32)
	o := Open{Dst: DstPortal, Session: "v1", Expires: 1000}
	o.Sign(key, TypePortal)
	b, err := AppendOpen(nil, TypePortal, &o)
	if err != nil {
		t.Fatal(err)
	}
	r := bytes.NewReader(append(b, "GET /"...))
	typ, got, err := ReadOpen(r)
	if err != nil || typ != TypePortal || !got.Signed(key, typ) {
		t.Fatal(typ, got, err)
	}
	if rest, _ := io.ReadAll(r); string(rest) != "GET /" {
		t.Fatalf("the header took more than its own bytes: %q left", rest)
	}
	for name, spoil := range map[string]func(*Open){
		"dst": func(o *Open) { o.Dst = "10.0.0.1:22" }, "sid": func(o *Open) { o.Session = "v2" },
		"moved": func(o *Open) { o.Dst, o.Session = "porta", "lv1" },
		"exp":   func(o *Open) { o.Expires++ }, "mac": func(o *Open) { o.MAC = nil },
	} {
		bad := got
		spoil(&bad)
		if bad.Signed(key, typ) {
			t.Errorf("%s: still signed", name)
		}
	}
	if got.Signed(key, TypeTCP) || got.Signed(nil, typ) || got.Signed(bytes.Repeat([]byte{2}, 32), typ) {
		t.Error("signed for another type or key")
	}
}

func TestOpenedTakesTheAnswerOff(t *testing.T) {
	t.Parallel()
	for _, a := range []Answer{OK, BadDst} {
		near, far := net.Pipe()
		go func() {
			_ = WriteAnswer(far, a)
			_, _ = far.Write([]byte("hi"))
			_ = far.Close()
		}()
		got, err := io.ReadAll(Opened(near))
		if a == OK && (err != nil || string(got) != "hi") {
			t.Error(string(got), err)
		}
		if a != OK && !errors.Is(err, ErrRefused) {
			t.Error(err)
		}
		_ = near.Close()
	}
}

func TestPinsAndTypedFingerprint(t *testing.T) {
	t.Parallel()
	ca := &x509.Certificate{RawSubjectPublicKeyInfo: []byte("key"), Raw: []byte("cert")}
	pin, err := CheckPin(" " + strings.TrimRight(Pin(ca), "=") + "\n")
	if err != nil || pin != Pin(ca) {
		t.Fatal(pin, err)
	}
	for _, bad := range []string{"", "sha1/AAAA", "sha256/AAAA", "sha256/!"} {
		if _, err := CheckPin(bad); err == nil {
			t.Errorf("%q accepted", bad)
		}
	}
	short := Short(ca.RawSubjectPublicKeyInfo)
	for typed, want := range map[string]bool{
		short: true, strings.ToLower(strings.ReplaceAll(short, " ", "-")): true, short[:len(short)-1]: false, "": false,
		Fingerprint(ca.RawSubjectPublicKeyInfo): true, short + " 0000 0": false, strings.Repeat("0", 80): false,
	} {
		if Typed(typed, ca.RawSubjectPublicKeyInfo) != want {
			t.Errorf("%q: want %t", typed, want)
		}
	}
}

func TestCodeCarriesThePin(t *testing.T) {
	t.Parallel()
	ca := &x509.Certificate{RawSubjectPublicKeyInfo: []byte("key")}
	c := NewCode([10]byte{1, 2, 3, 250}, ca)
	got, err := ParseCode(strings.ToLower(strings.ReplaceAll(c.String(), "-", " ")))
	if err != nil || got != c {
		t.Fatal(got, err)
	}
	if !got.Vouches(ca) || got.Vouches(&x509.Certificate{RawSubjectPublicKeyInfo: []byte("other")}) {
		t.Error("the code vouches for the wrong CA")
	}
	for _, bad := range []string{"", "AAAA", c.String() + "A", strings.Replace(c.String(), c.String()[:1], "U", 1)} {
		if _, err := ParseCode(bad); err == nil {
			t.Errorf("%q accepted", bad)
		}
	}
}
