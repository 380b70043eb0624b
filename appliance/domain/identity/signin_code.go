package identity

import (
	"context"
	"crypto/subtle"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// Code is the second step of a sign-in: six digits of an authenticator, or a recovery code.
type Code struct{ Ticket, Code, Device string }

// SignInCode passes the second factor of a sign-in that stands at StateMFA.
func (i *Identity) SignInCode(ctx context.Context, by audit.Cause, c Code) (Result, error) {
	if err := i.rate.take(by.IP); err != nil {
		return Result{}, err
	}
	return i.conclude(ctx, func(tx store.Tx, o *outcome) error {
		t, k, err := i.openTicket(tx, c.Ticket, stageMFA)
		if err != nil {
			return err
		}
		which, err := i.factorTx(tx, &k, by.IP, c.Device, c.Code, o)
		if err != nil {
			return err
		}
		if o.refusal != nil {
			return i.ticketFailed(tx, by, t, &k, o)
		}
		if err := tickets().Delete(tx, store.Text(t.Hash)); err != nil {
			return err
		}
		by = as(by, &k.user)
		if which == "recovery" {
			if err := i.notify(tx, by, &k.user, "mfa_changed", map[string]string{"change": "recovery_used"}); err != nil {
				return err
			}
			err := audit.Record(tx, by, entry("user.recovery_used", &k.user, map[string]string{"left": itoa(len(k.secret.Recovery))}))
			if err != nil {
				return err
			}
		}
		return i.proceed(tx, by, step{known: k, emailKey: k.user.EmailKey, device: c.Device, resume: t.Resume, mfa: true}, o)
	})
}

// openTicket returns a sign-in that stands at this stage, and the person as he is now.
func (i *Identity) openTicket(r store.Reader, plain, stage string) (ticketRow, known, error) {
	t, err := tickets().Get(r, store.Text(hashToken(plain)))
	if err != nil {
		return t, known{}, absent(err, ErrTicket)
	}
	k, err := findByID(r, t.User)
	switch {
	case fault.Is(err, fault.KindNotFound):
		return t, known{}, ErrTicket
	case err != nil:
		return t, known{}, err
	case t.Stage != stage || t.Epoch != k.secret.Epoch || i.past(t.EndsAt, i.cfg.Clock.Now()):
		return t, known{}, ErrTicket
	}
	return t, k, nil
}

// ticketFailed writes a refusal down; a ticket bears few of them.
func (i *Identity) ticketFailed(tx store.Tx, by audit.Cause, t ticketRow, k *known, o *outcome) error {
	t.Tries++
	if t.Tries >= ticketTries {
		if err := tickets().Delete(tx, store.Text(t.Hash)); err != nil {
			return err
		}
	} else if err := tickets().Put(tx, &t); err != nil {
		return err
	}
	return audit.Record(tx, by, refused("session.sign_in", &k.user, k.user.Email, o.refusal))
}

// ChangeTemporary is what a person types to replace a temporary password. Code came by mail, when
// the ticket says so.
type ChangeTemporary struct{ Ticket, Old, New, Code, Device string }

// ChangeTemporary sets an own password instead of a temporary one, and signs in.
func (i *Identity) ChangeTemporary(ctx context.Context, by audit.Cause, c ChangeTemporary) (Result, error) {
	if err := i.rate.take(by.IP); err != nil {
		return Result{}, err
	}
	var k known
	err := i.view(ctx, func(r store.Reader) (err error) {
		if _, k, err = i.openTicket(r, c.Ticket, stageChange); err != nil {
			return err
		}
		return i.checkNew(r, "new", c.Old, c.New, &k.user)
	})
	if err != nil {
		return Result{}, err
	}
	a := &attempt{known: k}
	if err = i.hashCheck(ctx, a, c.Old); err != nil {
		return Result{}, err
	}
	phc, err := i.hash.make(ctx, c.New)
	if err != nil {
		return Result{}, err
	}
	return i.conclude(ctx, func(tx store.Tx, o *outcome) error {
		t, k, err := i.openTicket(tx, c.Ticket, stageChange)
		if err != nil {
			return err
		}
		wrong := ErrCode
		right := len(t.MailCode) == 0 || subtle.ConstantTimeCompare(t.MailCode, i.signCode(k.user.ID, digits(c.Code))) == 1
		if !a.right {
			right, wrong = false, ErrCredentials
		}
		if err := i.count(tx, i.tryKey(by.IP, k.user.EmailKey, c.Device), right, i.cfg.Clock.Now(), wrong, o); err != nil {
			return err
		}
		if o.refusal != nil {
			return i.ticketFailed(tx, by, t, &k, o)
		}
		if err := tickets().Delete(tx, store.Text(t.Hash)); err != nil {
			return err
		}
		by = as(by, &k.user)
		if err := i.setPassword(tx, by, &k, phc, "user.password", o); err != nil {
			return err
		}
		return i.proceed(tx, by, step{known: k, emailKey: k.user.EmailKey, device: c.Device, mfa: t.MFA}, o)
	})
}

// checkNew applies the rules and refuses the old password as the new one.
func (i *Identity) checkNew(r store.Reader, path, old, fresh string, u *User) error {
	if fresh != "" && fresh == old {
		return fault.Invalid(path, "same", "the new password is the old one")
	}
	return i.checkFor(r, path, fresh, u)
}
