package listen

import (
	"bytes"
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
)

func proxyHead(src, dst string) []byte {
	s, d := netip.MustParseAddrPort(src), netip.MustParseAddrPort(dst)
	b := append([]byte(proxyMagic), 0x21, 0x11)
	if s.Addr().Is6() {
		b[13] = 0x21
	}
	body := append(s.Addr().AsSlice(), d.Addr().AsSlice()...)
	body = binary.BigEndian.AppendUint16(body, s.Port())
	body = binary.BigEndian.AppendUint16(body, d.Port())
	body = append(body, 0x04, 0, 1, 'x') // a TLV to be skipped
	return append(binary.BigEndian.AppendUint16(b, uint16(len(body))), body...)
}

func TestProxyProtocol(t *testing.T) {
	r := start(t, func(c *Config) { c.Proxies = []netip.Prefix{netip.MustParsePrefix("127.0.3.0/24")} })
	get := func(from string, head []byte) (string, error) {
		d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
		raw, err := d.Dial("tcp", r.addr)
		if err != nil {
			t.Fatal(err)
		}
		defer raw.Close()
		_, _ = raw.Write(head)
		c := tls.Client(raw, &tls.Config{RootCAs: r.pool, ServerName: "console.test"})
		fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: console.test\r\nConnection: close\r\n\r\n")
		b, err := io.ReadAll(c)
		return string(b), err
	}
	for _, src := range []string{"192.0.2.9:4711", "[2001:db8::9]:4711"} {
		dst := "192.0.2.1:443"
		if src[0] == '[' {
			dst = "[2001:db8::1]:443"
		}
		if got, err := get("127.0.3.7", proxyHead(src, dst)); err != nil || !strings.Contains(got, "console HTTP/1.1 "+src) {
			t.Errorf("%s: %q %v", src, got, err)
		}
	}
	local := append([]byte(proxyMagic), 0x20, 0, 0, 0)
	if got, err := get("127.0.3.7", local); err != nil || !strings.Contains(got, "127.0.3.7:") {
		t.Errorf("LOCAL: %q %v", got, err)
	}
	if _, err := get("127.0.3.7", nil); err == nil {
		t.Error("a listed proxy without a header was served")
	}
	if _, err := get("127.0.0.1", proxyHead("192.0.2.9:1", "192.0.2.1:1")); err == nil {
		t.Error("a stranger may not name another address")
	}
}

func FuzzProxyHeader(f *testing.F) {
	f.Add(proxyHead("192.0.2.9:4711", "192.0.2.1:443"))
	f.Add(proxyHead("[2001:db8::9]:4711", "[2001:db8::1]:443"))
	for _, b := range [][]byte{{0x20, 0, 0, 0}, {0x21, 0, 0, 0}, {0x21, 0x12, 0, 0}, {0x22, 0x11, 0, 12}, {0x11, 0x11, 0, 12}, {0x21, 0x11, 0, 4, 1, 2, 3, 4}, {0x21, 0x11, 0xff, 0xff}, {0x21, 0x31, 0, 216}} {
		f.Add(append([]byte(proxyMagic), b...))
	}
	for n := range 8 { // cut short everywhere
		f.Add(proxyHead("192.0.2.9:4711", "192.0.2.1:443")[:4*n+2])
	}
	f.Add([]byte("PROXY TCP4 192.0.2.9 192.0.2.1 1 2\r\n"))
	f.Add([]byte{0x16, 3, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		r := bytes.NewReader(b)
		h, err := readProxy(r)
		if err != nil {
			return
		}
		if used := len(b) - r.Len(); used != 16+int(binary.BigEndian.Uint16(b[14:])) {
			t.Fatalf("%d bytes taken", used)
		}
		if h.src.IsValid() != h.dst.IsValid() || h.src.Addr().Is4In6() {
			t.Fatalf("%+v", h)
		}
	})
}
