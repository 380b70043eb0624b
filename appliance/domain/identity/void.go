package identity

import (
	"context"
	"time"

	"github.com/switchkeep/switchkeep/appliance/domain/tenant"
	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// voidBatch bounds the rows that one call of VoidTx takes.
const voidBatch = 40

// VoidTx makes dead what must not come back with a restored database: sessions, begun sign-ins and
// links that were not used. It takes some at a time and returns 0 when none is left.
func VoidTx(_ context.Context, tx store.Tx, at time.Time) (changed int, err error) {
	var gone, begun []string
	for it, err := range sessions().List(tx, store.Page{Limit: voidBatch}) {
		if err != nil {
			return 0, err
		}
		gone = append(gone, it.Row.ID)
	}
	for it, err := range tickets().List(tx, store.Page{Limit: voidBatch}) {
		if err != nil {
			return 0, err
		}
		begun = append(begun, it.Row.Hash)
	}
	if err := deleteAll(tx, gone, sessions().Delete); err != nil {
		return 0, err
	}
	if err := deleteAll(tx, begun, tickets().Delete); err != nil {
		return 0, err
	}
	if changed = len(gone) + len(begun); changed > 0 {
		return changed, nil
	}
	return voidLinks(tx, at)
}

// voidLinks marks the open links; the index of ends leads past those that are remembered only.
func voidLinks(tx store.Tx, at time.Time) (changed int, err error) {
	var open []tokenRow
	for it, err := range tokens().Lookup(tx, "open", store.Page{Limit: voidBatch}) {
		if err != nil {
			return 0, err
		}
		open = append(open, it.Row)
	}
	for n := range open {
		open[n].Replaced = true
		if open[n].EndsAt.After(at) {
			open[n].EndsAt = at
		}
		if err := tokens().Put(tx, &open[n]); err != nil {
			return 0, err
		}
	}
	return len(open), nil
}

// ErrPeople says that too many people work in an account that is to be deleted.
var ErrPeople = fault.New(fault.KindConflict, "people_left", "remove the people of the account first")

// deletedWith is how many people may go with their account in one transaction.
const deletedWith = 10

// AccountDeletedTx implements tenant.Follower: the last few people go with their account.
func (i *Identity) AccountDeletedTx(tx store.Tx, by audit.Cause, a tenant.Account) error {
	var all []string
	for it, err := range Memberships().Lookup(tx, "account", store.Page{Limit: deletedWith + 1}, store.Text(a.ID)) {
		if err != nil {
			return err
		}
		all = append(all, it.Row.ID)
	}
	if len(all) > deletedWith {
		return ErrPeople.With(map[string]any{"at_most": deletedWith})
	}
	for _, m := range all {
		// What hangs on their sessions hangs on the account as well, and is gone already.
		if err := i.removeMember(tx, by, m, &outcome{}); err != nil {
			return err
		}
	}
	return nil
}

// AccountMovedTx implements tenant.Follower: people stay in their account.
func (i *Identity) AccountMovedTx(store.Tx, audit.Cause, tenant.Account, string, string) error {
	return nil
}

// joined notes at the tenant that somebody works in the account.
func joined(tx store.Tx, account string, at time.Time) error {
	err := tenant.MarkActiveTx(tx, account, at)
	if fault.Is(err, fault.KindNotFound) {
		return nil // it is being deleted
	}
	return err
}
