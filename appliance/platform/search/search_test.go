package search_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/ident"
	"github.com/switchkeep/switchkeep/appliance/platform/search"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/bolt"
	"github.com/switchkeep/switchkeep/bolt/bolttest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func spec() search.Spec {
	return search.Spec{Name: "pbx", Columns: []search.Column{
		{Name: "name", Kind: search.Text, Search: true},
		{Name: "model", Kind: search.Label, Search: true},
		{Name: "calls", Kind: search.Number},
		{Name: "state", Kind: search.Label, Hot: true},
	}}
}

func newIndex(t testing.TB) *search.Index {
	t.Helper()
	ix, err := search.New(spec())
	if err != nil {
		t.Fatal(err)
	}
	return ix
}

type item struct {
	id          string
	account     uint32
	name, model string
	calls       int64
	state       string
}

func (i item) row() search.Row {
	return search.Row{ID: i.id, Account: i.account, Values: []search.Value{
		search.TextValue(i.name), search.TextValue(i.model), search.NumberValue(i.calls), search.TextValue(i.state),
	}}
}

// slow answers a query from a plain list.
func slow(items map[string]item, q search.Query, allowed map[uint32]bool) []string {
	var hits []item
	for _, it := range items {
		if !allowed[it.account] || !slowMatch(it, q) {
			continue
		}
		hits = append(hits, it)
	}
	slices.SortFunc(hits, func(a, b item) int {
		for _, o := range q.Sort {
			d := 0
			switch o.Column {
			case "name":
				d = cmp.Compare(strings.ToLower(a.name), strings.ToLower(b.name))
			case "model":
				d = cmp.Compare(strings.ToLower(a.model), strings.ToLower(b.model))
			case "calls":
				d = cmp.Compare(a.calls, b.calls)
			case "state":
				d = cmp.Compare(a.state, b.state)
			}
			if o.Desc {
				d = -d
			}
			if d != 0 {
				return d
			}
		}
		return cmp.Compare(a.id, b.id)
	})
	out := []string{}
	for _, h := range hits {
		out = append(out, h.id)
	}
	return out
}

func slowMatch(it item, q search.Query) bool {
	for word := range strings.FieldsSeq(strings.ToLower(q.Text)) {
		if !strings.Contains(strings.ToLower(it.name), word) && !strings.Contains(strings.ToLower(it.model), word) {
			return false
		}
	}
	for _, f := range q.Filters {
		ok := false
		switch {
		case f.Column == "calls":
			ok = f.Nums[0] <= it.calls && it.calls <= f.Nums[1]
		case f.Op == search.Is:
			ok = strings.EqualFold(it.model, f.Texts[0]) || strings.EqualFold(it.model, f.Texts[1])
		case f.Op == search.Prefix:
			ok = strings.HasPrefix(strings.ToLower(it.name), strings.ToLower(f.Texts[0]))
		}
		if ok == f.Not {
			return false
		}
	}
	return true
}

// Queries answer as a plain list does, page by page, while rows come, change and go.
func TestQueriesEqualThoseOfAPlainList(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		ix := newIndex(t)
		items := map[string]item{}
		names := rapid.StringOfN(rapid.RuneFrom([]rune("aAbB 1")), 0, 6, -1)
		models := rapid.SampledFrom([]string{"P550", "p560", "S20", ""})
		states := rapid.SampledFrom([]string{"connected", "disconnected"})
		var ids []string
		for range rapid.IntRange(1, 120).Draw(r, "rows") {
			switch {
			case len(ids) == 0 || rapid.IntRange(0, 3).Draw(r, "kind") > 0:
				ids = append(ids, ident.New())
				fallthrough
			case rapid.Bool().Draw(r, "replace"):
				id := rapid.SampledFrom(ids).Draw(r, "id")
				it := item{
					id, rapid.Uint32Range(0, 5).Draw(r, "account"), strings.TrimSpace(names.Draw(r, "name")),
					models.Draw(r, "model"), rapid.Int64Range(-3, 3).Draw(r, "calls"), states.Draw(r, "state"),
				}
				if err := ix.Put(it.row()); err != nil {
					r.Fatal(err)
				}
				if old, was := items[id]; was {
					it.state = old.state // a hot column is left alone
				}
				items[id] = it
			case rapid.Bool().Draw(r, "set"):
				id, state := rapid.SampledFrom(ids).Draw(r, "id"), states.Draw(r, "state")
				if err := ix.Set(id, "state", search.TextValue(state)); err != nil {
					r.Fatal(err)
				}
				if it, ok := items[id]; ok {
					it.state = state
					items[id] = it
				}
			default:
				id := rapid.SampledFrom(ids).Draw(r, "id")
				ix.Delete(id)
				delete(items, id)
			}
		}
		if ix.Len() != len(items) {
			r.Fatalf("%d rows, want %d", ix.Len(), len(items))
		}
		for range 4 {
			checkQuery(r, ix, items)
		}
	})
}

