package link

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
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
	"github.com/switchkeep/switchkeep/appliance/protocol/link/client"
	"github.com/switchkeep/switchkeep/appliance/protocol/link/wire"
	"github.com/switchkeep/switchkeep/bolt/bolttest"
	"github.com/switchkeep/switchkeep/certs"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world stands for the rooms that this one only asks.
type world struct {
	mu     sync.Mutex
	frozen string
	total  int64
	held   map[string]int64
	hashes int
}

func (w *world) VerifyEnrollment(_ context.Context, _ audit.Cause, email, password, code string) (pbx.Person, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hashes++
	p := pbx.Person{ID: "u-" + email, Label: email, SecondFactor: true, Memberships: []pbx.Membership{{ID: "m", Account: "acme"}}}
	switch {
	case strings.HasPrefix(email, "locked"):
		return p, fault.New(fault.KindLocked, "locked", "locked").After(200 * time.Second)
	case password != "right" || strings.HasPrefix(email, "unknown"):
		return p, fault.New(fault.KindUnauthenticated, "bad_credentials", "wrong")
	case strings.HasPrefix(email, "mfa"):
		p.SecondFactor = code == "123456"
	case strings.HasPrefix(email, "two"):
		p.Memberships = append(p.Memberships, pbx.Membership{ID: "m2", Account: "other"})
	}
	return p, nil
}

func (w *world) MayEnroll(_ store.Reader, p pbx.Person, _ pbx.Membership) error {
	if p.ID == "" || strings.HasPrefix(p.ID, "u-helpdesk") {
		return fault.New(fault.KindDenied, "denied", "no right")
	}
	return nil
}

func (w *world) Account(_ store.Reader, id string) (uint32, string, error) {
	switch id {
	case "acme":
		return 7, "Acme", nil
	case "other":
		return 8, "Other", nil
	}
	return 0, "", fault.NotFound("account")
}

func (w *world) Frozen(store.Reader, string) (string, bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.frozen, w.frozen != "", nil
}

func (w *world) ReserveTx(_ store.Tx, _ audit.Cause, _, object string, n int64) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.free() < n-w.held[object] {
		return fault.New(fault.KindConflict, "quota_exceeded", "the subscription is full").With(map[string]any{"kind": "pbx_connections"})
	}
	w.held[object] = n
	return nil
}

func (w *world) ReleaseTx(_ store.Tx, _ audit.Cause, _, object string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.held, object)
	return nil
}

func (w *world) free() int64 {
	n := w.total
	for _, h := range w.held {
		n -= h
	}
	return n
}

func (w *world) freeze(reason string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.frozen = reason
}

// rig is an appliance's link on loopback.
type rig struct {
	*world
	t       testing.TB
	db      *store.DB
	ca      *certs.Authority
	pbxs    *pbx.PBXs
	srv     *Server
	addr    string // sk-link/1
	web     *httptest.Server
	visit   string
	visitMu sync.Mutex
}

func quiet(t testing.TB) *slog.Logger {
	if testing.Verbose() {
		return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	return slog.New(slog.DiscardHandler)
}

func newRig(t testing.TB, tune ...func(*Config)) *rig {
	t.Helper()
	return newRigOn(t, bolttest.Open(t, append(pbx.Tables(), audit.Tables()...)...), func(*pbx.Config) {}, tune...)
}

func newRigOn(t testing.TB, db *store.DB, bind func(*pbx.Config), tune ...func(*Config)) *rig {
	t.Helper()
	r := &rig{t: t, db: db, world: &world{total: 100, held: map[string]int64{}}, visit: "visit-1"}
	log := quiet(t)
	var err error
	r.ca, err = certs.New(t.Context(), certs.Config{
		Store: certs.Dir(t.TempDir()), Now: clock.System{}.Now, Logger: log, Names: certs.Names{Console: []string{"console.localhost"}},
	})
	must(t, err)
	inventory := pbx.Config{
		DB: r.db, Clock: clock.System{}, Logger: log, Accounts: r.world, Ledger: r.world, Rights: r.world, Verifier: r.world,
		CodeText: func(s [10]byte) string { return wire.NewCode(s, r.ca.LinkCA()).String() },
	}
	bind(&inventory)
	r.pbxs, err = pbx.New(inventory)
	must(t, err)
	cfg := Config{
		PBXs: r.pbxs, Signer: r.ca, Key: make([]byte, 32), Clock: clock.System{}, Logger: log,
		TLS: r.ca.LinkConfig(func(cs tls.ConnectionState) error { return r.srv.Verify(cs) }),
		Visit: func(context.Context, string) (string, error) {
			r.visitMu.Lock()
			defer r.visitMu.Unlock()
			if r.visit == "" {
				return "", ErrNoVisit
			}
			return r.visit, nil
		},
	}
	for _, fn := range tune {
		fn(&cfg)
	}
	r.srv, err = New(cfg)
	must(t, err)
	r.start(cfg)
	return r
}

func (r *rig) start(cfg Config) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	must(r.t, err)
	hs := &handshaken{Listener: ln, cfg: cfg.TLS, out: make(chan net.Conn), stop: make(chan struct{})}
	r.addr = ln.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(hs.run)
	wg.Go(func() { _ = r.srv.Serve(ctx, hs) })
	wg.Go(func() { _ = r.srv.Run(ctx) })
	m := http.NewServeMux()
	m.Handle(wire.PathCarrier, r.srv.Carrier())
	m.Handle(wire.PathCarrier+"/", r.srv.Enroll())
	r.web = httptest.NewTLSServer(m)
	r.t.Cleanup(func() {
		cancel()
		sctx, done := context.WithTimeout(context.Background(), 5*time.Second)
		defer done()
		if err := r.srv.Stop(sctx); err != nil {
			r.t.Error(err)
		}
		r.web.Close()
		wg.Wait()
	})
}

