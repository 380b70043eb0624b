package certs

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/xml"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"
)

type manual struct {
	mu sync.Mutex
	at time.Time
}

func (m *manual) Now() time.Time { m.mu.Lock(); defer m.mu.Unlock(); return m.at }
func (m *manual) add(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.at = m.at.Add(d)
}

func testNames() Names {
	return Names{
		Console: []string{"console.sk.internal"}, VisitZone: "visit.sk.internal", Devices: []string{"dev.sk.internal"},
		Addresses: []netip.Addr{netip.MustParseAddr("192.0.2.7"), netip.MustParseAddr("2001:db8::7")},
	}
}

func open(t *testing.T, dir string, m *manual, change ...func(*Config)) *Authority {
	t.Helper()
	cfg := Config{Store: Dir(dir), Now: m.Now, Logger: slog.New(slog.DiscardHandler), Names: testNames()}
	for _, c := range change {
		c(&cfg)
	}
	a, err := New(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func begin() *manual { return &manual{at: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)} }

func verify(leaf, root *x509.Certificate, name string, at time.Time) error {
	pool := x509.NewCertPool()
	pool.AddCert(root)
	_, err := leaf.Verify(x509.VerifyOptions{Roots: pool, DNSName: name, CurrentTime: at})
	return err
}

func TestTwelveYears(t *testing.T) {
	t.Parallel()
	m, dir := begin(), t.TempDir()
	a := open(t, dir, m)
	first, firstLink := a.Root(), Pin(a.LinkCA())
	start, linkPin := m.Now(), Pin(a.LinkCA())
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	csr := request(t, key)
	var conn LinkCert
	serials := map[string]bool{}
	for d := range 12 * 365 {
		if err = a.Maintain(t.Context()); err != nil {
			t.Fatal(err)
		}
		now := m.Now()
		for r, name := range map[Role]string{
			Console: "console.sk.internal", Visit: "v-x.visit.sk.internal", DeviceRSA: "dev.sk.internal", DeviceEC: "192.0.2.7",
		} {
			leaf := a.now.Load().leaves[r].leaf()
			if known := serials[leaf.SerialNumber.String()]; known && d%7 != 0 && now.Before(leaf.NotAfter) {
				continue // the same chain as yesterday
			}
			if err = verify(leaf, a.Root(), name, now); err != nil {
				t.Fatalf("day %d: %s: %v", d, r, err)
			}
			if now.Before(first.NotAfter) {
				if err = verify(leaf, first, name, now); err != nil {
					t.Fatalf("day %d: %s under the root installed on day 0: %v", d, r, err)
				}
			}
			serials[leaf.SerialNumber.String()] = true
		}
		if Pin(a.LinkCA()) != linkPin || Pin(a.Root()) != Pin(first) {
			t.Fatalf("day %d: a pin changed", d)
		}
		if d%60 == 0 { // a connector renews at two thirds of 90 days
			if conn, err = a.SignLinkCSR(csr, "pbx1", LinkDays); err != nil {
				t.Fatal(err)
			}
		}
		c, err := x509.ParseCertificate(conn.Cert)
		if err != nil {
			t.Fatal(err)
		}
		if err := a.VerifyLink([]*x509.Certificate{c}); err != nil {
			t.Fatalf("day %d: connector: %v", d, err)
		}
		if d%500 == 499 { // a restart reads what was kept
			before := a.Leaf(Console)
			if a = open(t, dir, m); !a.Leaf(Console).Equal(before) {
				t.Fatalf("day %d: a restart issued anew", d)
			}
		}
		m.add(day)
	}
	roots := a.Root().NotAfter.Year() - first.NotAfter.Year()
	if roots < 6 || Pin(a.LinkCA()) != firstLink {
		t.Fatalf("the root was not renewed: ends %s", a.Root().NotAfter)
	}
	t.Logf("12 years from %s: %d leaves, root renewed under one key, old root good until %s", start.Format(time.DateOnly), len(serials), first.NotAfter.Format(time.DateOnly))
}

func TestRootSignsOnlyForOurNames(t *testing.T) {
	t.Parallel()
	m := begin()
	a := open(t, t.TempDir(), m)
	st := a.now.Load()
	for name, good := range map[string]bool{
		"bank.example": false, "sk.internal": false, "xconsole.sk.internal": false, "192.0.2.8": false,
		"console.sk.internal": true, "192.0.2.7": true, "console.localhost": true,
	} {
		tpl, err := a.template(name, leafLife)
		if err != nil {
			t.Fatal(err)
		}
		if ip := net.ParseIP(name); ip != nil {
			tpl.IPAddresses = []net.IP{ip}
		} else {
			tpl.DNSNames = []string{name}
		}
		p, err := sign(tpl, st.root.leaf(), st.root.key.Public(), st.root.key, st.root.key, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := verify(p.leaf(), a.Root(), name, m.Now()); (err == nil) != good {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNamesChange(t *testing.T) {
	t.Parallel()
	m, dir := begin(), t.TempDir()
	a := open(t, dir, m)
	old, link := a.Root(), a.Leaf(Link)
	n := testNames()
	n.Console = append(n.Console, "ops.example.org")
	if err := a.SetNames(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	if err := verify(a.Leaf(Console), a.Root(), "ops.example.org", m.Now()); err != nil {
		t.Fatal(err)
	}
	if Pin(old) != Pin(a.Root()) || old.Equal(a.Root()) || !a.Leaf(Link).Equal(link) {
		t.Fatal("want a new root under the old key, and the link untouched")
	}
	if verify(a.Leaf(Console), old, "ops.example.org", m.Now()) == nil {
		t.Fatal("the old root vouches for the new name")
	}
	for _, bad := range []string{"", "-a.example", "a..b", "white space", "*.example"} {
		n.Console = []string{bad}
		if a.SetNames(t.Context(), n) == nil {
			t.Errorf("%q taken as a host name", bad)
		}
	}
	n = testNames()
	n.Devices = nil
	if err := a.SetNames(t.Context(), n); err != nil || a.Leaf(DeviceEC) != nil {
		t.Fatalf("device leaf without device names: %v", err)
	}
}

func TestUnsureClockDecidesNothing(t *testing.T) {
	t.Parallel()
	m, sure := begin(), false
	real := m.Now()
	m.at = time.Unix(0, 0)
	floor := time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)
	dir := t.TempDir()
	set := func(c *Config) { c.Sure, c.Floor = func() bool { return sure }, floor }
	a := open(t, dir, m, set)
	leaf := a.Leaf(Console)
	if leaf.NotBefore.Year() < 2026 {
		t.Fatalf("issued in 1970: %s", leaf.NotBefore)
	}
	m.at = real.AddDate(30, 0, 0)
	if err := a.Maintain(t.Context()); err != nil || !a.Leaf(Console).Equal(leaf) {
		t.Fatal("an unsure clock renewed a leaf")
	}
	m.at, sure = real, true
	if err := a.Maintain(t.Context()); err != nil || !a.Leaf(Console).Equal(leaf) {
		t.Fatal("all must be as before after the correction")
	}
	// A sure clock that was a year ahead: what is not valid yet is issued again under the same key.
	m.at = real.AddDate(1, 0, 0)
	b := open(t, t.TempDir(), m)
	m.at = real
	if err := b.Maintain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := verify(b.Leaf(Console), b.Root(), "localhost", real); err != nil {
		t.Fatal(err)
	}
}

func request(t *testing.T, key any) []byte {
	t.Helper()
	csr, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{
		Subject: pkix.Name{CommonName: "another-pbx"}, DNSNames: []string{"console.sk.internal"},
	}, key)
	if err != nil {
		t.Fatal(err)
	}
	return csr
}

func TestLinkCSR(t *testing.T) {
	t.Parallel()
	m := begin()
	a := open(t, t.TempDir(), m)
	key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	got, err := a.SignLinkCSR(request(t, key), "pbx7", LinkDays)
	if err != nil {
		t.Fatal(err)
	}
	c, _ := x509.ParseCertificate(got.Cert)
	if id, ok := LinkPBX(c); !ok || id != "pbx7" || len(c.DNSNames) != 0 || c.Subject.CommonName != "pbx7" {
		t.Fatalf("certificate of %q names %q %q", id, c.Subject, c.DNSNames)
	}
	if pin, _ := PinKey(&key.PublicKey); pin != got.Pin || Pin(c) != pin || got.NotAfter != m.Now().Add(LinkDays*day) {
		t.Fatalf("pin %s, ends %s", got.Pin, got.NotAfter)
	}
	m.add(91 * day)
	if a.VerifyLink([]*x509.Certificate{c}) == nil {
		t.Fatal("expired certificate accepted")
	}
	if a.VerifyLink([]*x509.Certificate{a.Leaf(Link)}) == nil {
		t.Fatal("a server certificate is no client")
	}
	weak, _ := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	torn := request(t, key)
	torn[len(torn)-5] ^= 1
	for name, csr := range map[string][]byte{"weak": request(t, weak), "torn": torn, "empty": nil} {
		if _, err := a.SignLinkCSR(csr, "pbx7", 90); !errors.Is(err, ErrRequest) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// handshake runs a real TLS handshake and returns the server's chain.
func handshake(t *testing.T, server, client *tls.Config) ([]*x509.Certificate, error) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	done := make(chan error, 1)
	go func() {
		c, e := ln.Accept()
		if e != nil {
			done <- e
			return
		}
		defer c.Close()
		s := tls.Server(c, server)
		e = s.HandshakeContext(context.Background())
		if e == nil {
			_, e = s.Write([]byte("x"))
		}
		done <- e
	}()
	c, err := tls.Dial("tcp", ln.Addr().String(), client)
	if err != nil {
		<-done
		return nil, err
	}
	defer c.Close()
	if _, err := c.Read(make([]byte, 1)); err != nil {
		<-done
		return nil, err
	}
	return c.ConnectionState().PeerCertificates, <-done
}

func TestHandshakes(t *testing.T) {
	t.Parallel()
	m := &manual{at: time.Now()}
	a := open(t, t.TempDir(), m)
	pool := x509.NewCertPool()
	pool.AddCert(a.Root())
	for name, want := range map[string]string{
		"console.sk.internal": "console.sk.internal", "localhost": "console.sk.internal", "127.0.0.1": "console.sk.internal",
		"v-1.visit.sk.internal": "*.visit.sk.internal", "v-1.visit.localhost": "*.visit.sk.internal",
	} {
		got, err := handshake(t, a.Web(), &tls.Config{RootCAs: pool, ServerName: name})
		if err != nil || got[0].Subject.CommonName != want || len(got) != 2 {
			t.Errorf("%s: %v", name, err)
		}
	}
	key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	lc, err := a.SignLinkCSR(request(t, key), "pbx7", 90)
	if err != nil {
		t.Fatal(err)
	}
	cert := tls.Certificate{Certificate: [][]byte{lc.Cert}, PrivateKey: key}
	client := &tls.Config{RootCAs: a.LinkPool(), ServerName: LinkServerName, NextProtos: []string{ALPNLink}, Certificates: []tls.Certificate{cert}}
	refuse := errors.New("revoked")
	var verdict error
	server := a.LinkConfig(func(tls.ConnectionState) error { return verdict })
	if got, err := handshake(t, server, client); err != nil || Pin(got[1]) != Pin(a.LinkCA()) {
		t.Fatalf("link: %v", err)
	}
	verdict = refuse
	if _, err := handshake(t, server, client); err == nil {
		t.Fatal("revoked certificate accepted")
	}
	verdict = nil
	none := client.Clone()
	none.Certificates = nil
	if _, err := handshake(t, server, none); err == nil {
		t.Fatal("no certificate accepted")
	}
	foreign := open(t, t.TempDir(), m)
	lc, _ = foreign.SignLinkCSR(request(t, key), "pbx7", 90)
	none.Certificates = []tls.Certificate{{Certificate: [][]byte{lc.Cert}, PrivateKey: key}}
	if _, err := handshake(t, server, none); err == nil {
		t.Fatal("a certificate of a foreign link CA accepted")
	}
	if got, err := handshake(t, a.Enroll(), &tls.Config{RootCAs: a.LinkPool(), ServerName: LinkServerName, NextProtos: []string{ALPNEnroll}}); err != nil || Pin(got[1]) != Pin(a.LinkCA()) {
		t.Fatalf("enrol: %v", err)
	}
	dev := &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: a.DeviceCertificate}
	old := &tls.Config{RootCAs: pool, ServerName: "dev.sk.internal", MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}}
	if got, err := handshake(t, dev, old); err != nil || got[0].PublicKeyAlgorithm != x509.RSA {
		t.Fatalf("old phone: %v", err)
	}
	if got, err := handshake(t, dev, &tls.Config{RootCAs: pool, ServerName: "dev.sk.internal"}); err != nil || got[0].PublicKeyAlgorithm != x509.ECDSA {
		t.Fatalf("new phone: %v", err)
	}
}

func TestTrustAndExpiries(t *testing.T) {
	t.Parallel()
	m := begin()
	a := open(t, t.TempDir(), m)
	if c, err := x509.ParseCertificate(a.TrustCRT().Data); err != nil || !c.Equal(a.Root()) {
		t.Fatal(err)
	}
	d := xml.NewDecoder(bytes.NewReader(a.TrustMobileConfig().Data))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("profile is not XML: %v", err)
		}
	}
	list := a.Expiries()
	if len(list) != 7 || list[0].DaysLeft != 397 || len(list[0].Fingerprint) != 79 || list[0].RenewAt.IsZero() {
		t.Fatalf("%+v", list)
	}
	if !a.IsVisit("V-1.visit.sk.internal.") || a.IsVisit("visit.sk.internal") || a.IsVisit("a.b.visit.sk.internal") ||
		!a.IsConsole("192.0.2.7") || !a.IsConsole("[::1]") || a.IsConsole("v-1.visit.sk.internal") {
		t.Fatal("names are told apart wrongly")
	}
	if len(Short(a.Root())) != 19 || len(Guides()) < 5 {
		t.Fatal("short fingerprint or guides")
	}
	if err := Dir(t.TempDir()).Put(t.Context(), "../x", nil); err == nil {
		t.Fatal("a name left the folder")
	}
}
