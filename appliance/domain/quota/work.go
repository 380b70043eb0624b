package quota

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/switchkeep/switchkeep/appliance/domain/tenant"
	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/ident"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// work is one operation: rows are read into it, changed there, checked as a whole and written.
type work struct {
	r      store.Reader
	rows   map[string]*row
	before map[string]row
	order  []string // accounts in order of first use
	gone   map[string]bool
	live   map[string]error // accounts asked whether something may start in them
	forced map[spot]bool    // may end in a deficit
	ends   []spot           // dated grants that end with the operation
}

type spot struct {
	account string
	kind    Kind
}

func begin(r store.Reader) *work {
	return &work{
		r: r, rows: map[string]*row{}, before: map[string]row{}, gone: map[string]bool{},
		live: map[string]error{}, forced: map[spot]bool{},
	}
}

// load returns the account's row; one that does not exist yet is made as it would read.
func (w *work) load(account string) (*row, error) {
	if r, ok := w.rows[account]; ok {
		return r, nil
	}
	r, err := rows().Get(w.r, store.Text(account))
	if errors.Is(err, store.ErrNotFound) {
		r, err = fresh(w.r, account)
	}
	if err != nil {
		return nil, err
	}
	old := r
	old.Lines = slices.Clone(r.Lines)
	w.before[account] = old
	w.rows[account] = &r
	w.order = append(w.order, account)
	return &r, nil
}

func fresh(r store.Reader, account string) (row, error) {
	a, err := tenant.Get(r, account)
	if err != nil {
		return row{}, err
	}
	out := row{Account: account, Parent: a.Parent}
	if a.Kind == tenant.Operator {
		for _, k := range Catalogue() {
			g := int64(Unlimited)
			if k.Class == Flag {
				g = 1
			}
			out.Lines = append(out.Lines, line{Kind: k.Kind, G: g, Base: g})
		}
		slices.SortFunc(out.Lines, byKind)
	}
	return out, nil
}

func byKind(a, b line) int { return cmp.Compare(a.Kind, b.Kind) }

// at returns the line of a kind for a change; it lives until the next call for the same row.
func (r *row) at(k Kind) *line {
	i, ok := slices.BinarySearchFunc(r.Lines, line{Kind: k}, byKind)
	if !ok {
		r.Lines = slices.Insert(r.Lines, i, line{Kind: k})
	}
	return &r.Lines[i]
}

// get returns the line of a kind; zero where there is none.
func (r *row) get(k Kind) line {
	if i, ok := slices.BinarySearchFunc(r.Lines, line{Kind: k}, byKind); ok {
		return r.Lines[i]
	}
	return line{Kind: k}
}

func (l *line) held() int64 { return l.C + l.U }

func (l *line) claim() int64 {
	if ClassOf(l.Kind) == Flag {
		return 0
	}
	return claim(l.G, l.held())
}

func (l *line) deficit() int64 { return deficit(l.G, l.held()) }

// change sets the counters of one line and carries the change of its claim upwards.
func (w *work) change(account string, k Kind, fn func(*line)) error {
	for account != "" {
		r, err := w.load(account)
		if err != nil {
			return err
		}
		l := r.at(k)
		was := l.claim()
		fn(l)
		if l.C < 0 || l.U < 0 || l.C > math.MaxInt64/2 || l.U > math.MaxInt64/2 {
			return fmt.Errorf("quota %s of %s: counters %d and %d: %w", k, account, l.C, l.U, errBooks)
		}
		l.Peak = max(l.Peak, l.held())
		diff := l.claim() - was
		if diff == 0 {
			return nil
		}
		account, fn = r.Parent, func(l *line) { l.C += diff }
	}
	return nil
}

// check finds the first line whose deficit would grow.
func (w *work) check() error {
	for _, account := range w.order {
		if w.gone[account] {
			continue
		}
		old := w.before[account]
		now := w.rows[account]
		for i := range now.Lines {
			l := &now.Lines[i]
			was := old.get(l.Kind)
			if ClassOf(l.Kind) == Flag || l.deficit() <= was.deficit() || w.forced[spot{account, l.Kind}] {
				continue
			}
			if l.G != was.G {
				return w.inUse(account, l)
			}
			return ErrExceeded.With(map[string]any{
				"kind": string(l.Kind), "account": account, "needed": l.held() - was.held(), "left": max(0, was.G-was.held()),
			})
		}
	}
	return nil
}

