package pbx

import (
	"github.com/switchkeep/switchkeep/appliance/domain/access"
	"github.com/switchkeep/switchkeep/appliance/domain/quota"
	"github.com/switchkeep/switchkeep/appliance/domain/tenant"
	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// Tree is Accounts by the tenant room.
type Tree struct{}

// Account implements Accounts.
func (Tree) Account(r store.Reader, id string) (num uint32, name string, err error) {
	a, err := tenant.Get(r, id)
	return a.Num, a.Name, err
}

// Frozen implements Accounts.
func (Tree) Frozen(r store.Reader, id string) (reason string, frozen bool, err error) {
	f, err := tenant.EffectiveFreezeTx(r, id)
	if err != nil || f == nil {
		return "", false, err
	}
	return f.Reason, true, nil
}

// Books is Ledger by the quota room.
type Books struct{}

// ReserveTx implements Ledger.
func (Books) ReserveTx(tx store.Tx, by audit.Cause, account, object string, n int64) error {
	return quota.ReserveTx(tx, by, account, quota.PBXConnections, object, n)
}

// ReleaseTx implements Ledger.
func (Books) ReleaseTx(tx store.Tx, by audit.Cause, _, object string) error {
	return quota.ReleaseTx(tx, by, quota.PBXConnections, object)
}

// Checker is Rights by the access room.
type Checker struct{ Access *access.Access }

// MayEnroll implements Rights.
func (c Checker) MayEnroll(r store.Reader, p Person, m Membership) error {
	who := access.Who{User: p.ID, Membership: m.ID, Account: m.Account, Role: m.Role, Kind: "enroll", MFA: p.SecondFactor}
	return c.Access.Check(r, who, access.PBXEnroll, m.Account)
}
