package tenant

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/search"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/appliance/platform/store/kv"
)

// Node is an account as the tree knows it.
type Node struct {
	ID, Parent     string
	Num            uint32
	Kind           Kind
	Own            bool
	Name, Realm    string
	MayAddChannels bool
	Frozen         *Freeze // its own; do not change
	Created        time.Time
	Activated      bool
	Ver            uint64
}

// Tree is a cache of all accounts. It shows the state of one revision and may lag behind the store;
// a check that guards a write reads the store instead. It is safe for concurrent use.
type Tree struct {
	mu       sync.RWMutex
	nodes    map[string]*Node
	byNum    map[uint32]*Node
	children map[string][]string // by number
	root     string
	rev      store.Rev
	gen      uint64 // raised when an account changed
	follows  bool
	moved    chan struct{} // closed and replaced at each new revision
}

func newTree() *Tree {
	return &Tree{
		nodes: map[string]*Node{}, byNum: map[uint32]*Node{}, children: map[string][]string{}, moved: make(chan struct{}),
	}
}

// Load fills the tree by a scan.
func (t *Tenants) Load(ctx context.Context) error {
	fresh := newTree()
	err := t.c.DB.View(ctx, func(r store.Reader) error {
		// The revision is read first: what comes between it and the snapshot is applied twice, which
		// changes nothing.
		fresh.rev = t.c.DB.Rev()
		for it, err := range Table().List(r, store.Page{}) {
			if err != nil {
				return err
			}
			fresh.put(&it.Row)
		}
		return nil
	})
	if err != nil {
		return err
	}
	t.tree.mu.Lock()
	defer t.tree.mu.Unlock()
	t.tree.gen++
	t.tree.nodes, t.tree.byNum, t.tree.children, t.tree.root = fresh.nodes, fresh.byNum, fresh.children, fresh.root
	t.tree.advance(fresh.rev)
	return nil
}

// Run keeps the tree up to date until ctx ends.
func (t *Tenants) Run(ctx context.Context) error {
	defer t.tree.setFollows(false)
	for ctx.Err() == nil {
		if err := t.Load(ctx); err != nil {
			return err
		}
		t.tree.setFollows(true)
		err := t.follow(ctx)
		if ctx.Err() != nil {
			break
		}
		if !errors.Is(err, kv.ErrCompacted) {
			return err
		}
		t.c.Logger.WarnContext(ctx, "account tree fell behind and is loaded again", slog.Uint64("rev", uint64(t.tree.Rev())))
	}
	return nil
}

