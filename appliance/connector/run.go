package connector

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"sync"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/protocol/link/client"
	"github.com/switchkeep/switchkeep/appliance/protocol/link/wire"
)

const (
	watchEvery = 2 * time.Second  // state.json: the enroll verb and the page write it
	pollEvery  = 10 * time.Second // a waiting enrolment
	checkEvery = 60 * time.Second // the portal and the other half
)

// States of Status, beside those of the link.
const (
	NotEnrolled = "not_enrolled"
	Awaiting    = "awaiting"
)

// Status is what status.json, the page and the status verb show.
type Status struct {
	State   string      `json:"state"` // connected, connecting, disconnected, awaiting, not_enrolled
	Since   time.Time   `json:"since,omitzero"`
	Server  string      `json:"server,omitempty"`
	Name    string      `json:"name,omitempty"`
	Carrier string      `json:"carrier,omitempty"`
	Reason  string      `json:"reason,omitempty"`
	Message string      `json:"message,omitempty"`
	Retry   time.Time   `json:"retry,omitzero"`
	Serial  string      `json:"serial,omitempty"`
	Portal  wire.Portal `json:"portal"`
	Written time.Time   `json:"written"`
}

// Status reads what the running connector wrote last; ErrNotEnrolled-like emptiness is a Status too.
func (f Folder) Status() (Status, error) {
	var s Status
	b, err := os.ReadFile(f.path("status.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return Status{State: NotEnrolled}, nil
	}
	if err != nil {
		return s, fmt.Errorf("status: %w", err)
	}
	return s, json.Unmarshal(b, &s)
}

// Config configures a running connector.
type Config struct {
	Folder  Folder
	Version string
	// Page is the address of the own page; "" switches it off. Anything but loopback is refused.
	Page string
	// Said is told the address of the page, token included, once it listens.
	Said   func(url string)
	Proxy  proxyFunc
	Clock  clock.Clock
	Logger *slog.Logger
}

// Connector is a running one.
type Connector struct {
	cfg    Config
	log    *slog.Logger
	enroll *Enroller
	run    string

	mu      sync.Mutex
	status  Status
	ha      *wire.HA
	changed chan struct{}
}

// New checks the configuration.
func New(cfg Config) (*Connector, error) {
	if cfg.Folder == "" || cfg.Clock == nil || cfg.Logger == nil {
		return nil, errors.New("connector: Folder, Clock and Logger are required")
	}
	return &Connector{
		cfg: cfg, log: cfg.Logger, run: runID(), changed: make(chan struct{}, 1), status: Status{State: NotEnrolled},
		enroll: &Enroller{Folder: cfg.Folder, Clock: cfg.Clock, Version: cfg.Version, Proxy: cfg.Proxy},
	}, nil
}

// Run serves the page and holds the link until ctx ends.
func (c *Connector) Run(ctx context.Context) error {
	release, err := c.cfg.Folder.Lock()
	if err != nil {
		return err
	}
	defer release()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	if c.cfg.Page != "" {
		page, err := newPage(ctx, c)
		if err != nil {
			return err
		}
		wg.Go(page.serve)
		defer page.close()
	}
	for ctx.Err() == nil {
		if err := c.once(ctx); err != nil && ctx.Err() == nil {
			c.log.ErrorContext(ctx, "connector failed, starting over", slog.Any("error", err))
			c.set(func(s *Status) { s.State, s.Message = string(client.Disconnected), err.Error() })
			c.pause(ctx, pollEvery)
		}
	}
	return nil
}

// once does what state.json asks for until it asks for something else.
func (c *Connector) once(ctx context.Context) error {
	st, err := c.cfg.Folder.Load()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	wg.Go(func() { c.watch(ctx, cancel, st) })
	if st.Pending != nil {
		wg.Go(func() { c.await(ctx) })
	}
	if !st.Enrolled() {
		c.set(func(s *Status) {
			*s = Status{State: NotEnrolled, Serial: st.Device.Serial}
			if st.Pending != nil {
				s.State, s.Server, s.Message = Awaiting, st.Pending.Server, wire.WaitMessage
			}
		})
		<-ctx.Done()
		return nil
	}
	cl, err := c.client(st)
	if err != nil {
		return err
	}
	c.set(func(s *Status) {
		*s = Status{State: string(client.Connecting), Server: st.Server, Name: st.Name, Serial: st.Device.Serial, Portal: st.Portal.check(ctx)}
	})
	wg.Go(func() { c.check(ctx, st) })
	return cl.Run(ctx)
}

// watch cancels when somebody else changed state.json.
func (c *Connector) watch(ctx context.Context, cancel context.CancelFunc, st State) {
	was := st.stamp()
	for c.pause(ctx, watchEvery) {
		now, err := c.cfg.Folder.Load()
		if err == nil && now.stamp() != was {
			cancel()
			return
		}
	}
}

// stamp changes with everything that a running connector depends on; a renewed certificate does not count.
func (s *State) stamp() string {
	pending := ""
	if s.Pending != nil {
		pending = s.Pending.Poll
	}
	b, err := json.Marshal([]any{s.Server, s.ID, s.Key, s.Portal, s.Yeastar, pending, s.Device})
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// await polls a waiting enrolment. After a day it is over.
func (c *Connector) await(ctx context.Context) {
	for c.pause(ctx, pollEvery) {
		r, err := c.enroll.Poll(ctx)
		var refused *RefusedError
		switch {
		case ctx.Err() != nil:
			return
		case errors.As(err, &refused):
			c.set(func(s *Status) { s.Message = refused.Error() })
		case err != nil:
			c.log.WarnContext(ctx, "approval could not be asked for", slog.Any("error", err))
		case r.Waits && c.cfg.Clock.Now().Sub(r.State.Pending.Since) > PendingFor:
			r.State.Pending = nil
			if err := c.cfg.Folder.Save(r.State); err != nil {
				c.log.ErrorContext(ctx, "state was not saved", slog.Any("error", err))
			}
			return
		}
	}
}

// pause waits; false means that ctx ended.
func (c *Connector) pause(ctx context.Context, d time.Duration) bool {
	t := c.cfg.Clock.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C():
		return true
	}
}

func (c *Connector) client(st State) (*client.Client, error) {
	ca, err := st.linkCA()
	if err != nil {
		return nil, fmt.Errorf("link CA: %w", err)
	}
	if _, err = st.certificate(); err != nil {
		return nil, err
	}
	machine, err := machineID()
	if err != nil {
		return nil, err
	}
	return client.New(client.Config{
		Server: st.Server, CA: ca, StreamKey: st.StreamKey, Proxy: c.cfg.Proxy, Clock: c.cfg.Clock, Logger: c.log, Changed: c.changed,
		Certificate: func() (*tls.Certificate, error) {
			now, err := c.cfg.Folder.Load() // a renewed one
			if err != nil {
				return nil, err
			}
			return now.certificate()
		},
		Hello: func() wire.Hello {
			p, ha := c.seen()
			return wire.Hello{
				Caps: []string{"data"}, Connector: c.cfg.Version, Run: c.run, Serial: st.Device.Serial, Model: st.Device.Model,
				Firmware: st.Device.Firmware, MachineID: machine, Uptime: uptime(), Portal: p, HA: ha,
			}
		},
		Beat: func() wire.Beat {
			_, ha := c.seen()
			return wire.Beat{Uptime: uptime(), HA: ha}
		},
		Status: func() wire.Status {
			p, ha := c.seen()
			return wire.Status{Firmware: st.Device.Firmware, Portal: p, HA: ha}
		},
		Open: func(ctx context.Context, _ wire.Type, dst string) (net.Conn, error) {
			if !st.Portal.is(dst) {
				return nil, &wire.RefusedError{Answer: wire.BadDst}
			}
			return st.Portal.open(ctx)
		},
		CSR:     func() string { return c.renewal() },
		Renewed: c.renewed,
		Watch: func(l client.Status) {
			c.set(func(s *Status) {
				s.State, s.Since, s.Carrier, s.Reason, s.Message, s.Retry = string(l.State), l.Since, l.Carrier, string(l.Reason), l.Message, l.Retry
				if l.Name != "" {
					s.Name = l.Name
				}
			})
		},
	})
}

func (c *Connector) seen() (wire.Portal, *wire.HA) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.status.Portal, c.ha
}

