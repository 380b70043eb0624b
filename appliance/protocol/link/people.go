package link

import (
	"context"
	"errors"
	"strings"

	"github.com/switchkeep/switchkeep/appliance/domain/identity"
	"github.com/switchkeep/switchkeep/appliance/domain/pbx"
	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// People is pbx.Verifier by the identity room.
type People struct {
	Identity *identity.Identity
	DB       *store.DB
}

// VerifyEnrollment implements pbx.Verifier. Who has a second factor and gave none is a person all the
// same: his enrolment waits for approval.
func (p People) VerifyEnrollment(ctx context.Context, by audit.Cause, email, password, code string) (pbx.Person, error) {
	u, members, err := p.Identity.VerifyEnrollment(ctx, by, email, password, code)
	if errors.Is(err, identity.ErrMFANeeded) {
		return p.known(ctx, email)
	}
	if err != nil {
		return pbx.Person{}, err
	}
	out := pbx.Person{ID: u.ID, Label: u.Email, SecondFactor: true}
	for i := range members {
		out.Memberships = append(out.Memberships, pbx.Membership{ID: members[i].ID, Account: members[i].Account, Role: members[i].Role})
	}
	return out, nil
}

// known finds the person whose password was right.
func (p People) known(ctx context.Context, email string) (pbx.Person, error) {
	var out pbx.Person
	err := p.DB.View(ctx, func(r store.Reader) error {
		out = pbx.Person{}
		for m, err := range p.Identity.AllMembers(r) {
			if err != nil {
				return err
			}
			if m.State != identity.StateActive || !strings.EqualFold(identity.Fold(m.Email), identity.Fold(email)) {
				continue
			}
			out.ID, out.Label = m.User, m.Email
			out.Memberships = append(out.Memberships, pbx.Membership{ID: m.ID, Account: m.Account, Role: m.Role})
		}
		return nil
	})
	return out, err
}
