package signal

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/appliance/platform/store/kv"
)

// Change is one signal.
type Change struct {
	Type    string // of the object, e.g. "pbx"
	ID      string
	Account string // id of the owner, "" for the appliance's own
	Rev     store.Rev
	Deleted bool
}

// Source turns the changed rows of one table into signals.
type Source struct {
	Table    string
	describe func(*store.Change) (Change, error)
}

// Table returns the Source of a table. of tells the object's id and its owner's account id; an
// empty id keeps the row to itself. It is called with the row as it is, or as it was when deleted.
func Table[T any, P store.Row[T]](t *store.Table[T, P], typ string, of func(*T) (id, account string)) Source {
	return Source{t.Name(), func(c *store.Change) (Change, error) {
		value := c.Value
		if value == nil {
			value = c.Old
		}
		row, err := t.Decode(value)
		if err != nil {
			return Change{}, err
		}
		out := Change{Type: typ, Rev: c.Rev, Deleted: c.Value == nil}
		out.ID, out.Account = of(&row)
		return out, nil
	}}
}

// Config is what New needs.
type Config struct {
	DB      *store.DB
	Sources []Source
	Ring    int // signals kept for resuming; 0 is 8192
	Queue   int // signals kept for one subscriber; 0 is 256
}

// Hub fans out.
type Hub struct {
	db      *store.DB
	sources map[string][]Source
	tables  []string
	ring    int
	queue   int

	mu    sync.Mutex
	past  []Change
	floor store.Rev // the ring holds everything after it
	top   store.Rev
	subs  map[*Subscription]struct{}
}

// New returns a hub that knows nothing of the past.
func New(cfg Config) (*Hub, error) {
	if cfg.DB == nil {
		return nil, errors.New("signal: a store is required")
	}
	h := &Hub{
		db: cfg.DB, sources: map[string][]Source{}, ring: cfg.Ring, queue: cfg.Queue,
		subs: map[*Subscription]struct{}{}, floor: cfg.DB.Rev(), top: cfg.DB.Rev(),
	}
	if h.ring <= 0 {
		h.ring = 8192
	}
	if h.queue <= 0 {
		h.queue = 256
	}
	for _, s := range cfg.Sources {
		if s.describe == nil {
			return nil, fmt.Errorf("signal: source %q was not made by Table", s.Table)
		}
		if len(h.sources[s.Table]) == 0 {
			h.tables = append(h.tables, s.Table)
		}
		h.sources[s.Table] = append(h.sources[s.Table], s)
	}
	return h, nil
}

// Run feeds the subscribers until ctx ends.
func (h *Hub) Run(ctx context.Context) error {
	if len(h.tables) == 0 {
		<-ctx.Done()
		return ctx.Err()
	}
	h.mu.Lock()
	after := h.top
	h.mu.Unlock()
	for {
		for changes, err := range h.db.Watch(ctx, after, h.tables...) {
			if errors.Is(err, kv.ErrCompacted) {
				break
			}
			if err != nil {
				return fmt.Errorf("signal: %w", err)
			}
			if err := h.deliver(changes); err != nil {
				return err
			}
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		after = h.db.Rev()
		h.forget(after)
	}
}

func (h *Hub) deliver(changes []store.Change) error {
	var out []Change
	for i := range changes {
		for _, s := range h.sources[changes[i].Table] {
			c, err := s.describe(&changes[i])
			if err != nil {
				return fmt.Errorf("signal: %w", err)
			}
			if c.ID != "" && !slices.Contains(out, c) {
				out = append(out, c)
			}
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.top = changes[0].Rev
	h.past = append(h.past, out...)
	if over := len(h.past) - h.ring; over > 0 {
		// A revision is kept whole or not at all.
		h.floor = h.past[over-1].Rev
		for over < len(h.past) && h.past[over].Rev == h.floor {
			over++
		}
		h.past = slices.Clone(h.past[over:])
	}
	for s := range h.subs {
		s.push(out, h.queue)
	}
	return nil
}

// forget is for a history that is gone: everybody reloads.
func (h *Hub) forget(rev store.Rev) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.past, h.floor, h.top = nil, rev, rev
	for s := range h.subs {
		s.overflow()
	}
}

// Subscription is one subscriber's bounded queue.
type Subscription struct {
	hub    *Hub
	ready  chan struct{}
	mu     sync.Mutex
	queue  []Change
	reload bool
}

// Subscribe returns the signals after a revision: that of the last signal seen, or 0 for those from
// now on. What the ring no longer holds makes the first Take say reload.
func (h *Hub) Subscribe(after store.Rev) *Subscription {
	s := &Subscription{hub: h, ready: make(chan struct{}, 1)}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.subs[s] = struct{}{}
	switch {
	case after == 0:
	case after < h.floor || after > max(h.top, h.db.Rev()):
		s.overflow()
	default:
		first, _ := slices.BinarySearchFunc(h.past, after+1, func(c Change, rev store.Rev) int {
			if c.Rev < rev {
				return -1
			}
			return 1
		})
		s.push(h.past[first:], h.queue)
	}
	return s
}

// Ready yields when there is something to Take.
func (s *Subscription) Ready() <-chan struct{} { return s.ready }

// Take returns the queued signals and empties the queue. reload tells that signals were lost.
func (s *Subscription) Take() (changes []Change, reload bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	changes, reload = s.queue, s.reload
	s.queue, s.reload = nil, false
	return changes, reload
}

// Close ends the subscription.
func (s *Subscription) Close() {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	delete(s.hub.subs, s)
}

func (s *Subscription) push(changes []Change, limit int) {
	if len(changes) == 0 {
		return
	}
	s.mu.Lock()
	full := len(s.queue)+len(changes) > limit
	if !full {
		s.queue = append(s.queue, changes...)
	}
	s.mu.Unlock()
	if full {
		s.overflow()
		return
	}
	s.wake()
}

func (s *Subscription) overflow() {
	s.mu.Lock()
	s.queue, s.reload = nil, true
	s.mu.Unlock()
	s.wake()
}

func (s *Subscription) wake() {
	select {
	case s.ready <- struct{}{}:
	default:
	}
}
