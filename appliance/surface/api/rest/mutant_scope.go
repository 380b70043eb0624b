//go:build mutant_scope && !mutant_action

package rest

import (
	"context"

	"github.com/switchkeep/switchkeep/appliance/platform/search"
	"github.com/switchkeep/switchkeep/appliance/surface/api/route"
)

const deletePBX route.Need = "pbx.delete"

func (h *handlers) pbxScope(ctx context.Context, c *route.Call, in *ListIn) (*search.Bits, error) {
	_, err := h.allowed(ctx, c, in)
	return nil, err
}
