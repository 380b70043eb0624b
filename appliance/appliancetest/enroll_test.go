package appliancetest

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/switchkeep/switchkeep/appliance/connector"
	"github.com/switchkeep/switchkeep/appliance/protocol/link/wire"
	"github.com/switchkeep/switchkeep/certs"
)

// wireEnroll sends one enrolment on a connection of its own and returns all bytes of the answer, without its date.
func (h *House) wireEnroll(from, email, password, code string) (status int, raw []byte) {
	h.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		h.t.Fatal(err)
	}
	csr, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	if err != nil {
		h.t.Fatal(err)
	}
	body := []byte(Text(wire.EnrollRequest{
		Email: email, Password: password, Code: code, Poll: rand.Text() + rand.Text(), Serial: rand.Text()[:12], Model: "P560", Firmware: Firmware,
		MachineID: "00112233445566778899aabbccddeeff", Connector: "test", Portal: wire.Portal{URL: "https://127.0.0.1:8088", Reachable: true},
		CSR: string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: csr})),
	}))
	d := tls.Dialer{
		NetDialer: &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}},
		Config:    &tls.Config{InsecureSkipVerify: true, NextProtos: []string{wire.ALPNEnroll}, ServerName: "console.localhost"},
	}
	c, err := d.DialContext(h.t.Context(), "tcp", h.Addr())
	if err != nil {
		h.t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	_, _ = fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: console.localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", wire.PathEnroll, len(body), body)
	raw, err = io.ReadAll(c)
	if err != nil {
		h.t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(raw)), nil)
	if err != nil {
		h.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	date := []byte("Date: " + resp.Header.Get("Date"))
	return resp.StatusCode, bytes.Replace(raw, date, []byte("Date: …"), 1)
}

// impostor is a server with certificates of its own that records what it is told.
func impostor(t *testing.T) (addr string, said func() string) {
	t.Helper()
	ca, err := certs.New(t.Context(), certs.Config{
		Store: certs.Dir(t.TempDir()), Now: time.Now, Logger: logger(t), Names: certs.Names{Console: []string{"console.localhost"}, VisitZone: "visit.localhost"},
	})
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var heard bytes.Buffer
	enroll, web := ca.Enroll(), ca.Web()
	ln, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{MinVersion: tls.VersionTLS12, GetConfigForClient: func(i *tls.ClientHelloInfo) (*tls.Config, error) {
		if slices.Contains(i.SupportedProtos, wire.ALPNEnroll) {
			return enroll, nil
		}
		return web, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer func() { _ = c.Close() }()
				_ = c.SetDeadline(time.Now().Add(5 * time.Second))
				b, _ := io.ReadAll(c)
				mu.Lock()
				defer mu.Unlock()
				_, _ = fmt.Fprintf(&heard, "[connection]%s", b)
			})
		}
	})
	t.Cleanup(func() { _ = ln.Close(); wg.Wait() })
	return ln.Addr().String(), func() string { mu.Lock(); defer mu.Unlock(); return heard.String() }
}

// TestShowEnrolment is A1-4 on the whole appliance.
func TestShowEnrolment(t *testing.T) {
	t.Parallel()
	show, h := showing(t), Open(t, Options{})
	op := h.SetUp()
	acme := op.Enterprise("Acme")
	admin := h.SignIn(acme.Email)
	admin.Person(acme.ID, "help@customer.example", "helpdesk")
	admin.Person(acme.ID, "mfa@customer.example", "admin")
	admin.Person(acme.ID, "bob@customer.example", "admin")
	secret := h.SignIn("mfa@customer.example").totp()

	h.noPassword(t, show, admin.Pin(), acme.Email)
	h.uniform(show, acme.Email, secret)
	h.locks(show, acme.Email)
	h.changed(show, admin, acme.Email)
	show("verify", true, "%s", h.Verify())
}

func (h *House) noPassword(t *testing.T, show shower, pin, email string) {
	t.Helper()
	addr, said := impostor(t)
	x := h.Box("WRONG-CERT")
	for name, trust := range map[string]connector.Trust{"pin of the real one": {Pin: pin}, "public CAs only": {}} {
		q := x.Enrollment(email, pin)
		q.Server, q.Trust = addr, trust
		_, err := x.Enroll(q)
		show("wrong certificate, "+name, errors.Is(err, connector.ErrServer), "%v", err)
	}
	h.Until("recorded", func() bool { return strings.Count(said(), "[connection]") > 0 })
	heard := strings.ReplaceAll(said(), "[connection]", "")
	show("bytes said to the impostor", heard == "", "%d connections, %d bytes inside TLS: no password, no e-mail", strings.Count(said(), "[connection]"), len(heard))
	// The recorder is not deaf.
	c, err := (&tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}}).DialContext(t.Context(), "tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(c, Password)
	_ = c.Close()
	h.Until("the recorder hears", func() bool { return strings.Contains(said(), Password) })
}

