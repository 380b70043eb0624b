package onboard

import (
	"context"
	"errors"
	"fmt"

	"github.com/switchkeep/switchkeep/appliance/domain/identity"
	"github.com/switchkeep/switchkeep/appliance/domain/quota"
	"github.com/switchkeep/switchkeep/appliance/domain/tenant"
	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/ident"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// Inviter is the part of identity that onboard needs.
type Inviter interface {
	InviteTx(tx store.Tx, by audit.Cause, v identity.Invite) (identity.Invited, error)
	PrepareOperator(ctx context.Context, v identity.Operator) (identity.Prepared, error)
	CreateOperatorTx(tx store.Tx, by audit.Cause, account, role string, p identity.Prepared) (identity.User, identity.Membership, []string, error)
}

// Mailer tells whether links go by mail.
type Mailer interface {
	Configured(r store.Reader) (bool, error)
}

// Config is what the room needs; all fields are required.
type Config struct {
	DB     *store.DB
	People Inviter
	Mail   Mailer
}

// Onboard makes whole accounts. It is safe for concurrent use.
type Onboard struct{ c Config }

// New returns the room.
func New(c Config) (*Onboard, error) {
	if c.DB == nil || c.People == nil || c.Mail == nil {
		return nil, errors.New("onboard: DB, People and Mail are required")
	}
	return &Onboard{c}, nil
}

// Review does everything that Create does and keeps nothing.
func (o *Onboard) Review(ctx context.Context, by audit.Cause, p Plan) (Review, error) {
	var out Review
	undo := errors.New("dry run")
	_, err := o.c.DB.Update(ctx, func(_ context.Context, tx store.Tx) error {
		created, lines, err := o.createTx(tx, by, ident.New(), p)
		if err != nil {
			return err
		}
		mailed, err := o.c.Mail.Configured(tx)
		if err != nil {
			return err
		}
		out = review(created, p, lines, mailed)
		return undo
	})
	if errors.Is(err, undo) {
		err = nil
	}
	return out, err
}

func review(c Created, p Plan, lines []Line, mailed bool) Review {
	r := Review{Account: c.Account, Admin: p.Admin, Lines: lines, Mailed: mailed && p.Admin != nil, Warnings: []string{}}
	r.Account.Realm = "" // made when it is saved
	if p.Admin == nil {
		r.Warnings = append(r.Warnings, "no_admin")
	} else if !mailed {
		r.Warnings = append(r.Warnings, "no_mail")
	}
	if len(lines) == 0 {
		r.Warnings = append(r.Warnings, "no_capacity")
	}
	return r
}

// Create makes the account, its capacity and its administrator in one transaction.
func (o *Onboard) Create(ctx context.Context, by audit.Cause, p Plan) (Created, error) {
	var out Created
	id := ident.New()
	_, err := o.c.DB.Update(ctx, func(_ context.Context, tx store.Tx) (err error) {
		out, _, err = o.createTx(tx, by, id, p)
		return err
	})
	return out, err
}

// createTx reports what is wrong with all steps together, as far as a step can be judged alone.
func (o *Onboard) createTx(tx store.Tx, by audit.Cause, id string, p Plan) (Created, []Line, error) {
	lines, short := afford(tx, p)
	var person error
	draft := p.draft(id)
	if p.Admin != nil {
		if person = fault.Under("admin", identity.CheckInvite(p.invite(id, ""))); person == nil {
			draft.Email = p.Admin.Email
		}
	}
	a, err := tenant.CreateTx(tx, by, draft)
	if err = fault.Join(underAccount(err), person, short); err != nil {
		return Created{}, nil, err
	}
	if err := quota.ReserveTx(tx, by, p.Parent, quota.Accounts, a.ID, 1); err != nil {
		return Created{}, nil, err
	}
	if len(lines) > 0 || p.MinExt != nil {
		grants := map[quota.Kind]int64{}
		for _, k := range p.kinds() {
			grants[k] = p.Quota[k]
		}
		if _, err := quota.SetTx(tx, by, a.ID, 0, quota.Change{Grants: grants, MinExt: p.MinExt}); err != nil {
			return Created{}, nil, fault.Under("quota", err)
		}
	}
	out := Created{Account: a}
	if p.Admin != nil {
		got, err := o.c.People.InviteTx(tx, by, p.invite(a.ID, a.Lang))
		if err != nil {
			return Created{}, nil, fault.Under("admin", err)
		}
		out.Invited = &got
	}
	return out, lines, nil
}

// underAccount names the wizard's step. A field of the place (kind, parent) keeps its name.
func underAccount(err error) error {
	if e, ok := fault.As(err); ok && e.Kind == fault.KindInvalid && len(e.Fields) > 0 && e.Fields[0].Path == "kind" {
		return err
	}
	return fault.Under("account", err)
}

// afford compares the plan with what the giver has left, kind by kind, so that every field that is
// too much is named at once. The ledger itself checks again when the grants are set.
func afford(r store.Reader, p Plan) ([]Line, error) {
	if _, err := tenant.Get(r, p.Parent); err != nil {
		return nil, err
	}
	have, err := quota.Read(r, p.Parent)
	if err != nil {
		return nil, err
	}
	var lines []Line
	var bad fault.Fields
	if f := have.Of(quota.Accounts); !f.Unlimited && f.Left < 1+max(0, p.Quota[quota.Accounts]) {
		bad.Add("quota.accounts", "exceeded", fmt.Sprintf("%d are left, and the new account takes one", f.Left))
	}
	for _, k := range p.kinds() {
		n, path := p.Quota[k], "quota."+string(k)
		f := have.Of(k)
		switch class := quota.ClassOf(k); {
		case class == "":
			bad.Add(path, "unknown", "there is no such capacity")
			continue
		case class == quota.Flag && !f.Offered:
			bad.Add(path, "not_offered", "the giver does not have it")
		case n == quota.Unlimited && !f.Unlimited:
			bad.Add(path, "not_unlimited", "only an unlimited account can give unlimited")
		case n < quota.Unlimited:
			bad.Add(path, "out_of_range", "a number from 0")
		case class != quota.Flag && k != quota.Accounts && !f.Unlimited && n > f.Left:
			bad.Add(path, "exceeded", fmt.Sprintf("%d are left, %d are asked for", f.Left, n))
		}
		lines = append(lines, Line{Kind: k, Amount: n, LeftBefore: f.Left, LeftAfter: max(0, f.Left-max(0, n)), Unlimited: f.Unlimited || quota.ClassOf(k) == quota.Flag})
	}
	return lines, bad.Err()
}
