package tenant

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// Patch is a change of an account's data; nil leaves a field as it is. The realm is never edited.
type Patch struct {
	Name, TimeZone, Lang, Country, Contact, Email, Note, RealmSuffix *string
	MayAddChannels                                                   *bool
}

// open reads the account for a change based on version ver (0: any).
func open(tx store.Tx, id string, ver uint64) (Account, error) {
	a, err := Get(tx, id)
	if err == nil && ver != 0 && a.Ver != ver {
		err = fault.Stale(a.Ver)
	}
	return a, err
}

func save(tx store.Tx, by audit.Cause, a *Account) error {
	a.Ver++
	a.ChangedAt = by.At
	return nameTaken(Table().Put(tx, a))
}

// Update changes an account's data.
func (t *Tenants) Update(ctx context.Context, by audit.Cause, id string, ver uint64, p Patch) (Account, error) {
	return t.update(ctx, func(tx store.Tx) (Account, error) { return UpdateTx(tx, by, id, ver, p) })
}

// UpdateTx is Update in a transaction. A channel's own enterprise takes its channel's name.
func UpdateTx(tx store.Tx, by audit.Cause, id string, ver uint64, p Patch) (Account, error) {
	a, err := open(tx, id, ver)
	if err != nil {
		return Account{}, err
	}
	if a.Own && p.Name != nil && CleanName(*p.Name) != a.Name {
		return Account{}, ErrOwn
	}
	changed := p.apply(&a)
	if err := a.check(); err != nil {
		return Account{}, err
	}
	if len(changed) == 0 {
		return a, nil
	}
	if err := save(tx, by, &a); err != nil {
		return Account{}, err
	}
	if p.Name != nil && a.Kind == Channel {
		if err := renameOwn(tx, by, a); err != nil {
			return Account{}, err
		}
	}
	return a, record(tx, by, a, "account.edit", map[string]string{"fields": strings.Join(changed, " ")})
}

func (p *Patch) apply(a *Account) (changed []string) {
	set := func(field string, have, want *string) {
		if want != nil && *have != *want {
			*have = *want
			changed = append(changed, field)
		}
	}
	if p.Name != nil {
		name := CleanName(*p.Name)
		set("name", &a.Name, &name)
		a.NameKey = NameKey(name)
	}
	set("time_zone", &a.TimeZone, p.TimeZone)
	set("lang", &a.Lang, p.Lang)
	set("country", &a.Country, p.Country)
	set("contact", &a.Contact, p.Contact)
	set("email", &a.Email, p.Email)
	set("note", &a.Note, p.Note)
	if a.Kind != Enterprise {
		set("realm_suffix", &a.RealmSuffix, p.RealmSuffix)
	}
	if p.MayAddChannels != nil && a.Kind == Channel && a.MayAddChannels != *p.MayAddChannels {
		a.MayAddChannels = *p.MayAddChannels
		changed = append(changed, "may_add_channels")
	}
	return changed
}

func renameOwn(tx store.Tx, by audit.Cause, channel Account) error {
	own, err := OwnEnterprise(tx, channel.ID)
	if err != nil {
		return err
	}
	own.Name, own.NameKey = channel.Name, channel.NameKey
	return save(tx, by, &own)
}

// Freeze stops an account and all below it: calls and running relays go on, nothing new starts.
func (t *Tenants) Freeze(ctx context.Context, by audit.Cause, id string, ver uint64, reason string) (Account, error) {
	return t.update(ctx, func(tx store.Tx) (Account, error) {
		a, err := open(tx, id, ver)
		if err != nil {
			return Account{}, err
		}
		reason = strings.TrimSpace(reason)
		var bad fault.Fields
		if bad.Require("reason", reason) {
			text(&bad, "reason", reason, MaxReason)
		}
		if err := errors.Join(standing(a, by), bad.Err()); err != nil {
			return Account{}, err
		}
		a.Frozen = &Freeze{By: by.User, ByLabel: by.UserLabel, Reason: reason, At: by.At}
		if err := save(tx, by, &a); err != nil {
			return Account{}, err
		}
		return a, record(tx, by, a, "account.freeze", map[string]string{"reason": reason})
	})
}

// Unfreeze takes an account's own freeze away; one of an ancestor stays.
func (t *Tenants) Unfreeze(ctx context.Context, by audit.Cause, id string, ver uint64) (Account, error) {
	return t.update(ctx, func(tx store.Tx) (Account, error) {
		a, err := open(tx, id, ver)
		if err != nil || a.Frozen == nil {
			return a, err
		}
		a.Frozen = nil
		if err := save(tx, by, &a); err != nil {
			return Account{}, err
		}
		return a, record(tx, by, a, "account.unfreeze", nil)
	})
}

