package listen

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/clock"
)

// Defaults of Config.
const (
	DefaultHandshake  = 10 * time.Second
	DefaultMaxPending = 512
	DefaultPerSource  = 64
	DefaultMaxOpen    = 1 << 15
)

const (
	sweepEvery   = 250 * time.Millisecond
	routeBacklog = 64
	typeTLS      = 0x16 // content type "handshake" of the first record
)

// Config of a Port.
type Config struct {
	Listener net.Listener
	Clock    clock.Clock
	Logger   *slog.Logger
	// Choose returns the TLS configuration and the route for a ClientHello. It is called for every
	// handshake: the configurations are prebuilt, and it must not block. A nil configuration refuses.
	Choose func(*tls.ClientHelloInfo) (*tls.Config, string)
	// Routes are the names that Choose may return.
	Routes []string
	// KnownHost tells whether plain HTTP for this host (no port) is redirected to https.
	KnownHost func(host string) bool
	// Proxies are the sources whose connections begin with a PROXY v2 header.
	Proxies []netip.Prefix

	Handshake  time.Duration // from accept to the end of the handshake
	MaxPending int           // unfinished handshakes in total
	PerSource  int           // unfinished handshakes of one source
	MaxOpen    int           // connections in total
	// Crowd bounds the connections of a route after the handshake; beyond it the one of the source
	// with most that was silent the longest is closed. Routes that are not named have no bound of
	// their own (a link stays open for months).
	Crowd map[string]int
}

// Stats counts since the start; Pending and Open are of now.
type Stats struct {
	Accepted, Evicted, Expired, Refused, Failed, Plain, Crowded uint64

	Pending, Open int
	Routed        map[string]uint64
}

// Port is one TLS port. All methods are safe for concurrent use.
type Port struct {
	cfg    Config
	top    *tls.Config
	routes map[string]*route

	mu      sync.Mutex
	pending *pending
	closed  bool
	done    chan struct{}
	wg      sync.WaitGroup

	accepted, evicted, expired, refused, failed, plain, crowded atomic.Uint64
	open                                                        atomic.Int64
}

// New checks the config; nothing is accepted before Serve.
func New(cfg Config) (*Port, error) {
	if cfg.Listener == nil || cfg.Clock == nil || cfg.Logger == nil || cfg.Choose == nil || len(cfg.Routes) == 0 {
		return nil, errors.New("listen: Listener, Clock, Logger, Choose and Routes are required")
	}
	if cfg.KnownHost == nil {
		cfg.KnownHost = func(string) bool { return false }
	}
	cfg.Handshake = or(cfg.Handshake, DefaultHandshake)
	cfg.MaxPending = or(cfg.MaxPending, DefaultMaxPending)
	cfg.PerSource = or(cfg.PerSource, DefaultPerSource)
	cfg.MaxOpen = or(cfg.MaxOpen, DefaultMaxOpen)
	p := &Port{cfg: cfg, routes: map[string]*route{}, pending: newPending(cfg.MaxPending, cfg.PerSource), done: make(chan struct{})}
	for _, name := range cfg.Routes {
		p.routes[name] = &route{addr: cfg.Listener.Addr(), ch: make(chan net.Conn, routeBacklog), done: make(chan struct{}), crowd: newCrowd(cfg.Crowd[name])}
	}
	// One configuration for all connections: it holds the ticket keys.
	p.top = &tls.Config{MinVersion: tls.VersionTLS12, GetConfigForClient: p.choose}
	return p, nil
}

func or[T comparable](v, def T) T {
	var zero T
	if v == zero {
		return def
	}
	return v
}

// Addr is the bound address.
func (p *Port) Addr() net.Addr { return p.cfg.Listener.Addr() }

// Route returns the listener of a route, or nil when it was not configured.
func (p *Port) Route(name string) net.Listener {
	if r := p.routes[name]; r != nil {
		return r
	}
	return nil
}

// Stats returns the counters.
func (p *Port) Stats() Stats {
	s := Stats{
		Accepted: p.accepted.Load(), Evicted: p.evicted.Load(), Expired: p.expired.Load(), Refused: p.refused.Load(),
		Failed: p.failed.Load(), Plain: p.plain.Load(), Crowded: p.crowded.Load(), Open: int(p.open.Load()), Routed: map[string]uint64{},
	}
	for name, r := range p.routes {
		s.Routed[name] = r.count.Load()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	s.Pending = p.pending.len()
	return s
}

// Serve accepts until Close or the end of ctx. It returns nil after Close.
func (p *Port) Serve(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { _ = p.Close() })
	defer stop()
	if !p.spawn(func() { p.sweep() }) {
		return nil
	}
	for pause := time.Duration(0); ; {
		c, err := p.cfg.Listener.Accept()
		if err == nil {
			pause = 0
			p.accept(ctx, c)
			continue
		}
		if p.isClosed() {
			return nil
		}
		if errors.Is(err, net.ErrClosed) {
			return errors.Join(fmt.Errorf("listen: accept on %s: %w", p.Addr(), err), p.Close())
		}
		// Out of descriptors, mostly: it passes when connections end.
		pause = min(max(2*pause, 5*time.Millisecond), time.Second)
		p.cfg.Logger.WarnContext(ctx, "accept failed", slog.Any("error", err), slog.Duration("pause", pause))
		t := p.cfg.Clock.NewTimer(pause)
		select {
		case <-t.C():
		case <-p.done:
			t.Stop()
			return nil
		}
	}
}