// handshaken yields connections after their handshake, as platform/listen does.
type handshaken struct {
	net.Listener
	cfg  *tls.Config
	out  chan net.Conn
	stop chan struct{}
	once sync.Once
}

func (h *handshaken) run() {
	var wg sync.WaitGroup
	defer wg.Wait()
	for {
		c, err := h.Listener.Accept()
		if err != nil {
			return
		}
		wg.Go(func() {
			t := tls.Server(c, h.cfg)
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			defer cancel()
			if t.HandshakeContext(ctx) != nil {
				_ = c.Close()
				return
			}
			select {
			case h.out <- t:
			case <-h.stop:
				_ = t.Close()
			}
		})
	}
}

func (h *handshaken) Accept() (net.Conn, error) {
	select {
	case c := <-h.out:
		return c, nil
	case <-h.stop:
		return nil, net.ErrClosed
	}
}

func (h *handshaken) Close() error {
	h.once.Do(func() { close(h.stop) })
	return h.Listener.Close()
}

// box is a connector's identity.
type box struct {
	key  *ecdsa.PrivateKey
	csr  string
	poll string
	req  wire.EnrollRequest
	got  wire.EnrollAnswer
	cert tls.Certificate
}

func newBox(t testing.TB, serial string) *box {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	must(t, err)
	b := &box{key: key, poll: rand.Text() + rand.Text()}
	b.csr = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}))
	b.req = wire.EnrollRequest{
		Email: "op@example.com", Password: "right", CSR: b.csr, Poll: b.poll, Serial: serial, Model: "P560", Firmware: "37.19.0.110",
		MachineID: "machine-" + serial, Connector: "test",
	}
	return b
}

func (r *rig) post(path string, body any) (int, http.Header, []byte) {
	r.t.Helper()
	b, err := json.Marshal(body)
	must(r.t, err)
	resp, err := r.web.Client().Post(r.web.URL+path, "application/json", strings.NewReader(string(b)))
	must(r.t, err)
	defer resp.Body.Close()
	out, err := io.ReadAll(resp.Body)
	must(r.t, err)
	return resp.StatusCode, resp.Header, out
}

func (r *rig) enroll(b *box) (int, wire.EnrollAnswer) {
	r.t.Helper()
	code, _, out := r.post(wire.PathEnroll, b.req)
	return code, r.take(b, out)
}

func (r *rig) take(b *box, out []byte) wire.EnrollAnswer {
	r.t.Helper()
	var a wire.EnrollAnswer
	must(r.t, json.Unmarshal(out, &a))
	if a.State == wire.EnrollDone {
		b.got = a
		block, _ := pem.Decode([]byte(a.Certificate))
		b.cert = tls.Certificate{Certificate: [][]byte{block.Bytes}, PrivateKey: b.key}
	}
	return a
}

func (b *box) hello() wire.Hello {
	return wire.Hello{
		Caps: []string{"data"}, Connector: "test", Run: "run-" + b.req.Serial, Serial: b.req.Serial, Model: b.req.Model, Firmware: b.req.Firmware,
		MachineID: b.req.MachineID, Uptime: 100,
	}
}

// connect runs a connector in front of a portal until the test ends or stop is called.
func (r *rig) connect(b *box, portal string, tune ...func(*client.Config)) (c *client.Client, stop func()) {
	r.t.Helper()
	cfg := client.Config{
		Server: r.addr, Certificate: func() (*tls.Certificate, error) { return &b.cert, nil }, CA: r.ca.LinkCA(), StreamKey: b.got.StreamKey,
		Hello: b.hello, Beat: func() wire.Beat { return wire.Beat{Uptime: 101} }, Clock: clock.System{}, Logger: quiet(r.t),
		Open: func(ctx context.Context, _ wire.Type, dst string) (net.Conn, error) {
			if dst != wire.DstPortal {
				return nil, &wire.RefusedError{Answer: wire.BadDst}
			}
			var d net.Dialer
			return d.DialContext(ctx, "tcp", portal)
		},
		NoWebSocket: true,
	}
	for _, fn := range tune {
		fn(&cfg)
	}
	c, err := client.New(cfg)
	must(r.t, err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = c.Run(ctx) }()
	stop = sync.OnceFunc(func() { cancel(); <-done })
	r.t.Cleanup(stop)
	return c, stop
}

func (r *rig) until(what string, ok func() bool) {
	r.t.Helper()
	for range 1000 {
		if ok() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	r.t.Fatalf("%s did not come about", what)
}

func (r *rig) enrolled(serial string) *box {
	r.t.Helper()
	b := newBox(r.t, serial)
	if code, a := r.enroll(b); code != 200 {
		r.t.Fatalf("%d %+v", code, a)
	}
	return b
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
