//go:build !mutant_action && !mutant_scope

package rest

import (
	"context"

	"github.com/switchkeep/switchkeep/appliance/platform/search"
	"github.com/switchkeep/switchkeep/appliance/surface/api/route"
)

// deletePBX is the need of the route that deletes a PBX. It and pbxScope have wrong twins behind build
// tags, which the walk of routes × roles must catch.
const deletePBX route.Need = "pbx.delete"

// pbxScope are the accounts whose PBXs the caller may list.
func (h *handlers) pbxScope(ctx context.Context, c *route.Call, in *ListIn) (*search.Bits, error) {
	return h.allowed(ctx, c, in)
}
