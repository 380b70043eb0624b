package search

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"sync"

	"github.com/switchkeep/switchkeep/appliance/platform/ident"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// ErrSpec says that a spec, a row or a query does not fit the columns.
var ErrSpec = errors.New("search: does not fit the columns")

// Spec describes an index. Name is the table's.
type Spec struct {
	Name    string
	Columns []Column
}

// minSlots is a power of two.
const minSlots = 64

// Row is what Put takes: one value for each column of the spec, in its order; the values of Hot
// columns are used only when the row is new.
type Row struct {
	ID      string // ident
	Account uint32 // number of the owner
	Values  []Value
}

// Index is one listed table.
type Index struct {
	spec Spec
	seed maphash.Seed

	mu      sync.RWMutex
	names   map[string]int
	columns []column
	ids     [][16]byte // the zero id is a free row
	account []uint32
	free    []uint32
	slots   []uint32 // open addressing over ids: row number plus one
	live    int

	rev     store.Rev
	moved   chan struct{} // closed and replaced when rev moves
	ready   chan struct{} // closed when the first load is complete
	isReady bool
}

// New returns an empty index.
func New(spec Spec) (*Index, error) {
	ix := &Index{
		spec: spec, seed: maphash.MakeSeed(), names: map[string]int{},
		slots: make([]uint32, minSlots), moved: make(chan struct{}), ready: make(chan struct{}),
	}
	for i, c := range spec.Columns {
		if _, twice := ix.names[c.Name]; twice || c.Name == "" {
			return nil, fmt.Errorf("%w: column name %q of %q is empty or taken", ErrSpec, c.Name, spec.Name)
		}
		ix.names[c.Name] = i
		ix.columns = append(ix.columns, newColumn(c.Kind))
	}
	return ix, nil
}

// slot returns where id is, or where it would go.
func (ix *Index) slot(id [16]byte) int {
	mask := len(ix.slots) - 1
	i := int(maphash.Bytes(ix.seed, id[:])) & mask
	for ix.slots[i] != 0 && ix.ids[ix.slots[i]-1] != id {
		i = (i + 1) & mask
	}
	return i
}

func (ix *Index) rehash() {
	ix.slots = make([]uint32, 2*len(ix.slots))
	for row, id := range ix.ids {
		if id != ([16]byte{}) {
			ix.slots[ix.slot(id)] = uint32(row) + 1
		}
	}
}

// Put adds or replaces a row.
func (ix *Index) Put(r Row) error {
	id, err := ident.Bytes(r.ID)
	if err != nil {
		return err
	}
	if len(r.Values) != len(ix.columns) {
		return fmt.Errorf("%w: %q has %d columns, the row %d values", ErrSpec, ix.spec.Name, len(ix.columns), len(r.Values))
	}
	ix.mu.Lock()
	defer ix.mu.Unlock()
	row, fresh := ix.row(id)
	ix.account[row] = r.Account
	for i, c := range ix.columns {
		if fresh || !ix.spec.Columns[i].Hot {
			c.set(row, r.Values[i])
		}
	}
	return nil
}

// row returns the number of an id's row, a new one if need be.
func (ix *Index) row(id [16]byte) (row uint32, fresh bool) {
	s := ix.slot(id)
	if ix.slots[s] != 0 {
		return ix.slots[s] - 1, false
	}
	if n := len(ix.free); n > 0 {
		row, ix.free = ix.free[n-1], ix.free[:n-1]
		ix.ids[row] = id
	} else {
		row = uint32(len(ix.ids))
		ix.ids = append(ix.ids, id)
		ix.account = append(ix.account, 0)
		for _, c := range ix.columns {
			c.grow()
		}
	}
	ix.slots[s] = row + 1
	ix.live++
	if 4*ix.live > 3*len(ix.slots) {
		ix.rehash()
	}
	return row, true
}

// Delete removes a row; an absent one is no error.
func (ix *Index) Delete(id string) {
	b, err := ident.Bytes(id)
	if err != nil {
		return
	}
	ix.mu.Lock()
	defer ix.mu.Unlock()
	ix.drop(b)
}

