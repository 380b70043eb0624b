package identity

import (
	"context"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// Purposes of a link.
const (
	PurposeActivate = "activate" // an invitation
	PurposeReset    = "reset"    // a new password
	PurposeEmail    = "email"    // another e-mail
)

// Lifetimes of links.
const (
	ActivationEnds         = 7 * 24 * time.Hour
	CustomerActivationEnds = 48 * time.Hour
	ResetEnds              = 10 * time.Minute
	EmailEnds              = 24 * time.Hour
	// tokensKept is how long an ended link is remembered, so that its page can say what to do.
	tokensKept = 30 * 24 * time.Hour
	// askEvery bounds how often the owner of an ended link may ask for a new one.
	askEvery = time.Hour
)

// States of a link.
const (
	TokenOK      = "ok"
	TokenExpired = "expired"
	TokenUsed    = "used"
)

// TokenInfo is what the page behind a link shows before anything is typed.
type TokenInfo struct {
	Purpose string    `json:"purpose"`
	Email   string    `json:"email"`
	First   string    `json:"first"`
	Last    string    `json:"last"`
	Account string    `json:"account"`
	Inviter string    `json:"inviter"`
	Ends    time.Time `json:"ends"`
	State   string    `json:"state"`
	// ResendBy names who can send a new link; "" when "Forgot password" is the way.
	ResendBy string `json:"resend_by"`
	// Existing tells that the person has a password here already and types it to accept. It is told
	// only where the link came by mail, so that an inviter who holds the link cannot learn it.
	Existing    bool `json:"existing"`
	MinPassword int  `json:"min_password"`
}

func (i *Identity) tokenState(t *tokenRow, now time.Time) string {
	switch {
	case !t.UsedAt.IsZero():
		return TokenUsed
	case t.Replaced || i.past(t.EndsAt, now):
		return TokenExpired
	}
	return TokenOK
}

// issue stores a link and voids the older ones of the same purpose and membership.
func (i *Identity) issue(tx store.Tx, t tokenRow) (plain string, err error) {
	if err := i.voidTokens(tx, t.User, t.Purpose, t.Membership); err != nil {
		return "", err
	}
	plain, t.Hash = newToken()
	return plain, tokens().Insert(tx, &t)
}

// voidTokens ends the links of a person; purpose and membership "" mean any.
func (i *Identity) voidTokens(tx store.Tx, user, purpose, membership string) error {
	var old []tokenRow
	for it, err := range tokens().Lookup(tx, "user", store.Page{}, store.Text(user)) {
		if err != nil {
			return err
		}
		t := it.Row
		if t.Replaced || !t.UsedAt.IsZero() || purpose != "" && t.Purpose != purpose || membership != "" && t.Membership != membership {
			continue
		}
		old = append(old, t)
	}
	for n := range old {
		old[n].Replaced = true
		if err := tokens().Put(tx, &old[n]); err != nil {
			return err
		}
	}
	return nil
}

// openToken returns a link that may be used for this purpose now.
func (i *Identity) openToken(r store.Reader, plain, purpose string) (tokenRow, error) {
	t, err := tokens().Get(r, store.Text(hashToken(plain)))
	if err != nil {
		return t, absent(err, ErrToken)
	}
	if t.Purpose != purpose {
		return t, ErrToken
	}
	switch i.tokenState(&t, i.cfg.Clock.Now()) {
	case TokenUsed:
		return t, ErrTokenUsed
	case TokenExpired:
		return t, ErrTokenExpired
	}
	return t, nil
}

func useToken(tx store.Tx, t tokenRow, now time.Time) error {
	t.UsedAt = now
	return tokens().Put(tx, &t)
}

// TokenInfo says what a link is for; ErrToken when it is unknown.
func (i *Identity) TokenInfo(ctx context.Context, by audit.Cause, token string) (info TokenInfo, err error) {
	if err = i.rate.take(by.IP); err != nil {
		return TokenInfo{}, err
	}
	err = i.view(ctx, func(r store.Reader) (err error) {
		t, err := tokens().Get(r, store.Text(hashToken(token)))
		if err != nil {
			return absent(err, ErrToken)
		}
		k, err := findByID(r, t.User)
		if err != nil {
			return absent(err, ErrToken)
		}
		info = TokenInfo{
			Purpose: t.Purpose, Email: t.Email, Inviter: t.ByName, Ends: t.EndsAt,
			State: i.tokenState(&t, i.cfg.Clock.Now()), MinPassword: minPassword,
		}
		if t.Purpose == PurposeActivate {
			info.Existing = t.Mailed && k.user.State == StateActive
		}
		if t.By != "" {
			info.ResendBy = t.ByName
		}
		return i.fillTokenInfo(r, &t, &k, &info)
	})
	return info, err
}

func (i *Identity) fillTokenInfo(r store.Reader, t *tokenRow, k *known, info *TokenInfo) error {
	if t.Membership != "" {
		m, err := Memberships().Get(r, store.Text(t.Membership))
		if err != nil {
			return absent(err, ErrToken)
		}
		info.First, info.Last = m.First, m.Last
	}
	a, err := i.cfg.Accounts.Account(r, t.Account)
	if fault.Is(err, fault.KindNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	info.Account = a.Name
	if t.Purpose == PurposeReset {
		info.MinPassword, err = i.leastFor(r, &k.user)
		return err
	}
	if isStaff(a) {
		info.MinPassword = minPasswordStaff
	}
	return nil
}

// AskResend tells the inviter by mail that the owner of an ended link asks for a new one.
func (i *Identity) AskResend(ctx context.Context, by audit.Cause, token string) error {
	if err := i.rate.take(by.IP); err != nil {
		return err
	}
	return i.update(ctx, func(tx store.Tx) error {
		t, err := tokens().Get(tx, store.Text(hashToken(token)))
		if err != nil {
			return absent(err, ErrToken)
		}
		now := i.cfg.Clock.Now()
		inviter, err := Users().Get(tx, store.Text(t.By))
		if err != nil {
			return absent(err, ErrToken)
		}
		if t.Purpose != PurposeActivate || i.tokenState(&t, now) != TokenExpired {
			return ErrTokenUsed
		}
		ready, err := i.cfg.Mail.Ready(tx)
		if err != nil || !ready {
			return joinRefusal(err, ErrNoMail)
		}
		if wait := t.AskedAt.Add(askEvery).Sub(now); !t.AskedAt.IsZero() && wait > 0 {
			return ErrTooMany.After(wait)
		}
		t.AskedAt = now
		if err = tokens().Put(tx, &t); err != nil {
			return err
		}
		err = i.mail(tx, by, &inviter, inviter.Email, "operator_notice", askText(inviter.Lang, t.Email, i.cfg.Base()))
		if err != nil {
			return err
		}
		return audit.Record(tx, by, audit.Entry{
			Account: t.Account, Action: "user.ask_resend", ObjectKind: "user", ObjectID: t.User, ObjectLabel: t.Email,
		})
	})
}

func askText(lang, email, base string) map[string]string {
	if len(lang) >= 2 && lang[:2] == "zh" {
		return map[string]string{"subject": email + " 需要新的激活链接", "text": email + " 的激活链接已失效，请重新发送。", "link": base + "/users"}
	}
	return map[string]string{
		"subject": email + " asks for a new activation link",
		"text":    "The activation link of " + email + " has ended. Send a new one from the list of users.",
		"link":    base + "/users",
	}
}

// joinRefusal returns err, or the refusal when there is none.
func joinRefusal(err error, refusal *fault.Error) error {
	if err != nil {
		return err
	}
	return refusal
}
