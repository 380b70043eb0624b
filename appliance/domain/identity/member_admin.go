package identity

import (
	"context"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// TemporaryEnds is how long a password that a superior typed opens the change form.
const TemporaryEnds = 7 * 24 * time.Hour

// managed returns an active member whose password this account may reset.
func (i *Identity) managed(r store.Reader, membership string) (Membership, known, error) {
	m, err := Memberships().Get(r, store.Text(membership))
	if err != nil {
		return m, known{}, absent(err, fault.NotFound("user"))
	}
	if m.State != StateActive {
		return m, known{}, ErrNotActivated
	}
	k, err := findByID(r, m.User)
	if err != nil {
		return m, known{}, err
	}
	if k.user.Home != m.Account {
		return m, known{}, ErrNotHome
	}
	return m, k, nil
}

// ResetMember voids the password of a person and hands out a link with which he sets a new one. The
// second factor stays; all sessions end.
func (i *Identity) ResetMember(ctx context.Context, by audit.Cause, membership string) (out Invited, err error) {
	_, err = i.conclude(ctx, func(tx store.Tx, o *outcome) (err error) {
		m, k, err := i.managed(tx, membership)
		if err != nil {
			return err
		}
		out, err = i.resetByLink(tx, by, &k, m.Account, ActivationEnds, o)
		if err != nil {
			return err
		}
		out.Member, err = i.Member(tx, m.ID)
		return err
	})
	return out, err
}

func (i *Identity) resetByLink(tx store.Tx, by audit.Cause, k *known, account string, life time.Duration, o *outcome) (Invited, error) {
	voidPassword(&k.secret)
	if err := secrets().Put(tx, &k.secret); err != nil {
		return Invited{}, err
	}
	if err := i.endAllTx(tx, by, k.user.ID, ReasonAdmin, o); err != nil {
		return Invited{}, err
	}
	t := tokenRow{
		Purpose: PurposeReset, User: k.user.ID, Account: account, Email: k.user.Email, By: by.User, ByName: by.UserLabel,
		CreatedAt: by.At, EndsAt: by.At.Add(life),
	}
	letter := &Membership{Letter: KindUser, Lang: k.user.Lang, First: k.user.First, Last: k.user.Last}
	out, err := i.handOut(tx, by, t, "/reset", letter)
	if err != nil {
		return Invited{}, err
	}
	return out, audit.Record(tx, by, entry("user.reset", &k.user, map[string]string{"way": "link", "mailed": yes(out.Mailed)}))
}

func voidPassword(s *secretRow) {
	s.PHC, s.Temp, s.TempUsed, s.TempBy, s.TempEnds = "", false, false, "", time.Time{}
	s.Epoch++
}

// SetTemporary gives a person a password that a superior typed. It opens the change form, once and
// within TemporaryEnds; the log names who typed it.
func (i *Identity) SetTemporary(ctx context.Context, by audit.Cause, membership, password string) error {
	err := i.view(ctx, func(r store.Reader) error {
		_, k, err := i.managed(r, membership)
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
		_, k, err := i.managed(tx, membership)
		if err != nil {
			return err
		}
		return i.setTemporary(tx, by, &k, phc, o)
	})
	return err
}

func (i *Identity) setTemporary(tx store.Tx, by audit.Cause, k *known, phc string, o *outcome) error {
	voidPassword(&k.secret)
	s := &k.secret
	s.PHC, s.Temp, s.TempBy, s.TempEnds, s.SetAt = phc, true, by.UserLabel, by.At.Add(TemporaryEnds), by.At.UnixMilli()
	if err := secrets().Put(tx, s); err != nil {
		return err
	}
	if err := i.voidTokens(tx, k.user.ID, PurposeReset, ""); err != nil {
		return err
	}
	if err := i.endAllTx(tx, by, k.user.ID, ReasonAdmin, o); err != nil {
		return err
	}
	return audit.Record(tx, by, entry("user.reset", &k.user, map[string]string{"way": "typed", "typed_by": by.UserLabel}))
}

// UpdateMember changes the role of a member at this version.
func (i *Identity) UpdateMember(ctx context.Context, by audit.Cause, membership string, ver uint64, role string) (out Member, err error) {
	if role == "" {
		return out, fault.Invalid("role", "required", "a role is required")
	}
	err = i.update(ctx, func(tx store.Tx) (err error) {
		m, err := Memberships().Get(tx, store.Text(membership))
		if err != nil {
			return absent(err, fault.NotFound("user"))
		}
		if m.Ver != ver {
			return fault.Stale(m.Ver)
		}
		was := m.Role
		m.Role = role
		m.Ver++
		if err = Memberships().Put(tx, &m); err != nil {
			return err
		}
		if out, err = i.member(tx, m); err != nil {
			return err
		}
		return audit.Record(tx, by, audit.Entry{
			Account: m.Account, Action: "user.edit", ObjectKind: "user", ObjectID: m.ID, ObjectLabel: out.Email,
			Detail: map[string]string{"role": role, "was": was},
		})
	})
	return out, err
}

// RemoveMemberTx takes a person out of an account: his sessions in it and his links to it end. A
// person who is in no account any more is forgotten. after must be called when the transaction is
// committed.
func (i *Identity) RemoveMemberTx(tx store.Tx, by audit.Cause, membership string) (after func(), err error) {
	o := &outcome{}
	if err := i.removeMember(tx, by, membership, o); err != nil {
		return nil, err
	}
	return func() { i.fire(o.ended) }, nil
}

// RemoveMember is RemoveMemberTx in a transaction of its own.
func (i *Identity) RemoveMember(ctx context.Context, by audit.Cause, membership string) error {
	_, err := i.conclude(ctx, func(tx store.Tx, o *outcome) error { return i.removeMember(tx, by, membership, o) })
	return err
}

func (i *Identity) removeMember(tx store.Tx, by audit.Cause, membership string, o *outcome) error {
	m, err := Memberships().Get(tx, store.Text(membership))
	if err != nil {
		return absent(err, fault.NotFound("user"))
	}
	shown, err := i.member(tx, m)
	if err != nil {
		return err
	}
	if err = Memberships().Delete(tx, store.Text(m.ID)); err != nil {
		return err
	}
	if err = i.voidTokens(tx, m.User, "", m.ID); err != nil {
		return err
	}
	all, err := i.sessionsOf(tx, m.User)
	if err != nil {
		return err
	}
	for n := range all {
		if all[n].Membership != m.ID {
			continue
		}
		if err := i.endTx(tx, by, &all[n], ReasonRemoved, o); err != nil {
			return err
		}
	}
	if err := i.forgetUser(tx, by, m, o); err != nil {
		return err
	}
	return audit.Record(tx, by, audit.Entry{
		Account: m.Account, Action: "user.delete", ObjectKind: "user", ObjectID: m.ID, ObjectLabel: shown.Email,
		Detail: map[string]string{"role": m.Role},
	})
}

// forgetUser deletes the person who has no membership left; else his next account becomes his home
// when it was this one that managed him.
func (i *Identity) forgetUser(tx store.Tx, by audit.Cause, gone Membership, o *outcome) error {
	k, err := findByID(tx, gone.User)
	if err != nil {
		return err
	}
	for it, err := range Memberships().Lookup(tx, "user", store.Page{Limit: 1}, store.Text(gone.User)) {
		if err != nil {
			return err
		}
		if k.user.Home != gone.Account {
			return nil
		}
		k.user.Home = it.Row.Account
		k.user.Ver++
		return Users().Put(tx, &k.user)
	}
	if err := i.endAllTx(tx, by, k.user.ID, ReasonRemoved, o); err != nil {
		return err
	}
	var links, begun []string
	for it, err := range tokens().Lookup(tx, "user", store.Page{Limit: endBatch}, store.Text(k.user.ID)) {
		if err != nil {
			return err
		}
		links = append(links, it.Row.Hash)
	}
	for it, err := range tickets().Lookup(tx, "user", store.Page{}, store.Text(k.user.ID)) {
		if err != nil {
			return err
		}
		begun = append(begun, it.Row.Hash)
	}
	if err := deleteAll(tx, links, tokens().Delete); err != nil {
		return err
	}
	if err := deleteAll(tx, begun, tickets().Delete); err != nil {
		return err
	}
	if err := secrets().Delete(tx, store.Text(k.user.ID)); err != nil {
		return err
	}
	return Users().Delete(tx, store.Text(k.user.ID))
}
