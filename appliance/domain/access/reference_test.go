package access_test

import (
	"slices"
	"time"

	"github.com/switchkeep/switchkeep/appliance/domain/access"
	"github.com/switchkeep/switchkeep/appliance/domain/tenant"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// The slow evaluator: it knows every row and, for each question, computes from the root downwards
// which accounts stay reachable. It shares the catalogue with the room, and no code.
type reference struct {
	accounts map[string]tenant.Account
	list     []access.Info
	grants   []access.Grant
	roles    map[string]access.CustomRole
	authz    map[string]access.Authorization
	now      time.Time
	sure     bool
}

const (
	yes     = "yes"
	hidden  = "hidden"
	refused = "refused"
)

func read(r store.Reader) (*reference, error) {
	f := &reference{list: access.Catalogue(), accounts: map[string]tenant.Account{}, roles: map[string]access.CustomRole{}, authz: map[string]access.Authorization{}}
	for it, err := range tenant.Table().List(r, store.Page{}) {
		if err != nil {
			return nil, err
		}
		f.accounts[it.Row.ID] = it.Row
	}
	f.grants = access.AllGrants(r)
	for _, c := range access.AllRoles(r) {
		f.roles[c.ID] = c
	}
	for _, z := range access.AllAuthorizations(r) {
		f.authz[z.Account] = z
	}
	return f, nil
}

func (f *reference) descends(id, from string) bool {
	for id != "" && id != from {
		id = f.accounts[id].Parent
	}
	return id == from
}

func (f *reference) frozen(id string) bool {
	for top, a := range f.accounts {
		if a.Frozen != nil && f.descends(id, top) {
			return true
		}
	}
	return false
}

// actions is what a role holds for people of this account.
func (f *reference) actions(role string, home tenant.Account) []access.Action {
	var out []access.Action
	for _, i := range f.list {
		has := slices.Contains(i.Roles, role)
		if c, custom := f.roles[role]; custom {
			has = c.Account == home.ID && slices.Contains(c.Actions, i.Action)
		}
		if has && (len(i.Kinds) == 0 || slices.Contains(i.Kinds, string(home.Kind))) {
			out = append(out, i.Action)
		}
	}
	return out
}

func (f *reference) scope(g access.Grant, home string) (out []string) {
	for id := range f.accounts {
		if !f.descends(id, home) {
			continue
		}
		in := g.Scope == access.Subtree || g.Scope == access.Own && id == home
		if g.Scope == access.Listed {
			for _, top := range g.Accounts {
				_, lives := f.accounts[top]
				in = in || lives && f.descends(id, top)
			}
		}
		if in {
			out = append(out, id)
		}
	}
	return out
}

func (f *reference) ended(at time.Time) bool { return f.sure && !at.IsZero() && !f.now.Before(at) }

func (f *reference) grantsOf(who access.Who) []access.Grant {
	var mine []access.Grant
	for _, g := range f.grants {
		if g.Membership == who.Membership {
			mine = append(mine, g)
		}
	}
	if len(mine) == 0 {
		return []access.Grant{{Account: who.Account, Role: who.Role, Scope: access.Subtree}}
	}
	return slices.DeleteFunc(mine, func(g access.Grant) bool { return g.Account != who.Account || f.ended(g.Ends) })
}

func (f *reference) authorized(i access.Info, account, home string) bool {
	if i.Supply {
		return true
	}
	for id, z := range f.authz {
		if id == home || !f.descends(account, id) || !f.descends(id, home) {
			continue
		}
		if z.State != "" || f.now.Before(z.From) || f.ended(z.To) || !z.Full && !slices.Contains(z.Features, i.Feature) {
			return false
		}
	}
	return true
}

func (f *reference) answer(who access.Who, i access.Info, account string) string {
	home, lives := f.accounts[who.Account]
	if !lives {
		return hidden
	}
	if f.frozen(home.ID) {
		return refused
	}
	if _, exists := f.accounts[account]; account != "" && (!exists || !f.descends(account, home.ID)) {
		return hidden
	}
	if who.Kind == "enroll" && i.Action != access.PBXEnroll || len(i.Kinds) > 0 && !slices.Contains(i.Kinds, string(home.Kind)) {
		return refused
	}
	seen, has := false, false
	for _, g := range f.grantsOf(who) {
		role := g.Role
		if role == "" {
			role = who.Role
		}
		able := slices.Contains(f.actions(role, home), i.Action)
		if account == "" {
			seen = true
			has = has || able && g.Scope == access.Subtree && home.Kind == tenant.Operator
		} else if slices.Contains(f.scope(g, home.ID), account) {
			seen = true
			has = has || able
		}
	}
	switch {
	case account == "" && has:
		return yes
	case !seen && account != "":
		return hidden
	case !has:
		return refused
	}
	own := account == home.ID
	total := home.Kind == tenant.Operator && (i.Action == access.QuotaEdit || i.Action == access.QuotaForce)
	if own && i.Above && !total || !own && i.Action == access.AccountAuthorize {
		return refused
	}
	if !f.authorized(i, account, home.ID) || f.frozen(account) && !i.Cold {
		return refused
	}
	return yes
}
