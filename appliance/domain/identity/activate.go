package identity

import (
	"context"
	"strings"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// Activation is what an invited person types.
type Activation struct{ Token, First, Last, Password string }

// Activate accepts an invitation. A new person sets name and password; one who has a password here
// types that one, and wrong ones count as in the sign-in.
func (i *Identity) Activate(ctx context.Context, by audit.Cause, a Activation) (User, error) {
	if err := i.rate.take(by.IP); err != nil {
		return User{}, err
	}
	var k known
	var t tokenRow
	var account Account
	err := i.view(ctx, func(r store.Reader) (err error) {
		if t, err = i.openToken(r, a.Token, PurposeActivate); err != nil {
			return err
		}
		if account, err = i.cfg.Accounts.Account(r, t.Account); err != nil {
			return err
		}
		k, err = findByID(r, t.User)
		return err
	})
	if err != nil {
		return User{}, err
	}
	if k.user.State == StateActive {
		return i.acceptWithPassword(ctx, by, &k, a)
	}
	return i.activateNew(ctx, by, &k, account, a)
}

func (i *Identity) activateNew(ctx context.Context, by audit.Cause, k *known, account Account, a Activation) (User, error) {
	var bad fault.Fields
	a.First, a.Last = strings.TrimSpace(a.First), strings.TrimSpace(a.Last)
	checkName("first", a.First, &bad)
	checkText("last", a.Last, &bad)
	least := minPassword
	if isStaff(account) {
		least = minPasswordStaff
	}
	weak := checkPassword("password", a.Password, least, k.user.Email, a.First, a.Last, account.Name, account.Realm)
	if err := fault.Join(bad.Err(), weak); err != nil {
		return User{}, err
	}
	phc, err := i.hash.make(ctx, a.Password)
	if err != nil {
		return User{}, err
	}
	var u User
	err = i.update(ctx, func(tx store.Tx) (err error) {
		t, err := i.openToken(tx, a.Token, PurposeActivate)
		if err != nil {
			return err
		}
		fresh, err := findByID(tx, t.User)
		if err != nil {
			return err
		}
		if fresh.user.State != StateInvited {
			return ErrTokenUsed // activated by another invitation meanwhile: his password is asked for now
		}
		u = fresh.user
		u.First, u.Last, u.State = a.First, a.Last, StateActive
		u.Ver++
		if err := Users().Put(tx, &u); err != nil {
			return err
		}
		fresh.secret.PHC, fresh.secret.SetAt = phc, by.At.UnixMilli()
		fresh.secret.Epoch++
		if err := secrets().Put(tx, &fresh.secret); err != nil {
			return err
		}
		return i.accept(tx, as(by, &u), t, &u, "user.activate")
	})
	return u, err
}

func (i *Identity) acceptWithPassword(ctx context.Context, by audit.Cause, k *known, a Activation) (User, error) {
	at, err := i.try(ctx, by, k.user.EmailKey, a.Password, "", nil)
	if err != nil {
		return User{}, err
	}
	var u User
	_, err = i.conclude(ctx, func(tx store.Tx, o *outcome) (err error) {
		t, err := i.openToken(tx, a.Token, PurposeActivate)
		if err != nil {
			return err
		}
		fresh, err := i.judge(tx, by, "user.accept", at, o)
		if err != nil || o.refusal != nil {
			return err
		}
		u = fresh.user
		return i.accept(tx, as(by, &u), t, &u, "user.accept")
	})
	return u, err
}

// Accept takes an invitation for a signed-in person. The link itself is needed: whoever invited an
// e-mail must not reach the invitations of others to it.
func (i *Identity) Accept(ctx context.Context, by audit.Cause, user, token string) error {
	return i.update(ctx, func(tx store.Tx) error {
		t, err := i.openToken(tx, token, PurposeActivate)
		if err != nil {
			return err
		}
		if t.User != user {
			return ErrToken
		}
		u, err := Users().Get(tx, store.Text(user))
		if err != nil {
			return absent(err, fault.NotFound("user"))
		}
		return i.accept(tx, by, t, &u, "user.accept")
	})
}

// accept uses the link up and makes the membership active.
func (i *Identity) accept(tx store.Tx, by audit.Cause, t tokenRow, u *User, action string) error {
	now := i.cfg.Clock.Now()
	if err := useToken(tx, t, now); err != nil {
		return err
	}
	m, err := Memberships().Get(tx, store.Text(t.Membership))
	if err != nil {
		return absent(err, ErrToken)
	}
	m.State, m.AcceptedAt = StateActive, now
	m.Ver++
	if err := Memberships().Put(tx, &m); err != nil {
		return err
	}
	if err := joined(tx, m.Account, now); err != nil {
		return err
	}
	return audit.Record(tx, by, audit.Entry{
		Account: m.Account, Action: action, ObjectKind: "user", ObjectID: m.ID, ObjectLabel: u.Email,
		Detail: map[string]string{"role": m.Role, "after": now.Sub(t.CreatedAt).Round(time.Minute).String()},
	})
}