func (ix *Index) drop(id [16]byte) {
	s := ix.slot(id)
	if ix.slots[s] == 0 {
		return
	}
	row := ix.slots[s] - 1
	for _, c := range ix.columns {
		c.set(row, Value{})
	}
	ix.free = append(ix.free, row)
	ix.live--
	ix.slots[s] = 0
	mask := len(ix.slots) - 1
	for i := (s + 1) & mask; ix.slots[i] != 0; i = (i + 1) & mask {
		moved := ix.slots[i]
		ix.slots[i] = 0
		ix.slots[ix.slot(ix.ids[moved-1])] = moved
	}
	ix.ids[row] = [16]byte{}
}

// Set changes one cell, mostly of a Hot column; an unknown id is ignored.
func (ix *Index) Set(id, column string, v Value) error {
	b, err := ident.Bytes(id)
	if err != nil {
		return err
	}
	ix.mu.Lock()
	defer ix.mu.Unlock()
	c, ok := ix.names[column]
	if !ok {
		return fmt.Errorf("%w: %q has no column %q", ErrSpec, ix.spec.Name, column)
	}
	if s := ix.slots[ix.slot(b)]; s != 0 {
		ix.columns[c].set(s-1, v)
	}
	return nil
}

// refreshRows bounds the rows that are refreshed under one lock.
const refreshRows = 4096

// Refresh sets the Hot columns of every row. fn gets the row's id and its cell of a column, and returns
// one value for each Hot column in their order, or nil to leave them. fn must not use the index.
func (ix *Index) Refresh(column string, fn func(id string, cell Value) []Value) error {
	c, ok := ix.names[column]
	if !ok {
		return fmt.Errorf("%w: %q has no column %q", ErrSpec, ix.spec.Name, column)
	}
	for from, more := 0, true; more; from += refreshRows {
		more = ix.refresh(from, ix.columns[c], fn)
	}
	return nil
}

func (ix *Index) refresh(from int, cells column, fn func(id string, cell Value) []Value) (more bool) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	for row := from; row < min(from+refreshRows, len(ix.ids)); row++ {
		if ix.ids[row] == ([16]byte{}) {
			continue
		}
		values := fn(ident.FromBytes(ix.ids[row]), cells.value(uint32(row)))
		for i, c := range ix.columns {
			if len(values) > 0 && ix.spec.Columns[i].Hot {
				c.set(uint32(row), values[0])
				values = values[1:]
			}
		}
	}
	return from+refreshRows < len(ix.ids)
}

// fit gives back what was kept for growth.
func (ix *Index) fit() {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	ix.ids, ix.account = fit(ix.ids), fit(ix.account)
	for _, c := range ix.columns {
		c.fit()
	}
}

// Len is the number of rows.
func (ix *Index) Len() int {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	return ix.live
}

// Memory is the bytes held by the columns.
func (ix *Index) Memory() int {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	n := 16*cap(ix.ids) + 4*(cap(ix.account)+cap(ix.free)+cap(ix.slots))
	for _, c := range ix.columns {
		n += c.memory()
	}
	return n
}

// Ready is closed when the table was loaded for the first time.
func (ix *Index) Ready() <-chan struct{} { return ix.ready }

// Wait returns when the index holds what revision rev wrote, so that a list shows what its caller
// has just changed. It returns at ctx's end at the latest, with its error.
func (ix *Index) Wait(ctx context.Context, rev store.Rev) error {
	for {
		ix.mu.RLock()
		have, moved := ix.rev, ix.moved
		ix.mu.RUnlock()
		if have >= rev {
			return nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// seen notes that all changes up to rev are in the index.
func (ix *Index) seen(rev store.Rev, loaded bool) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	ix.rev = max(ix.rev, rev)
	close(ix.moved)
	ix.moved = make(chan struct{})
	if loaded && !ix.isReady {
		ix.isReady = true
		close(ix.ready)
	}
}

func (ix *Index) note(id string, in map[[16]byte]struct{}) {
	if b, err := ident.Bytes(id); err == nil {
		in[b] = struct{}{}
	}
}

// retain drops every row that is not in the set.
func (ix *Index) retain(ids map[[16]byte]struct{}) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	for _, id := range ix.ids {
		if _, keep := ids[id]; !keep && id != ([16]byte{}) {
			ix.drop(id)
		}
	}
}
