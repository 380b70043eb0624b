package rest_test

import (
	"slices"
	"strings"

	"github.com/switchkeep/switchkeep/appliance/domain/tenant"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/search"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/appliance/surface/api/rest"
	"github.com/switchkeep/switchkeep/appliance/surface/api/route"
)

func accessTables() []store.Registered { return nil }
func known(a string) bool              { return strings.Contains(a, ".") }
func (r *rig) extend(*rest.Rooms)      {}
func (r *rig) guard() route.Guard      { return tempGuard{r} }

type (
	tempGuard struct{ r *rig }
	tempScope struct {
		t  *tenant.Tree
		at string
	}
)

func (s tempScope) Has(a string) bool  { return s.at != "" && s.t.Under(a, s.at) }
func (s tempScope) Nums() *search.Bits { return s.t.Subtree(s.at) }

func may(role string, act route.Action) bool {
	switch role {
	case "owner":
		return true
	case "auditor":
		return strings.HasSuffix(string(act), ".view")
	case "helpdesk":
		return slices.Contains([]route.Action{"account.view", "pbx.view", "pbx.visit", "visit.view", "user.view"}, act)
	}
	return false
}

func (g tempGuard) Check(_ store.Reader, who route.Who, act route.Action, account string) error {
	if !g.r.tenants.Tree().Under(account, who.Account) {
		return fault.NotFound("object")
	}
	if !may(who.Role, act) {
		return fault.New(fault.KindDenied, "denied", "denied")
	}
	return nil
}

func (g tempGuard) Scope(_ store.Reader, who route.Who, act route.Action) (route.Scope, error) {
	if !may(who.Role, act) {
		return nil, fault.New(fault.KindDenied, "denied", "denied")
	}
	return tempScope{g.r.tenants.Tree(), who.Account}, nil
}

func (g tempGuard) May(store.Reader, route.Who, string) ([]route.Action, error) {
	return []route.Action{"pbx.view"}, nil
}

func roles() []string { return []string{"owner", "auditor", "helpdesk"} }

func (r *rig) has(c *caller, e *route.Entry, target string) bool {
	if e.ID == "quota_edit" && target == c.account && target != r.root {
		return false // nobody gives himself capacity
	}
	if ofAppliance(e) && c.account != r.root {
		return false
	}
	return may(c.role, route.Action(e.Need))
}
