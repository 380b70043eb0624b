package onboard

import (
	"context"

	"github.com/switchkeep/switchkeep/appliance/domain/identity"
	"github.com/switchkeep/switchkeep/appliance/domain/tenant"
	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/ident"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// Operator makes the appliance's own account with its first user as owner. also joins the same
// transaction (the settings of the setup). The recovery codes of a second factor are returned once.
// A second operator is refused with tenant.ErrRoot.
func (o *Onboard) Operator(ctx context.Context, by audit.Cause, v identity.Operator, also func(store.Tx) error) (codes []string, err error) {
	p, err := o.c.People.PrepareOperator(ctx, v)
	if err != nil {
		return nil, err
	}
	id := ident.New()
	_, err = o.c.DB.Update(ctx, func(_ context.Context, tx store.Tx) error {
		codes, err = o.operatorTx(tx, by, id, v, p)
		if err != nil {
			return err
		}
		return also(tx)
	})
	return codes, err
}

func (o *Onboard) operatorTx(tx store.Tx, by audit.Cause, id string, v identity.Operator, p identity.Prepared) ([]string, error) {
	a, err := tenant.CreateTx(tx, by, tenant.Draft{
		ID: id, Kind: tenant.Operator, Name: v.Organization, TimeZone: v.TimeZone, Lang: v.Lang, Email: v.Email, ActivatedWhenMade: true, Master: true,
	})
	if err != nil {
		return nil, underOrganization(err)
	}
	_, _, codes, err := o.c.People.CreateOperatorTx(tx, by, a.ID, "owner", p)
	return codes, err
}

// underOrganization calls the account's name what the wizard calls it.
func underOrganization(err error) error {
	e, ok := fault.As(err)
	if !ok || e.Kind != fault.KindInvalid {
		return err
	}
	var out fault.Fields
	for _, f := range e.Fields {
		if f.Path == "name" {
			f.Path = "organization"
		}
		out = append(out, f)
	}
	return out.Err()
}
