package identity

import (
	"context"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// resetEvery bounds how often one person is mailed a reset.
const resetEvery = time.Minute

// RequestReset mails a link for a new password to the person, if there is one with this e-mail. The
// answer does not tell.
func (i *Identity) RequestReset(ctx context.Context, by audit.Cause, email, captcha string) error {
	if err := i.rate.take(by.IP); err != nil {
		return err
	}
	if err := i.captcha.spend(captcha); err != nil {
		return err
	}
	key := Fold(email)
	return i.update(ctx, func(tx store.Tx) error {
		k, err := findByEmail(tx, key)
		if err != nil {
			return err
		}
		ready, err := i.cfg.Mail.Ready(tx)
		if err != nil {
			return err
		}
		e := entry("user.forgot", &k.user, map[string]string{"mailed": "no"})
		if e.ObjectLabel == "" {
			e.ObjectLabel = label(key)
		}
		if ready && k.found && k.user.State == StateActive {
			sent, err := i.mailReset(tx, by, &k.user)
			if err != nil {
				return err
			}
			e.Detail["mailed"] = yes(sent)
		}
		return audit.Record(tx, by, e)
	})
}

func (i *Identity) mailReset(tx store.Tx, by audit.Cause, u *User) (sent bool, err error) {
	now := i.cfg.Clock.Now()
	for it, err := range tokens().Lookup(tx, "user", store.Page{}, store.Text(u.ID)) {
		if err != nil {
			return false, err
		}
		if t := it.Row; t.Purpose == PurposeReset && t.UsedAt.IsZero() && now.Sub(t.CreatedAt).Abs() < resetEvery {
			return false, nil
		}
	}
	t := tokenRow{
		Purpose: PurposeReset, User: u.ID, Account: u.Home, Email: u.Email, Mailed: true, CreatedAt: now, EndsAt: now.Add(ResetEnds),
	}
	plain, err := i.issue(tx, t)
	if err != nil {
		return false, err
	}
	return true, i.mail(tx, by, u, u.Email, "password_reset", map[string]string{
		"link": i.cfg.Base() + "/reset#t=" + plain, "ends": t.EndsAt.UTC().Format(time.RFC3339),
	})
}

// Reset sets the password with a link. The second factor stays; all sessions end.
func (i *Identity) Reset(ctx context.Context, by audit.Cause, token, password string) error {
	if err := i.rate.take(by.IP); err != nil {
		return err
	}
	err := i.view(ctx, func(r store.Reader) error {
		t, err := i.openToken(r, token, PurposeReset)
		if err != nil {
			return err
		}
		k, err := findByID(r, t.User)
		if err != nil {
			return err
		}
		return i.checkFor(r, "password", password, &k.user)
	})
	if err != nil {
		return err
	}
	phc, err := i.hash.make(ctx, password)
	if err != nil {
		return err
	}
	_, err = i.conclude(ctx, func(tx store.Tx, o *outcome) (err error) {
		t, err := i.openToken(tx, token, PurposeReset)
		if err != nil {
			return err
		}
		k, err := findByID(tx, t.User)
		if err != nil {
			return err
		}
		if err := useToken(tx, t, i.cfg.Clock.Now()); err != nil {
			return err
		}
		return i.setPassword(tx, as(by, &k.user), &k, phc, "user.reset_done", o)
	})
	return err
}

// leastFor is the shortest password that a person may have: the strictest of his accounts.
func (i *Identity) leastFor(r store.Reader, u *User) (int, error) {
	all, err := i.membersOf(r, u)
	if err != nil {
		return 0, err
	}
	for _, m := range all {
		if m.State == StateActive && isStaff(Account{Kind: m.AccountKind}) {
			return minPasswordStaff, nil
		}
	}
	return minPassword, nil
}

// checkFor applies the password rules to a person.
func (i *Identity) checkFor(r store.Reader, path, password string, u *User) error {
	least, err := i.leastFor(r, u)
	if err != nil {
		return err
	}
	context := []string{u.Email, u.First, u.Last}
	if a, err := i.cfg.Accounts.Account(r, u.Home); err == nil {
		context = append(context, a.Name, a.Realm)
	} else if !fault.Is(err, fault.KindNotFound) {
		return err
	}
	return checkPassword(path, password, least, context...)
}

// setPassword stores the hash, voids what was handed out before, ends all sessions and tells the person.
func (i *Identity) setPassword(tx store.Tx, by audit.Cause, k *known, phc, action string, o *outcome) error {
	s := &k.secret
	s.PHC, s.SetAt = phc, by.At.UnixMilli()
	s.Temp, s.TempUsed, s.TempBy, s.TempEnds = false, false, "", time.Time{}
	s.Epoch++
	if err := secrets().Put(tx, s); err != nil {
		return err
	}
	if err := i.voidTokens(tx, k.user.ID, PurposeReset, ""); err != nil {
		return err
	}
	if err := i.endAllTx(tx, by, k.user.ID, ReasonPassword, o); err != nil {
		return err
	}
	if err := i.notify(tx, by, &k.user, "password_changed", map[string]string{"ip": by.IP}); err != nil {
		return err
	}
	return audit.Record(tx, by, entry(action, &k.user, nil))
}

// notify tells a person about a change of what proves him, when a mail server is set.
func (i *Identity) notify(tx store.Tx, by audit.Cause, u *User, template string, data map[string]string) error {
	ready, err := i.cfg.Mail.Ready(tx)
	if err != nil || !ready {
		return err
	}
	data["at"] = by.At.UTC().Format(time.RFC3339)
	return i.mail(tx, by, u, u.Email, template, data)
}
