package access

import (
	"errors"

	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// Scopes of a grant.
const (
	Subtree = "subtree" // the account and all below it
	Own     = "own"     // the account alone
	Listed  = "listed"  // the listed accounts and what is below them
)

// maxGrants bounds the grants of one membership.
const maxGrants = 20

// Tables are this room's tables for the catalogue.
func Tables() []store.Registered {
	return []store.Registered{grants(), roles(), authorizations(), logins()}
}

func grants() *store.Table[Grant, *Grant] {
	return store.NewTable(store.Spec[Grant]{
		Name: "access_grant", Schema: 1,
		Key: func(g *Grant) []store.Part { return []store.Part{store.Text(g.ID)} },
		Lookup: []store.Index[Grant]{
			{Name: "membership", Keys: func(g *Grant) [][]store.Part {
				return [][]store.Part{{store.Text(g.Membership), store.Text(g.ID)}}
			}},
			{Name: "account", Keys: func(g *Grant) [][]store.Part {
				return [][]store.Part{{store.Text(g.Account), store.Text(g.ID)}}
			}},
		},
	})
}

func roles() *store.Table[CustomRole, *CustomRole] {
	return store.NewTable(store.Spec[CustomRole]{
		Name: "access_role", Schema: 1,
		Key: func(r *CustomRole) []store.Part { return []store.Part{store.Text(r.ID)} },
		Unique: []store.Index[CustomRole]{{Name: "name", Keys: func(r *CustomRole) [][]store.Part {
			return [][]store.Part{{store.Text(r.Account), store.Text(r.NameKey)}}
		}}},
	})
}

func authorizations() *store.Table[Authorization, *Authorization] {
	return store.NewTable(store.Spec[Authorization]{
		Name: "access_authz", Schema: 1,
		Key: func(a *Authorization) []store.Part { return []store.Part{store.Text(a.Account)} },
		Lookup: []store.Index[Authorization]{{Name: "restricted", Keys: func(a *Authorization) [][]store.Part {
			if a.unrestricted() {
				return nil
			}
			return [][]store.Part{{}}
		}}},
	})
}

func logins() *store.Table[LoginAs, *LoginAs] {
	return store.NewTable(store.Spec[LoginAs]{
		Name: "access_login_as", Schema: 1,
		Key: func(l *LoginAs) []store.Part { return []store.Part{store.Text(l.ID)} },
		Lookup: []store.Index[LoginAs]{{Name: "account", Keys: func(l *LoginAs) [][]store.Part {
			return [][]store.Part{{store.Text(l.SubjectAccount), store.Text(l.ID)}}
		}}},
	})
}

// Authorized returns what the account lets those above it do.
func Authorized(r store.Reader, account string) (Authorization, error) {
	a, err := authorizations().Get(r, store.Text(account))
	if errors.Is(err, store.ErrNotFound) {
		return Authorization{Account: account, Full: true}, nil
	}
	return a, err
}
