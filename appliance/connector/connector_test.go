package connector

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/switchkeep/switchkeep/appliance/domain/pbx"
	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/appliance/protocol/link"
	"github.com/switchkeep/switchkeep/appliance/protocol/link/wire"
	"github.com/switchkeep/switchkeep/bolt/bolttest"
	"github.com/switchkeep/switchkeep/certs"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// town answers what the link asks of other rooms: one account, one person.
type town struct{}

func (town) VerifyEnrollment(_ context.Context, _ audit.Cause, email, password, _ string) (pbx.Person, error) {
	p := pbx.Person{ID: "u", Label: email, SecondFactor: email != "mfa@example.com", Memberships: []pbx.Membership{{ID: "m", Account: "acme"}}}
	if password != "correct horse" {
		return p, fault.New(fault.KindUnauthenticated, "bad_credentials", "wrong")
	}
	return p, nil
}
func (town) MayEnroll(store.Reader, pbx.Person, pbx.Membership) error { return nil }
func (town) Account(_ store.Reader, id string) (uint32, string, error) {
	if id != "acme" {
		return 0, "", fault.NotFound("account")
	}
	return 7, "Acme", nil
}
func (town) Frozen(store.Reader, string) (string, bool, error)            { return "", false, nil }
func (town) ReserveTx(store.Tx, audit.Cause, string, string, int64) error { return nil }
func (town) ReleaseTx(store.Tx, audit.Cause, string, string) error        { return nil }

// appliance is one TLS port with the three ALPNs of the front door.
type appliance struct {
	t    testing.TB
	ca   *certs.Authority
	pbxs *pbx.PBXs
	srv  *link.Server
	addr string

	mu    sync.Mutex
	plain bytes.Buffer // every byte that came in over TLS, decrypted
	raw   bytes.Buffer // and before
}

func logger(t testing.TB) *slog.Logger {
	if testing.Verbose() {
		return slog.New(slog.NewTextHandler(t.Output(), nil))
	}
	return slog.New(slog.DiscardHandler)
}

func newAppliance(t testing.TB) *appliance {
	t.Helper()
	a := &appliance{t: t}
	db := bolttest.Open(t, append(pbx.Tables(), audit.Tables()...)...)
	var err error
	a.ca, err = certs.New(t.Context(), certs.Config{
		Store: certs.Dir(t.TempDir()), Now: clock.System{}.Now, Logger: logger(t), Names: certs.Names{Console: []string{"console.localhost"}},
	})
	must(t, err)
	a.pbxs, err = pbx.New(pbx.Config{
		DB: db, Clock: clock.System{}, Logger: logger(t), Accounts: town{}, Ledger: town{}, Rights: town{}, Verifier: town{},
		CodeText: func(s [10]byte) string { return wire.NewCode(s, a.ca.LinkCA()).String() },
	})
	must(t, err)
	cfg := a.ca.LinkConfig(func(cs tls.ConnectionState) error { return a.srv.Verify(cs) })
	a.srv, err = link.New(link.Config{
		PBXs: a.pbxs, Signer: a.ca, Key: make([]byte, 32), TLS: cfg, Clock: clock.System{}, Logger: logger(t),
		Visit: func(context.Context, string) (string, error) { return "v1", nil },
	})
	must(t, err)
	a.listen(cfg)
	return a
}

type pipeListener struct {
	addr net.Addr
	in   chan net.Conn
	stop chan struct{}
	once sync.Once
}

func (p *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-p.in:
		return c, nil
	case <-p.stop:
		return nil, net.ErrClosed
	}
}
func (p *pipeListener) Close() error   { p.once.Do(func() { close(p.stop) }); return nil }
func (p *pipeListener) Addr() net.Addr { return p.addr }

type tapped struct {
	net.Conn
	a *appliance
}

func (c tapped) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.a.mu.Lock()
	c.a.raw.Write(b[:n])
	c.a.mu.Unlock()
	return n, err
}

// decrypted records what comes in over TLS.
type decrypted struct {
	net.Conn
	a *appliance
}

func (c decrypted) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.a.mu.Lock()
	c.a.plain.Write(b[:n])
	c.a.mu.Unlock()
	return n, err
}

