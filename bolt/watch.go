package bolt

import (
	"bytes"
	"context"
	"iter"
	"slices"
	"sync"

	"github.com/switchkeep/switchkeep/appliance/platform/store/kv"
)

// history is the last batches, for Watch.
type history struct {
	mu      sync.Mutex
	limit   int // bytes
	size    int
	floor   kv.Rev // batches of revisions > floor are held
	batches []kv.Batch
	closed  bool
	changed chan struct{} // closed and replaced at each commit
}

func newHistory(rev kv.Rev, limit int) *history {
	return &history{limit: limit, floor: rev, changed: make(chan struct{})}
}

// weight is roughly what a batch costs in memory.
func weight(b kv.Batch) int {
	n := 64
	for _, e := range b.Events {
		n += len(e.Key) + len(e.Value) + len(e.Old) + 64
	}
	return n
}

func (h *history) add(batches []kv.Batch) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, b := range batches {
		h.batches = append(h.batches, b)
		h.size += weight(b)
	}
	drop := 0
	for h.size > h.limit && drop < len(h.batches) {
		h.size -= weight(h.batches[drop])
		h.floor = h.batches[drop].Rev
		h.batches[drop] = kv.Batch{}
		drop++
	}
	h.batches = h.batches[drop:]
}

func (h *history) wake() {
	h.mu.Lock()
	defer h.mu.Unlock()
	close(h.changed)
	h.changed = make(chan struct{})
}

func (h *history) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	close(h.changed)
}

// since returns the batches after rev, and what to wait on when there are none.
func (h *history) since(rev kv.Rev) ([]kv.Batch, <-chan struct{}, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	top := h.floor + kv.Rev(len(h.batches))
	switch {
	case rev < h.floor || rev > top:
		return nil, nil, kv.ErrCompacted
	case rev < top:
		return slices.Clip(h.batches[rev-h.floor:]), nil, nil
	case h.closed:
		return nil, nil, kv.ErrClosed
	}
	return nil, h.changed, nil
}

// Watch yields, after the commit, what changed under prefix after a revision.
func (e *Engine) Watch(ctx context.Context, prefix []byte, after kv.Rev) iter.Seq2[kv.Batch, error] {
	return func(yield func(kv.Batch, error) bool) {
		for {
			batches, changed, err := e.history.since(after)
			if err != nil {
				yield(kv.Batch{}, err)
				return
			}
			if len(batches) == 0 {
				select {
				case <-changed:
				case <-ctx.Done():
					return
				}
				continue
			}
			for i := range batches {
				if ctx.Err() != nil {
					return
				}
				if b := filter(batches[i], prefix); len(b.Events) > 0 && !yield(b, nil) {
					return
				}
			}
			after = batches[len(batches)-1].Rev
		}
	}
}

// filter copies the events under prefix: a batch is shared by all watchers.
func filter(b kv.Batch, prefix []byte) kv.Batch {
	out := kv.Batch{Rev: b.Rev}
	for _, ev := range b.Events {
		if bytes.HasPrefix(ev.Key, prefix) {
			ev.Key = bytes.Clone(ev.Key)
			if ev.Deleted {
				ev.Old = clone(ev.Old)
			} else {
				ev.Value = clone(ev.Value)
			}
			out.Events = append(out.Events, ev)
		}
	}
	return out
}

// claim is exclusive among the users of this engine; the file's lock keeps other processes out.
type claim struct {
	e     *Engine
	name  string
	fence kv.Rev
	lost  chan struct{}
}

func (c *claim) Fence() kv.Rev         { return c.fence }
func (c *claim) Lost() <-chan struct{} { return c.lost }

// Release gives the claim back; twice is no error.
func (c *claim) Release(context.Context) error {
	c.e.claimsMu.Lock()
	defer c.e.claimsMu.Unlock()
	if c.e.claims[c.name] == c {
		delete(c.e.claims, c.name)
	}
	return nil
}

// Claim takes a name for owner. Taking it costs a revision, which is its fence.
func (e *Engine) Claim(ctx context.Context, name, owner string) (kv.Claim, error) {
	if name == "" || owner == "" {
		return nil, kv.ErrKey
	}
	c := &claim{e: e, name: name, lost: make(chan struct{})}
	e.claimsMu.Lock()
	if e.claims[name] != nil {
		e.claimsMu.Unlock()
		return nil, kv.ErrHeld
	}
	e.claims[name] = c
	e.claimsMu.Unlock()
	rev, err := e.submit(ctx, kv.Interactive, &job{bump: true, ctx: ctx})
	if err != nil {
		_ = c.Release(ctx)
		return nil, err
	}
	c.fence = rev
	return c, nil
}

func (e *Engine) loseClaims() {
	e.claimsMu.Lock()
	defer e.claimsMu.Unlock()
	for name, c := range e.claims {
		close(c.lost)
		delete(e.claims, name)
	}
}
