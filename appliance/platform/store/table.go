package store

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/tinylib/msgp/msgp"

	"github.com/switchkeep/switchkeep/appliance/platform/store/kv"
)

// The engine's types, which rooms name through this package.
type (
	// Reader reads one snapshot.
	Reader = kv.Reader
	// Tx reads and writes in one transaction.
	Tx = kv.Tx
	// Rev is a revision of the store.
	Rev = kv.Rev
)

var (
	// ErrNotFound says that no such row exists.
	ErrNotFound = kv.ErrNotFound
	// ErrExists says that the key or a unique index entry is taken; errors.As to *Conflict tells which.
	ErrExists = errors.New("row exists")
	// ErrRow says that stored bytes are no row of this table.
	ErrRow = errors.New("malformed row")
	// ErrNewer says that a row was written by a newer version.
	ErrNewer = errors.New("row written by a newer version")
)

// Conflict tells which unique index refused a row ("" is the key itself).
type Conflict struct{ Table, Index string }

func (c *Conflict) Error() string { return fmt.Sprintf("%s: %s already taken", c.Table, c.Index) }

// Unwrap makes errors.Is(err, ErrExists) true.
func (c *Conflict) Unwrap() error { return ErrExists }

// Row is a pointer to a row type with generated MessagePack methods.
type Row[T any] interface {
	*T
	msgp.MarshalSizer
	msgp.Unmarshaler
}

// Index derives index entries from a row. Keys returns one tuple for each entry; none leaves the
// row out (a sparse index).
type Index[T any] struct {
	Name string
	Keys func(*T) [][]Part
}

// Migration brings the MessagePack map of a row from schema From to From+1.
type Migration struct {
	From uint32
	Up   func(old []byte) ([]byte, error)
}

// Spec describes a table. Name is lower-case, unique in the appliance and never reused.
type Spec[T any] struct {
	Name       string
	Schema     uint32
	Key        func(*T) []Part
	Unique     []Index[T]
	Lookup     []Index[T]
	Migrations []Migration
}

// Table is a typed table. It holds no state of its own.
type Table[T any, P Row[T]] struct{ s Spec[T] }

// NewTable checks the spec and returns the table. It panics on a spec that can never work
// (no name, no key, a gap in the migrations): that is a programming error found by any test.
func NewTable[T any, P Row[T]](s Spec[T]) *Table[T, P] {
	if s.Name == "" || s.Key == nil || s.Schema == 0 {
		panic(fmt.Sprintf("store: table %q needs a name, a key and a schema", s.Name))
	}
	for from := uint32(1); from < s.Schema; from++ {
		if int(from) > len(s.Migrations) || s.Migrations[from-1].From != from {
			panic(fmt.Sprintf("store: table %q lacks the migration from schema %d", s.Name, from))
		}
	}
	return &Table[T, P]{s}
}

// Name is the table's name.
func (t *Table[T, P]) Name() string { return t.s.Name }

// Get returns the row with this key, or ErrNotFound.
func (t *Table[T, P]) Get(r Reader, key ...Part) (T, error) {
	var zero T
	b, err := r.Get(join(t.s.Name, key...))
	if err != nil {
		if errors.Is(err, kv.ErrNotFound) {
			return zero, fmt.Errorf("%s: %w", t.s.Name, ErrNotFound)
		}
		return zero, err
	}
	return t.decode(b)
}

