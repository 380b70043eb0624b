package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/switchkeep/switchkeep/appliance/platform/store/kv"
)

// Registered is a table as the catalogue sees it.
type Registered interface {
	Name() string
	DumpJSON(w io.Writer, value []byte) error
	Verify(r Reader, key, value []byte) error
	VerifyIndex(r Reader, index string, key, value []byte) error
}

// DB is an engine with the catalogue of the tables in it.
type DB struct {
	engine kv.Engine
	tables map[string]Registered
}

// New returns a DB over an open engine. Two tables of one name are an error.
func New(engine kv.Engine, tables ...Registered) (*DB, error) {
	db := &DB{engine: engine, tables: map[string]Registered{}}
	for _, t := range tables {
		if _, twice := db.tables[t.Name()]; twice || strings.Contains(t.Name(), ".") {
			return nil, fmt.Errorf("table name %q is taken or has a dot", t.Name())
		}
		db.tables[t.Name()] = t
	}
	return db, nil
}

// View runs fn on a snapshot.
func (db *DB) View(ctx context.Context, fn func(Reader) error) error {
	return db.engine.View(ctx, fn)
}

// Update runs fn in a serializable transaction and returns when it is durable. fn may run twice.
func (db *DB) Update(ctx context.Context, fn func(ctx context.Context, tx Tx) error) (Rev, error) {
	return db.engine.Update(ctx, kv.Interactive, fn)
}

// UpdateBulk is Update in the lane of imports and jobs.
func (db *DB) UpdateBulk(ctx context.Context, fn func(ctx context.Context, tx Tx) error) (Rev, error) {
	return db.engine.Update(ctx, kv.Bulk, fn)
}

// Rev is the current revision.
func (db *DB) Rev() Rev { return db.engine.Rev() }

// Engine is the engine below, for backup and checks.
func (db *DB) Engine() kv.Engine { return db.engine }

// Change is one changed row. Value is nil when it was deleted; Old is then what it was.
type Change struct {
	Rev   Rev
	Table string
	Key   []byte
	Value []byte
	Old   []byte
}

// Watch yields, per revision, the changed rows (not index entries) of the named tables, of all
// tables when none is named. kv.ErrCompacted ends it: reload and watch from Rev().
func (db *DB) Watch(ctx context.Context, after Rev, tables ...string) iter.Seq2[[]Change, error] {
	want := map[string]bool{}
	for _, t := range tables {
		want[t] = true
	}
	return func(yield func([]Change, error) bool) {
		for batch, err := range db.engine.Watch(ctx, nil, after) {
			if err != nil {
				yield(nil, err)
				return
			}
			var out []Change
			for _, e := range batch.Events {
				name, err := TableOf(e.Key)
				if err != nil || strings.Contains(name, ".") || (len(want) > 0 && !want[name]) {
					continue
				}
				c := Change{Rev: batch.Rev, Table: name, Key: e.Key, Old: e.Old}
				if !e.Deleted {
					c.Value = e.Value
				}
				out = append(out, c)
			}
			if len(out) > 0 && !yield(out, nil) {
				return
			}
		}
	}
}

// Decode turns a Change's value of this table into a row.
func (t *Table[T, P]) Decode(value []byte) (T, error) { return t.decode(value) }

// KeyText returns the text parts at the front of a Change's key, n of them (ids, mostly).
func KeyText(key []byte, n int) ([]string, error) {
	_, rest, err := splitText(key)
	if err != nil {
		return nil, err
	}
	out := make([]string, n)
	for i := range out {
		if out[i], rest, err = splitText(rest); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Dump writes every row as one JSON line {"table":…,"row":…}.
func (db *DB) Dump(ctx context.Context, w io.Writer) error {
	return db.each(ctx, func(_ Reader, t Registered, index string, p kv.KV) error {
		if index != "" {
			return nil
		}
		if _, err := fmt.Fprintf(w, "{\"table\":%q,\"row\":", t.Name()); err != nil {
			return err
		}
		if err := t.DumpJSON(w, p.Value); err != nil {
			return err
		}
		_, err := io.WriteString(w, "}\n")
		return err
	})
}

// Verify decodes every row and follows every index entry both ways. It returns all findings joined,
// and the number of rows seen.
func (db *DB) Verify(ctx context.Context) (rows int, err error) {
	var bad []error
	err = db.each(ctx, func(r Reader, t Registered, index string, p kv.KV) error {
		found := verifyOne(r, t, index, p)
		if index == "" {
			rows++
		}
		if found != nil && len(bad) < 100 {
			bad = append(bad, found)
		}
		return nil
	})
	return rows, errors.Join(append(bad, err)...)
}

func verifyOne(r Reader, t Registered, index string, p kv.KV) error {
	if index == "" {
		return t.Verify(r, p.Key, p.Value)
	}
	return t.VerifyIndex(r, index, p.Key, p.Value)
}

func (db *DB) each(ctx context.Context, fn func(r Reader, t Registered, index string, p kv.KV) error) error {
	return db.engine.View(ctx, func(r Reader) error {
		for p, err := range r.Range([]byte{0x01}, nil, 0, false) {
			if err != nil {
				return err
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			full, err := TableOf(p.Key)
			if err != nil {
				return err
			}
			name, index, _ := strings.Cut(full, ".")
			t, ok := db.tables[name]
			if !ok {
				return fmt.Errorf("table %q is not in the catalogue", name)
			}
			if err := fn(r, t, index, p); err != nil {
				return err
			}
		}
		return nil
	})
}
