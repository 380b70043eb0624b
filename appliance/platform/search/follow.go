package search

import (
	"context"
	"errors"
	"fmt"

	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/appliance/platform/store/kv"
)

// loadPage bounds the rows read in one View: a long one makes the file grow.
const loadPage = 20_000

// loadGroup rows go from the reader to the index at once; loadAhead groups may wait.
const (
	loadGroup = 256
	loadAhead = 4
)

// Follow loads the table into the index and keeps it up to date until ctx ends. row projects a row,
// or tells that it is not listed. The first text part of the table's key must be the row's id. An index
// that was Restored is not loaded again.
func Follow[T any, P store.Row[T]](ctx context.Context, db *store.DB, table *store.Table[T, P], ix *Index, row func(*T) (Row, bool)) error {
	f := &follower[T, P]{db: db, table: table, ix: ix, row: row}
	ix.mu.RLock()
	after := ix.rev
	ix.mu.RUnlock()
	for loaded := after > 0; ; loaded = false {
		if !loaded {
			var err error
			if after, err = f.load(ctx); err != nil {
				return fmt.Errorf("load %s: %w", ix.spec.Name, err)
			}
			ix.fit()
		}
		ix.seen(after, true)
		if err := f.watch(ctx, after); !errors.Is(err, kv.ErrCompacted) {
			return err
		}
	}
}

// CatchUp applies what was committed since Follow ended, so that Save writes the last revision.
func CatchUp[T any, P store.Row[T]](ctx context.Context, db *store.DB, table *store.Table[T, P], ix *Index, row func(*T) (Row, bool)) error {
	f := &follower[T, P]{db: db, table: table, ix: ix, row: row}
	ix.mu.RLock()
	after := ix.rev
	ix.mu.RUnlock()
	last := db.Rev()
	if after >= last {
		return nil
	}
	for changes, err := range db.Watch(ctx, after) {
		if err != nil {
			return err
		}
		if err = f.apply(changes); err != nil {
			return err
		}
		if changes[0].Rev >= last {
			return nil
		}
	}
	return ctx.Err()
}

type follower[T any, P store.Row[T]] struct {
	db    *store.DB
	table *store.Table[T, P]
	ix    *Index
	row   func(*T) (Row, bool)
}

// load scans the table in pages. Changes made meanwhile are seen again by the watch, which starts
// at the revision before the scan; what is in the index and no longer in the table is dropped.
func (f *follower[T, P]) load(ctx context.Context) (store.Rev, error) {
	rev := f.db.Rev()
	found := map[[16]byte]struct{}{}
	reload := f.ix.Len() > 0
	rows, failed := make(chan []T, loadAhead), make(chan error, 1)
	go func() { // what is read is put beside the reading of the next
		var err error
		for group := range rows {
			if err == nil {
				err = f.put(group, reload, found)
			}
		}
		failed <- err
	}()
	err := f.read(ctx, rows)
	close(rows)
	if err = errors.Join(err, <-failed); err != nil {
		return 0, err
	}
	if reload {
		f.ix.retain(found)
	}
	return rev, nil
}

func (f *follower[T, P]) put(group []T, reload bool, found map[[16]byte]struct{}) error {
	for i := range group {
		row, listed := f.row(&group[i])
		if !listed {
			continue
		}
		if err := f.ix.Put(row); err != nil {
			return err
		}
		if reload {
			f.ix.note(row.ID, found)
		}
	}
	return nil
}

// read sends the rows of the table in groups.
func (f *follower[T, P]) read(ctx context.Context, rows chan<- []T) error {
	var after store.Cursor
	for more := true; more; {
		n := 0
		group := make([]T, 0, loadGroup)
		err := f.db.View(ctx, func(r store.Reader) error {
			for item, err := range f.table.List(r, store.Page{After: after, Limit: loadPage}) {
				if err != nil {
					return err
				}
				n++
				after = item.At
				if group = append(group, item.Row); len(group) == loadGroup {
					rows <- group
					group = make([]T, 0, loadGroup)
				}
			}
			return ctx.Err()
		})
		if err != nil {
			return err
		}
		rows <- group
		more = n == loadPage
	}
	return nil
}

func (f *follower[T, P]) watch(ctx context.Context, after store.Rev) error {
	for changes, err := range f.db.Watch(ctx, after) {
		if err != nil {
			return err
		}
		if err := f.apply(changes); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// apply takes one revision.
func (f *follower[T, P]) apply(changes []store.Change) error {
	for i := range changes {
		if changes[i].Table != f.table.Name() {
			continue
		}
		if err := f.change(&changes[i]); err != nil {
			return err
		}
	}
	f.ix.seen(changes[0].Rev, false)
	return nil
}

func (f *follower[T, P]) change(c *store.Change) error {
	if c.Value != nil {
		t, err := f.table.Decode(c.Value)
		if err != nil {
			return err
		}
		if row, listed := f.row(&t); listed {
			return f.ix.Put(row)
		}
	}
	id, err := store.KeyText(c.Key, 1)
	if err != nil {
		return err
	}
	f.ix.Delete(id[0])
	return nil
}