func checkQuery(r *rapid.T, ix *search.Index, items map[string]item) {
	q := search.Query{Limit: rapid.IntRange(1, 20).Draw(r, "limit"), Allowed: &search.Bits{}}
	allowed := map[uint32]bool{}
	for n := range uint32(6) {
		if rapid.IntRange(0, 3).Draw(r, "allow") > 0 {
			q.Allowed.Add(n)
			allowed[n] = true
		}
	}
	for _, c := range rapid.Permutation([]string{"name", "model", "calls", "state"}).Draw(r, "sort")[:rapid.IntRange(0, 3).Draw(r, "keys")] {
		q.Sort = append(q.Sort, search.Order{Column: c, Desc: rapid.Bool().Draw(r, "desc")})
	}
	q.Text = rapid.SampledFrom([]string{"", "a", "b 5", "P5 A", "zz"}).Draw(r, "text")
	for i, f := range []search.Filter{
		{Column: "model", Op: search.Is, Texts: []string{"P560", "s20"}},
		{Column: "name", Op: search.Prefix, Texts: []string{"Ab"}},
		{Column: "calls", Op: search.Between, Nums: []int64{-1, 2}},
	} {
		if rapid.IntRange(0, 2).Draw(r, fmt.Sprint("filter", i)) == 0 {
			f.Not = rapid.Bool().Draw(r, "not")
			q.Filters = append(q.Filters, f)
		}
	}
	want := slow(items, q, allowed)
	got := []string{}
	for {
		p, err := ix.Query(q)
		if err != nil {
			r.Fatal(err)
		}
		if p.Total != len(want) {
			r.Fatalf("total %d, want %d", p.Total, len(want))
		}
		got = append(got, p.IDs...)
		if q.After = p.Next; p.Next == "" {
			break
		}
		if len(p.IDs) != q.Limit {
			r.Fatalf("a page of %d before the last, want %d", len(p.IDs), q.Limit)
		}
	}
	if !slices.Equal(got, want) {
		r.Fatalf("query %+v\n got %v\nwant %v", q, got, want)
	}
}

func TestRefusesWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	if err := ix.Put(item{id: ident.New()}.row()); err != nil {
		t.Fatal(err)
	}
	for name, q := range map[string]search.Query{
		"column of a filter": {Filters: []search.Filter{{Column: "x", Texts: []string{"a"}}}},
		"column of the sort": {Sort: []search.Order{{Column: "x"}}},
		"cursor":             {After: "!"},
		"cursor of another order": {After: func() string {
			for range 2 {
				_ = ix.Put(item{id: ident.New()}.row())
			}
			p, err := ix.Query(search.Query{Limit: 1, Sort: []search.Order{{Column: "name"}}})
			if err != nil || p.Next == "" {
				t.Fatal(p, err)
			}
			return p.Next
		}()},
		"bounds of a text": {Filters: []search.Filter{{Column: "name", Op: search.Between, Texts: []string{"a"}}}},
		"no value":         {Filters: []search.Filter{{Column: "name"}}},
		"number as text":   {Filters: []search.Filter{{Column: "calls", Texts: []string{"1"}}}},
	} {
		if _, err := ix.Query(q); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := ix.Put(search.Row{ID: "x", Values: make([]search.Value, 4)}); !errors.Is(err, ident.ErrID) {
		t.Error(err)
	}
	if err := ix.Put(search.Row{ID: ident.New()}); !errors.Is(err, search.ErrSpec) {
		t.Error(err)
	}
}

// A text that is written again and again does not grow the arena without end.
func TestTextsArePacked(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	id := ident.New()
	for i := range 100_000 {
		if err := ix.Put(item{id: id, name: fmt.Sprintf("a name of some length %d", i)}.row()); err != nil {
			t.Fatal(err)
		}
	}
	if m := ix.Memory(); m > 1<<20 {
		t.Fatalf("%d bytes", m)
	}
	p, err := ix.Query(search.Query{Text: "99999"})
	if err != nil || p.Total != 1 {
		t.Fatal(p, err)
	}
}

func pbxTable() *store.Table[pbxRow, *pbxRow] {
	return store.NewTable[pbxRow](store.Spec[pbxRow]{Name: "pbx", Schema: 1, Key: func(r *pbxRow) []store.Part {
		return []store.Part{store.Text(r.ID)}
	}})
}

func project(r *pbxRow) (search.Row, bool) {
	return item{id: r.ID, account: r.Account, name: r.Name, model: r.Model}.row(), !r.Hidden
}

