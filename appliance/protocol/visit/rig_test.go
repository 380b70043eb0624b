package visit

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"go.uber.org/goleak"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/listen"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/bolt/bolttest"
	"github.com/switchkeep/switchkeep/certs"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

const agent = "Mozilla/5.0 (test)"

// auditRows reads the operation log with audit's own table.
func auditRows(t *testing.T, db *store.DB) []string {
	t.Helper()
	var b bytes.Buffer
	if err := db.Dump(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	var out []string
	for line := range strings.SplitSeq(b.String(), "\n") {
		if strings.HasPrefix(line, `{"table":"audit_row"`) {
			out = append(out, line)
		}
	}
	return out
}

// rig is a whole front door on loopback with two PBX portals behind it.
type rig struct {
	t      *testing.T
	clock  *clock.Manual
	db     *store.DB
	v      *Visits
	addr   string
	port   string
	pool   *x509.CertPool
	ca     *certs.Authority
	portal map[string]*portal

	mu      sync.Mutex
	offline map[string]bool
	gone    map[string]bool // console sessions
	touched map[string]int
	frozen  map[string]bool
	lost    map[string]bool // users without the right
	console http.HandlerFunc
	streams []string // what the visit room said of each dialled stream
	targets map[string]Target
}

func authority() func() (*certs.Authority, error) {
	return sync.OnceValues(func() (*certs.Authority, error) {
		dir, err := os.MkdirTemp("", "visit")
		if err != nil {
			return nil, err
		}
		defer os.RemoveAll(dir)
		return certs.New(context.Background(), certs.Config{
			Store: certs.Dir(dir), Now: time.Now, Logger: slog.New(slog.DiscardHandler),
			Names: certs.Names{Console: []string{"console.sk.internal"}, VisitZone: "visit.sk.internal"},
		})
	})
}

var sharedAuthority = authority()

func newRig(t *testing.T, change ...func(*Config)) *rig {
	t.Helper()
	ca, err := sharedAuthority()
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{
		t: t, clock: clock.NewManual(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)), pool: x509.NewCertPool(), ca: ca,
		portal: map[string]*portal{}, offline: map[string]bool{}, gone: map[string]bool{}, touched: map[string]int{},
		frozen: map[string]bool{}, lost: map[string]bool{}, targets: map[string]Target{},
	}
	r.pool.AddCert(ca.Root())
	r.db = bolttest.Open(t, append(Tables(), audit.Tables()...)...)
	for _, id := range []string{"pbx1", "pbx2"} {
		p := newPortal(t, id, false)
		r.portal[id] = p
		r.targets[id] = Target{Account: "acc-" + id, Label: "PBX " + id, Allowed: true, URL: p.srv.URL + "/ui/"}
	}
	cfg := Config{
		DB: r.db, Clock: r.clock, Logger: slog.New(slog.DiscardHandler), Dialer: r, PBXs: r,
		Freeze: func(_ store.Reader, account string) error {
			return r.when(r.frozen, account, fault.New(fault.KindLocked, "frozen", "the account is frozen"))
		},
		Under: func(account, ancestor string) bool { return ancestor == "root" || account == ancestor },
		Touch: func(_ context.Context, session string) (bool, error) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.touched[session]++
			return !r.gone[session], nil
		},
		Zone: func() string { return "visit.sk.internal" }, IsConsole: ca.IsConsole,
		CookieSession: func(q *http.Request) (string, bool) {
			c, e := q.Cookie("__Host-sk")
			if e != nil {
				return "", false
			}
			return c.Value, true
		},
	}
	for _, c := range change {
		c(&cfg)
	}
	if r.v, err = New(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	r.serve()
	return r
}

func (r *rig) when(set map[string]bool, key string, f *fault.Error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if set[key] {
		return f
	}
	return nil
}