// Close stops accepting, ends unfinished handshakes, closes the routes and waits for all of it.
func (p *Port) Close() error {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		p.wg.Wait()
		return nil
	}
	p.closed = true
	close(p.done)
	err := p.cfg.Listener.Close()
	for _, c := range p.pending.all() {
		c.abort()
	}
	p.mu.Unlock()
	for _, r := range p.routes {
		_ = r.Close()
	}
	p.wg.Wait()
	return err
}

func (p *Port) isClosed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.closed
}

// spawn starts f unless the port is closed.
func (p *Port) spawn(f func()) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return false
	}
	p.wg.Go(f)
	return true
}

func (p *Port) accept(ctx context.Context, raw net.Conn) {
	p.accepted.Add(1)
	c := &conn{Conn: raw, port: p, since: p.cfg.Clock.Now(), remote: raw.RemoteAddr(), local: raw.LocalAddr()}
	c.viaProxy = p.isProxy(c.remote)
	if p.open.Add(1) > int64(p.cfg.MaxOpen) {
		p.refused.Add(1)
		c.abort()
		return
	}
	p.mu.Lock()
	out := p.pending.add(c, sourceOf(c.remote), c.viaProxy)
	p.mu.Unlock()
	p.evict(out)
	if !p.spawn(func() { p.handle(ctx, c) }) {
		c.abort()
	}
}

func (p *Port) evict(out []*conn) {
	for _, c := range out {
		p.evicted.Add(1)
		c.abort()
	}
}

func (p *Port) isProxy(a net.Addr) bool {
	ip := addrOf(a)
	return slices.ContainsFunc(p.cfg.Proxies, func(x netip.Prefix) bool { return x.Contains(ip) })
}

// handle takes a connection through its first bytes. Whatever blocks here is bounded by the sweep.
func (p *Port) handle(ctx context.Context, c *conn) {
	defer func() {
		if v := recover(); v != nil {
			p.failed.Add(1)
			p.cfg.Logger.ErrorContext(ctx, "handshake panicked", slog.Any("panic", v))
			c.abort()
		}
	}()
	route, t, err := p.greet(ctx, c)
	p.mu.Lock()
	p.pending.remove(c)
	p.mu.Unlock()
	switch {
	case err != nil:
		if !c.aborted.Load() {
			p.failed.Add(1)
		}
		c.abort()
	case route == nil:
		_ = c.Close()
	default:
		if out := route.crowd.add(c); out != nil {
			p.crowded.Add(1)
			out.abort()
		}
		route.push(t)
	}
}

// greet reads the PROXY header, the first byte and the handshake. No route and no error: it was plain.
func (p *Port) greet(ctx context.Context, c *conn) (*route, *tls.Conn, error) {
	if c.viaProxy {
		h, err := readProxy(c.Conn)
		if err != nil {
			return nil, nil, err
		}
		if h.src.IsValid() {
			c.remote, c.local = net.TCPAddrFromAddrPort(h.src), net.TCPAddrFromAddrPort(h.dst)
		}
		p.mu.Lock()
		out := p.pending.move(c, sourceOf(c.remote), !h.src.IsValid())
		p.mu.Unlock()
		p.evict(out)
	}
	if _, err := io.ReadFull(c.Conn, c.first[:]); err != nil {
		return nil, nil, err
	}
	c.unread = true
	if c.first[0] != typeTLS {
		p.plain.Add(1)
		return nil, nil, redirect(c, p.cfg.KnownHost)
	}
	t := tls.Server(c, p.top)
	// Without cancel: the sweep and Close end it, and no second goroutine watches each handshake.
	if err := t.HandshakeContext(context.WithoutCancel(ctx)); err != nil {
		return nil, nil, err
	}
	r := c.route.Load()
	if c.aborted.Load() || r == nil {
		return nil, nil, net.ErrClosed
	}
	return r, t, nil
}

func (p *Port) choose(hello *tls.ClientHelloInfo) (*tls.Config, error) {
	c, ok := hello.Conn.(*conn)
	cfg, name := p.cfg.Choose(hello)
	if !ok || cfg == nil || p.routes[name] == nil {
		return nil, fmt.Errorf("listen: no route %q", name)
	}
	c.route.Store(p.routes[name])
	return cfg, nil
}

// sweep ends what has been pending for too long.
func (p *Port) sweep() {
	t := p.cfg.Clock.NewTicker(sweepEvery)
	defer t.Stop()
	for {
		select {
		case <-p.done:
			return
		case <-t.C():
		}
		p.mu.Lock()
		late := p.pending.before(p.cfg.Clock.Now().Add(-p.cfg.Handshake))
		p.mu.Unlock()
		for _, c := range late {
			p.expired.Add(1)
			c.abort()
		}
	}
}