func (c *Connector) renewal() string {
	st, err := c.cfg.Folder.Load()
	if err != nil || !st.due(c.cfg.Clock.Now()) {
		return ""
	}
	csr, err := request(st.Key)
	if err != nil {
		return ""
	}
	return csr
}

// renewed stores a new certificate for the same key.
func (c *Connector) renewed(text string) error {
	st, err := c.cfg.Folder.Load()
	if err != nil {
		return err
	}
	st.Certificate = text
	if _, err := st.certificate(); err != nil {
		return err
	}
	return c.cfg.Folder.Save(st)
}

// check looks at the portal and the other half every minute and reports what changed.
func (c *Connector) check(ctx context.Context, st State) {
	for {
		ha, portal := st.Yeastar.evidence(ctx), st.Portal.check(ctx)
		if ctx.Err() != nil {
			return
		}
		c.mu.Lock()
		c.ha = ha
		differs := c.status.Portal != portal || ha != nil
		c.mu.Unlock()
		if differs {
			c.set(func(s *Status) { s.Portal = portal })
			select {
			case c.changed <- struct{}{}:
			default:
			}
		}
		if !c.pause(ctx, checkEvery) {
			return
		}
	}
}

func (c *Connector) set(change func(*Status)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change(&c.status)
	c.status.Written = c.cfg.Clock.Now()
	if err := c.cfg.Folder.write("status.json", c.status); err != nil {
		c.log.Error("status was not written", slog.Any("error", err))
	}
}

// Status is what it says now.
func (c *Connector) Status() Status {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.status
}