func (a *appliance) listen(cfg *tls.Config) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	must(a.t, err)
	a.addr = ln.Addr().String()
	links := &pipeListener{addr: ln.Addr(), in: make(chan net.Conn), stop: make(chan struct{})}
	webs := &pipeListener{addr: ln.Addr(), in: make(chan net.Conn), stop: make(chan struct{})}
	enrolls := &pipeListener{addr: ln.Addr(), in: make(chan net.Conn), stop: make(chan struct{})}
	web, enroll := a.ca.Web(), a.ca.Enroll()
	top := &tls.Config{MinVersion: tls.VersionTLS12, GetConfigForClient: func(h *tls.ClientHelloInfo) (*tls.Config, error) {
		switch {
		case slices.Contains(h.SupportedProtos, wire.ALPN):
			return cfg, nil
		case slices.Contains(h.SupportedProtos, wire.ALPNEnroll):
			return enroll, nil
		}
		return web, nil
	}}
	mux := http.NewServeMux()
	mux.Handle(wire.PathCarrier+"/", a.srv.Enroll())
	hs := &http.Server{ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		a.mu.Lock()
		fmt.Fprintf(&a.plain, "%s %s\n%v\n%s", r.Method, r.URL, r.Header, b)
		a.mu.Unlock()
		r.Body = io.NopCloser(bytes.NewReader(b))
		mux.ServeHTTP(w, r)
	}), ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { _ = a.srv.Serve(ctx, links) })
	wg.Go(func() { _ = a.srv.Run(ctx) })
	wg.Go(func() { _ = hs.Serve(webs) })
	wg.Go(func() { _ = a.srv.ServeEnroll(ctx, enrolls) })
	wg.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { a.dispatch(tls.Server(tapped{c, a}, top), links, enrolls, webs) })
		}
	})
	a.t.Cleanup(func() {
		cancel()
		_ = ln.Close()
		sctx, done := context.WithTimeout(context.Background(), 5*time.Second)
		defer done()
		_ = a.srv.Stop(sctx)
		_ = links.Close()
		_ = hs.Close()
		wg.Wait()
	})
}

func (a *appliance) dispatch(c *tls.Conn, links, enrolls, webs *pipeListener) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if c.HandshakeContext(ctx) != nil {
		_ = c.Close()
		return
	}
	to, in := webs, net.Conn(c)
	switch c.ConnectionState().NegotiatedProtocol {
	case wire.ALPN:
		to = links
	case wire.ALPNEnroll:
		to, in = enrolls, decrypted{c, a}
	}
	select {
	case to.in <- in:
	case <-to.stop:
		_ = c.Close()
	}
}

// said is what arrived at the server, decrypted and not.
func (a *appliance) said() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.plain.String() + a.raw.String()
}

func direct(*http.Request) (*url.URL, error) { return nil, nil }

func enroller(t testing.TB) *Enroller {
	return &Enroller{Folder: Folder(filepath.Join(t.TempDir(), "state")), Clock: clock.System{}, Version: "test", Proxy: direct}
}

func portalServer(t testing.TB) *httptest.Server {
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "portal") }))
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)
	t.Cleanup(s.Close)
	return s
}

func asked(a *appliance, portal string) Enrollment {
	return Enrollment{
		Server: a.addr, Email: "op@example.com", Password: "correct horse", Trust: Trust{Pin: wire.Pin(a.ca.LinkCA())}, Portal: portal,
		Device: Device{Serial: "369C2D0001", Model: "P560", Firmware: "37.19.0.110"},
	}
}

