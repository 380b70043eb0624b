package identity

import (
	"context"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// VerifyEnrollment checks the e-mail and password with which a PBX is enrolled. The lockout of the
// sign-in holds, and so does the second factor: ErrMFANeeded asks for a code. A temporary password is
// refused like a wrong one. It opens no session. The caller picks among the active memberships and
// asks whether he may enrol there.
func (i *Identity) VerifyEnrollment(ctx context.Context, by audit.Cause, email, password, code string) (u User, members []Member, err error) {
	if err = i.rate.take(by.IP); err != nil {
		return User{}, nil, err
	}
	a, err := i.try(ctx, by, email, password, "", nil)
	if err != nil {
		return User{}, nil, err
	}
	a.right = a.right && !a.known.secret.Temp
	_, err = i.conclude(ctx, func(tx store.Tx, o *outcome) (err error) {
		u, members = User{}, nil
		k, err := i.judge(tx, by, "pbx.enroll", a, o)
		if err != nil || o.refusal != nil {
			return err
		}
		if err = a.rehash(tx, &k); err != nil {
			return err
		}
		if err = i.enrollFactor(tx, by, &k, code, o); err != nil || o.refusal != nil {
			return err
		}
		if err = tries().Delete(tx, store.Text(a.tryKey)); err != nil {
			return err
		}
		all, err := i.membersOf(tx, &k.user)
		if err != nil {
			return err
		}
		for _, m := range all {
			if m.State == StateActive {
				members = append(members, m)
			}
		}
		u = k.user
		return nil
	})
	return u, members, err
}

func (i *Identity) enrollFactor(tx store.Tx, by audit.Cause, k *known, code string, o *outcome) error {
	if len(k.secret.TOTP) == 0 {
		return nil
	}
	if code == "" {
		o.refusal = ErrMFANeeded
		return nil
	}
	if _, err := i.factorTx(tx, k, by.IP, "", code, o); err != nil || o.refusal == nil {
		return err
	}
	return audit.Record(tx, by, refused("pbx.enroll", &k.user, k.user.Email, o.refusal))
}