func (r *rig) serve() {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		r.t.Fatal(err)
	}
	r.addr = ln.Addr().String()
	_, r.port, _ = net.SplitHostPort(r.addr)
	web := r.ca.Web()
	door, err := listen.New(listen.Config{
		Listener: ln, Clock: clock.System{}, Logger: slog.New(slog.DiscardHandler), Routes: []string{"console", "visit"},
		Choose: func(h *tls.ClientHelloInfo) (*tls.Config, string) {
			if r.ca.IsVisit(h.ServerName) {
				return web, "visit"
			}
			return web, "console"
		},
	})
	if err != nil {
		r.t.Fatal(err)
	}
	srv := r.v.Server()
	console := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		r.mu.Lock()
		h := r.console
		r.mu.Unlock()
		h(w, q)
	})}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { _ = door.Serve(ctx) })
	wg.Go(func() { _ = srv.Serve(door.Route("visit")) })
	wg.Go(func() { _ = console.Serve(door.Route("console")) })
	wg.Go(func() { _ = r.v.Run(ctx) })
	r.t.Cleanup(func() {
		cancel()
		if err := r.v.Stop(context.Background()); err != nil {
			r.t.Error(err)
		}
		_ = door.Close()
		_ = srv.Close()
		_ = console.Close()
		wg.Wait()
		if _, err := r.db.Verify(context.Background()); err != nil {
			r.t.Errorf("store: %v", err)
		}
	})
}

// Dial implements Dialer: the connector dials the portal on its own network.
func (r *rig) Dial(ctx context.Context, pbx, dst string) (net.Conn, error) {
	if !r.Online(pbx) {
		return nil, errors.New("link: no session")
	}
	id, err := r.v.Stream(ctx, pbx)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	r.streams = append(r.streams, id)
	plain := r.targets[pbx].Plain
	r.mu.Unlock()
	if plain {
		return (&tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}}).DialContext(ctx, "tcp", dst)
	}
	return (&net.Dialer{}).DialContext(ctx, "tcp", dst)
}

func (r *rig) Online(pbx string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return !r.offline[pbx]
}

func (r *rig) VisitTarget(_ store.Reader, pbx string) (Target, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	t, ok := r.targets[pbx]
	if !ok {
		return t, fault.NotFound("pbx")
	}
	return t, nil
}

func (r *rig) PinPortal(_ context.Context, _ audit.Cause, pbx, spki string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	t := r.targets[pbx]
	if t.SPKI == "" {
		t.SPKI = spki
	}
	r.targets[pbx] = t
	return nil
}

func (r *rig) set(m map[string]bool, key string, v bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	m[key] = v
}

// person is a user with a console session and a browser.
type person struct {
	r             *rig
	user, session string
	agent         string
	local         string
	mu            sync.Mutex
	cookies       map[string]map[string]*http.Cookie // by host, then name
	client        *http.Client
}

func (r *rig) person(user string) *person {
	p := &person{r: r, user: user, session: "session-" + user, agent: agent, local: "127.0.0.1", cookies: map[string]map[string]*http.Cookie{}}
	tr := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: r.pool}, ForceAttemptHTTP2: true,
		DialContext: func(ctx context.Context, _, addr string) (net.Conn, error) {
			_, port, _ := net.SplitHostPort(addr)
			d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(p.local)}}
			return d.DialContext(ctx, "tcp", net.JoinHostPort("127.0.0.1", port))
		},
	}
	p.client = &http.Client{Transport: tr, Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	r.t.Cleanup(tr.CloseIdleConnections)
	return p
}

func (p *person) cause() audit.Cause {
	return audit.Cause{
		At: p.r.clock.Now(), User: p.user, UserLabel: p.user + "@example.org", Session: p.session, Account: "acc-op",
		IP: p.local, UserAgent: p.agent,
	}
}

func (p *person) check(store.Reader, string) error {
	return p.r.when(p.r.lost, p.user, fault.New(fault.KindDenied, "denied", "not allowed"))
}

func (p *person) launch(pbx string, change ...func(*Request)) (Launched, error) {
	q := Request{PBX: pbx, Reason: "ticket 7", ProbeOK: true, Console: "https://console.sk.internal:" + p.r.port, Check: p.check}
	for _, c := range change {
		c(&q)
	}
	return p.r.v.Launch(p.r.t.Context(), p.cause(), q)
}

// tab is a visit open in a browser.
type tab struct {
	p      *person
	id     string
	origin string
	token  string
}

func split(t *testing.T, l Launched) (origin, token string) {
	t.Helper()
	u, err := url.Parse(l.URL)
	if err != nil {
		t.Fatal(err)
	}
	token, _ = strings.CutPrefix(u.Fragment, "t=")
	return u.Scheme + "://" + u.Host, token
}

