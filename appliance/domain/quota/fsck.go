package quota

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/switchkeep/switchkeep/appliance/domain/tenant"
	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// Drift is a counter that is not what the objects, the children or the ledger say.
type Drift struct {
	Account string `json:"account"`
	Kind    Kind   `json:"kind"`
	What    string `json:"what"`
	Have    int64  `json:"have"`
	Want    int64  `json:"want"`
}

func (d Drift) String() string {
	return fmt.Sprintf("%s of %s: %s is %d, want %d", d.Kind, d.Account, d.What, d.Have, d.Want)
}

// books are all counters, computed anew.
type books struct {
	parents map[string]string
	rows    map[string]row
	used    map[spot]int64
	summed  map[spot]LedgerLine
	lines   map[spot]line // right ones
}

// Fsck computes every counter from the objects, the children and the ledger and returns what differs.
func (q *Quota) Fsck(ctx context.Context) ([]Drift, error) {
	var out []Drift
	err := q.db.View(ctx, func(r store.Reader) error {
		b, err := readBooks(ctx, r)
		if err == nil {
			out = b.compare()
		}
		return err
	})
	return out, err
}

func readBooks(ctx context.Context, r store.Reader) (*books, error) {
	b := &books{
		parents: map[string]string{}, rows: map[string]row{}, used: map[spot]int64{},
		summed: map[spot]LedgerLine{}, lines: map[spot]line{},
	}
	for it, err := range tenant.Table().List(r, store.Page{}) {
		if err != nil {
			return nil, err
		}
		b.parents[it.Row.ID] = it.Row.Parent
	}
	for it, err := range rows().List(r, store.Page{}) {
		if err != nil {
			return nil, err
		}
		b.rows[it.Row.Account] = it.Row
	}
	for it, err := range heldRows().List(r, store.Page{}) {
		if err != nil {
			return nil, err
		}
		b.used[spot{it.Row.Account, it.Row.Kind}] += it.Row.N
	}
	for it, err := range ledger().List(r, store.Page{}) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, err
		}
		for _, l := range it.Row.Lines {
			at := spot{l.Account, l.Kind}
			s := b.summed[at]
			b.summed[at] = LedgerLine{DG: s.DG + l.DG, DC: s.DC + l.DC, DU: s.DU + l.DU}
			if ClassOf(l.Kind) == Consumable {
				b.used[at] += l.DU
			}
		}
	}
	b.settle()
	return b, nil
}

// settle computes the right lines from the leaves upwards.
func (b *books) settle() {
	depth := func(id string) (n int) {
		for ; b.parents[id] != ""; id = b.parents[id] {
			n++
		}
		return n
	}
	ids := make([]string, 0, len(b.rows))
	for id := range b.rows {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(x, y string) int { return cmp.Or(cmp.Compare(depth(y), depth(x)), cmp.Compare(x, y)) })
	for _, id := range ids {
		r := b.rows[id]
		for _, k := range Catalogue() {
			at := spot{id, k.Kind}
			have := r.get(k.Kind)
			want := line{Kind: k.Kind, G: have.G, Base: have.Base, C: b.lines[at].C, U: b.used[at], O: have.O, S: have.S, Peak: have.Peak}
			b.lines[at] = want
			if up := b.parents[id]; up != "" {
				l := b.lines[spot{up, k.Kind}]
				l.C += want.claim()
				b.lines[spot{up, k.Kind}] = l
			}
		}
	}
}

func (b *books) compare() []Drift {
	var out []Drift
	for id, r := range b.rows {
		if up, ok := b.parents[id]; !ok || up != r.Parent {
			out = append(out, Drift{Account: id, What: "parent"})
		}
		for _, k := range Catalogue() {
			at := spot{id, k.Kind}
			have, want, sum := r.get(k.Kind), b.lines[at], b.summed[at]
			for _, c := range []struct {
				what       string
				have, want int64
			}{
				{"children", have.C, want.C},
				{"used", have.U, want.U},
				{"ledger of grants", sum.DG, have.G},
				{"ledger of children", sum.DC, have.C},
				{"ledger of use", sum.DU, have.U},
			} {
				if c.have != c.want {
					out = append(out, Drift{id, k.Kind, c.what, c.have, c.want})
				}
			}
		}
	}
	for at, n := range b.used {
		if _, ok := b.rows[at.account]; !ok && n != 0 && b.parents[at.account] != "" {
			out = append(out, Drift{at.account, at.kind, "used without a row", 0, n})
		}
	}
	slices.SortFunc(out, func(a, b Drift) int { return cmp.Compare(a.String(), b.String()) })
	return out
}

// Rebuild writes the right counters where they drifted, each row in a transaction of its own that
// skips a row changed meanwhile; run it again until it returns 0.
func (q *Quota) Rebuild(ctx context.Context, by audit.Cause) (fixed int, err error) {
	var b *books
	if err := q.db.View(ctx, func(r store.Reader) (err error) {
		b, err = readBooks(ctx, r)
		return err
	}); err != nil {
		return 0, err
	}
	bad := map[string]bool{}
	for _, d := range b.compare() {
		if _, ok := b.rows[d.Account]; ok {
			bad[d.Account] = true
		}
	}
	for id := range bad {
		_, err := q.db.UpdateBulk(ctx, func(_ context.Context, tx store.Tx) error { return b.fixTx(tx, by, id) })
		if fault.Is(err, fault.KindStale) {
			continue
		}
		if err != nil {
			return fixed, err
		}
		fixed++
	}
	return fixed, nil
}

// fixTx writes one row and the ledger line that makes the sums right again.
func (b *books) fixTx(tx store.Tx, by audit.Cause, account string) error {
	w := begin(tx)
	r, err := w.load(account)
	if err != nil {
		return err
	}
	if r.Seq != b.rows[account].Seq {
		return fault.Stale(r.Seq)
	}
	var lines []LedgerLine
	for _, k := range Catalogue() {
		at := spot{account, k.Kind}
		want, sum := b.lines[at], b.summed[at]
		l := r.at(k.Kind)
		l.C, l.U = want.C, want.U
		if dg, dc, du := l.G-sum.DG, l.C-sum.DC, l.U-sum.DU; dg != 0 || dc != 0 || du != 0 {
			lines = append(lines, LedgerLine{Account: account, Kind: k.Kind, DG: dg, DC: dc, DU: du})
		}
	}
	r.Parent = b.parents[account]
	return w.correct(tx, by, account, lines)
}
