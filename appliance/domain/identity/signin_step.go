package identity

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// Stages of a ticket.
const (
	stageMFA    = "mfa"
	stageChange = "change"
)

const (
	ticketEnds       = 10 * time.Minute
	ticketChangeEnds = 30 * time.Minute // a code comes by mail
	ticketTries      = 5
	ticketsPerUser   = 5
)

// step is a sign-in that has passed the password.
type step struct {
	known    known
	emailKey string
	device   string
	resume   string // hash of the token whose session goes on
	mfa      bool   // the second factor is passed
	unproved bool   // no password was typed in this step
}

// proceed goes to the next state: the second factor, the change of a temporary password, or the session.
func (i *Identity) proceed(tx store.Tx, by audit.Cause, s step, o *outcome) error {
	switch {
	case len(s.known.secret.TOTP) > 0 && !s.mfa:
		t := ticketRow{Stage: stageMFA, Resume: s.resume}
		return i.newTicket(tx, by, &s, t, StateMFA, o)
	case s.known.secret.Temp:
		return i.openChange(tx, by, &s, o)
	}
	return i.begin(tx, by, &s, o)
}

// openChange uses the temporary password up and sends a code to the person's mail.
func (i *Identity) openChange(tx store.Tx, by audit.Cause, s *step, o *outcome) error {
	s.known.secret.TempUsed = true
	if err := secrets().Put(tx, &s.known.secret); err != nil {
		return err
	}
	t := ticketRow{Stage: stageChange, MFA: s.mfa, Temp: true}
	ready, err := i.cfg.Mail.Ready(tx)
	if err != nil {
		return err
	}
	if ready {
		code := mailCode()
		t.MailCode = i.signCode(s.known.user.ID, code)
		err := i.mail(tx, by, &s.known.user, s.known.user.Email, "email_code", map[string]string{
			"code": code, "ends": by.At.Add(ticketChangeEnds).UTC().Format(time.RFC3339),
		})
		if err != nil {
			return err
		}
	}
	return i.newTicket(tx, by, s, t, StateChange, o)
}

func (i *Identity) newTicket(tx store.Tx, by audit.Cause, s *step, t ticketRow, state State, o *outcome) error {
	u := &s.known.user
	var old []string
	for it, err := range tickets().Lookup(tx, "user", store.Page{}, store.Text(u.ID)) {
		if err != nil {
			return err
		}
		old = append(old, it.Row.Hash)
	}
	for n := 0; n+ticketsPerUser <= len(old); n++ {
		if err := tickets().Delete(tx, store.Text(old[n])); err != nil {
			return err
		}
	}
	plain, hash := newToken()
	life := ticketEnds
	if t.Stage == stageChange {
		life = ticketChangeEnds
	}
	t.Hash, t.User, t.Epoch, t.EndsAt = hash, u.ID, s.known.secret.Epoch, i.cfg.Clock.Now().Add(life)
	if err := tickets().Insert(tx, &t); err != nil {
		return err
	}
	o.result = Result{State: state, Ticket: plain, TicketEnds: t.EndsAt, MailCode: len(t.MailCode) > 0}
	return audit.Record(tx, by, entry("session.sign_in", u, map[string]string{"state": string(state)}))
}

// begin ends the sign-in with a session.
func (i *Identity) begin(tx store.Tx, by audit.Cause, s *step, o *outcome) error {
	u := &s.known.user
	if forgives() {
		if err := tries().Delete(tx, store.Text(i.tryKey(by.IP, s.emailKey, s.device))); err != nil {
			return err
		}
	}
	m, err := i.choose(tx, u)
	if e, ok := fault.As(err); ok {
		o.refusal = e
		return audit.Record(tx, by, refused("session.sign_in", u, u.Email, e))
	}
	if err != nil {
		return err
	}
	now := i.cfg.Clock.Now()
	u.SignedInAt, u.Acting = now, m.ID
	if err = Users().Put(tx, u); err != nil {
		return err
	}
	o.result, err = i.open(tx, by, u, m, s, now, o)
	if err != nil {
		return err
	}
	by.Session, by.Account = o.result.Session.ID, m.Account
	return audit.Record(tx, by, entry("session.sign_in", u, map[string]string{
		"session": o.result.Session.ID, "mfa": fmt.Sprint(s.mfa),
	}))
}

// choose picks the membership to work with: the last one, else the first whose account is not frozen.
func (i *Identity) choose(r store.Reader, u *User) (Membership, error) {
	var frozen error
	var best *Membership
	for it, err := range Memberships().Lookup(r, "user", store.Page{}, store.Text(u.ID)) {
		if err != nil {
			return Membership{}, err
		}
		m := it.Row
		if m.State != StateActive {
			continue
		}
		a, err := i.cfg.Accounts.Account(r, m.Account)
		if fault.Is(err, fault.KindNotFound) {
			continue
		}
		if err != nil {
			return Membership{}, err
		}
		if a.Frozen != nil {
			frozen = frozenError(a)
			continue
		}
		if best == nil || m.ID == u.Acting {
			best = &m
		}
	}
	switch {
	case best != nil:
		return *best, nil
	case frozen != nil:
		return Membership{}, frozen
	}
	return Membership{}, ErrNoMembership
}

func frozenError(a Account) error {
	return ErrFrozen.With(map[string]any{"account": a.Name, "reason": a.Frozen.Reason, "at": a.Frozen.At})
}

// mailCode is eight random digits.
func mailCode() string {
	var b [8]byte
	_, _ = rand.Read(b[:])
	return fmt.Sprintf("%08d", binary.BigEndian.Uint64(b[:])%100_000_000)
}

func (i *Identity) signCode(user, code string) []byte {
	m := hmac.New(sha256.New, i.codeKey)
	m.Write([]byte(user + "\x00" + code))
	return m.Sum(nil)
}

// mail queues a letter when a mail server is set.
func (i *Identity) mail(tx store.Tx, by audit.Cause, u *User, to, template string, data map[string]string) error {
	data["email"], data["time_zone"] = to, u.TimeZone
	return i.cfg.Mail.MailTx(tx, Mail{
		Account: u.Home, To: to, Template: template, Lang: u.Lang, Data: data, At: by.At,
	})
}
