package rest

import (
	"context"
	"net/http"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/operation"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/appliance/surface/api/route"
)

// Operation is long work with its progress.
type Operation struct {
	operation.Operation
	Label string `json:"label"`
}

var errNoOperation = fault.New(fault.KindNotFound, "not_found", "there is no such object")

func (h *handlers) operations(r *route.Registry) {
	route.Add(r, route.Entry{
		Method: http.MethodGet, Path: "/operations", ID: "operation_list", Summary: "Own long work in the account", Tag: "system", Need: route.Self, Kind: route.List,
	}, h.operationList)
	route.Add(r, route.Entry{
		Method: http.MethodPost, Path: "/operations/{id}/cancel", ID: "operation_cancel", Summary: "Stop own long work after its present step", Tag: "system",
		Need: route.Self, Kind: route.Change,
	}, h.operationCancel)
}

func (h *handlers) operationList(ctx context.Context, c *route.Call, in *ListIn) (List[Operation], error) {
	if err := in.known("open"); err != nil {
		return List[Operation]{}, err
	}
	after, err := in.after()
	if err != nil {
		return List[Operation]{}, err
	}
	// Everybody sees what he started himself in the account that he works in.
	rows, next, err := h.Operations.List(ctx, operation.Filter{
		Accounts: func(id string) bool { return id == c.Who.Account }, User: c.Who.User, Open: in.Filter["open"] == "1",
		After: store.Cursor(after), Limit: limit(in),
	})
	if err != nil {
		return List[Operation]{}, err
	}
	out := make([]Operation, len(rows))
	for i := range rows {
		out[i] = Operation{rows[i], rows[i].Params["label"]}
	}
	return page(out, string(next), -1), nil
}

func (h *handlers) operationCancel(ctx context.Context, c *route.Call, in *PathID) (Operation, error) {
	var op operation.Operation
	_, err := h.DB.Update(ctx, func(_ context.Context, tx store.Tx) (err error) {
		if op, err = h.Operations.Get(tx, in.ID); err != nil {
			return err
		}
		if op.User != c.Who.User || op.Account != c.Who.Account {
			return errNoOperation
		}
		if op, err = h.Operations.CancelTx(tx, in.ID, c.By.At); err != nil {
			return err
		}
		return audit.Record(tx, c.By, audit.Entry{
			Account: op.Account, Action: "operation.cancel", ObjectKind: "operation", ObjectID: op.ID, ObjectLabel: op.Params["label"], Detail: map[string]string{"kind": op.Kind},
		})
	})
	if fault.Is(err, fault.KindNotFound) {
		err = errNoOperation
	}
	return Operation{op, op.Params["label"]}, err
}
