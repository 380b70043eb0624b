package identity

import (
	"context"
	"errors"
	"strings"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/ident"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// Operator is the first person of the appliance, as the setup wizard asks for him.
type Operator struct {
	First, Last, Email, Password, Lang, TimeZone string
	Organization                                 string // what the password must not be made of
	TOTPSecret, TOTPCode                         string // of NewTOTP; both empty: later
}

// Prepared is an Operator that was checked and hashed, ready for a transaction.
type Prepared struct {
	user   User
	phc    string
	secret string
	step   int64
	plain  []string
	hashes [][]byte
}

// PrepareOperator checks the input and does the work that does not belong in a transaction.
func (i *Identity) PrepareOperator(ctx context.Context, v Operator) (Prepared, error) {
	p, err := i.CheckOperator(v)
	if err != nil {
		return Prepared{}, err
	}
	p.phc, err = i.hash.make(ctx, v.Password)
	return p, err
}

// CheckOperator tells what PrepareOperator would refuse, without its work.
func (i *Identity) CheckOperator(v Operator) (Prepared, error) {
	var bad fault.Fields
	v.First, v.Last, v.Lang, v.TimeZone = strings.TrimSpace(v.First), strings.TrimSpace(v.Last), strings.TrimSpace(v.Lang), strings.TrimSpace(v.TimeZone)
	checkName("first", v.First, &bad)
	checkText("last", v.Last, &bad)
	checkLang("lang", v.Lang, &bad)
	checkZone("time_zone", v.TimeZone, &bad)
	email, key, mailErr := checkEmail(v.Email)
	weak := checkPassword("password", v.Password, minPasswordStaff, v.Email, v.First, v.Last, v.Organization)
	p := Prepared{user: User{
		ID: ident.New(), Email: email, EmailKey: key, First: v.First, Last: v.Last, Lang: v.Lang, TimeZone: v.TimeZone,
		Theme: "auto", State: StateActive, Ver: 1,
	}}
	if v.TOTPSecret != "" {
		step, ok, err := matchTOTP(v.TOTPSecret, digits(v.TOTPCode), i.cfg.Clock.Now(), 0)
		if !ok || err != nil {
			bad.Add("totp.code", "wrong", "the code does not match: type the one that the authenticator shows now")
		}
		p.secret, p.step, p.user.MFA = v.TOTPSecret, step, true
		p.plain, p.hashes = newRecovery()
	}
	return p, fault.Join(bad.Err(), mailErr, weak)
}

// CreateOperatorTx makes the person and his membership; the recovery codes are returned once.
func (i *Identity) CreateOperatorTx(tx store.Tx, by audit.Cause, account, role string, p Prepared) (User, Membership, []string, error) {
	u := p.user
	u.Home, u.CreatedAt = account, by.At
	s := secretRow{User: u.ID, PHC: p.phc, SetAt: by.At.UnixMilli(), LastStep: p.step, Recovery: p.hashes}
	if p.secret != "" {
		var err error
		if s.TOTP, err = i.sealTOTP(u.ID, p.secret); err != nil {
			return User{}, Membership{}, nil, err
		}
	}
	m := Membership{
		ID: ident.New(), User: u.ID, Account: account, Kind: KindUser, Role: role, State: StateActive, Email: u.Email,
		First: u.First, Last: u.Last, Lang: u.Lang, Letter: KindUser, InvitedByName: by.UserLabel, CreatedAt: by.At, AcceptedAt: by.At, Ver: 1,
	}
	err := Users().Insert(tx, &u)
	if errors.Is(err, store.ErrExists) {
		err = ErrEmailTaken
	}
	if err == nil {
		err = secrets().Insert(tx, &s)
	}
	if err == nil {
		err = Memberships().Insert(tx, &m)
	}
	if err == nil {
		err = joined(tx, account, by.At)
	}
	if err == nil {
		err = audit.Record(tx, by, entry("user.add", &u, map[string]string{"role": role, "mfa": yes(u.MFA)}))
	}
	return u, m, p.plain, err
}

// AdminResetPassword is the host's verb: the password is void, all sessions end, and the link for a
// new one is returned. It is never mailed: who asks has the host.
func (i *Identity) AdminResetPassword(ctx context.Context, by audit.Cause, email string) (out Invited, err error) {
	_, err = i.conclude(ctx, func(tx store.Tx, o *outcome) (err error) {
		k, err := i.activeByEmail(tx, email)
		if err != nil {
			return err
		}
		voidPassword(&k.secret)
		if err = secrets().Put(tx, &k.secret); err != nil {
			return err
		}
		if err = i.endAllTx(tx, by, k.user.ID, ReasonAdmin, o); err != nil {
			return err
		}
		t := tokenRow{
			Purpose: PurposeReset, User: k.user.ID, Account: k.user.Home, Email: k.user.Email, ByName: by.UserLabel,
			CreatedAt: by.At, EndsAt: by.At.Add(ResetEnds),
		}
		plain, err := i.issue(tx, t)
		if err != nil {
			return err
		}
		out = Invited{Token: plain, Link: i.cfg.Base() + "/reset#t=" + plain, Ends: t.EndsAt}
		return audit.Record(tx, by, entry("user.reset", &k.user, map[string]string{"way": "host"}))
	})
	return out, err
}

// AdminResetMFA is the host's verb: the second factor is gone and all sessions end.
func (i *Identity) AdminResetMFA(ctx context.Context, by audit.Cause, email string) error {
	_, err := i.conclude(ctx, func(tx store.Tx, o *outcome) error {
		k, err := i.activeByEmail(tx, email)
		if err != nil {
			return err
		}
		if len(k.secret.TOTP) == 0 {
			return ErrNoTOTP
		}
		clearTOTP(&k.secret)
		return i.mfaChanged(tx, by, &k, false, "removed", o)
	})
	return err
}

func (i *Identity) activeByEmail(r store.Reader, email string) (known, error) {
	k, err := findByEmail(r, Fold(email))
	if err != nil {
		return k, err
	}
	if !k.found {
		return k, fault.NotFound("user")
	}
	if k.user.State != StateActive {
		return k, ErrNotActivated
	}
	return k, nil
}
