package connector

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
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

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
