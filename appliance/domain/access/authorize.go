package access

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/switchkeep/switchkeep/appliance/domain/tenant"
	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/ident"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// Terms are what an enterprise allows those above it.
type Terms struct {
	Full     bool
	Features []string  // when not full; none revokes all
	To       time.Time // zero: no end
	Extend   bool
}

// Authorize sets what the account lets those above it do; ver 0 is any version.
func (a *Access) Authorize(ctx context.Context, by audit.Cause, account string, ver uint64, t Terms) (Authorization, error) {
	var out Authorization
	_, err := a.c.DB.Update(ctx, func(_ context.Context, tx store.Tx) (err error) {
		out, err = AuthorizeTx(tx, by, account, ver, t)
		return err
	})
	return out, err
}

// AuthorizeTx is Authorize in a transaction.
func AuthorizeTx(tx store.Tx, by audit.Cause, account string, ver uint64, t Terms) (Authorization, error) {
	acc, err := tenant.Get(tx, account)
	if err != nil {
		return Authorization{}, err
	}
	if err = t.check(acc, by.At); err != nil {
		return Authorization{}, err
	}
	z, err := Authorized(tx, account)
	if err != nil {
		return Authorization{}, err
	}
	if ver != 0 && z.Ver != ver {
		return Authorization{}, fault.Stale(z.Ver)
	}
	z = Authorization{
		Account: account, Full: t.Full, Features: slices.Compact(slices.Sorted(slices.Values(t.Features))), To: t.To, Extend: t.Extend,
		By: by.User, ByLabel: by.UserLabel, At: by.At, Ver: z.Ver + 1,
	}
	if t.Full {
		z.Features = nil
	} else if len(z.Features) == 0 {
		z.State = "revoked"
	}
	if err = authorizations().Put(tx, &z); err != nil {
		return Authorization{}, err
	}
	detail := map[string]string{"full": strconv.FormatBool(z.Full), "features": strings.Join(z.Features, " ")}
	if !z.To.IsZero() {
		detail["to"] = z.To.Format(time.RFC3339)
	}
	return z, audit.Record(tx, by, audit.Entry{
		Account: account, Action: string(AccountAuthorize), ObjectKind: "account", ObjectID: account, ObjectLabel: acc.Name, Detail: detail,
	})
}

func (t *Terms) check(a tenant.Account, now time.Time) error {
	var bad fault.Fields
	if a.Kind != tenant.Enterprise || a.Own {
		bad.Add("account", "kind", "only an enterprise authorizes those above it")
	}
	for _, f := range t.Features {
		if !slices.ContainsFunc(Catalogue(), func(i Info) bool { return i.Feature == f && !i.Supply && !i.Appliance }) {
			bad.Add("features", "unknown", "no such feature: "+strconv.Quote(f))
		}
	}
	if !t.To.IsZero() && !t.To.After(now) {
		bad.Add("to", "out_of_range", "the end is not in the future")
	}
	return bad.Err()
}

// AssignTx gives a membership a role on a scope. From the first grant on, its grants alone count.
func AssignTx(tx store.Tx, by audit.Cause, g Grant) (Grant, error) {
	var bad fault.Fields
	bad.Require("membership", g.Membership)
	if g.Scope != Subtree && g.Scope != Own && g.Scope != Listed || (g.Scope == Listed) != (len(g.Accounts) > 0) {
		bad.Add("scope", "unknown", "subtree, own, or listed with its accounts")
	}
	if len(g.Accounts) > 200 {
		bad.Add("accounts", "too_many", "at most 200 accounts")
	}
	n := 0
	for _, err := range grants().Lookup(tx, "membership", store.Page{Limit: maxGrants}, store.Text(g.Membership)) {
		if err != nil {
			return Grant{}, err
		}
		n++
	}
	if n >= maxGrants {
		bad.Add("membership", "too_many", "at most 20 grants")
	}
	if err := bad.Err(); err != nil {
		return Grant{}, err
	}
	if g.ID == "" {
		g.ID = ident.New()
	}
	g.By, g.At, g.Ver = by.User, by.At, 1
	if err := grants().Insert(tx, &g); err != nil {
		return Grant{}, err
	}
	return g, audit.Record(tx, by, audit.Entry{
		Account: g.Account, Action: string(UserEdit), ObjectKind: "grant", ObjectID: g.ID,
		Detail: map[string]string{"membership": g.Membership, "role": g.Role, "scope": g.Scope},
	})
}

// Forget implements tenant.Follower: an account's rows go with it, and an authorization goes along when it
// is moved, so that a new parent gets no more than the old one had.
type Forget struct{}

// AccountDeletedTx implements tenant.Follower.
func (Forget) AccountDeletedTx(tx store.Tx, _ audit.Cause, a tenant.Account) error {
	const most = 100
	var gone []string
	for it, err := range grants().Lookup(tx, "account", store.Page{Limit: most}, store.Text(a.ID)) {
		if err != nil {
			return err
		}
		gone = append(gone, it.Row.ID)
	}
	for _, id := range gone {
		if err := grants().Delete(tx, store.Text(id)); err != nil {
			return err
		}
	}
	return authorizations().Delete(tx, store.Text(a.ID))
}

// AccountMovedTx implements tenant.Follower.
func (Forget) AccountMovedTx(store.Tx, audit.Cause, tenant.Account, string, string) error { return nil }
