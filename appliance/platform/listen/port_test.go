package listen

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/switchkeep/switchkeep/appliance/platform/clock"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func selfSigned(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"console.test", "v.visit.test", "link.test"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

type rig struct {
	port  *Port
	clock *clock.Manual
	addr  string
	pool  *x509.CertPool
}

// start runs a port with an HTTP server on two routes and an echo on the third.
func start(t *testing.T, change ...func(*Config)) *rig {
	t.Helper()
	cert := selfSigned(t)
	web := &tls.Config{Certificates: []tls.Certificate{cert}, NextProtos: []string{"h2", "http/1.1"}}
	link := &tls.Config{Certificates: []tls.Certificate{cert}, NextProtos: []string{"sk-link/1"}, MinVersion: tls.VersionTLS13, SessionTicketsDisabled: true}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{clock: clock.NewManual(time.Unix(1e9, 0)), addr: ln.Addr().String(), pool: x509.NewCertPool()}
	r.pool.AddCert(cert.Leaf)
	cfg := Config{
		Listener: ln, Clock: r.clock, Logger: slog.New(slog.DiscardHandler), Routes: []string{"link", "console", "visit"},
		KnownHost: func(h string) bool { return h == "console.test" || h == "127.0.0.1" },
		Choose: func(h *tls.ClientHelloInfo) (*tls.Config, string) {
			switch {
			case slices.Contains(h.SupportedProtos, "sk-link/1"):
				return link, "link"
			case strings.HasSuffix(h.ServerName, ".visit.test"):
				return web, "visit"
			case h.ServerName == "nobody.test":
				return nil, ""
			}
			return web, "console"
		},
	}
	for _, c := range change {
		c(&cfg)
	}
	if r.port, err = New(cfg); err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 4)
	go func() { served <- r.port.Serve(context.Background()) }()
	var servers []func(context.Context) error
	for _, name := range []string{"console", "visit"} {
		s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
			fmt.Fprintf(w, "%s %s %s %v", name, q.Proto, q.RemoteAddr, q.TLS.DidResume)
		})}
		go func() { served <- s.Serve(r.port.Route(name)) }()
		servers = append(servers, s.Shutdown)
	}
	go func() {
		for {
			c, err := r.port.Route("link").Accept()
			if err != nil {
				served <- err
				return
			}
			go func() { _, _ = io.Copy(c, c); c.Close() }()
		}
	}()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := Stop(ctx, r.port, servers, nil); err != nil {
			t.Errorf("stop: %v", err)
		}
		for range 4 {
			if err := <-served; err != nil && !errors.Is(err, net.ErrClosed) && !errors.Is(err, http.ErrServerClosed) {
				t.Errorf("served: %v", err)
			}
		}
		if s := r.port.Stats(); s.Pending != 0 {
			t.Errorf("left behind: %+v", s)
		}
	})
	return r
}

func (r *rig) client(name string, protos ...string) (*http.Client, func()) {
	tr := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: r.pool, ServerName: name, NextProtos: protos}, ForceAttemptHTTP2: len(protos) == 0,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "tcp", r.addr)
		},
	}
	return &http.Client{Transport: tr, Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, tr.CloseIdleConnections
}

