package rest_test

import (
	"slices"

	"github.com/switchkeep/switchkeep/appliance/domain/access"
	"github.com/switchkeep/switchkeep/appliance/surface/api/route"
)

func roles() []string {
	return []string{access.Owner, access.Admin, access.Operator, access.Helpdesk, access.Auditor, access.Billing}
}

// has is the walk's own opinion of who may do what: the role and the kind of the caller's account are
// in the action's line of the catalogue; what is done to accounts below is not done to one's own; what
// belongs to the appliance is the operator's.
func (r *rig) has(c *caller, e *route.Entry, target string) bool {
	i, ok := access.Find(access.Action(e.Need))
	if !ok || !slices.Contains(i.Roles, c.role) {
		return false
	}
	n, _ := r.tenants.Tree().Node(c.account)
	switch {
	case i.Kinds != nil && !slices.Contains(i.Kinds, string(n.Kind)):
		return false
	case i.Action == access.AccountAuthorize:
		return target == c.account // an enterprise's consent is its own
	case i.Appliance:
		return c.account == r.root
	case i.Above && target == c.account:
		return c.account == r.root && e.ID == "quota_edit" // the operator types his own totals
	}
	return true
}
