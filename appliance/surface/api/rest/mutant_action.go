//go:build mutant_action

package rest

import (
	"context"

	"github.com/switchkeep/switchkeep/appliance/platform/search"
	"github.com/switchkeep/switchkeep/appliance/surface/api/route"
)

const deletePBX route.Need = "pbx.view"

func (h *handlers) pbxScope(ctx context.Context, c *route.Call, in *ListIn) (*search.Bits, error) {
	return h.allowed(ctx, c, in)
}
