package listen

import (
	"net/netip"
	"sync"
)

// crowd bounds the connections of a route after their handshake. Beyond the bound the one of the
// source with most that has been silent the longest makes room: a newcomer from elsewhere is served
// however many idle connections somebody holds.
type crowd struct {
	max int // 0: no bound

	mu       sync.Mutex
	n        int
	bySource map[netip.Prefix]map[*conn]struct{}
}

func newCrowd(limit int) *crowd {
	return &crowd{max: limit, bySource: map[netip.Prefix]map[*conn]struct{}{}}
}

// add takes a connection in and returns the one that has to go, or nil.
func (w *crowd) add(c *conn) (out *conn) {
	if w.max == 0 {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.n >= w.max {
		out = w.quietest()
		w.drop(out)
	}
	c.source = sourceOf(c.remote)
	if w.bySource[c.source] == nil {
		w.bySource[c.source] = map[*conn]struct{}{}
	}
	w.bySource[c.source][c] = struct{}{}
	w.n++
	return out
}

func (w *crowd) remove(c *conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.drop(c)
}

func (w *crowd) drop(c *conn) {
	set := w.bySource[c.source]
	if _, in := set[c]; !in {
		return
	}
	delete(set, c)
	w.n--
	if len(set) == 0 {
		delete(w.bySource, c.source)
	}
}

func (w *crowd) quietest() *conn {
	var most map[*conn]struct{}
	for _, set := range w.bySource {
		if len(set) > len(most) {
			most = set
		}
	}
	var out *conn
	for c := range most {
		if out == nil || c.active.Load() < out.active.Load() {
			out = c
		}
	}
	return out
}
