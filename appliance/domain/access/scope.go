package access

import (
	"errors"

	"github.com/switchkeep/switchkeep/appliance/domain/tenant"
	"github.com/switchkeep/switchkeep/appliance/platform/search"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// Scope is the set of accounts on which a caller may do an action.
type Scope struct {
	bits *search.Bits
	tree *tenant.Tree
	root bool // the appliance's own objects too
}

// Has tells whether the account is in it; "" is the appliance.
func (s Scope) Has(account string) bool {
	if account == "" {
		return s.root
	}
	if s.tree == nil {
		return false
	}
	n, ok := s.tree.Node(account)
	return ok && s.bits.Has(n.Num)
}

// Nums are the numbers of the accounts; do not change.
func (s Scope) Nums() *search.Bits {
	if s.bits == nil {
		return &search.Bits{}
	}
	return s.bits
}

// Scope returns the accounts on which the caller may do the action, as the tree shows them now;
// ErrDenied when his role has not got it.
func (a *Access) Scope(r store.Reader, who Who, act Action) (Scope, error) {
	i, known := a.known[act]
	if !known || !enrolls(who.Kind, act) {
		return Scope{}, ErrDenied
	}
	now := a.c.Clock.Now()
	have, err := a.rights(r, who, now)
	if err != nil {
		if errors.Is(err, tenant.ErrNotFound) {
			err = ErrHidden
		}
		return Scope{}, err
	}
	if shutOut(have.frozen != nil) {
		return Scope{}, tenant.CheckLiveTx(r, who.Account)
	}
	out := Scope{tree: a.c.Tree}
	var set words
	has := false
	for j := range have.grants {
		h := &have.grants[j]
		if !h.has(i) || !kindHas(i, have.kind) {
			continue
		}
		has = true
		out.root = out.root || h.grant.Scope == Subtree && have.kind == string(tenant.Operator)
		a.add(&set, &h.grant, i, who.Account)
	}
	if !has {
		return Scope{}, ErrDenied
	}
	if err := a.restrict(r, set, who, i); err != nil {
		return Scope{}, err
	}
	out.bits = search.BitsFrom(set)
	own, ok := a.c.Tree.Node(who.Account)
	switch {
	case !ok:
	case act == AccountAuthorize:
		held := out.bits.Has(own.Num)
		out.bits = &search.Bits{}
		if held {
			out.bits.Add(own.Num)
		}
	case !notToItself(i, true, string(own.Kind)):
		out.bits.Remove(own.Num)
	}
	return out, nil
}

// add puts the accounts of a grant into the set.
func (a *Access) add(to *words, g *Grant, i Info, own string) {
	var tops []string
	switch g.Scope {
	case Subtree:
		tops = []string{own}
	case Listed:
		for _, id := range g.Accounts {
			switch {
			case a.c.Tree.Under(id, own):
				tops = append(tops, id)
			case a.c.Tree.Under(own, id):
				tops = append(tops, own)
			}
		}
	case Own:
		if n, ok := a.c.Tree.Node(own); ok {
			to.add(n.Num)
		}
		return
	}
	for _, top := range tops {
		set := a.subtree(top)
		if thaws(i) {
			to.or(set.all)
		} else {
			to.or(set.warm)
		}
	}
}

// subtree returns the sets of an account, kept until the tree changes.
func (a *Access) subtree(top string) subtree {
	const most = 256
	gen := a.c.Tree.Gen()
	a.mu.Lock()
	if a.gen != gen || len(a.scopes) >= most {
		clear(a.scopes)
		a.gen = gen
	}
	set, ok := a.scopes[top]
	a.mu.Unlock()
	if ok {
		return set
	}
	set = subtree{}
	a.c.Tree.EachWarm(top, func(num uint32, frozen bool) {
		set.all.add(num)
		if !frozen {
			set.warm.add(num)
		}
	})
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.gen == gen {
		a.scopes[top] = set
	}
	return set
}

// restrict takes out what the accounts below do not let those above do. Only restricting rows are read.
func (a *Access) restrict(r store.Reader, from words, who Who, i Info) error {
	if !needsAuthorization(i) {
		return nil
	}
	q := question{now: a.c.Clock.Now(), sure: a.c.Sure()}
	for it, err := range authorizations().Lookup(r, "restricted", store.Page{}) {
		if err != nil {
			return err
		}
		z := it.Row
		if z.Account == who.Account || q.passes(&z, i) || !a.c.Tree.Under(z.Account, who.Account) {
			continue
		}
		a.c.Tree.EachWarm(z.Account, func(num uint32, _ bool) { from.remove(num) })
	}
	return nil
}

// words are the words of a search.Bits.
type words []uint64

func (w *words) add(n uint32) {
	for int(n/64) >= len(*w) {
		*w = append(*w, 0)
	}
	(*w)[n/64] |= 1 << (n % 64)
}

func (w words) remove(n uint32) {
	if int(n/64) < len(w) {
		w[n/64] &^= 1 << (n % 64)
	}
}

func (w *words) or(other words) {
	for len(*w) < len(other) {
		*w = append(*w, 0)
	}
	for i, x := range other {
		(*w)[i] |= x
	}
}