// TestUnverifiedServerGetsNoPassword is "enrolment against a server with a wrong certificate sends no password (recorded)".
func TestUnverifiedServerGetsNoPassword(t *testing.T) {
	t.Parallel()
	a, other := newAppliance(t), newAppliance(t)
	code := wire.NewCode([10]byte{1, 2, 3}, other.ca.LinkCA()).String()
	for name, spoil := range map[string]func(*Enrollment){
		"no public CA":    func(q *Enrollment) { q.Trust = Trust{} },
		"another pin":     func(q *Enrollment) { q.Trust = Trust{Pin: wire.Pin(other.ca.LinkCA())} },
		"another typed":   func(q *Enrollment) { q.Trust = Trust{Typed: certs.Short(other.ca.LinkCA())} },
		"too short typed": func(q *Enrollment) { q.Trust = Trust{Typed: certs.Short(a.ca.LinkCA())[:18]} },
		"another code":    func(q *Enrollment) { q.Trust, q.AuthCode = Trust{}, code },
		"pin and typed":   func(q *Enrollment) { q.Trust.Typed = certs.Short(other.ca.LinkCA()) },
	} {
		q := asked(a, "")
		spoil(&q)
		_, err := enroller(t).Enroll(t.Context(), q)
		if !errors.Is(err, ErrServer) {
			t.Errorf("%s: %v", name, err)
		}
	}
	said := a.said()
	if len(said) < 1000 {
		t.Fatal("nothing was recorded")
	}
	for _, secret := range []string{"correct horse", "POST", "op@example.com", strings.Split(code, "-")[0]} {
		if strings.Contains(said, secret) {
			t.Errorf("%q was sent to a server that was not verified", secret)
		}
	}
	// The recorder does record: with the right pin the password arrives.
	if _, err := enroller(t).Enroll(t.Context(), asked(a, portalServer(t).URL)); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(a.said(), "correct horse") {
		t.Fatal("the recorder is deaf")
	}
}

func TestWaysToKnowTheServer(t *testing.T) {
	t.Parallel()
	a := newAppliance(t)
	_, code, err := a.pbxs.CreateCode(t.Context(), audit.Cause{At: time.Now(), User: "u"}, pbx.NewCode{Account: "acme", Name: "Desk"})
	must(t, err)
	p := portalServer(t).URL
	for name, know := range map[string]func(*Enrollment){
		"pin":                func(*Enrollment) {},
		"typed link CA":      func(q *Enrollment) { q.Trust = Trust{Typed: strings.ToLower(certs.Short(a.ca.LinkCA()))} },
		"typed console leaf": func(q *Enrollment) { q.Trust = Trust{Typed: certs.Short(a.ca.Leaf(certs.Console))} },
		"code":               func(q *Enrollment) { q.Trust, q.AuthCode, q.Email, q.Password = Trust{}, code, "", "" },
	} {
		q := asked(a, p)
		q.Device.Serial = "S-" + strings.ReplaceAll(name, " ", "")
		know(&q)
		e := enroller(t)
		res, err := e.Enroll(t.Context(), q)
		if err != nil || res.Waits || !res.State.Enrolled() {
			t.Errorf("%s: %+v %v", name, res, err)
			continue
		}
		info, err := os.Stat(e.Folder.path("state.json"))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", name, info.Mode(), err)
		}
		b, _ := os.ReadFile(e.Folder.path("state.json"))
		if bytes.Contains(b, []byte("correct horse")) {
			t.Errorf("%s: the password was stored", name)
		}
	}
}

