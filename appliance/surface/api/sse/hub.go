package sse

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/platform/ident"
)

// ErrFull says that the session, or the appliance, has as many streams as it may.
var ErrFull = errors.New("too many event streams")

// Change is what a stream may learn. Account owns the object ("" is the appliance); it is not sent.
type Change struct {
	Type    string
	ID      string
	Rev     uint64
	Account string
}

// Subscriber is who listens.
type Subscriber struct {
	Session, User string
	// In tells whether the subscriber works in this account or below it.
	In func(account string) bool
	// May tells whether the subscriber may view the object now.
	May func(ctx context.Context, c Change) bool
	// Alive tells whether the session still is; it must not prolong it.
	Alive func(ctx context.Context) bool
}

// Config of a Hub.
type Config struct {
	Clock      clock.Clock
	Log        *slog.Logger
	Ring       int           // events kept for those who come back; 0: 1024
	Queue      int           // events waiting in one stream; 0: 128
	PerSession int           // 0: 24
	Total      int           // 0: 4096
	Beat       time.Duration // comment and check of the session; 0: 15 s
}

// Hub spreads changes to streams.
type Hub struct {
	c     Config
	epoch string

	mu      sync.Mutex
	n       uint64
	ring    []numbered // ascending, the last c.Ring events
	streams map[*stream]struct{}
	closed  bool
}

type numbered struct {
	n uint64
	Change
}

type stream struct {
	Subscriber
	queue chan numbered
	over  chan struct{} // closed when the queue was full: reload
	once  sync.Once
	done  chan struct{} // closed when the stream must end
	end   sync.Once
}

// New returns a hub.
func New(c Config) *Hub {
	set := func(v *int, d int) {
		if *v == 0 {
			*v = d
		}
	}
	set(&c.Ring, 1024)
	set(&c.Queue, 128)
	set(&c.PerSession, 24)
	set(&c.Total, 4096)
	if c.Beat == 0 {
		c.Beat = 15 * time.Second
	}
	return &Hub{c: c, epoch: ident.New(), streams: map[*stream]struct{}{}}
}

// Publish hands a change to every stream; it never waits.
func (h *Hub) Publish(changes ...Change) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, c := range changes {
		h.n++
		e := numbered{h.n, c}
		if len(h.ring) == h.c.Ring {
			h.ring = slices.Delete(h.ring, 0, h.c.Ring/4+1)
		}
		h.ring = append(h.ring, e)
		for s := range h.streams {
			select {
			case s.queue <- e:
			default:
				s.once.Do(func() { close(s.over) })
			}
		}
	}
}

// Reload tells every stream to fetch its pages again, because changes were missed.
func (h *Hub) Reload() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ring = nil
	h.n++
	for s := range h.streams {
		s.once.Do(func() { close(s.over) })
	}
}

// EndSession implements access.Ender.
func (h *Hub) EndSession(session, _ string) {
	h.endIf(func(s *stream) bool { return s.Session == session })
}

// EndUser implements access.Ender.
func (h *Hub) EndUser(user, _ string) { h.endIf(func(s *stream) bool { return s.User == user }) }

// EndAccount implements access.Ender.
func (h *Hub) EndAccount(account, _ string) {
	h.endIf(func(s *stream) bool { return s.In(account) })
}

// Close ends every stream and takes no new one.
func (h *Hub) Close() {
	h.mu.Lock()
	h.closed = true
	h.mu.Unlock()
	h.endIf(func(*stream) bool { return true })
}

// Streams is the number of open streams.
func (h *Hub) Streams() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.streams)
}

func (h *Hub) endIf(match func(*stream) bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for s := range h.streams {
		if match(s) {
			s.end.Do(func() { close(s.done) })
		}
	}
}

// subscribe adds a stream and returns what it missed since last; reload tells that this is not known.
func (h *Hub) subscribe(sub Subscriber, last string) (s *stream, missed []numbered, from uint64, reload bool, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	same := 0
	for o := range h.streams {
		if o.Session == sub.Session {
			same++
		}
	}
	if h.closed || same >= h.c.PerSession || len(h.streams) >= h.c.Total {
		return nil, nil, 0, false, ErrFull
	}
	s = &stream{Subscriber: sub, queue: make(chan numbered, h.c.Queue), over: make(chan struct{}), done: make(chan struct{})}
	h.streams[s] = struct{}{}
	missed, reload = h.since(last)
	return s, missed, h.n, reload, nil
}

func (h *Hub) since(last string) (missed []numbered, reload bool) {
	if last == "" {
		return nil, false
	}
	epoch, number, _ := strings.Cut(last, "-")
	n, err := strconv.ParseUint(number, 10, 64)
	if err != nil || epoch != h.epoch || n > h.n {
		return nil, true
	}
	if n == h.n {
		return nil, false
	}
	i := slices.IndexFunc(h.ring, func(e numbered) bool { return e.n == n+1 })
	if i < 0 {
		return nil, true
	}
	return slices.Clone(h.ring[i:]), false
}

func (h *Hub) drop(s *stream) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.streams, s)
}

func (h *Hub) id(n uint64) string { return fmt.Sprintf("%s-%d", h.epoch, n) }
