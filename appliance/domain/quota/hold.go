package quota

import (
	"errors"
	"fmt"
	"slices"

	"github.com/switchkeep/switchkeep/appliance/domain/tenant"
	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// ReserveTx makes the object hold n of an account's capacity, in the transaction that makes the
// object. Calling it again sets the new number.
func ReserveTx(tx store.Tx, by audit.Cause, account string, k Kind, object string, n int64) error {
	if c := ClassOf(k); (c != Allocation && c != Cap) || object == "" || n < 1 || n > MaxQuantity {
		return fmt.Errorf("reserve %d %q for object %q: %w", n, k, object, fault.Invalid(string(k), "out_of_range", "not a quantity of this kind"))
	}
	have, err := heldRows().Get(tx, store.Text(string(k)), store.Text(object))
	switch {
	case errors.Is(err, store.ErrNotFound):
		have = heldRow{Kind: k, Object: object, Account: account}
	case err != nil:
		return err
	case have.Account != account:
		return ErrHeldElsewhere.With(map[string]any{"kind": string(k), "object": object})
	}
	w := begin(tx)
	if n > have.N || have.At.IsZero() {
		if err := w.grow(account, k); err != nil {
			return err
		}
	}
	if k == Extensions {
		if err := w.pbxBounds(account, n); err != nil {
			return err
		}
	}
	diff := n - have.N
	if err := w.change(account, k, func(l *line) { l.U += diff }); err != nil {
		return err
	}
	if err := w.commit(tx, by, "reserve", account, object); err != nil {
		return err
	}
	if diff == 0 && !have.At.IsZero() {
		return nil
	}
	have.N, have.At = n, by.At
	return heldRows().Put(tx, &have)
}

// ReleaseTx gives back what the object holds; nothing is no error.
func ReleaseTx(tx store.Tx, by audit.Cause, k Kind, object string) error {
	have, err := heldRows().Get(tx, store.Text(string(k)), store.Text(object))
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	w := begin(tx)
	if err := w.change(have.Account, k, func(l *line) { l.U -= have.N }); err != nil {
		return err
	}
	if err := w.commit(tx, by, "release", have.Account, object); err != nil {
		return err
	}
	return heldRows().Delete(tx, store.Text(string(k)), store.Text(object))
}

// TransferTx moves what the object holds to another account.
func TransferTx(tx store.Tx, by audit.Cause, k Kind, object, to string) error {
	have, err := heldRows().Get(tx, store.Text(string(k)), store.Text(object))
	if err != nil {
		return err
	}
	if have.Account == to {
		return nil
	}
	w := begin(tx)
	if err := w.grow(to, k); err != nil {
		return err
	}
	if k == Extensions {
		if err := w.pbxBounds(to, have.N); err != nil {
			return err
		}
	}
	for _, step := range []struct {
		account string
		diff    int64
	}{{have.Account, -have.N}, {to, have.N}} {
		if err := w.change(step.account, k, func(l *line) { l.U += step.diff }); err != nil {
			return err
		}
	}
	if err := w.commit(tx, by, "transfer", to, object); err != nil {
		return err
	}
	have.Account = to
	return heldRows().Put(tx, &have)
}

// ConsumeTx burns n of a consumable.
func ConsumeTx(tx store.Tx, by audit.Cause, account string, k Kind, n int64, ref string) error {
	if ClassOf(k) != Consumable || n < 0 || n > MaxQuantity {
		return fault.Invalid(string(k), "out_of_range", "not a quantity of a consumable")
	}
	w := begin(tx)
	if err := w.grow(account, k); err != nil {
		return err
	}
	if err := w.change(account, k, func(l *line) { l.U += n }); err != nil {
		return err
	}
	return w.commit(tx, by, "consume", account, ref)
}

// HeldBy returns what an object holds of a kind and where it is counted.
func HeldBy(r store.Reader, k Kind, object string) (account string, n int64, err error) {
	have, err := heldRows().Get(r, store.Text(string(k)), store.Text(object))
	if errors.Is(err, store.ErrNotFound) {
		return "", 0, nil
	}
	return have.Account, have.N, err
}

// pbxBounds is I7.
func (w *work) pbxBounds(account string, n int64) error {
	least, most, err := w.bounds(account)
	if err != nil {
		return err
	}
	if !withinPBX(n, least, most) {
		return fault.Invalid(string(Extensions), "out_of_range", fmt.Sprintf("a PBX has %d to %d extensions here", least, most)).
			With(map[string]any{"min": least, "max": most})
	}
	return nil
}

func (w *work) bounds(account string) (least, most int64, err error) {
	most = MaxExtensionsPerPBX
	for at := account; at != ""; {
		r, err := w.load(at)
		if err != nil {
			return 0, 0, err
		}
		least = max(least, r.MinExt)
		if r.MaxExt > 0 {
			most = min(most, r.MaxExt)
		}
		at = r.Parent
	}
	return least, most, nil
}

// flag tells whether a flag holds for an account (I6).
func (w *work) flag(account string, k Kind) (bool, error) {
	var own []bool
	for at := account; at != ""; {
		r, err := w.load(at)
		if err != nil {
			return false, err
		}
		own = append(own, r.get(k).G != 0)
		at = r.Parent
	}
	holds := true
	for _, has := range slices.Backward(own) {
		holds = flagHolds(has, holds)
	}
	return holds, nil
}

// Has tells whether a flag holds for an account: it and all above it have it.
func Has(r store.Reader, account string, k Kind) (bool, error) {
	if ClassOf(k) != Flag {
		return false, fmt.Errorf("%q is no flag", k)
	}
	return begin(r).flag(account, k)
}

// AccountDeletedTx implements tenant.Follower: what the account was granted goes back to its giver, what
// it consumed stays consumed there.
func (q *Quota) AccountDeletedTx(tx store.Tx, by audit.Cause, a tenant.Account) error {
	w := begin(tx)
	r, err := w.load(a.ID)
	if err != nil {
		return err
	}
	for _, k := range Catalogue() {
		l := r.get(k.Kind)
		kept := inherits(k.Class, l.U)
		if l.held() > kept {
			return w.inUse(a.ID, &l)
		}
		if l.claim() == 0 && kept == 0 {
			continue
		}
		given := l.claim()
		if err := w.change(r.Parent, k.Kind, func(l *line) { l.C -= given; l.U += kept }); err != nil {
			return err
		}
	}
	w.gone[a.ID] = true
	if err := w.commit(tx, by, "delete", a.ID, ""); err != nil {
		return err
	}
	if err := dropGrants(tx, store.Text(a.ID)); err != nil {
		return err
	}
	return ReleaseTx(tx, by, Accounts, a.ID)
}

// AccountMovedTx implements tenant.Follower: the account's claims leave its old giver and must fit
// below the new one.
func (q *Quota) AccountMovedTx(tx store.Tx, by audit.Cause, a tenant.Account, from, to string) error {
	w := begin(tx)
	r, err := w.load(a.ID)
	if err != nil {
		return err
	}
	r.Parent = to
	for _, k := range Catalogue() {
		if err := w.moveKind(r, k, from, to); err != nil {
			return err
		}
	}
	if err := w.commit(tx, by, "move", a.ID, ""); err != nil {
		return err
	}
	if account, _, err := HeldBy(tx, Accounts, a.ID); err != nil || account == "" {
		return err
	}
	return TransferTx(tx, by, Accounts, a.ID, to)
}

func (w *work) moveKind(r *row, k Info, from, to string) error {
	l := r.get(k.Kind)
	giver, err := w.load(to)
	if err != nil {
		return err
	}
	switch {
	case k.Class == Flag:
		if l.G == 0 {
			return nil
		}
		if has, err := w.flag(to, k.Kind); err != nil || !has {
			return errors.Join(err, ErrFlag.With(map[string]any{"kind": string(k.Kind)}))
		}
		return nil
	case l.G == Unlimited && !mayGiveUnlimited(giver.get(k.Kind).G):
		return ErrUnlimited.With(map[string]any{"kind": string(k.Kind)})
	case l.claim() == 0:
		return nil
	}
	if err := w.grow(to, k.Kind); err != nil {
		return err
	}
	taken := l.claim()
	if err := w.change(from, k.Kind, func(l *line) { l.C -= leaves(taken) }); err != nil {
		return err
	}
	return w.change(to, k.Kind, func(l *line) { l.C += taken })
}

func dropGrants(tx store.Tx, of ...store.Part) error {
	const most = 100
	var gone []grantRow
	for it, err := range grants().List(tx, store.Page{Limit: most}, of...) {
		if err != nil {
			return err
		}
		if len(gone) == most-1 {
			return fmt.Errorf("%d dated grants: %w", most, ErrTooMany)
		}
		gone = append(gone, it.Row)
	}
	for _, g := range gone {
		if err := grants().Delete(tx, store.Text(g.Account), store.Text(string(g.Kind)), store.Text(g.ID)); err != nil {
			return err
		}
	}
	return nil
}