func TestFollowsTheTable(t *testing.T) {
	t.Parallel()
	db, table, ix := bolttest.Open(t, pbxTable()), pbxTable(), newIndex(t)
	change := func(fn func(tx store.Tx) error) store.Rev {
		rev, err := db.Update(t.Context(), func(_ context.Context, tx store.Tx) error { return fn(tx) })
		if err != nil {
			t.Fatal(err)
		}
		return rev
	}
	a, b := pbxRow{ID: ident.New(), Name: "Alpha"}, pbxRow{ID: ident.New(), Name: "Beta"}
	change(func(tx store.Tx) error { return table.Insert(tx, &a) })
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- search.Follow(ctx, db, table, ix, project) }()
	<-ix.Ready()
	names := func(rev store.Rev, text string) int {
		if err := ix.Wait(t.Context(), rev); err != nil {
			t.Fatal(err)
		}
		p, err := ix.Query(search.Query{Text: text})
		if err != nil {
			t.Fatal(err)
		}
		return p.Total
	}
	if names(1, "alpha") != 1 {
		t.Error("what was there is not loaded")
	}
	if rev := change(func(tx store.Tx) error { return table.Insert(tx, &b) }); names(rev, "beta") != 1 {
		t.Error("an insert is not seen")
	}
	hidden := b
	hidden.Hidden = true
	if rev := change(func(tx store.Tx) error { return table.Put(tx, &hidden) }); names(rev, "beta") != 0 {
		t.Error("a row that is listed no more is still there")
	}
	if rev := change(func(tx store.Tx) error { return table.Delete(tx, store.Text(a.ID)) }); names(rev, "") != 0 {
		t.Error("a deleted row is still there")
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// When the history is gone the index reloads, and loses what was deleted meanwhile.
func TestReloadsWhenTheHistoryIsGone(t *testing.T) {
	t.Parallel()
	e, err := bolt.Open(bolt.Config{Path: t.TempDir() + "/a.db", Now: time.Now, History: 1, UnsafeNoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	db, err := store.New(e, pbxTable())
	if err != nil {
		t.Fatal(err)
	}
	table, ix := pbxTable(), newIndex(t)
	ghost := ident.New()
	if err = ix.Put(item{id: ghost, name: "ghost"}.row()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- search.Follow(ctx, db, table, ix, project) }()
	var rev store.Rev
	for i := range 50 {
		rev, err = db.Update(t.Context(), func(_ context.Context, tx store.Tx) error {
			return table.Insert(tx, &pbxRow{ID: ident.New(), Name: fmt.Sprint(i)})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := ix.Wait(t.Context(), rev); err != nil {
		t.Fatal(err)
	}
	if p, err := ix.Query(search.Query{}); err != nil || p.Total != 50 {
		t.Error(p.Total, err)
	}
	cancel()
	<-done
}

func BenchmarkQueryMillion(b *testing.B) {
	ix := newIndex(b)
	for i := range 1_000_000 {
		_ = ix.Put(item{ident.New(), uint32(i % 1000), fmt.Sprintf("Customer %d main site %d", rand.IntN(5000), i), fmt.Sprint("P", i%20), int64(i % 77), "up"}.row())
	}
	b.ReportMetric(float64(ix.Memory())/1e6, "B/row")
	allowed := &search.Bits{}
	for n := range uint32(900) {
		allowed.Add(n)
	}
	for name, q := range map[string]search.Query{
		"sort":   {Allowed: allowed, Sort: []search.Order{{Column: "name"}}},
		"labels": {Allowed: allowed, Sort: []search.Order{{Column: "model"}, {Column: "calls", Desc: true}}},
		"text":   {Allowed: allowed, Text: "site 9999"},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := ix.Query(q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// Labels of more than a byte's worth of texts, and enough rows to be looked through side by side,
// answer like the plain list.
func TestManyRowsAndLabels(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	items := map[string]item{}
	for i := range 70_000 {
		it := item{id: ident.New(), account: uint32(i % 7), name: fmt.Sprintf("n%d", i%991), model: fmt.Sprintf("m%d", i%300), calls: int64(i % 13)}
		items[it.id] = it
		if err := ix.Put(it.row()); err != nil {
			t.Fatal(err)
		}
	}
	q := search.Query{
		Allowed: search.BitsOf(0, 2, 4, 5), Limit: 40, Filters: []search.Filter{{Column: "model", Op: search.Is, Texts: []string{"M299", "m7"}}},
		Sort: []search.Order{{Column: "model", Desc: true}, {Column: "name"}},
	}
	want := slow(items, q, map[uint32]bool{0: true, 2: true, 4: true, 5: true})
	var got []string
	for {
		p, err := ix.Query(q)
		if err != nil || p.Total != len(want) {
			t.Fatal(p.Total, len(want), err)
		}
		got = append(got, p.IDs...)
		if q.After = p.Next; p.Next == "" {
			break
		}
	}
	if !slices.Equal(got, want) {
		t.Fatal("other rows than the plain list's")
	}
}
