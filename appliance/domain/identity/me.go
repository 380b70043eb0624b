package identity

import (
	"context"
	"errors"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// confirm asks a signed-in person for the password again before fn runs. Wrong ones count as in the
// sign-in, so that a stolen session is no place to guess.
func (i *Identity) confirm(ctx context.Context, by audit.Cause, user, path, password, action string, fn func(tx store.Tx, k *known, o *outcome) error) (Result, error) {
	if err := i.rate.take(by.IP); err != nil {
		return Result{}, err
	}
	u, err := i.User(ctx, user)
	if err != nil {
		return Result{}, err
	}
	a, err := i.try(ctx, by, u.EmailKey, password, "", nil)
	if err != nil {
		return Result{}, err
	}
	res, err := i.conclude(ctx, func(tx store.Tx, o *outcome) (err error) {
		k, err := i.judge(tx, by, action, a, o)
		if err != nil || o.refusal != nil {
			return err
		}
		if k.secret.Temp {
			return fault.Invalid(path, "temporary", "a temporary password opens the change form only")
		}
		return fn(tx, &k, o)
	})
	if errors.Is(err, ErrCredentials) {
		err = fault.Invalid(path, "wrong", "the present password is wrong")
	}
	return res, err
}

// ChangePassword sets another password. All sessions end, with everything that hangs on them; the
// person goes on in a fresh one.
func (i *Identity) ChangePassword(ctx context.Context, by audit.Cause, session, old, fresh string) (Result, error) {
	s, err := i.own(ctx, session)
	if err != nil {
		return Result{}, err
	}
	err = i.view(ctx, func(r store.Reader) (err error) {
		k, err := findByID(r, s.User)
		if err != nil {
			return err
		}
		return i.checkNew(r, "new", old, fresh, &k.user)
	})
	if err != nil {
		return Result{}, err
	}
	phc, err := i.hash.make(ctx, fresh)
	if err != nil {
		return Result{}, err
	}
	return i.confirm(ctx, by, s.User, "old", old, "user.password", func(tx store.Tx, k *known, o *outcome) error {
		if err := i.setPassword(tx, by, k, phc, "user.password", o); err != nil {
			return err
		}
		return i.begin(tx, by, &step{known: *k, emailKey: k.user.EmailKey, mfa: s.MFA}, o)
	})
}

// own returns a session that is in use now.
func (i *Identity) own(ctx context.Context, session string) (Session, error) {
	v, err := i.look(ctx, byID(session))
	return v.Session, err
}

// BeginTOTP makes the secret of a second factor; it counts for nothing until ConfirmTOTP.
func (i *Identity) BeginTOTP(ctx context.Context, by audit.Cause, user string) (Enrollment, error) {
	u, err := i.User(ctx, user)
	if err != nil {
		return Enrollment{}, err
	}
	e, err := i.NewTOTP(u.Email)
	if err != nil {
		return Enrollment{}, err
	}
	sealed, err := i.sealTOTP(user, e.Secret)
	if err != nil {
		return Enrollment{}, err
	}
	err = i.update(ctx, func(tx store.Tx) (err error) {
		k, err := findByID(tx, user)
		if err != nil {
			return err
		}
		if len(k.secret.TOTP) > 0 {
			return ErrTOTP
		}
		k.secret.Pending = sealed
		if err := secrets().Put(tx, &k.secret); err != nil {
			return err
		}
		return audit.Record(tx, by, entry("user.mfa", &k.user, map[string]string{"change": "begun"}))
	})
	if err != nil {
		return Enrollment{}, err
	}
	return e, nil
}

// ConfirmTOTP takes the second factor into use with its first code and returns the recovery codes,
// once. All sessions end; the person goes on in a fresh one.
func (i *Identity) ConfirmTOTP(ctx context.Context, by audit.Cause, session, code string) ([]string, Result, error) {
	if err := i.rate.take(by.IP); err != nil {
		return nil, Result{}, err
	}
	s, err := i.own(ctx, session)
	if err != nil {
		return nil, Result{}, err
	}
	plain, hashes := newRecovery()
	res, err := i.conclude(ctx, func(tx store.Tx, o *outcome) (err error) {
		k, err := findByID(tx, s.User)
		if err != nil {
			return err
		}
		if len(k.secret.Pending) == 0 || len(k.secret.TOTP) > 0 {
			return ErrNoTOTP
		}
		k.secret.TOTP, k.secret.Pending, k.secret.LastStep = k.secret.Pending, nil, 0
		step0, err := i.confirmCode(tx, by, &k, code, o)
		if err != nil || o.refusal != nil {
			return err
		}
		k.secret.LastStep, k.secret.Recovery = step0, hashes
		return i.mfaChanged(tx, as(by, &k.user), &k, true, "enrolled", o)
	})
	if err != nil {
		return nil, Result{}, err
	}
	return plain, res, nil
}

// confirmCode checks the first code of a new factor.
func (i *Identity) confirmCode(tx store.Tx, by audit.Cause, k *known, code string, o *outcome) (int64, error) {
	secret, err := i.openTOTP(k.user.ID, k.secret.TOTP)
	if err != nil {
		return 0, err
	}
	now := i.cfg.Clock.Now()
	at, ok, err := matchTOTP(secret, digits(code), now, 0)
	if err != nil {
		return 0, err
	}
	return at, i.count(tx, i.tryKey(by.IP, k.user.EmailKey, ""), ok, now, ErrCode, o)
}

// mfaChanged stores the row, voids begun sign-ins, ends all sessions, tells the person and begins anew.
func (i *Identity) mfaChanged(tx store.Tx, by audit.Cause, k *known, on bool, change string, o *outcome) error {
	k.secret.Epoch++
	if err := secrets().Put(tx, &k.secret); err != nil {
		return err
	}
	k.user.MFA = on
	k.user.Ver++
	if err := Users().Put(tx, &k.user); err != nil {
		return err
	}
	if err := i.endAllTx(tx, by, k.user.ID, ReasonMFA, o); err != nil {
		return err
	}
	if err := i.notify(tx, by, &k.user, "mfa_changed", map[string]string{"change": change}); err != nil {
		return err
	}
	if err := audit.Record(tx, by, entry("user.mfa", &k.user, map[string]string{"change": change})); err != nil {
		return err
	}
	if by.User != k.user.ID {
		return nil // the host did it
	}
	return i.begin(tx, by, &step{known: *k, emailKey: k.user.EmailKey, mfa: on, unproved: on}, o)
}

// RemoveTOTP takes the second factor away. All sessions end; the person goes on in a fresh one.
func (i *Identity) RemoveTOTP(ctx context.Context, by audit.Cause, session, password string) (Result, error) {
	s, err := i.own(ctx, session)
	if err != nil {
		return Result{}, err
	}
	return i.confirm(ctx, by, s.User, "password", password, "user.mfa", func(tx store.Tx, k *known, o *outcome) error {
		if len(k.secret.TOTP) == 0 {
			return ErrNoTOTP
		}
		clearTOTP(&k.secret)
		return i.mfaChanged(tx, as(by, &k.user), k, false, "removed", o)
	})
}

func clearTOTP(s *secretRow) { s.TOTP, s.Pending, s.Recovery, s.LastStep = nil, nil, nil, 0 }

// RecoveryCodes replaces the recovery codes and returns them, once.
func (i *Identity) RecoveryCodes(ctx context.Context, by audit.Cause, user, password string) ([]string, error) {
	plain, hashes := newRecovery()
	_, err := i.confirm(ctx, by, user, "password", password, "user.mfa", func(tx store.Tx, k *known, _ *outcome) error {
		if len(k.secret.TOTP) == 0 {
			return ErrNoTOTP
		}
		k.secret.Recovery = hashes
		if err := secrets().Put(tx, &k.secret); err != nil {
			return err
		}
		return audit.Record(tx, by, entry("user.mfa", &k.user, map[string]string{"change": "recovery_codes"}))
	})
	if err != nil {
		return nil, err
	}
	return plain, nil
}
