package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/ident"
	"github.com/switchkeep/switchkeep/appliance/platform/search"
)

const (
	listAccounts = 2000
	listAllowed  = 1500 // accounts whose rows the caller may see
	listPage     = 50
	listFloor    = 50 // ms at the 99th of a hundred
)

// plainRow is a row of the plain slice.
type plainRow struct {
	id            string
	account       uint32
	name, serial  string
	model, state  string
	uptime, since int64
}

func makePBX(r *rand.Rand, i int) plainRow {
	models := []string{"P520", "P550", "P560", "P570", "S20", "S50", "S100", "S300"}
	states := []string{"connected", "connected", "connected", "disconnected", "awaiting"}
	towns := []string{"Berlin", "Hamburg", "Shanghai", "Xiamen", "Paris", "Lyon", "Oslo", "Turin", "Porto", "Gdansk"}
	return plainRow{
		ident.New(), uint32(r.IntN(listAccounts)), fmt.Sprintf("%s office %d", towns[r.IntN(len(towns))], i),
		fmt.Sprintf("36921%07d", r.IntN(1e7)), models[r.IntN(len(models))], states[r.IntN(len(states))], r.Int64N(1e7), r.Int64N(1e9),
	}
}

func listSpec() search.Spec {
	return search.Spec{Name: "pbx", Columns: []search.Column{
		{Name: "name", Kind: search.Text, Search: true},
		{Name: "serial", Kind: search.Text, Search: true},
		{Name: "model", Kind: search.Label, Search: true},
		{Name: "state", Kind: search.Label},
		{Name: "uptime", Kind: search.Number},
		{Name: "since", Kind: search.Time},
	}}
}

func (p *plainRow) row() search.Row {
	return search.Row{ID: p.id, Account: p.account, Values: []search.Value{
		search.TextValue(p.name), search.TextValue(p.serial), search.TextValue(p.model), search.TextValue(p.state),
		search.NumberValue(p.uptime), search.TimeValue(time.UnixMilli(p.since)),
	}}
}

// question is one kind of query, as the index and as the plain slice are asked.
type question struct {
	name  string
	query search.Query
	match func(*plainRow) bool
	less  func(a, b *plainRow) int
}

func questions(r *rand.Rand) []question {
	byName := func(a, b *plainRow) int { return cmp.Or(strings.Compare(a.name, b.name), strings.Compare(a.id, b.id)) }
	word := fmt.Sprint(r.IntN(9000) + 1000)
	return []question{
		{"list by name", search.Query{Sort: []search.Order{{Column: "name"}}}, func(*plainRow) bool { return true }, byName},
		{
			"filter model, state",
			search.Query{Sort: []search.Order{{Column: "name"}}, Filters: []search.Filter{
				{Column: "model", Texts: []string{"P550", "P560"}}, {Column: "state", Texts: []string{"disconnected"}},
			}},
			func(p *plainRow) bool { return (p.model == "p550" || p.model == "p560") && p.state == "disconnected" }, byName,
		},
		{
			"sort state, uptime",
			search.Query{Sort: []search.Order{{Column: "state"}, {Column: "uptime", Desc: true}}},
			func(*plainRow) bool { return true },
			func(a, b *plainRow) int {
				return cmp.Or(strings.Compare(a.state, b.state), cmp.Compare(b.uptime, a.uptime), strings.Compare(a.id, b.id))
			},
		},
		{
			"search a substring",
			search.Query{Text: word, Sort: []search.Order{{Column: "name"}}},
			func(p *plainRow) bool {
				return strings.Contains(p.name, word) || strings.Contains(p.serial, word) || strings.Contains(p.model, word)
			}, byName,
		},
	}
}

// benchList measures pages of 50 out of all rows, with the right total, under a scope of accounts.
func benchList(ctx context.Context, out io.Writer, o options) error {
	for _, n := range o.rows {
		if err := listSize(ctx, out, o, n); err != nil {
			return err
		}
	}
	return nil
}