// totp sets a second factor and returns its secret; the session goes on.
func (b *Browser) totp() string {
	b.h.t.Helper()
	var begun struct{ Secret string }
	b.Must(http.MethodPost, "/me/totp", object{}, &begun)
	b.Must(http.MethodPost, "/me/totp/confirm", object{"code": b.h.code(begun.Secret)}, nil)
	return begun.Secret
}

// code is what the authenticator shows now; a minute passes so that it is a new one.
func (h *House) code(secret string) string {
	h.t.Helper()
	h.Clock.Advance(time.Minute)
	code, err := totp.GenerateCode(secret, h.Clock.Now())
	if err != nil {
		h.t.Fatal(err)
	}
	return code
}

func (h *House) uniform(show shower, email, secret string) {
	var first []byte
	var firstStatus int
	for _, c := range []struct{ name, email, password, code string }{
		{"wrong password", email, "wrong wrong wrong", ""},
		{"unknown user", "nobody@customer.example", Password, ""},
		{"missing right", "help@customer.example", Password, ""},
		{"parked: no second factor", "mfa@customer.example", Password, ""},
		{"parked: wrong second factor", "mfa@customer.example", Password, "000000"},
	} {
		status, raw := h.wireEnroll("127.0.0.1", c.email, c.password, c.code)
		if first == nil {
			first, firstStatus = raw, status
		}
		show(c.name, status == firstStatus && status == 202 && bytes.Equal(raw, first), "status %d, %d bytes, equal to the first: %v", status, len(raw), bytes.Equal(raw, first))
	}
	status, _ := h.wireEnroll("127.0.0.1", "mfa@customer.example", Password, h.code(secret))
	show("right code", status == 200, "status %d", status)
}

func (h *House) locks(show shower, email string) {
	h.Clock.Advance(10 * time.Minute)
	for n := range 10 {
		if status, raw := h.wireEnroll("127.0.0.1", email, "wrong wrong wrong", ""); (status == 423) != (n == 9) {
			show("ten wrong passwords", false, "attempt %d: %d %s", n+1, status, raw)
			return
		}
	}
	retry := func(from, who string) (int, int) {
		status, raw := h.wireEnroll(from, who, Password, "")
		var a wire.EnrollAnswer
		_, body, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
		_ = json.Unmarshal(body, &a)
		return status, a.RetrySeconds
	}
	status, left := retry("127.0.0.1", email)
	show("the tenth locks", status == 423 && left == 300, "the right password: status %d, %d s left", status, left)
	status, _ = retry("127.0.0.1", "bob@customer.example")
	show("another user, same client", status == 200, "status %d", status)
	status, _ = retry("127.0.0.2", email)
	show("same user, another client", status == 200, "status %d", status)
	ans := h.Browser().API(http.MethodPost, "/session", object{"email": email, "password": Password})
	other := h.BrowserAt("127.0.0.3").API(http.MethodPost, "/session", object{"email": email, "password": Password})
	show("the console holds the same lock", ans.Status == 423 && other.Status == 200, "this client: %d %s, another: %d", ans.Status, ans.Code, other.Status)
	h.Restart()
	h.Clock.Advance(time.Minute)
	status, left = retry("127.0.0.1", email)
	show("a restart does not forget", status == 423 && left > 0 && left <= 240, "status %d, %d s left a minute later", status, left)
	h.Clock.Advance(4*time.Minute + time.Second)
	status, _ = retry("127.0.0.1", email)
	show("the lock ends", status == 200, "status %d after five minutes", status)
}

func (h *House) changed(show shower, admin *Browser, email string) {
	admin.Reset()
	admin.SignIn(email)
	h.grow(admin)
	x := admin.Connector(email, "KEEP-0001")
	since := admin.PBX(x.ID).Since
	admin.Must(http.MethodPost, "/password/change", object{"old": Password, "new": Password + "9"}, nil)
	status, _ := h.wireEnroll("127.0.0.1", email, Password, "")
	p := admin.PBX(x.ID)
	show("a changed password drops nobody", x.Connected() && p.State == "connected" && p.Since == since && status == 202, "%s since %s; the old password enrols no more: %d", p.State, p.Since, status)
	ctx, cancel := context.WithTimeout(h.t.Context(), time.Minute)
	defer cancel()
	h.Restart()
	h.Until("the connector is back", func() bool { return ctx.Err() != nil || h.session("/pbxs/"+x.ID, admin) == "connected" })
	show("nor after a restart", h.session("/pbxs/"+x.ID, admin) == "connected", "back with its own key")
}

func (h *House) session(path string, b *Browser) string {
	b.Reset()
	var p PBX
	b.Must(http.MethodGet, path, nil, &p)
	return p.State
}

// grow raises the enterprise's connections: the cases before took some.
func (h *House) grow(admin *Browser) {
	op := h.SignIn(OperatorEmail)
	id := admin.Session().Acting.Account.ID
	a := op.Must(http.MethodGet, "/accounts/"+id+"/quota", nil, nil)
	op.Must(http.MethodPatch, "/accounts/"+id+"/quota", object{"set": object{"pbx_connections": 50}}, nil, "If-Match", a.Header.Get("ETag"))
}
