package quota_test

import (
	"maps"
	"slices"

	"github.com/switchkeep/switchkeep/appliance/domain/quota"
)

// The slow model: a plain tree in which every figure is computed anew for each question. An operation
// is done on a copy; it is right when no account's deficit grows that may not.

type (
	mObject struct {
		account string
		n       int64
	}
	mDated struct {
		qty int64
		to  int // hour
	}
	mAccount struct {
		parent         string
		leaf, own      bool
		frozen         bool
		base, g        map[quota.Kind]int64
		consumed       int64 // recording minutes
		dated          map[quota.Kind][]mDated
		minExt, maxExt int64
	}
	model struct {
		acc  map[string]*mAccount
		held map[quota.Kind]map[string]mObject
		root string
		hour int
	}
)

func kindsUsed() []quota.Kind {
	return []quota.Kind{quota.Extensions, quota.PBXConnections, quota.RecordingMinutes, quota.Accounts}
}

func newModel(root string) *model {
	m := &model{acc: map[string]*mAccount{}, held: map[quota.Kind]map[string]mObject{}, root: root}
	m.add(root, "", false, false)
	for _, k := range kindsUsed() {
		m.acc[root].base[k], m.acc[root].g[k] = -1, -1
		m.held[k] = map[string]mObject{}
	}
	m.acc[root].g[quota.HA] = 1
	return m
}

func (m *model) add(id, parent string, leaf, own bool) {
	m.acc[id] = &mAccount{
		parent: parent, leaf: leaf, own: own, base: map[quota.Kind]int64{}, g: map[quota.Kind]int64{}, dated: map[quota.Kind][]mDated{},
	}
}

func (m *model) clone() *model {
	c := &model{acc: map[string]*mAccount{}, held: map[quota.Kind]map[string]mObject{}, root: m.root, hour: m.hour}
	for id, a := range m.acc {
		b := *a
		b.base, b.g, b.dated = maps.Clone(a.base), maps.Clone(a.g), maps.Clone(a.dated)
		for k, d := range b.dated {
			b.dated[k] = slices.Clone(d)
		}
		c.acc[id] = &b
	}
	for k, h := range m.held {
		c.held[k] = maps.Clone(h)
	}
	return c
}

func (m *model) chain(id string) (out []string) {
	for ; id != ""; id = m.acc[id].parent {
		out = append(out, id)
	}
	return out
}

func (m *model) children(id string) (out []string) {
	for c, a := range m.acc {
		if a.parent == id {
			out = append(out, c)
		}
	}
	return out
}

func (m *model) used(id string, k quota.Kind) (n int64) {
	if k == quota.RecordingMinutes {
		return m.acc[id].consumed
	}
	for _, o := range m.held[k] {
		if o.account == id {
			n += o.n
		}
	}
	return n
}

func (m *model) promised(id string, k quota.Kind) (n int64) {
	for _, c := range m.children(id) {
		n += m.claim(c, k)
	}
	return n
}

func (m *model) total(id string, k quota.Kind) int64 { return m.promised(id, k) + m.used(id, k) }

func (m *model) claim(id string, k quota.Kind) int64 {
	if h := m.total(id, k); h > m.acc[id].g[k] {
		return h
	}
	return m.acc[id].g[k]
}

func (m *model) deficit(id string, k quota.Kind) int64 {
	if g := m.acc[id].g[k]; g >= 0 && m.total(id, k) > g {
		return m.total(id, k) - g
	}
	return 0
}

func (m *model) frozen(id string) bool {
	return slices.ContainsFunc(m.chain(id), func(a string) bool { return m.acc[a].frozen })
}

// grows tells whether something of the kind may grow in the account.
func (m *model) grows(id string, k quota.Kind) bool {
	if m.frozen(id) {
		return false
	}
	return !slices.ContainsFunc(m.chain(id), func(a string) bool { return k != quota.HA && m.deficit(a, k) > 0 })
}

func (m *model) flag(id string) bool {
	return !slices.ContainsFunc(m.chain(id), func(a string) bool { return m.acc[a].g[quota.HA] == 0 })
}

func (m *model) fits(id string, n int64) bool {
	least, most := m.bounds(id)
	return n >= least && n <= most
}

func (m *model) bounds(id string) (least, most int64) {
	most = 500
	for _, a := range m.chain(id) {
		least = max(least, m.acc[a].minExt)
		if x := m.acc[a].maxExt; x != 0 {
			most = min(most, x)
		}
	}
	return least, most
}

// sound tells whether no deficit grew from m to next, but the allowed one.
func (m *model) sound(next *model, account string, k quota.Kind) bool {
	for id := range next.acc {
		for _, kind := range kindsUsed() {
			after := next.deficit(id, kind)
			if after == 0 || id == account && kind == k {
				continue
			}
			if m.acc[id] == nil || after > m.deficit(id, kind) {
				return false
			}
		}
	}
	return true
}

func (m *model) datedSum(id string, k quota.Kind) (n int64) {
	for _, d := range m.acc[id].dated[k] {
		if d.to > m.hour {
			n += d.qty
		}
	}
	return n
}