func listSize(ctx context.Context, out io.Writer, o options, n int) error {
	r := rand.New(rand.NewPCG(1, uint64(n))) //nolint:gosec // reproducible
	ix, err := search.New(listSpec())
	if err != nil {
		return err
	}
	rows := make([]plainRow, n)
	for i := range rows {
		rows[i] = makePBX(r, i)
		rows[i].name = strings.ToLower(rows[i].name) // as the index sorts
		rows[i].model = strings.ToLower(rows[i].model)
	}
	before, start := heap(), time.Now()
	for i := range rows {
		if err = ix.Put(rows[i].row()); err != nil {
			return err
		}
	}
	took, after := time.Since(start), heap()
	o.note(line{what: fmt.Sprintf("list of %d in memory", n), beside: "the target of 50 B a row", values: []float64{float64(ix.Memory()) / float64(n)}, unit: "B"})
	_, _ = fmt.Fprintf(out, "\n%d rows: loaded in %v, %d B a row in columns (%d B by the heap)\n", n, took.Round(time.Millisecond), ix.Memory()/n, (after-before)/int64(n))
	_, _ = fmt.Fprintf(out, "%-20s | %9s %9s %9s | %9s | %s\n", "query", "total", "p50", "p99", "slice p50", "slice : index")
	allowed := &search.Bits{}
	for a := range uint32(listAllowed) {
		allowed.Add(a)
	}
	for q := range questions(r) {
		if err = listRow(ctx, out, o, r, ix, rows, allowed, q); err != nil {
			return err
		}
	}
	return nil
}

func listRow(ctx context.Context, out io.Writer, o options, r *rand.Rand, ix *search.Index, rows []plainRow, allowed *search.Bits, which int) error {
	var times, slow []time.Duration
	var ratios, p50s, p99s []float64
	var name string
	total := 0
	for range max(o.rounds, 5) {
		var mine []time.Duration
		for range 40 {
			if err := ctx.Err(); err != nil {
				return err
			}
			q := questions(r)[which]
			q.query.Allowed, q.query.Limit, name = allowed, listPage, q.name
			start := time.Now()
			p, err := ix.Query(q.query)
			if err != nil {
				return err
			}
			mine, total = append(mine, time.Since(start)), p.Total
		}
		q := questions(r)[which]
		q.query.Allowed, q.query.Limit = allowed, listPage
		start := time.Now()
		ids, n := plain(rows, allowed, &q)
		spent := time.Since(start)
		p, err := ix.Query(q.query)
		if err != nil {
			return err
		}
		if p.Total != n || !slices.Equal(p.IDs, ids) {
			return fmt.Errorf("%s: the index answers otherwise than the slice: %d and %d rows", q.name, p.Total, n)
		}
		times, slow = append(times, mine...), append(slow, spent)
		p50s, p99s = append(p50s, ms(percentile(mine, 0.5))), append(p99s, ms(percentile(mine, 0.99)))
		ratios = append(ratios, float64(spent)/float64(percentile(mine, 0.5)))
	}
	what := fmt.Sprintf("%d rows, %s", len(rows), name)
	o.note(line{what: what + ", faster than", beside: "a plain slice", values: ratios, unit: "x"})
	o.note(line{what: what + ", p50", beside: "the floor", values: p50s, unit: "ms"})
	o.note(line{what: what + ", p99", beside: "the floor", values: p99s, unit: "ms", most: listFloor})
	_, err := fmt.Fprintf(out, "%-20s | %9d %7.1fms %7.1fms | %7.1fms | %s\n", name, total,
		ms(percentile(times, 0.5)), ms(percentile(times, 0.99)), ms(percentile(slow, 0.5)), verdict(ratios, 0))
	return err
}

// plain filters and sorts a slice of structs, as one writes it first.
func plain(rows []plainRow, allowed *search.Bits, q *question) (ids []string, total int) {
	var hits []*plainRow
	for i := range rows {
		if allowed.Has(rows[i].account) && q.match(&rows[i]) {
			hits = append(hits, &rows[i])
		}
	}
	slices.SortFunc(hits, q.less)
	for _, h := range hits[:min(listPage, len(hits))] {
		ids = append(ids, h.id)
	}
	return ids, len(hits)
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