func (t *Tenants) follow(ctx context.Context) error {
	for batch, err := range t.c.DB.Watch(ctx, t.tree.Rev()) {
		if err != nil {
			return err
		}
		if err := t.tree.apply(batch); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (t *Tree) apply(batch []store.Change) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range batch {
		if c.Table != Table().Name() {
			continue
		}
		t.gen++
		if c.Value == nil {
			ids, err := store.KeyText(c.Key, 1)
			if err != nil {
				return err
			}
			t.drop(ids[0])
			continue
		}
		row, err := Table().Decode(c.Value)
		if err != nil {
			return err
		}
		t.put(&row)
	}
	if len(batch) > 0 {
		t.advance(batch[0].Rev)
	}
	return nil
}

// advance notes the revision and wakes who waits for it; the caller holds mu or owns the tree.
func (t *Tree) advance(rev store.Rev) {
	t.rev = rev
	close(t.moved)
	t.moved = make(chan struct{})
}

func (t *Tree) setFollows(v bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.follows = v
	close(t.moved)
	t.moved = make(chan struct{})
}

// Rev is the revision that the tree shows.
func (t *Tree) Rev() store.Rev {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.rev
}

// Gen changes whenever an account has changed.
func (t *Tree) Gen() uint64 {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.gen
}

// Wait returns when the tree shows the revision, when ctx ends, or at once while nothing feeds it.
func (t *Tree) Wait(ctx context.Context, rev store.Rev) {
	for {
		t.mu.RLock()
		done, moved := t.rev >= rev || !t.follows, t.moved
		t.mu.RUnlock()
		if done {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-moved:
		}
	}
}

func (t *Tree) put(a *Account) {
	t.drop(a.ID)
	n := &Node{
		ID: a.ID, Parent: a.Parent, Num: a.Num, Kind: a.Kind, Own: a.Own, Name: a.Name, Realm: a.Realm,
		MayAddChannels: a.MayAddChannels, Frozen: a.Frozen, Created: a.CreatedAt, Activated: !a.ActivatedAt.IsZero(), Ver: a.Ver,
	}
	t.nodes[n.ID], t.byNum[n.Num] = n, n
	if n.Parent == "" {
		t.root = n.ID
		return
	}
	kids := t.children[n.Parent]
	at, _ := slices.BinarySearchFunc(kids, n, func(id string, want *Node) int { return t.compare(t.nodes[id], want) })
	t.children[n.Parent] = slices.Insert(kids, at, n.ID)
}

func (t *Tree) drop(id string) {
	old, ok := t.nodes[id]
	if !ok {
		return
	}
	delete(t.byNum, old.Num)
	if kids := t.children[old.Parent]; old.Parent != "" {
		if at := slices.Index(kids, id); at >= 0 {
			t.children[old.Parent] = slices.Delete(kids, at, at+1)
		}
		if len(t.children[old.Parent]) == 0 {
			delete(t.children, old.Parent)
		}
	}
	delete(t.nodes, id)
	if t.root == id {
		t.root = ""
	}
}

// compare orders siblings by number, which needs no folding and never changes.
func (t *Tree) compare(a, b *Node) int { return int(int64(a.Num) - int64(b.Num)) }

// Node returns the account.
func (t *Tree) Node(id string) (Node, bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return value(t.nodes[id])
}

// ByNum returns the account with this number.
func (t *Tree) ByNum(num uint32) (Node, bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return value(t.byNum[num])
}

// Root returns the operator.
func (t *Tree) Root() (Node, bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return value(t.nodes[t.root])
}

func value(n *Node) (Node, bool) {
	if n == nil {
		return Node{}, false
	}
	return *n, true
}

// Len is the number of accounts.
func (t *Tree) Len() int {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return len(t.nodes)
}

// up yields the nodes from id to the root; the caller holds mu.
func (t *Tree) up(id string) func(yield func(*Node) bool) {
	return func(yield func(*Node) bool) {
		n := t.nodes[id]
		for range MaxDepth {
			if n == nil || !yield(n) {
				return
			}
			n = t.nodes[n.Parent]
		}
	}
}

// Under tells whether id is ancestor or stands below it.
func (t *Tree) Under(id, ancestor string) bool {
	t.mu.RLock()
	defer t.mu.RUnlock()
	for n := range t.up(id) {
		if n.ID == ancestor {
			return true
		}
	}
	return false
}

// Chain returns the ids from the account to the operator; nil when there is no such account.
func (t *Tree) Chain(id string) []string {
	t.mu.RLock()
	defer t.mu.RUnlock()
	var out []string
	for n := range t.up(id) {
		out = append(out, n.ID)
	}
	return out
}

// Children returns the accounts directly below, oldest first.
func (t *Tree) Children(id string) []Node {
	t.mu.RLock()
	defer t.mu.RUnlock()
	out := make([]Node, 0, len(t.children[id]))
	for _, c := range t.children[id] {
		out = append(out, *t.nodes[c])
	}
	return out
}

// OwnerBelow returns the account that a viewer is shown as the owner of what id holds: the one
// directly below the viewer on the way to id; the viewer itself for its own; "" when id is not below.
func (t *Tree) OwnerBelow(viewer, id string) string {
	t.mu.RLock()
	defer t.mu.RUnlock()
	below := viewer
	for n := range t.up(id) {
		if n.ID == viewer {
			return below
		}
		below = n.ID
	}
	return ""
}

// Subtree returns the numbers of the account and all below it.
func (t *Tree) Subtree(id string) *search.Bits {
	t.mu.RLock()
	defer t.mu.RUnlock()
	set := &search.Bits{}
	t.each(id, func(n *Node) { set.Add(n.Num) })
	return set
}

// Each calls fn for the account and all below it, under the tree's lock: fn must not ask the tree.
func (t *Tree) Each(id string, fn func(Node)) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	t.each(id, func(n *Node) { fn(*n) })
}

func (t *Tree) each(id string, fn func(*Node)) {
	todo := []string{id}
	for len(todo) > 0 {
		n := t.nodes[todo[len(todo)-1]]
		todo = todo[:len(todo)-1]
		if n == nil {
			continue
		}
		fn(n)
		todo = append(todo, t.children[n.ID]...)
	}
}

// EffectiveFreeze returns the account's own freeze or that of its nearest ancestor, and where it was set.
func (t *Tree) EffectiveFreeze(id string) (f *Freeze, at string) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	for n := range t.up(id) {
		if n.Frozen != nil {
			return n.Frozen, n.ID
		}
	}
	return nil, ""
}

// EachWarm calls fn with the number of the account and of all below it, and whether a freeze at or above
// it holds. It runs under the tree's lock: fn must not ask the tree.
func (t *Tree) EachWarm(id string, fn func(num uint32, frozen bool)) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	n := t.nodes[id]
	if n == nil {
		return
	}
	frozen := false
	for up := range t.up(id) {
		frozen = frozen || up.Frozen != nil
	}
	t.eachWarm(n, frozen, fn)
}

func (t *Tree) eachWarm(n *Node, frozen bool, fn func(num uint32, frozen bool)) {
	frozen = frozen || n.Frozen != nil
	fn(n.Num, frozen)
	for _, id := range t.children[n.ID] {
		t.eachWarm(t.nodes[id], frozen, fn)
	}
}
