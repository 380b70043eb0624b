package identity

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/ident"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// Invite asks a person into an account.
type Invite struct {
	Account                         string
	Email, First, Last, Phone, Lang string
	Role                            string
	Kind                            string // KindUser (also "") or KindCustomer
	// Letter is the wording of the mail: enterprise, channel, user, customer; "" follows Kind.
	Letter string
}

// Invited is the answer to the one who invites: the same whether the person is known here or not.
type Invited struct {
	Member Member    `json:"member"`
	Token  string    `json:"-"` // plain, once
	Link   string    `json:"link,omitempty"`
	Ends   time.Time `json:"ends"`
	Mailed bool      `json:"mailed"`
}

func (v *Invite) check() (key string, err error) {
	var bad fault.Fields
	v.First, v.Last, v.Phone, v.Lang = strings.TrimSpace(v.First), strings.TrimSpace(v.Last), strings.TrimSpace(v.Phone), strings.TrimSpace(v.Lang)
	checkText("first", v.First, &bad)
	checkText("last", v.Last, &bad)
	checkPhone("phone", v.Phone, &bad)
	checkLang("lang", v.Lang, &bad)
	if v.Kind == "" {
		v.Kind = KindUser
	}
	if v.Kind != KindUser && v.Kind != KindCustomer {
		bad.Add("kind", "kind", "the kind is user or customer")
	}
	if v.Letter == "" {
		v.Letter = v.Kind
	}
	if v.Role == "" && v.Kind == KindUser {
		bad.Add("role", "required", "a role is required")
	}
	shown, key, mailErr := checkEmail(v.Email)
	v.Email = shown
	return key, fault.Join(bad.Err(), mailErr)
}

// CheckInvite tells what InviteTx would refuse about the input, for a dry run.
func CheckInvite(v Invite) error {
	_, err := v.check()
	return err
}

// InviteTx adds an invited membership, and the person when nobody has the e-mail, and queues the
// activation mail when a mail server is set; else the link is returned, once.
func (i *Identity) InviteTx(tx store.Tx, by audit.Cause, v Invite) (Invited, error) {
	key, err := v.check()
	if err != nil {
		return Invited{}, err
	}
	u, err := Users().ByUnique(tx, "email", store.Text(key))
	if errors.Is(err, store.ErrNotFound) {
		u = User{
			ID: ident.New(), Email: v.Email, EmailKey: key, First: v.First, Last: v.Last, Phone: v.Phone, Lang: v.Lang,
			Theme: "auto", State: StateInvited, Home: v.Account, CreatedAt: by.At, Ver: 1,
		}
		err = Users().Insert(tx, &u)
	}
	if err != nil {
		return Invited{}, err
	}
	m := Membership{
		ID: ident.New(), User: u.ID, Account: v.Account, Kind: v.Kind, Role: v.Role, State: StateInvited,
		Email: v.Email, First: v.First, Last: v.Last, Phone: v.Phone, Lang: v.Lang, Letter: v.Letter,
		InvitedBy: by.User, InvitedByName: by.UserLabel, CreatedAt: by.At, Ver: 1,
	}
	if err := Memberships().Insert(tx, &m); errors.Is(err, store.ErrExists) {
		return Invited{}, ErrMember
	} else if err != nil {
		return Invited{}, err
	}
	return i.sendInvitation(tx, by, &u, &m, "user.add")
}

// Invite is InviteTx in a transaction of its own.
func (i *Identity) Invite(ctx context.Context, by audit.Cause, v Invite) (out Invited, err error) {
	err = i.update(ctx, func(tx store.Tx) error {
		out, err = i.InviteTx(tx, by, v)
		return err
	})
	return out, err
}

// Resend makes a new link for an open invitation; the old one dies.
func (i *Identity) Resend(ctx context.Context, by audit.Cause, membership string) (out Invited, err error) {
	err = i.update(ctx, func(tx store.Tx) (err error) {
		m, err := Memberships().Get(tx, store.Text(membership))
		if err != nil {
			return absent(err, fault.NotFound("user"))
		}
		if m.State != StateInvited {
			return ErrActivated
		}
		u, err := Users().Get(tx, store.Text(m.User))
		if err != nil {
			return err
		}
		m.InvitedBy, m.InvitedByName = by.User, by.UserLabel
		m.Ver++
		if err = Memberships().Put(tx, &m); err != nil {
			return err
		}
		out, err = i.sendInvitation(tx, by, &u, &m, "user.resend")
		return err
	})
	return out, err
}

func (i *Identity) sendInvitation(tx store.Tx, by audit.Cause, u *User, m *Membership, action string) (Invited, error) {
	life := ActivationEnds
	if m.Kind == KindCustomer {
		life = CustomerActivationEnds
	}
	t := tokenRow{
		Purpose: PurposeActivate, User: u.ID, Membership: m.ID, Account: m.Account, Email: m.Email,
		By: by.User, ByName: by.UserLabel, CreatedAt: by.At, EndsAt: by.At.Add(life),
	}
	out, err := i.handOut(tx, by, t, "/activate", m)
	if err != nil {
		return Invited{}, err
	}
	out.Member, err = i.Member(tx, m.ID)
	if err != nil {
		return Invited{}, err
	}
	return out, audit.Record(tx, by, audit.Entry{
		Account: m.Account, Action: action, ObjectKind: "user", ObjectID: m.ID, ObjectLabel: m.Email,
		Detail: map[string]string{"role": m.Role, "kind": m.Kind, "mailed": yes(out.Mailed)},
	})
}

// handOut issues the link of an invitation or of a superior's reset, and mails it if it can be.
func (i *Identity) handOut(tx store.Tx, by audit.Cause, t tokenRow, page string, m *Membership) (Invited, error) {
	ready, err := i.cfg.Mail.Ready(tx)
	if err != nil {
		return Invited{}, err
	}
	t.Mailed = ready
	plain, err := i.issue(tx, t)
	if err != nil {
		return Invited{}, err
	}
	out := Invited{Token: plain, Link: i.cfg.Base() + page + "#t=" + plain, Ends: t.EndsAt, Mailed: ready}
	if !ready {
		return out, nil
	}
	a, err := i.cfg.Accounts.Account(tx, t.Account)
	if err != nil {
		return Invited{}, err
	}
	err = i.cfg.Mail.MailTx(tx, Mail{
		Account: t.Account, To: t.Email, Template: "activation", Lang: m.Lang, At: by.At,
		Data: map[string]string{
			"kind": m.Letter, "email": t.Email, "inviter": t.ByName, "account": a.Name, "link": out.Link,
			"ends": t.EndsAt.UTC().Format(time.RFC3339), "name": strings.TrimSpace(m.First + " " + m.Last),
		},
	})
	out.Link = ""
	return out, err
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func itoa(n int) string { return strconv.Itoa(n) }
