package visit

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/listen"
)

// slot is a port of the pool. It belongs to one visit; after it, a page that says so and wipes what
// the portal left in the browser is all that it serves, until the quarantine is over.
type slot struct {
	number int
	text   string
	visit  atomic.Pointer[visit]
	port   *listen.Port
	server *http.Server
	left   atomic.Int64 // when the visit ended, in milliseconds; 0 before
}

func (s *slot) leave(now time.Time) {
	s.visit.Store(nil)
	s.left.Store(max(now.UnixMilli(), 1))
}

// takePort opens a port that nobody has had for a while.
func (v *Visits) takePort(ctx context.Context) (*slot, error) {
	p := v.cfg.Ports
	if p == nil {
		return nil, ErrNoOrigin
	}
	v.freePorts(v.cfg.Clock.Now())
	for n := p.First; n < p.First+p.Count; n++ {
		s := &slot{number: n, text: strconv.Itoa(n)}
		v.mu.Lock()
		_, taken := v.slots[n]
		if !taken && !v.stopped {
			v.slots[n] = s
		}
		stopped := v.stopped
		v.mu.Unlock()
		if stopped {
			return nil, ErrNoOrigin
		}
		if taken {
			continue
		}
		if err := v.openPort(ctx, s); err != nil {
			v.log.WarnContext(ctx, "visit port not opened", slog.Int("port", n), slog.Any("error", err))
			v.release(s)
			continue
		}
		return s, nil
	}
	return nil, ErrNoOrigin
}

func (v *Visits) openPort(ctx context.Context, s *slot) error {
	ln, err := v.cfg.Ports.Listen(ctx, s.number)
	if err != nil {
		return err
	}
	port, err := listen.New(listen.Config{
		Listener: ln, Clock: v.cfg.Clock, Logger: v.log, Routes: []string{"visit"}, MaxPending: 2 * MaxStreams, MaxOpen: 4 * MaxStreams,
		Choose:    func(*tls.ClientHelloInfo) (*tls.Config, string) { return v.cfg.Ports.TLS, "visit" },
		KnownHost: v.cfg.IsConsole,
	})
	if err != nil {
		return errors.Join(err, ln.Close())
	}
	server := v.server(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch vis := s.visit.Load(); {
		case vis == nil:
			w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
			v.pages.write(w, r, pageEnded)
		case r.Host != vis.host:
			v.pages.write(w, r, pageForeign)
		default:
			v.serve(w, r, vis)
		}
	}))
	v.mu.Lock()
	defer v.mu.Unlock()
	s.port, s.server = port, server
	v.wg.Go(func() { _ = port.Serve(v.base) })                // ends with Close
	v.wg.Go(func() { _ = server.Serve(port.Route("visit")) }) // ends with ErrServerClosed
	return nil
}

// release closes a port and forgets it.
func (v *Visits) release(s *slot) {
	if s == nil {
		return
	}
	v.mu.Lock()
	port, server := s.port, s.server
	v.mu.Unlock()
	if port != nil {
		_ = port.Close()
		_ = server.Close()
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.slots[s.number] == s {
		delete(v.slots, s.number)
	}
}

func (v *Visits) pick(match func(*slot) bool) []*slot {
	v.mu.Lock()
	defer v.mu.Unlock()
	var out []*slot
	for _, s := range v.slots {
		if match(s) {
			out = append(out, s)
		}
	}
	return out
}

func (v *Visits) freePorts(now time.Time) {
	for _, s := range v.pick(func(s *slot) bool {
		left := s.left.Load()
		return left > 0 && now.Sub(time.UnixMilli(left)) >= Quarantine
	}) {
		v.release(s)
	}
}

func (v *Visits) closePorts() {
	for _, s := range v.pick(func(*slot) bool { return true }) {
		v.release(s)
	}
}