func (r *rig) get(t *testing.T, name string) string {
	t.Helper()
	c, done := r.client(name)
	defer done()
	resp, err := c.Get("https://" + name + "/")
	if err != nil {
		t.Fatalf("get %s: %v", name, err)
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(resp.Body)
	return string(b)
}

func TestRoutes(t *testing.T) {
	r := start(t)
	if got := r.get(t, "console.test"); !strings.HasPrefix(got, "console HTTP/2.0 127.0.0.1:") {
		t.Error(got)
	}
	if got := r.get(t, "v.visit.test"); !strings.HasPrefix(got, "visit HTTP/2.0 ") {
		t.Error(got)
	}
	// The ALPN decides before the name.
	c, err := tls.Dial("tcp", r.addr, &tls.Config{RootCAs: r.pool, ServerName: "v.visit.test", NextProtos: []string{"sk-link/1"}})
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(c, "ping")
	b := make([]byte, 4)
	if _, err := io.ReadFull(c, b); err != nil || string(b) != "ping" {
		t.Errorf("link: %q %v", b, err)
	}
	c.Close()
	if _, err := tls.Dial("tcp", r.addr, &tls.Config{RootCAs: r.pool, ServerName: "nobody.test"}); err == nil {
		t.Error("a refused name got a certificate")
	}
	if _, err := tls.Dial("tcp", r.addr, &tls.Config{RootCAs: r.pool, ServerName: "console.test", NextProtos: []string{"smtp"}}); err == nil {
		t.Error("a foreign protocol was taken")
	}
	r.until(t, "counted", func(s Stats) bool {
		return s.Routed["console"] == 1 && s.Routed["visit"] == 1 && s.Routed["link"] == 1 && s.Failed == 2
	})
}

func TestTicketsResume(t *testing.T) {
	r := start(t)
	cache := tls.NewLRUClientSessionCache(4)
	resumed := func() bool {
		c, err := tls.Dial("tcp", r.addr, &tls.Config{RootCAs: r.pool, ServerName: "console.test", NextProtos: []string{"http/1.1"}, ClientSessionCache: cache})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: console.test\r\nConnection: close\r\n\r\n")
		_, _ = io.ReadAll(c)
		return c.ConnectionState().DidResume
	}
	if resumed() || !resumed() {
		t.Error("the second console connection should resume the first")
	}
}

func TestPlainHTTPOnTheTLSPort(t *testing.T) {
	r := start(t)
	for _, c := range []struct{ send, want, location string }{
		{"GET /a?b=c HTTP/1.1\r\nHost: console.test:8443\r\n\r\n", "308", "https://console.test:8443/a?b=c"},
		{"POST /x HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\n\r\nhello", "308", "https://127.0.0.1/x"},
		{"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", "400", ""},
		{"GET http://evil.example/ HTTP/1.1\r\nHost: console.test\r\n\r\n", "400", ""},
		{"GET / HTTP/1.0\r\n\r\n", "400", ""},
		{"nonsense\r\n\r\n", "400", ""},
		{"GET / HTTP/1.1\r\nHost: console.test\r\nX: " + strings.Repeat("y", 9000) + "\r\n\r\n", "400", ""},
	} {
		conn, err := net.Dial("tcp", r.addr)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(conn, c.send)
		_ = conn.(*net.TCPConn).CloseWrite()
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatalf("%.20q: %v", c.send, err)
		}
		if body, err := io.ReadAll(resp.Body); err != nil || len(body) == 0 || !strings.HasPrefix(resp.Status, c.want) || resp.Header.Get("Location") != c.location {
			t.Errorf("%.40q: %s %q %v", c.send, resp.Status, resp.Header.Get("Location"), err)
		}
		resp.Body.Close()
		conn.Close()
	}
}

// slow opens n connections from an address and stalls in the handshake.
func (r *rig) slow(t *testing.T, from string, n int) []net.Conn {
	t.Helper()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	out := make([]net.Conn, 0, n)
	for range n {
		c, err := d.Dial("tcp", r.addr)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = c.Write([]byte{0x16, 0x03, 0x01, 0x02}) // half a record header
		out = append(out, c)
	}
	t.Cleanup(func() {
		for _, c := range out {
			c.Close()
		}
	})
	return out
}

