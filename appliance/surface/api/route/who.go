package route

import "github.com/switchkeep/switchkeep/appliance/domain/access"

type (
	// Action is access's; named here for those who only register routes.
	Action = access.Action
	// Who is access's.
	Who = access.Who
	// Scope is access's.
	Scope = access.Scope
)
