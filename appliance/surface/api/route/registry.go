package route

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Registry is the list of all routes. It is filled at start and read-only afterwards.
type Registry struct {
	known   func(action string) bool
	entries []*Entry
	ids     map[string]bool
	root    *node
	err     error
}

type node struct {
	fixed   map[string]*node
	param   *node
	methods map[string]*Entry
}

// NewRegistry returns an empty registry; known tells the actions of the catalogue.
func NewRegistry(known func(action string) bool) *Registry {
	return &Registry{known: known, ids: map[string]bool{}, root: &node{}}
}

// Err is the first error of any registration.
func (r *Registry) Err() error { return r.err }

// Entries are the routes: fixed segments before parameters, so that mounting in this order never
// lets a parameter swallow a fixed path.
func (r *Registry) Entries() []*Entry {
	out := slices.Clone(r.entries)
	slices.SortStableFunc(out, func(a, b *Entry) int {
		for i := range min(len(a.segments), len(b.segments)) {
			_, pa := param(a.segments[i])
			_, pb := param(b.segments[i])
			if pa != pb {
				if pa {
					return 1
				}
				return -1
			}
			if c := cmp.Compare(a.segments[i], b.segments[i]); c != 0 {
				return c
			}
		}
		if c := cmp.Compare(len(a.segments), len(b.segments)); c != 0 {
			return c
		}
		return cmp.Compare(a.Method, b.Method)
	})
	return out
}

// Handle registers a route with a net/http handler of its own (events, downloads).
func (r *Registry) Handle(e Entry, h http.Handler) {
	e.raw = h
	r.add(&e)
}

func (r *Registry) add(e *Entry) {
	if r.err != nil {
		return
	}
	if e.Cap == 0 && e.Changes() {
		e.Cap = SmallCap
	}
	e.segments = strings.Split(strings.TrimPrefix(e.Path, "/"), "/")
	if r.err = e.check(r.known); r.err != nil {
		return
	}
	if r.ids[e.ID] {
		r.err = fmt.Errorf("%w: operation id %q twice", ErrEntry, e.ID)
		return
	}
	n := r.root
	for _, s := range e.segments {
		n = n.child(s)
	}
	if n.methods == nil {
		n.methods = map[string]*Entry{}
	}
	if n.methods[e.Method] != nil {
		r.err = fmt.Errorf("%w: %s %s twice", ErrEntry, e.Method, e.Path)
		return
	}
	n.methods[e.Method] = e
	r.ids[e.ID] = true
	r.entries = append(r.entries, e)
}

func (n *node) child(segment string) *node {
	if _, ok := param(segment); ok {
		if n.param == nil {
			n.param = &node{}
		}
		return n.param
	}
	if n.fixed == nil {
		n.fixed = map[string]*node{}
	}
	if n.fixed[segment] == nil {
		n.fixed[segment] = &node{}
	}
	return n.fixed[segment]
}

// Find returns the route of a request's escaped path, or the methods that the path knows; both are
// empty for an unknown path. Percent-encoded paths are unknown: no id or token needs one.
func (r *Registry) Find(method, path string) (*Entry, []string) {
	rest, ok := strings.CutPrefix(path, Prefix+"/")
	if !ok || strings.ContainsAny(rest, "%") {
		return nil, nil
	}
	n := r.root
	for s := range strings.SplitSeq(rest, "/") {
		switch next := n.fixed[s]; {
		case s == "":
			return nil, nil
		case next != nil:
			n = next
		case n.param != nil:
			n = n.param
		default:
			return nil, nil
		}
	}
	if e := n.methods[method]; e != nil {
		return e, nil
	}
	allow := make([]string, 0, len(n.methods))
	for m := range n.methods {
		allow = append(allow, m)
	}
	slices.Sort(allow)
	return nil, allow
}