func (r *rig) until(t *testing.T, what string, ok func(Stats) bool) {
	t.Helper()
	for range 400 {
		if ok(r.port.Stats()) {
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	t.Fatalf("%s: %+v", what, r.port.Stats())
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc + m.StackInuse
}

func TestNewcomerIsServedBehind1500SlowHandshakes(t *testing.T) {
	r := start(t)
	before := heap()
	for i := range 30 {
		r.slow(t, fmt.Sprintf("127.0.1.%d", i+1), 50)
	}
	r.until(t, "1500 accepted", func(s Stats) bool { return s.Accepted == 1500 })
	s := r.port.Stats()
	if s.Pending > DefaultMaxPending || s.Evicted != 1500-DefaultMaxPending {
		t.Fatalf("bound not held: %+v", s)
	}
	grown := int64(heap()) - int64(before)
	if grown > 24<<20 {
		t.Errorf("%d bytes for %d pending", grown, s.Pending)
	}
	if got := r.get(t, "console.test"); !strings.HasPrefix(got, "console ") {
		t.Fatalf("the 1501st: %q", got)
	}
	t.Logf("1500 slow handshakes from 30 sources: %d pending, %d evicted, %d KiB held; the 1501st was served", s.Pending, s.Evicted, grown/1024)
	r.clock.Advance(DefaultHandshake + time.Second)
	r.until(t, "all dropped at the deadline", func(s Stats) bool { return s.Pending == 0 && s.Expired >= DefaultMaxPending-1 })
	if got := r.get(t, "v.visit.test"); !strings.HasPrefix(got, "visit ") {
		t.Fatal(got)
	}
}

func TestOneSourceHurtsOnlyItself(t *testing.T) {
	r := start(t, func(c *Config) { c.PerSource, c.MaxPending = 8, 20 })
	victim := r.slow(t, "127.0.2.1", 1)
	r.until(t, "victim pending", func(s Stats) bool { return s.Pending == 1 })
	r.slow(t, "127.0.2.2", 40)
	r.until(t, "source capped", func(s Stats) bool { return s.Accepted == 41 && s.Pending == 9 && s.Evicted == 32 })
	r.slow(t, "127.0.2.3", 8)
	r.slow(t, "127.0.2.4", 8)
	r.until(t, "total capped", func(s Stats) bool { return s.Accepted == 57 && s.Pending == 20 })
	_ = victim[0].SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	var ne net.Error
	if _, err := victim[0].Read(make([]byte, 1)); !errors.As(err, &ne) || !ne.Timeout() {
		t.Fatalf("a source with one connection lost it to heavier ones: %v", err)
	}
}

func TestIdleCrowdMakesRoom(t *testing.T) {
	r := start(t, func(c *Config) { c.Crowd = map[string]int{"console": 20} })
	hold := func(from string) *tls.Conn {
		d := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
		c, err := tls.DialWithDialer(d, "tcp", r.addr, &tls.Config{RootCAs: r.pool, ServerName: "console.test", NextProtos: []string{"http/1.1"}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c
	}
	ask := func(c *tls.Conn) error {
		fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: console.test\r\n\r\n")
		_ = c.SetReadDeadline(time.Now().Add(5 * time.Second))
		_, err := c.Read(make([]byte, 512))
		return err
	}
	quiet := hold("127.0.5.1")
	if err := ask(quiet); err != nil {
		t.Fatal(err)
	}
	r.clock.Advance(time.Minute)
	crowd := make([]*tls.Conn, 19)
	for i := range crowd {
		crowd[i] = hold("127.0.5.2")
	}
	r.until(t, "full", func(s Stats) bool { return s.Routed["console"] == 20 && s.Pending == 0 })
	r.clock.Advance(time.Minute)
	if err := ask(crowd[0]); err != nil { // the first of the crowd is at work now
		t.Fatal(err)
	}
	for i := range 5 {
		if err := ask(hold(fmt.Sprintf("127.0.5.%d", 10+i))); err != nil {
			t.Fatalf("newcomer %d: %v", i, err)
		}
	}
	if s := r.port.Stats(); s.Crowded != 5 || s.Open > 20 {
		t.Errorf("%+v", s)
	}
	if ask(quiet) != nil || ask(crowd[0]) != nil {
		t.Error("the wrong ones made room: one of another source, or one at work")
	}
}

func TestMaxOpen(t *testing.T) {
	r := start(t, func(c *Config) { c.MaxOpen = 3 })
	held := r.slow(t, "127.0.0.1", 3)
	r.until(t, "full", func(s Stats) bool { return s.Open == 3 })
	if c, err := net.Dial("tcp", r.addr); err == nil { // reset at once, maybe before Dial returns
		c.Close()
	}
	r.until(t, "refused", func(s Stats) bool { return s.Refused == 1 && s.Open == 3 })
	held[0].Close()
	r.until(t, "room again", func(s Stats) bool { return s.Open == 2 })
	r.get(t, "console.test")
}

func TestCloseEndsHandshakes(t *testing.T) {
	r := start(t)
	c := r.slow(t, "127.0.0.1", 1)
	r.until(t, "pending", func(s Stats) bool { return s.Pending == 1 })
	if err := r.port.Close(); err != nil {
		t.Fatal(err)
	}
	_ = c[0].SetReadDeadline(time.Now().Add(5 * time.Second))
	if _, err := c[0].Read(make([]byte, 1)); err == nil || errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("half a handshake survived: %v", err)
	}
	if _, err := r.port.Route("link").Accept(); !errors.Is(err, net.ErrClosed) {
		t.Fatal(err)
	}
}

func TestStopOrder(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p, err := New(Config{
		Listener: ln, Clock: clock.System{}, Logger: slog.New(slog.DiscardHandler), Routes: []string{"a"},
		Choose: func(*tls.ClientHelloInfo) (*tls.Config, string) { return nil, "" },
	})
	if err != nil {
		t.Fatal(err)
	}
	var first atomic.Int32
	a := func(context.Context) error { first.Add(1); return nil }
	bad := errors.New("b failed")
	err = Stop(t.Context(), p, []func(context.Context) error{a, a}, []func(context.Context) error{func(context.Context) error {
		if first.Load() != 2 {
			t.Error("the link closed before the visits")
		}
		return bad
	}})
	if !errors.Is(err, bad) {
		t.Fatal(err)
	}
}

func TestLimitAndRedirect(t *testing.T) {
	raw, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln := Limit(raw, 3, 2)
	s := &http.Server{Handler: Redirect(func(h string) bool { return h == "console.test" || h == "::1" }, "8443")}
	done := make(chan error, 1)
	go func() { done <- s.Serve(ln) }()
	defer func() { s.Close(); <-done }()
	dial := func(from string) net.Conn {
		c, err := (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}).Dial("tcp", raw.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	ask := func(c net.Conn, host string) (string, error) {
		fmt.Fprintf(c, "GET /p HTTP/1.1\r\nHost: %s\r\n\r\n", host)
		resp, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			return "", err
		}
		defer resp.Body.Close()
		_, _ = io.Copy(io.Discard, resp.Body)
		return resp.Status[:3] + " " + resp.Header.Get("Location"), nil
	}
	a, b := dial("127.0.4.1"), dial("127.0.4.1")
	for host, want := range map[string]string{"console.test:8080": "308 https://console.test:8443/p", "[::1]:8080": "308 https://[::1]:8443/p", "evil.example": "400 "} {
		if got, err := ask(a, host); err != nil || got != want {
			t.Errorf("%s: %q %v", host, got, err)
		}
	}
	if _, err := ask(b, "console.test"); err != nil {
		t.Fatal(err)
	}
	third, e := (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP("127.0.4.1")}}).Dial("tcp", raw.Addr().String())
	if e == nil { // else it was reset before Dial returned
		if _, e = ask(third, "console.test"); e == nil {
			t.Error("the third connection of one source was served")
		}
		third.Close()
	}
	other := dial("127.0.4.2")
	if _, err := ask(other, "console.test"); err != nil {
		t.Error(err)
	}
	for _, c := range []net.Conn{a, b, other} {
		c.Close()
	}
}