func run(t testing.TB, f Folder) (c *Connector, page string) {
	t.Helper()
	said := make(chan string, 1)
	c, err := New(Config{
		Folder: f, Version: "test", Page: "127.0.0.1:0", Said: func(u string) { said <- u }, Proxy: direct, Clock: clock.System{}, Logger: logger(t),
	})
	must(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return c, <-said
}

func until(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for range 2000 {
		if ok() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("%s did not come about", what)
}

func TestEnrolRunVisit(t *testing.T) {
	t.Parallel()
	a := newAppliance(t)
	p := portalServer(t)
	e := enroller(t)
	c, _ := run(t, e.Folder) // runs before the enrolment, as a service does
	res, err := e.Enroll(t.Context(), asked(a, p.URL))
	must(t, err)
	until(t, "connected", func() bool { return c.Status().State == "connected" })
	if s, err := e.Folder.Status(); err != nil || s.State != "connected" || s.Serial != "369C2D0001" || !s.Portal.Reachable {
		t.Fatalf("%+v %v", s, err)
	}
	visit := func(dst string) (string, error) {
		hc := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return a.srv.Dial(ctx, res.State.ID, dst)
		}}}
		resp, err := hc.Get("http://pbx/")
		if err != nil {
			return "", err
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		return string(b), err
	}
	for _, dst := range []string{wire.DstPortal, p.Listener.Addr().String()} {
		if got, err := visit(dst); err != nil || got != "portal" {
			t.Fatal(dst, got, err)
		}
	}
	if _, err := visit("127.0.0.1:22"); !errors.Is(err, wire.ErrRefused) {
		t.Fatal(err)
	}
	// The portal's certificate changed: nothing gets through until a person pins it anew.
	st, err := e.Folder.Load()
	must(t, err)
	st.Portal.SPKI = wire.PinOf([]byte("another key"))
	must(t, e.Folder.Save(st))
	until(t, "reported", func() bool { return c.Status().Portal.Problem != "" && c.Status().State == "connected" })
	var refused *wire.RefusedError
	if _, err := visit(wire.DstPortal); !errors.As(err, &refused) || refused.Answer != wire.PinChanged {
		t.Fatal(err)
	}
	until(t, "shown in the console", func() bool { return a.pbxs.Presence().Get(res.State.ID).Problem != "" })
	if _, err := e.Folder.SetPortal(t.Context(), "", true); err != nil {
		t.Fatal(err)
	}
	until(t, "visited again", func() bool { got, _ := visit(wire.DstPortal); return got == "portal" })
}

func TestApprovalReachesTheRunningConnector(t *testing.T) {
	t.Parallel()
	a := newAppliance(t)
	e := enroller(t)
	c, _ := run(t, e.Folder)
	q := asked(a, portalServer(t).URL)
	q.Email = "mfa@example.com"
	res, err := e.Enroll(t.Context(), q)
	if err != nil || !res.Waits {
		t.Fatal(res, err)
	}
	until(t, "awaiting", func() bool { return c.Status().State == Awaiting })
	rows, err := a.pbxs.AccountPBXs(t.Context(), "acme")
	must(t, err)
	_, err = a.pbxs.Approve(t.Context(), audit.Cause{At: time.Now(), User: "u"}, rows[0], 0, "")
	must(t, err)
	until(t, "connected", func() bool { return c.Status().State == "connected" })
}