func (m *model) set(id string, k quota.Kind, n int64, force bool) (*model, bool) {
	next := m.clone()
	a, parent := next.acc[id], m.acc[id].parent
	if k == quota.HA {
		if n == 1 && a.g[k] == 0 && parent != "" && (m.frozen(parent) || !m.flag(parent)) {
			return m, false
		}
		a.g[k] = n
		return next, true
	}
	if n == -1 && parent != "" && m.acc[parent].g[k] != -1 {
		return m, false
	}
	was := a.g[k]
	a.base[k], a.g[k] = n, n
	if n == -1 {
		delete(a.dated, k)
	} else {
		a.g[k] += m.datedSum(id, k)
	}
	if was == -1 && n != -1 {
		next.limitBelow(id, k)
	}
	grows := next.claim(id, k) > m.claim(id, k) || n == -1 && was != -1
	if grows && parent != "" && !m.grows(parent, k) {
		return m, false
	}
	var free string
	if force && k != quota.RecordingMinutes {
		free = id
	}
	return next, m.sound(next, free, k)
}

func (m *model) limitBelow(id string, k quota.Kind) {
	for _, c := range m.children(id) {
		if a := m.acc[c]; a.g[k] == -1 {
			m.limitBelow(c, k)
			a.g[k] = m.total(c, k)
			a.base[k] = a.g[k]
		}
	}
}

func (m *model) reserve(id string, k quota.Kind, object string, n int64) (*model, bool) {
	have, exists := m.held[k][object]
	switch {
	case n == 0, exists && have.account != id,
		(!exists || n > have.n) && !m.grows(id, k),
		k == quota.Extensions && !m.fits(id, n):
		return m, false
	}
	next := m.clone()
	next.held[k][object] = mObject{id, n}
	return next, m.sound(next, "", k)
}

func (m *model) release(k quota.Kind, object string) (*model, bool) {
	next := m.clone()
	delete(next.held[k], object)
	return next, true
}

func (m *model) transfer(k quota.Kind, object, to string) (*model, bool) {
	have, exists := m.held[k][object]
	switch {
	case !exists:
		return m, false
	case have.account == to:
		return m, true
	case !m.grows(to, k), k == quota.Extensions && !m.fits(to, have.n):
		return m, false
	}
	next := m.clone()
	next.held[k][object] = mObject{to, have.n}
	return next, m.sound(next, "", k)
}

func (m *model) consume(id string, n int64) (*model, bool) {
	if !m.grows(id, quota.RecordingMinutes) {
		return m, false
	}
	next := m.clone()
	next.acc[id].consumed += n
	return next, m.sound(next, "", "")
}

func (m *model) setBounds(id string, least, most int64) (*model, bool) {
	next := m.clone()
	next.acc[id].minExt, next.acc[id].maxExt = least, most
	lo, hi := next.bounds(id)
	return next, lo <= hi
}

func (m *model) grant(id string, k quota.Kind, qty int64, to int) (*model, bool) {
	a := m.acc[id]
	if a.g[k] == -1 || len(a.dated[k]) >= 50 || a.parent != "" && !m.grows(a.parent, k) {
		return m, false
	}
	next := m.clone()
	b := next.acc[id]
	b.g[k] += qty
	b.dated[k] = append(b.dated[k], mDated{qty, to})
	return next, m.sound(next, "", k)
}

func (m *model) expire() *model {
	next := m.clone()
	for id, a := range next.acc {
		for k, dated := range a.dated {
			live := slices.DeleteFunc(slices.Clone(dated), func(d mDated) bool { return d.to <= m.hour })
			if len(live) == len(dated) {
				continue
			}
			a.dated[k] = live
			if a.g[k] != -1 {
				a.g[k] = a.base[k] + next.datedSum(id, k)
			}
		}
	}
	return next
}

func (m *model) height(id string) (h int) {
	for _, c := range m.children(id) {
		h = max(h, m.height(c)+1)
	}
	return h
}

func (m *model) create(id, own, parent string, leaf bool) (*model, bool) {
	levels := len(m.chain(parent)) + 1
	if !leaf {
		levels++
	}
	if m.acc[parent].leaf || levels > 8 || m.frozen(parent) {
		return m, false
	}
	next := m.clone()
	next.add(id, parent, leaf, false)
	if !leaf {
		next.add(own, id, true, true)
	}
	return next.reserve(parent, quota.Accounts, id, 1)
}

func (m *model) remove(id string) (*model, bool) {
	a := m.acc[id]
	if a.own || id == m.root {
		return m, false
	}
	gone := []string{id}
	for _, c := range m.children(id) {
		if !m.acc[c].own {
			return m, false
		}
		gone = []string{c, id}
	}
	next := m.clone()
	for _, g := range gone {
		for _, k := range kindsUsed() {
			if k != quota.RecordingMinutes && m.used(g, k) > 0 {
				return m, false
			}
		}
		next.acc[next.acc[g].parent].consumed += next.acc[g].consumed
		delete(next.acc, g)
	}
	delete(next.held[quota.Accounts], id)
	return next, true
}

func (m *model) move(id, to string) (*model, bool) {
	a := m.acc[id]
	if a.own || id == m.root {
		return m, false
	}
	if a.parent == to {
		return m, true
	}
	if m.acc[to].leaf || slices.Contains(m.chain(to), id) || len(m.chain(to))+1+m.height(id) > 8 || m.frozen(to) {
		return m, false
	}
	if a.g[quota.HA] == 1 && !m.flag(to) {
		return m, false
	}
	for _, k := range kindsUsed() {
		if a.g[k] == -1 && m.acc[to].g[k] != -1 || m.claim(id, k) > 0 && !m.grows(to, k) {
			return m, false
		}
	}
	next := m.clone()
	next.acc[id].parent = to
	if !m.sound(next, "", "") {
		return m, false
	}
	return next.transfer(quota.Accounts, id, to)
}
