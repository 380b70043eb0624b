package quota

import (
	"context"
	"fmt"
	"time"

	"github.com/switchkeep/switchkeep/appliance/domain/tenant"
	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/ident"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// Dated is a grant with an end, in force from now on.
type Dated struct {
	ID, Account string
	Kind        Kind
	Qty         int64
	To          time.Time
	Source, Ref string
}

// maxDated bounds the dated grants of one kind of an account, which are read in every change of it.
const maxDated = 50

// GrantTx gives an account Qty more until To.
func GrantTx(tx store.Tx, by audit.Cause, d Dated) error {
	var bad fault.Fields
	if c := ClassOf(d.Kind); c != Allocation && c != Cap {
		bad.Add("kind", "unknown", "only what is held can be granted with an end")
	}
	if d.Qty < 1 || d.Qty > MaxQuantity {
		bad.Add("qty", "out_of_range", "a number above 0")
	}
	if !d.To.After(by.At) {
		bad.Add("to", "out_of_range", "the end is not in the future")
	}
	if err := bad.Err(); err != nil {
		return err
	}
	if d.ID == "" {
		d.ID = ident.New()
	}
	n := 0
	for _, err := range grants().List(tx, store.Page{Limit: maxDated}, store.Text(d.Account), store.Text(string(d.Kind))) {
		if err != nil {
			return err
		}
		n++
	}
	if n == maxDated {
		return fault.Invalid("kind", "too_many", "the account has too many grants of this kind")
	}
	w := begin(tx)
	r, err := w.load(d.Account)
	if err != nil {
		return err
	}
	if r.get(d.Kind).G == Unlimited {
		return fault.Invalid("kind", "unlimited", "the account is unlimited already")
	}
	if r.Parent != "" {
		if err := w.grow(r.Parent, d.Kind); err != nil {
			return err
		}
	}
	if err := w.change(d.Account, d.Kind, func(l *line) { l.G += d.Qty }); err != nil {
		return err
	}
	if err := w.commit(tx, by, "grant_dated", d.Account, d.ID); err != nil {
		return err
	}
	return grants().Insert(tx, &grantRow{
		ID: d.ID, Account: d.Account, Kind: d.Kind, Qty: d.Qty, From: by.At, To: d.To, Source: d.Source, Ref: d.Ref, By: by.User,
	})
}

// datedNow is the sum of the dated grants in force.
func datedNow(r store.Reader, account string, k Kind, at time.Time) (int64, error) {
	var sum int64
	for it, err := range grants().List(r, store.Page{Limit: maxDated}, store.Text(account), store.Text(string(k))) {
		if err != nil {
			return 0, err
		}
		if g := it.Row; inForce(g.From, g.To, at) {
			sum += g.Qty
		}
	}
	return sum, nil
}

// Expire ends the dated grants whose time is over; accounts may be left in deficit. The caller does
// not call it while the clock is unsure.
func (q *Quota) Expire(ctx context.Context, by audit.Cause) (ended int, err error) {
	for {
		n := 0
		_, err := q.db.UpdateBulk(ctx, func(_ context.Context, tx store.Tx) (err error) {
			n, err = ExpireTx(tx, by, 10)
			return err
		})
		ended += n
		if err != nil || n == 0 {
			return ended, err
		}
	}
}

// ExpireTx ends at most limit grants.
func ExpireTx(tx store.Tx, by audit.Cause, limit int) (ended int, err error) {
	var due []grantRow
	for it, err := range grants().Lookup(tx, "end", store.Page{Limit: limit}) {
		if err != nil {
			return 0, err
		}
		if inForce(it.Row.From, it.Row.To, by.At) {
			break
		}
		due = append(due, it.Row)
	}
	for i := range due {
		if err := endTx(tx, by, &due[i]); err != nil {
			return 0, err
		}
	}
	return len(due), nil
}

func endTx(tx store.Tx, by audit.Cause, g *grantRow) error {
	if err := grants().Delete(tx, store.Text(g.Account), store.Text(string(g.Kind)), store.Text(g.ID)); err != nil {
		return err
	}
	w := begin(tx)
	r, err := w.load(g.Account)
	if err != nil {
		return err
	}
	if r.get(g.Kind).G == Unlimited {
		return fmt.Errorf("grant %q of the unlimited account %q: %w", g.ID, g.Account, errBooks)
	}
	w.forced[spot{g.Account, g.Kind}] = true
	dated, err := datedNow(tx, g.Account, g.Kind, by.At)
	if err != nil {
		return err
	}
	if err = w.change(g.Account, g.Kind, func(l *line) { l.G = l.Base + dated }); err != nil {
		return err
	}
	if err = w.commit(tx, by, "expire", g.Account, g.ID); err != nil {
		return err
	}
	a, err := tenant.Get(tx, g.Account)
	if err != nil {
		return err
	}
	now := w.rows[g.Account].get(g.Kind)
	detail := map[string]string{"kind": string(g.Kind), "grant": g.ID}
	if now.deficit() > 0 {
		detail["deficit"] = "true"
	}
	return audit.Record(tx, by, audit.Entry{
		Account: g.Account, Action: "quota.expire", ObjectKind: "account", ObjectID: g.Account, ObjectLabel: a.Name, Detail: detail,
	})
}
