package route

import "github.com/switchkeep/switchkeep/appliance/domain/access"

// What access decides about, named here for those who only register routes.
type (
	Action = access.Action
	Who    = access.Who
	Scope  = access.Scope
)
