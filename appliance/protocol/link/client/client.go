package client

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/protocol/link/wire"
)

// State is what the connector shows of its link.
type State string

// States of a link.
const (
	Disconnected State = "disconnected"
	Connecting   State = "connecting"
	Connected    State = "connected"
)

const (
	minWait     = time.Second
	maxWait     = 300 * time.Second
	stableAfter = 60 * time.Second
	dialTimeout = 20 * time.Second
)

// Status is a snapshot of the link.
type Status struct {
	State   State
	Since   time.Time // of State
	Carrier string    // "tls" or "websocket"
	Name    string    // the PBX's name in the console
	Reason  wire.Reason
	Message string // from the appliance, or the last error
	Retry   time.Time
}

// Config configures a Client.
type Config struct {
	// Server is "host:port" of the appliance.
	Server string
	// Certificate is the connector's own; it is asked for at each dial, so that a renewed one is used.
	Certificate func() (*tls.Certificate, error)
	// CA is the pinned link CA.
	CA *x509.Certificate
	// StreamKey authorizes streams; it came with the enrolment.
	StreamKey []byte
	// Hello, Beat and Status say what is true now. Changed wakes the control session when Status did.
	Hello   func() wire.Hello
	Beat    func() wire.Beat
	Status  func() wire.Status
	Changed <-chan struct{}
	// Open dials a destination that the connector allows; wire.RefusedError tells what to answer.
	Open func(ctx context.Context, t wire.Type, dst string) (net.Conn, error)
	// CSR returns a request for a new certificate when the present one should be renewed, else "".
	// Renewed stores the answer.
	CSR     func() string
	Renewed func(certificate string) error
	// Watch is told each change of the status; it must not block.
	Watch func(Status)
	// Proxy is http.ProxyFromEnvironment when nil.
	Proxy func(*http.Request) (*url.URL, error)
	// NoWebSocket switches the fallback off.
	NoWebSocket bool

	Clock  clock.Clock
	Logger *slog.Logger
}

// Client keeps the link up.
type Client struct {
	cfg Config
	log *slog.Logger

	mu     sync.Mutex
	status Status
	// told is the appliance's time at the last welcome, which came at toldAt of our clock.
	told, toldAt time.Time
}

// New checks the configuration.
func New(cfg Config) (*Client, error) {
	if _, _, err := net.SplitHostPort(cfg.Server); err != nil {
		return nil, fmt.Errorf("server %q: %w", cfg.Server, err)
	}
	if cfg.CA == nil || cfg.Certificate == nil || len(cfg.StreamKey) < 16 {
		return nil, errors.New("link client needs a certificate, the link CA and the stream key")
	}
	if cfg.Hello == nil || cfg.Beat == nil || cfg.Open == nil || cfg.Clock == nil || cfg.Logger == nil {
		return nil, errors.New("link client needs Hello, Beat, Open, Clock and Logger")
	}
	if cfg.Proxy == nil {
		cfg.Proxy = http.ProxyFromEnvironment
	}
	c := &Client{cfg: cfg, log: cfg.Logger.With(slog.String("room", "link/client"))}
	c.told, c.toldAt = cfg.Clock.Now(), cfg.Clock.Now()
	c.status = Status{State: Disconnected, Since: c.told}
	return c, nil
}

// Status returns the present state.
func (c *Client) Status() Status {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.status
}

func (c *Client) set(change func(*Status)) {
	c.mu.Lock()
	before := c.status.State
	change(&c.status)
	if c.status.State != before {
		c.status.Since = c.cfg.Clock.Now()
	}
	now := c.status
	c.mu.Unlock()
	if c.cfg.Watch != nil {
		c.cfg.Watch(now)
	}
}

// endedError is how a session ended that the appliance closed with a reason.
type endedError struct{ away wire.GoAway }

func (e *endedError) Error() string {
	if e.away.Message != "" {
		return string(e.away.Reason) + ": " + e.away.Message
	}
	return "the appliance closed the link: " + string(e.away.Reason)
}

// Run keeps the link up until ctx ends.
func (c *Client) Run(ctx context.Context) error {
	attempt, websocket := 0, false
	for ctx.Err() == nil {
		c.set(func(s *Status) { s.State, s.Retry = Connecting, time.Time{} })
		carrier := c.carrier(websocket)
		began := c.cfg.Clock.Now()
		up, err := c.session(ctx, carrier, "")
		if ctx.Err() != nil {
			c.set(func(s *Status) { s.State = Disconnected })
			break
		}
		wait := c.pause(&attempt, up && c.cfg.Clock.Now().Sub(began) >= stableAfter)
		reason := wire.Reason("")
		if ended, ok := errors.AsType[*endedError](err); ok {
			reason = ended.away.Reason
			wait = max(wait, time.Duration(ended.away.RetrySeconds)*time.Second)
		} else if !up {
			websocket = !websocket // the other way may get through
		}
		c.log.WarnContext(ctx, "link is down", slog.Any("error", err), slog.String("carrier", carrier.name), slog.Duration("retry_in", wait))
		c.set(func(s *Status) {
			s.State, s.Reason, s.Message, s.Retry = Disconnected, reason, plain(err), c.cfg.Clock.Now().Add(wait)
		})
		t := c.cfg.Clock.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-t.C():
		}
		t.Stop()
	}
	return nil
}

// pause returns the next wait: full jitter under a ceiling that doubles, never less than a second.
func (c *Client) pause(attempt *int, stable bool) time.Duration {
	if stable {
		*attempt = 0
	}
	*attempt++
	ceiling := maxWait
	if *attempt < 9 {
		ceiling = min(maxWait, time.Duration(1<<*attempt)*time.Second)
	}
	return max(minWait, rand.N(ceiling)) //nolint:gosec // jitter is no secret
}

func plain(err error) string {
	if err == nil || errors.Is(err, io.EOF) {
		return "the connection was closed"
	}
	return err.Error()
}

func (c *Client) carrier(websocket bool) carrier {
	if websocket && !c.cfg.NoWebSocket {
		return carrier{"websocket", c.dialWebSocket}
	}
	return carrier{"tls", c.dialPlain}
}

type carrier struct {
	name string
	dial func(context.Context) (net.Conn, error)
}