// grow refuses what would grow in a frozen account or below a deficit (I8).
func (w *work) grow(account string, kinds ...Kind) error {
	frozen, asked := w.live[account]
	if !asked {
		frozen = tenant.CheckLiveTx(w.r, account)
		w.live[account] = frozen
	}
	if frozen != nil && (!errors.Is(frozen, tenant.ErrFrozen) || !mayGrow(true, false)) {
		return frozen
	}
	for at := account; at != ""; {
		r, err := w.load(at)
		if err != nil {
			return err
		}
		old := w.before[at]
		for _, k := range kinds {
			l := old.get(k)
			if d := l.deficit(); !mayGrow(false, d > 0) {
				return ErrDeficit.With(map[string]any{"kind": string(k), "account": at, "deficit": d})
			}
		}
		at = r.Parent
	}
	return nil
}

// lines are the changes for the ledger.
func (w *work) lines() []LedgerLine {
	var out []LedgerLine
	for _, account := range w.order {
		old, now := w.before[account], w.rows[account]
		var none row
		if w.gone[account] {
			now = &none
		}
		for _, k := range Catalogue() {
			a, b := old.get(k.Kind), now.get(k.Kind)
			if dg, dc, du := b.G-a.G, b.C-a.C, b.U-a.U; keepsBooks(dg, dc, du) {
				out = append(out, LedgerLine{Account: account, Kind: k.Kind, DG: dg, DC: dc, DU: du})
			}
		}
	}
	return out
}

// commit checks, then writes the rows and the ledger's row. Where nothing changed nothing is written.
func (w *work) commit(tx store.Tx, by audit.Cause, op, account, ref string) error {
	if err := w.check(); err != nil {
		return err
	}
	for _, at := range w.ends {
		if err := dropGrants(tx, store.Text(at.account), store.Text(string(at.kind))); err != nil {
			return err
		}
	}
	lines := w.lines()
	for _, id := range w.order {
		if w.gone[id] {
			if err := rows().Delete(tx, store.Text(id)); err != nil {
				return err
			}
			continue
		}
		r, old := w.rows[id], w.before[id]
		r.Lines = slices.DeleteFunc(r.Lines, func(l line) bool { return l == line{Kind: l.Kind} })
		if old.Parent == r.Parent && old.MinExt == r.MinExt && old.MaxExt == r.MaxExt && slices.Equal(old.Lines, r.Lines) {
			continue
		}
		if old.Seq == 0 || old.MinExt != r.MinExt || old.MaxExt != r.MaxExt || grantsDiffer(&old, r) {
			r.Ver++
		}
		r.Seq++
		r.Changed = by.At
		if err := w.open(tx, by, id); err != nil {
			return err
		}
		if err := rows().Put(tx, r); err != nil {
			return err
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return ledger().Insert(tx, &LedgerRow{
		ID: ident.New(), At: by.At, Op: op, Account: account, Lines: lines, User: by.User, UserLabel: by.UserLabel,
		Reason: by.Reason, Ref: ref, Request: by.Request,
	})
}

// open notes the operator's first totals, which no operation gave, so that the ledger adds up.
func (w *work) open(tx store.Tx, by audit.Cause, account string) error {
	old := w.before[account]
	if old.Seq != 0 || old.Parent != "" || len(old.Lines) == 0 {
		return nil
	}
	var lines []LedgerLine
	for _, l := range old.Lines {
		lines = append(lines, LedgerLine{Account: account, Kind: l.Kind, DG: l.G})
	}
	return ledger().Insert(tx, &LedgerRow{ID: ident.New(), At: by.At, Op: "open", Account: account, Lines: lines, UserLabel: "system"})
}

// correct writes one row as it is, with the lines that make the ledger agree.
func (w *work) correct(tx store.Tx, by audit.Cause, account string, lines []LedgerLine) error {
	r := w.rows[account]
	r.Lines = slices.DeleteFunc(r.Lines, func(l line) bool { return l == line{Kind: l.Kind} })
	r.Seq++
	r.Changed = by.At
	if err := rows().Put(tx, r); err != nil || len(lines) == 0 {
		return err
	}
	return ledger().Insert(tx, &LedgerRow{
		ID: ident.New(), At: by.At, Op: "fsck", Account: account, Lines: lines, User: by.User, UserLabel: by.UserLabel, Reason: by.Reason,
	})
}

func grantsDiffer(a, b *row) bool {
	for _, k := range Catalogue() {
		if a.get(k.Kind).G != b.get(k.Kind).G {
			return true
		}
	}
	return false
}