// Has tells whether the row exists.
func (t *Table[T, P]) Has(r Reader, key ...Part) (bool, error) {
	_, err := r.Get(join(t.s.Name, key...))
	if errors.Is(err, kv.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// Insert puts a row that must not exist yet; ErrExists otherwise.
func (t *Table[T, P]) Insert(tx Tx, row *T) error {
	key := join(t.s.Name, t.s.Key(row)...)
	if _, err := tx.Get(key); err == nil {
		return &Conflict{t.s.Name, ""}
	} else if !errors.Is(err, kv.ErrNotFound) {
		return err
	}
	return t.write(tx, key, nil, row)
}

// Put inserts or replaces a row and keeps the indexes; ErrExists when a unique entry belongs to another row.
func (t *Table[T, P]) Put(tx Tx, row *T) error {
	key := join(t.s.Name, t.s.Key(row)...)
	old, err := t.old(tx, key)
	if err != nil {
		return err
	}
	return t.write(tx, key, old, row)
}

// Delete removes the row and its index entries; an absent row is no error.
func (t *Table[T, P]) Delete(tx Tx, key ...Part) error {
	k := join(t.s.Name, key...)
	old, err := t.old(tx, k)
	if err != nil || old == nil {
		return err
	}
	pk := k[len(Text(t.s.Name).b):]
	for e := range t.entries(old, pk) {
		if err := tx.Delete(e.key); err != nil {
			return err
		}
	}
	return tx.Delete(k)
}

// ByUnique returns the row that holds this entry of a unique index, or ErrNotFound.
func (t *Table[T, P]) ByUnique(r Reader, index string, parts ...Part) (T, error) {
	var zero T
	pk, err := r.Get(join(t.s.Name+"."+index, parts...))
	if err != nil {
		if errors.Is(err, kv.ErrNotFound) {
			return zero, fmt.Errorf("%s.%s: %w", t.s.Name, index, ErrNotFound)
		}
		return zero, err
	}
	b, err := r.Get(append(Text(t.s.Name).b, pk...))
	if err != nil {
		return zero, err
	}
	return t.decode(b)
}

// Page bounds a listing.
type Page struct {
	After Cursor // exclusive
	Limit int    // 0: no limit
	Desc  bool
}

// Item is a row with its place in the listing.
type Item[T any] struct {
	Row T
	At  Cursor
}

// List yields the rows whose key begins with prefix, in order of keys.
func (t *Table[T, P]) List(r Reader, page Page, prefix ...Part) iter.Seq2[Item[T], error] {
	return func(yield func(Item[T], error) bool) {
		for p, err := range r.Range(span(join(t.s.Name, prefix...), page)) {
			if err != nil {
				yield(Item[T]{}, err)
				return
			}
			row, err := t.decode(p.Value)
			if !yield(Item[T]{row, cursorOf(p.Key)}, err) || err != nil {
				return
			}
		}
	}
}

// Lookup yields the rows that a lookup index holds under prefix, in order of the index.
func (t *Table[T, P]) Lookup(r Reader, index string, page Page, prefix ...Part) iter.Seq2[Item[T], error] {
	return func(yield func(Item[T], error) bool) {
		for p, err := range r.Range(span(join(t.s.Name+"."+index, prefix...), page)) {
			if err != nil {
				yield(Item[T]{}, err)
				return
			}
			b, err := r.Get(append(Text(t.s.Name).b, p.Value...))
			if err != nil {
				yield(Item[T]{}, fmt.Errorf("%s.%s: dangling entry: %w", t.s.Name, index, err))
				return
			}
			row, err := t.decode(b)
			if !yield(Item[T]{row, cursorOf(p.Key)}, err) || err != nil {
				return
			}
		}
	}
}

// span never leaves the prefix, whatever cursor the caller was given from outside.
func span(prefix []byte, page Page) (start, end []byte, limit int, desc bool) {
	start, end = prefix, prefixEnd(prefix)
	if page.After != "" {
		after := []byte(page.After)
		switch {
		case !page.Desc && bytes.Compare(after, start) >= 0:
			start = append(after, 0x00)
		case page.Desc && (end == nil || bytes.Compare(after, end) < 0):
			end = after
		}
	}
	if end != nil && bytes.Compare(start, end) > 0 {
		start = end
	}
	return start, end, page.Limit, page.Desc
}

type entry struct {
	name   string
	key    []byte
	value  []byte
	unique bool
}

func (t *Table[T, P]) entries(row *T, pk []byte) iter.Seq[entry] {
	return func(yield func(entry) bool) {
		for _, ix := range t.s.Unique {
			for _, parts := range ix.Keys(row) {
				if !yield(entry{ix.Name, join(t.s.Name+"."+ix.Name, parts...), pk, true}) {
					return
				}
			}
		}
		for _, ix := range t.s.Lookup {
			for _, parts := range ix.Keys(row) {
				k := append(join(t.s.Name+"."+ix.Name, parts...), pk...)
				if !yield(entry{ix.Name, k, pk, false}) {
					return
				}
			}
		}
	}
}

func (t *Table[T, P]) write(tx Tx, key []byte, old, row *T) error {
	pk := bytes.Clone(key[len(Text(t.s.Name).b):])
	stale := map[string]struct{}{}
	if old != nil {
		for e := range t.entries(old, pk) {
			stale[string(e.key)] = struct{}{}
		}
	}
	var fresh []entry
	for e := range t.entries(row, pk) {
		if _, same := stale[string(e.key)]; same {
			delete(stale, string(e.key))
			continue
		}
		if e.unique {
			if have, err := tx.Get(e.key); err == nil && !bytes.Equal(have, pk) {
				return &Conflict{t.s.Name, e.name}
			} else if err != nil && !errors.Is(err, kv.ErrNotFound) {
				return err
			}
		}
		fresh = append(fresh, e)
	}
	for k := range stale {
		if err := tx.Delete([]byte(k)); err != nil {
			return err
		}
	}
	for _, e := range fresh {
		if err := tx.Put(e.key, e.value); err != nil {
			return err
		}
	}
	b, err := t.encode(row)
	if err != nil {
		return err
	}
	return tx.Put(key, b)
}

func (t *Table[T, P]) old(tx Tx, key []byte) (*T, error) {
	b, err := tx.Get(key)
	if errors.Is(err, kv.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	row, err := t.decode(b)
	return &row, err
}

func (t *Table[T, P]) encode(row *T) ([]byte, error) {
	p := P(row)
	b := msgp.AppendUint32(make([]byte, 0, p.Msgsize()+5), t.s.Schema)
	b, err := p.MarshalMsg(b)
	if err != nil {
		return nil, fmt.Errorf("%s: encode: %w", t.s.Name, err)
	}
	return b, nil
}

func (t *Table[T, P]) decode(b []byte) (T, error) {
	var row T
	body, err := t.raise(b)
	if err != nil {
		return row, err
	}
	if rest, err := P(&row).UnmarshalMsg(body); err != nil {
		return row, fmt.Errorf("%s: %w: %w", t.s.Name, ErrRow, err)
	} else if len(rest) != 0 {
		return row, fmt.Errorf("%s: %w: %d bytes too many", t.s.Name, ErrRow, len(rest))
	}
	return row, nil
}

// raise strips the schema number and migrates the map to the current schema.
func (t *Table[T, P]) raise(b []byte) ([]byte, error) {
	schema, body, err := msgp.ReadUint32Bytes(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w: schema number: %w", t.s.Name, ErrRow, err)
	}
	if schema > t.s.Schema {
		return nil, fmt.Errorf("%s: %w: schema %d, this version knows %d", t.s.Name, ErrNewer, schema, t.s.Schema)
	}
	for ; schema < t.s.Schema; schema++ {
		if body, err = t.s.Migrations[schema-1].Up(body); err != nil {
			return nil, fmt.Errorf("%s: migrate from schema %d: %w", t.s.Name, schema, err)
		}
	}
	return body, nil
}

// DumpJSON writes a stored row as JSON; a table of the catalogue.
func (t *Table[T, P]) DumpJSON(w io.Writer, value []byte) error {
	body, err := t.raise(value)
	if err != nil {
		return err
	}
	_, err = msgp.UnmarshalAsJSON(w, body)
	return err
}

// Verify decodes the row and checks that its key and index entries are the stored ones.
func (t *Table[T, P]) Verify(r Reader, key, value []byte) error {
	row, err := t.decode(value)
	if err != nil {
		return err
	}
	if want := join(t.s.Name, t.s.Key(&row)...); !bytes.Equal(want, key) {
		return fmt.Errorf("%s: %w: row belongs under another key", t.s.Name, ErrRow)
	}
	pk := key[len(Text(t.s.Name).b):]
	for e := range t.entries(&row, pk) {
		have, err := r.Get(e.key)
		if err != nil {
			return fmt.Errorf("%s.%s: index entry missing: %w", t.s.Name, e.name, err)
		}
		if !bytes.Equal(have, e.value) {
			return fmt.Errorf("%s.%s: %w: index entry of another row", t.s.Name, e.name, ErrRow)
		}
	}
	return nil
}

// VerifyIndex checks that an index entry leads to a row that has it. name is the index.
func (t *Table[T, P]) VerifyIndex(r Reader, name string, key, value []byte) error {
	b, err := r.Get(append(Text(t.s.Name).b, value...))
	if err != nil {
		return fmt.Errorf("%s.%s: dangling index entry: %w", t.s.Name, name, err)
	}
	row, err := t.decode(b)
	if err != nil {
		return err
	}
	for e := range t.entries(&row, value) {
		if e.name == name && bytes.Equal(e.key, key) {
			return nil
		}
	}
	return fmt.Errorf("%s.%s: %w: stale index entry", t.s.Name, name, ErrRow)
}
