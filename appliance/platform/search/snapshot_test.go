package search_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/ident"
	"github.com/switchkeep/switchkeep/appliance/platform/search"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/bolt"
)

// life is one run of an appliance on a file.
type life struct {
	t  *testing.T
	e  *bolt.Engine
	db *store.DB
	ix *search.Index
}

func open(t *testing.T, path string) *life {
	t.Helper()
	e, err := bolt.Open(bolt.Config{Path: path, Now: time.Now, UnsafeNoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.New(e, pbxTable())
	if err != nil {
		t.Fatal(err)
	}
	return &life{t, e, db, newIndex(t)}
}

func (l *life) put(rows ...pbxRow) {
	l.t.Helper()
	_, err := l.db.Update(l.t.Context(), func(_ context.Context, tx store.Tx) error {
		for i := range rows {
			if err := pbxTable().Put(tx, &rows[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		l.t.Fatal(err)
	}
}

// follow runs until the index has everything, and tells how many rows were projected for it.
func (l *life) follow() (projected int) {
	l.t.Helper()
	ctx, cancel := context.WithCancel(l.t.Context())
	done := make(chan error)
	go func() {
		done <- search.Follow(ctx, l.db, pbxTable(), l.ix, func(r *pbxRow) (search.Row, bool) { projected++; return project(r) })
	}()
	if err := l.ix.Wait(l.t.Context(), l.db.Rev()); err != nil {
		l.t.Fatal(err)
	}
	<-l.ix.Ready()
	cancel()
	<-done
	return projected
}

func (l *life) ids() []string {
	l.t.Helper()
	p, err := l.ix.Query(search.Query{Limit: 500, Sort: []search.Order{{Column: "model"}, {Column: "name", Desc: true}, {Column: "state"}}})
	if err != nil {
		l.t.Fatal(err)
	}
	return p.IDs
}

func (l *life) end(snapshot string) {
	l.t.Helper()
	if snapshot != "" {
		ctx, cancel := context.WithTimeout(l.t.Context(), 10*time.Second)
		defer cancel()
		if err := errors.Join(search.CatchUp(ctx, l.db, pbxTable(), l.ix, project), l.ix.Save(snapshot, 1)); err != nil {
			l.t.Fatal(err)
		}
	}
	if err := l.e.Close(); err != nil {
		l.t.Fatal(err)
	}
}

// A snapshot is taken up at the next start, with what was written since; where it does not fit, the
// table is read instead.
func TestSnapshotSparesTheScan(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, snapshot := filepath.Join(dir, "a.db"), filepath.Join(dir, "list")
	l := open(t, file)
	var rows []pbxRow
	for i := range 400 {
		rows = append(rows, pbxRow{ID: ident.New(), Account: uint32(i % 9), Name: fmt.Sprintf("Näme %d", i%70), Model: fmt.Sprint("M", i%300)})
	}
	l.put(rows...)
	l.follow()
	if err := l.ix.Set(rows[3].ID, "state", search.TextValue("connected")); err != nil {
		t.Fatal(err)
	}
	late := pbxRow{ID: ident.New(), Name: "after the end of Follow"}
	l.put(late)
	l.ix.Delete(rows[7].ID) // a gap in the rows; the table is made to agree
	_, err := l.db.Update(t.Context(), func(_ context.Context, tx store.Tx) error { return pbxTable().Delete(tx, store.Text(rows[7].ID)) })
	if err != nil {
		t.Fatal(err)
	}
	l.end(snapshot)
	want := l.ids()

	l = open(t, file)
	if err := l.ix.Restore(l.db, snapshot, 1); err != nil {
		t.Fatal(err)
	}
	if got := l.ids(); !slices.Equal(got, want) {
		t.Fatalf("%d rows, want %d, or in another order", len(got), len(want))
	}
	if p, err := l.ix.Query(search.Query{Filters: []search.Filter{{Column: "state", Texts: []string{"connected"}}}}); err != nil || !slices.Equal(p.IDs, []string{rows[3].ID}) {
		t.Error(p, err)
	}
	fresh := pbxRow{ID: ident.New(), Name: "since"}
	l.put(fresh)
	if n := l.follow(); n != 1 {
		t.Errorf("%d rows were read, want the new one", n)
	}
	if got := l.ids(); len(got) != len(want)+1 || !slices.Contains(got, fresh.ID) {
		t.Error(len(got))
	}
	l.end("") // as by a crash

	l = open(t, file)
	if err := l.ix.Restore(l.db, snapshot, 1); !errors.Is(err, search.ErrSnapshot) {
		t.Errorf("a snapshot from before a crash: %v", err)
	}
	if n := l.follow(); n != len(want)+1 {
		t.Errorf("%d rows were read, want all", n)
	}
	l.end("")
}

// Whatever is wrong with a file, the index stays empty.
func TestDamagedSnapshotIsDropped(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, snapshot := filepath.Join(dir, "a.db"), filepath.Join(dir, "list")
	l := open(t, file)
	for i := range 20 {
		l.put(pbxRow{ID: ident.New(), Name: fmt.Sprint(i), Model: "P550"})
	}
	l.follow()
	l.end(snapshot)
	whole, err := os.ReadFile(snapshot)
	if err != nil {
		t.Fatal(err)
	}
	l = open(t, file)
	defer l.end("")
	refused := func(what string, b []byte, schema uint32) {
		t.Helper()
		if err := os.WriteFile(snapshot, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := l.ix.Restore(l.db, snapshot, schema); !errors.Is(err, search.ErrSnapshot) || l.ix.Len() != 0 || len(l.ids()) != 0 {
			t.Fatalf("%s: %v, %d rows", what, err, l.ix.Len())
		}
	}
	refused("another projection", whole, 2)
	for i := range whole {
		refused(fmt.Sprint("cut at ", i), whole[:i], 1)
		bad := slices.Clone(whole)
		bad[i] ^= 0x21
		refused(fmt.Sprint("byte ", i), bad, 1)
	}
	if err := l.ix.Restore(l.db, filepath.Join(dir, "none"), 1); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	if err := os.WriteFile(snapshot, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := l.ix.Restore(l.db, snapshot, 1); err != nil || l.ix.Len() != 20 {
		t.Error(err, l.ix.Len())
	}
}

func TestRefreshSetsHotColumns(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	a, b := ident.New(), ident.New()
	for i, id := range []string{a, b} {
		if err := ix.Put(item{id: id, name: "x", model: fmt.Sprint("m", i), state: "old"}.row()); err != nil {
			t.Fatal(err)
		}
	}
	err := ix.Refresh("model", func(id string, cell search.Value) []search.Value {
		if cell.Text() == "m1" && id == b {
			return []search.Value{search.TextValue("new")}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := ix.Counts(search.Query{}, "state"); err != nil || got["old"] != 1 || got["new"] != 1 {
		t.Error(got, err)
	}
	if err := ix.Refresh("none", nil); !errors.Is(err, search.ErrSpec) {
		t.Error(err)
	}
}