func TestOwnPage(t *testing.T) {
	t.Parallel()
	a := newAppliance(t)
	e := enroller(t)
	c, shownURL := run(t, e.Folder)
	base, token, _ := strings.Cut(shownURL, "/#t=")
	jar, err := cookiejar.New(nil)
	must(t, err)
	hc := &http.Client{Jar: jar, Timeout: 10 * time.Second}
	do := func(method, path string, body any, tune func(*http.Request)) (int, map[string]any) {
		b, _ := json.Marshal(body)
		req, err := http.NewRequestWithContext(t.Context(), method, base+path, bytes.NewReader(b))
		must(t, err)
		if tune != nil {
			tune(req)
		}
		resp, err := hc.Do(req)
		must(t, err)
		defer resp.Body.Close()
		var out map[string]any
		_ = json.NewDecoder(resp.Body).Decode(&out)
		if !strings.Contains(resp.Header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s has no policy", path)
		}
		return resp.StatusCode, out
	}
	for _, path := range []string{"/", "/app.js", "/app.css"} {
		if code, _ := do("GET", path, nil, nil); code != 200 {
			t.Errorf("%s: %d", path, code)
		}
	}
	if code, _ := do("GET", "/api/status", nil, nil); code != 401 {
		t.Fatal(code)
	}
	if code, _ := do("GET", "/", nil, func(r *http.Request) { r.Host = "evil.example" }); code != http.StatusMisdirectedRequest {
		t.Fatal(code)
	}
	if code, _ := do("POST", "/api/session", map[string]string{"token": "wrong"}, nil); code != 401 {
		t.Fatal(code)
	}
	if code, _ := do("POST", "/api/session", map[string]string{"token": token}, func(r *http.Request) { r.Header.Set("Origin", "http://evil.example") }); code != 403 {
		t.Fatal(code)
	}
	if code, _ := do("POST", "/api/session", map[string]string{"token": token}, func(r *http.Request) { r.Header.Set("Origin", base) }); code != 200 {
		t.Fatal(code)
	}
	form := map[string]string{
		"server": a.addr, "method": "email", "email": "op@example.com", "password": "wrong", "known": certs.Short(a.ca.LinkCA()),
		"portal": portalServer(t).URL, "serial": "S1", "model": "P560", "firmware": "37.18.0.1",
	}
	if code, out := do("POST", "/api/enroll", form, nil); code != 200 || out["state"] != "awaiting" {
		t.Fatal(code, out)
	}
	form["password"] = "correct horse"
	if code, out := do("POST", "/api/enroll", form, nil); code != 409 || out["code"] != "firmware_too_old" || !strings.Contains(fmt.Sprint(out["message"]), "37.19.0.110") {
		t.Fatal(code, out)
	}
	form["firmware"] = "37.19.0.110"
	if code, out := do("POST", "/api/enroll", form, nil); code != 200 || out["state"] != "enrolled" {
		t.Fatal(code, out)
	}
	until(t, "connected", func() bool { return c.Status().State == "connected" })
	_, out := do("GET", "/api/status", nil, nil)
	shown := fmt.Sprint(out)
	st, err := e.Folder.Load()
	must(t, err)
	for _, secret := range []string{"correct horse", st.Key, fmt.Sprintf("%s", st.StreamKey)} {
		if strings.Contains(shown, secret) {
			t.Error("the page shows a stored secret")
		}
	}
	// Ten wrong tokens lock it, for the right one too.
	for range pageTries {
		do("POST", "/api/session", map[string]string{"token": "wrong"}, nil)
	}
	if code, out := do("POST", "/api/session", map[string]string{"token": token}, nil); code != 423 || out["retry_s"].(float64) < 290 {
		t.Fatal(code, out)
	}
}

func TestPageOnLoopbackOnly(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{"0.0.0.0:0", "192.0.2.1:80", ":8199", "example.com:80"} {
		c, err := New(Config{Folder: Folder(t.TempDir()), Page: addr, Clock: clock.System{}, Logger: logger(t)})
		must(t, err)
		if err := c.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "loopback") {
			t.Errorf("%s: %v", addr, err)
		}
	}
}

func TestOneConnectorPerFolder(t *testing.T) {
	t.Parallel()
	f := Folder(t.TempDir())
	release, err := f.Lock()
	must(t, err)
	if _, err := f.Lock(); err == nil {
		t.Fatal("two connectors run with one folder")
	}
	release()
	release, err = f.Lock()
	must(t, err)
	release()
}

func TestLinksNoHeavyModules(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "github.com/switchkeep/switchkeep/cmd/connector").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, bad := range []string{"bbolt", "gofiber", "fasthttp", "etcd", "pion/", "tinylib/msgp", "/appliance/domain", "/appliance/surface", "/platform/store", "excelize"} {
		if strings.Contains(string(out), bad) {
			t.Errorf("the connector links %s", bad)
		}
	}
}

func TestServerAddress(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"sk.example.com": "sk.example.com:443", "https://sk.example.com/": "sk.example.com:443", "10.0.0.1:8443": "10.0.0.1:8443",
		"[2001:db8::1]:8443": "[2001:db8::1]:8443", "2001:db8::1": "[2001:db8::1]:443", "": "", "a b": "", "https://a/b": "", "u@h": "",
	} {
		got, err := ServerAddress(in)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q %v", in, got, err)
		}
	}
}

func TestUnit(t *testing.T) {
	t.Parallel()
	u, err := Unit("/usr/bin/switchkeep-connector", "/var/lib/switchkeep-connector", "127.0.0.1:8199")
	if err != nil || !strings.Contains(u, `ExecStart="/usr/bin/switchkeep-connector" run --state "/var/lib/switchkeep-connector"`) {
		t.Fatal(u, err)
	}
	for _, bad := range []string{"a\nb", `a"b`, "a%b"} {
		if _, err := Unit(bad, "/x", ""); err == nil {
			t.Errorf("%q accepted", bad)
		}
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