// standing refuses what is done neither to the operator, nor to one's own account, nor to the
// enterprise of a channel by itself.
func standing(a Account, by audit.Cause) error {
	switch {
	case a.Kind == Operator:
		return ErrRoot
	case a.Own:
		return ErrOwn
	case a.ID == by.Account:
		return ErrSelf
	}
	return nil
}

// MarkActiveTx notes that the account's administrator came; the first time counts.
func MarkActiveTx(tx store.Tx, id string, at time.Time) error {
	a, err := Get(tx, id)
	if err != nil || !a.ActivatedAt.IsZero() {
		return err
	}
	a.ActivatedAt, a.ChangedAt = at, at
	return Table().Put(tx, &a)
}

// Delete removes an account that holds nothing any more; a channel's own enterprise goes with it.
func (t *Tenants) Delete(ctx context.Context, by audit.Cause, id string, ver uint64) error {
	_, err := t.update(ctx, func(tx store.Tx) (Account, error) { return Account{}, t.deleteTx(tx, by, id, ver) })
	return err
}

func (t *Tenants) deleteTx(tx store.Tx, by audit.Cause, id string, ver uint64) error {
	a, err := open(tx, id, ver)
	if err != nil {
		return err
	}
	if err := standing(a, by); err != nil {
		return err
	}
	gone := []Account{a}
	if a.Kind == Channel {
		own, err := OwnEnterprise(tx, id)
		if err != nil {
			return err
		}
		gone = []Account{own, a}
	}
	if err := t.emptyTx(tx, gone); err != nil {
		return err
	}
	for _, g := range gone {
		for _, f := range t.c.Followers {
			if err := f.AccountDeletedTx(tx, by, g); err != nil {
				return err
			}
		}
		if err := Table().Delete(tx, store.Text(g.ID)); err != nil {
			return err
		}
	}
	if err := raiseTx(tx, a.Parent); err != nil {
		return err
	}
	return record(tx, by, a, "account.delete", map[string]string{"kind": string(a.Kind), "realm": a.Realm})
}

// emptyTx returns ErrInUse with what the accounts still hold.
func (t *Tenants) emptyTx(r store.Reader, gone []Account) error {
	type holding struct {
		Kind  string `json:"kind"`
		Count int    `json:"count"`
		Label string `json:"label,omitempty"`
	}
	var held []holding
	top := gone[len(gone)-1]
	below, err := Children(r, top.ID, 21)
	if err != nil {
		return err
	}
	for _, c := range below {
		if !c.Own && len(held) < 20 {
			held = append(held, holding{"account", 1, c.Name})
		}
	}
	for _, d := range t.c.Dependents {
		n := 0
		for _, g := range gone {
			m, err := d.CountTx(r, g.ID)
			if err != nil {
				return err
			}
			n += m
		}
		if n > 0 {
			held = append(held, holding{d.Kind(), n, ""})
		}
	}
	if len(held) == 0 {
		return nil
	}
	return ErrInUse.With(map[string]any{"holds": held})
}

// Move puts an account, with all below it, under another parent.
func (t *Tenants) Move(ctx context.Context, by audit.Cause, id string, ver uint64, to string) (Account, error) {
	return t.update(ctx, func(tx store.Tx) (Account, error) { return t.moveTx(tx, by, id, ver, to) })
}

func (t *Tenants) moveTx(tx store.Tx, by audit.Cause, id string, ver uint64, to string) (Account, error) {
	a, err := open(tx, id, ver)
	if err != nil {
		return Account{}, err
	}
	if err = standing(a, by); err != nil {
		return Account{}, err
	}
	from := a.Parent
	if from == to {
		return a, nil
	}
	a.Parent = to
	above, err := placeTx(tx, &a)
	if err != nil {
		return Account{}, err
	}
	for _, p := range above {
		if p.ID == id {
			return Account{}, ErrCycle
		}
	}
	if err := save(tx, by, &a); err != nil {
		return Account{}, err
	}
	for _, parent := range []string{from, to} {
		if err := raiseTx(tx, parent); err != nil {
			return Account{}, err
		}
	}
	for _, f := range t.c.Followers {
		if err := f.AccountMovedTx(tx, by, a, from, to); err != nil {
			return Account{}, err
		}
	}
	return a, record(tx, by, a, "account.move", map[string]string{
		"from": from, "to": to, "levels_below": strconv.Itoa(int(a.Height)),
	})
}
