package appliance

import (
	"context"
	"net"

	"github.com/switchkeep/switchkeep/appliance/domain/identity"
	"github.com/switchkeep/switchkeep/appliance/domain/pbx"
	"github.com/switchkeep/switchkeep/appliance/domain/tenant"
	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/outbox"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/appliance/protocol/link"
	"github.com/switchkeep/switchkeep/appliance/protocol/visit"
)

// This file binds what the rooms declare to the rooms that have it; each adapter only renames.

// people shows the tree to identity.
type people struct{}

func (people) Account(r store.Reader, id string) (identity.Account, error) {
	a, err := tenant.Get(r, id)
	if err != nil {
		return identity.Account{}, err
	}
	out := identity.Account{ID: a.ID, Name: a.Name, Kind: string(a.Kind), Realm: a.Realm}
	f, err := tenant.EffectiveFreezeTx(r, id)
	if f != nil {
		out.Frozen = &identity.Freeze{Reason: f.Reason, At: f.At}
	}
	return out, err
}

// letters lets identity queue its mails.
type letters struct{ box *outbox.Outbox }

func (l letters) Ready(r store.Reader) (bool, error) { return l.box.Configured(r) }

func (l letters) MailTx(tx store.Tx, m identity.Mail) error {
	return l.box.EnqueueTx(tx, outbox.Message{
		ID: m.ID, Kind: outbox.KindMail, Account: m.Account, To: m.To, Template: m.Template, Lang: m.Lang, Data: m.Data, At: m.At,
	})
}

// inventory counts an account's PBXs for the tree, which is opened before them.
type inventory struct{ r *rooms }

func (inventory) Kind() string { return "pbx" }

func (i inventory) CountTx(r store.Reader, account string) (int, error) {
	return i.r.pbxs.CountTx(r, account)
}

// portals shows the inventory to the visits.
type portals struct{ p *pbx.PBXs }

func (p portals) VisitTarget(r store.Reader, id string) (visit.Target, error) {
	row, err := p.p.Get(r, id)
	if err != nil {
		return visit.Target{}, err
	}
	return visit.Target{
		Account: row.AccountID, Label: row.Name, Allowed: row.VisitAllowed, URL: row.PortalURL, SPKI: row.PortalSPKI, Plain: true,
	}, nil
}

// PinPortal is never asked: the connector speaks the portal's TLS and keeps its pin.
func (p portals) PinPortal(context.Context, audit.Cause, string, string) error { return nil }

// wires dials through the link for the visits.
type wires struct{ l *link.Server }

func (w wires) Online(id string) bool { return w.l.Online(id) }

func (w wires) Dial(ctx context.Context, id, _ string) (net.Conn, error) {
	return w.l.Dial(ctx, id, "portal")
}