func (p *person) visit(pbx string, change ...func(*Request)) *tab {
	p.r.t.Helper()
	l, err := p.launch(pbx, change...)
	if err != nil {
		p.r.t.Fatal(err)
	}
	origin, token := split(p.r.t, l)
	b := &tab{p: p, id: l.ID, origin: origin, token: token}
	if status, body := b.redeem(token); status != 200 {
		p.r.t.Fatalf("open: %d %s", status, body)
	}
	return b
}

func (b *tab) redeem(token string) (int, string) {
	in, _ := json.Marshal(map[string]string{"token": token})
	q, _ := http.NewRequest("POST", b.origin+"/__sk/session", bytes.NewReader(in))
	q.Header.Set("Content-Type", "application/json")
	q.Header.Set("Origin", b.origin)
	q.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.send(q)
}

func (b *tab) get(path string, head ...string) (int, string) {
	q, _ := http.NewRequest("GET", b.origin+path, nil)
	for i := 0; i+1 < len(head); i += 2 {
		q.Header.Set(head[i], head[i+1])
	}
	return b.send(q)
}

func (b *tab) send(q *http.Request) (int, string) {
	b.p.r.t.Helper()
	resp, err := b.p.do(b.p.client.Do, q)
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err.Error()
	}
	return resp.StatusCode, string(body)
}

// do sends with the browser's cookies and keeps those that come back.
func (p *person) do(send func(*http.Request) (*http.Response, error), q *http.Request) (*http.Response, error) {
	if q.Header.Get("User-Agent") == "" {
		q.Header.Set("User-Agent", p.agent)
	}
	p.mu.Lock()
	for _, c := range p.cookies[q.URL.Host] {
		q.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value})
	}
	p.mu.Unlock()
	resp, err := send(q)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range resp.Cookies() {
		if p.cookies[q.URL.Host] == nil {
			p.cookies[q.URL.Host] = map[string]*http.Cookie{}
		}
		p.cookies[q.URL.Host][c.Name] = c
	}
	return resp, nil
}

func (p *person) cookie(origin, name string) *http.Cookie {
	p.mu.Lock()
	defer p.mu.Unlock()
	u, _ := url.Parse(origin)
	return p.cookies[u.Host][name]
}

// oneConn opens one HTTP/2 connection under a name; requests for any host can be sent on it.
func (p *person) oneConn(sni string) *http.ClientConn {
	p.r.t.Helper()
	tr := p.client.Transport.(*http.Transport).Clone()
	cc, err := tr.NewClientConn(p.r.t.Context(), "https", net.JoinHostPort(sni, p.r.port))
	if err != nil {
		p.r.t.Fatal(err)
	}
	p.r.t.Cleanup(func() { _ = cc.Close() })
	return cc
}

func (b *tab) socket(ctx context.Context) (*websocket.Conn, error) {
	return b.socketFrom(ctx, b.origin)
}

func (b *tab) socketFrom(ctx context.Context, origin string) (*websocket.Conn, error) {
	b.p.mu.Lock()
	head := http.Header{"User-Agent": {b.p.agent}}
	if origin != "" {
		head.Set("Origin", origin)
	}
	u, _ := url.Parse(b.origin)
	for _, c := range b.p.cookies[u.Host] {
		head.Add("Cookie", c.Name+"="+c.Value)
	}
	b.p.mu.Unlock()
	tr := b.p.client.Transport.(*http.Transport).Clone()
	tr.ForceAttemptHTTP2, tr.TLSClientConfig.NextProtos = false, nil
	tr.TLSNextProto = map[string]func(string, *tls.Conn) http.RoundTripper{}
	c, resp, err := websocket.Dial(ctx, "wss"+strings.TrimPrefix(b.origin, "https")+"/ws", &websocket.DialOptions{HTTPClient: &http.Client{Transport: tr}, HTTPHeader: head}) //nolint:bodyclose // the library closes it
	if err != nil && resp != nil {
		return nil, fmt.Errorf("%d: %w", resp.StatusCode, err)
	}
	return c, err
}

// portal is a PBX's web portal.
type portal struct {
	srv  *server
	mu   sync.Mutex
	seen []*http.Request
	more map[string]http.HandlerFunc // by path, before the portal's own
}

func (p *portal) handle(path string, h http.HandlerFunc) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.more[path] = h
}

func (p *portal) requests() []*http.Request {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.seen)
}

func (p *portal) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.seen)
}

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for range 400 {
		if ok() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("timed out: " + what)
}
