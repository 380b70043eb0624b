package identity

import (
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// Member is a person in an account, as the people of that account see him: what the inviter typed
// until he accepts, his own data after that. Its id is the membership's.
type Member struct {
	Membership
	AccountName string    `json:"account_name"`
	AccountKind string    `json:"account_kind"`
	Frozen      bool      `json:"frozen"`
	MFA         bool      `json:"mfa"`
	SignedInAt  time.Time `json:"signed_in_at"`
	// Managed tells that this account may reset the person's password.
	Managed bool `json:"managed"`
	// Ends is when an open invitation ends.
	Ends time.Time `json:"ends"`
}

// Name is how the person is shown.
func (m *Member) Name() string {
	if n := strings.TrimSpace(m.First + " " + m.Last); n != "" {
		return n
	}
	return m.Email
}

// Member returns one member of an account by the membership's id.
func (i *Identity) Member(r store.Reader, membership string) (Member, error) {
	m, err := Memberships().Get(r, store.Text(membership))
	if err != nil {
		return Member{}, absent(err, fault.NotFound("user"))
	}
	return i.member(r, m)
}

// Members returns the people of one account in the order in which they were invited.
func (i *Identity) Members(r store.Reader, account string) ([]Member, error) {
	var out []Member
	for it, err := range Memberships().Lookup(r, "account", store.Page{}, store.Text(account)) {
		if err != nil {
			return nil, err
		}
		m, err := i.member(r, it.Row)
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
}

// AllMembers yields the people of all accounts.
func (i *Identity) AllMembers(r store.Reader) iter.Seq2[Member, error] {
	return func(yield func(Member, error) bool) {
		for it, err := range Memberships().List(r, store.Page{}) {
			var m Member
			if err == nil {
				m, err = i.member(r, it.Row)
			}
			if !yield(m, err) || err != nil {
				return
			}
		}
	}
}

// membersOf returns the memberships of a person with their accounts.
func (i *Identity) membersOf(r store.Reader, u *User) ([]Member, error) {
	var out []Member
	for it, err := range Memberships().Lookup(r, "user", store.Page{}, store.Text(u.ID)) {
		if err != nil {
			return nil, err
		}
		m, err := i.withAccount(r, memberOf(it.Row, u))
		if fault.Is(err, fault.KindNotFound) {
			continue // the account goes; its memberships follow
		}
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	slices.SortStableFunc(out, func(a, b Member) int { return strings.Compare(a.AccountName, b.AccountName) })
	return out, nil
}

func (i *Identity) member(r store.Reader, m Membership) (Member, error) {
	u, err := Users().Get(r, store.Text(m.User))
	if err != nil {
		return Member{}, err
	}
	out := memberOf(m, &u)
	if m.State == StateInvited {
		if out.State, out.Ends, err = i.invitation(r, &m); err != nil {
			return Member{}, err
		}
	}
	out, err = i.withAccount(r, out)
	if fault.Is(err, fault.KindNotFound) {
		return out, nil
	}
	return out, err
}

// memberOf shows the person's own data only when he has accepted.
func memberOf(m Membership, u *User) Member {
	out := Member{Membership: m}
	if m.State == StateActive {
		out.Email, out.First, out.Last, out.Phone, out.Lang = u.Email, u.First, u.Last, u.Phone, u.Lang
		out.MFA, out.SignedInAt, out.Managed = u.MFA, u.SignedInAt, u.Home == m.Account
	}
	return out
}

func (i *Identity) withAccount(r store.Reader, m Member) (Member, error) {
	a, err := i.cfg.Accounts.Account(r, m.Account)
	m.AccountName, m.AccountKind, m.Frozen = a.Name, a.Kind, a.Frozen != nil
	return m, err
}

// invitation tells whether the link of an open invitation still works.
func (i *Identity) invitation(r store.Reader, m *Membership) (state string, ends time.Time, err error) {
	for it, err := range tokens().Lookup(r, "user", store.Page{}, store.Text(m.User)) {
		if err != nil {
			return "", ends, err
		}
		t := it.Row
		if t.Purpose == PurposeActivate && t.Membership == m.ID && t.EndsAt.After(ends) && !t.Replaced {
			ends = t.EndsAt
		}
	}
	if i.past(ends, i.cfg.Clock.Now()) {
		return StateExpired, ends, nil
	}
	return StateInvited, ends, nil
}

// usersOf counts the people of an account: it must not be deleted under them.
type usersOf struct{}

// Dependent counts the members of an account for the room that deletes accounts.
func Dependent() interface {
	Kind() string
	CountTx(r store.Reader, account string) (int, error)
} {
	return usersOf{}
}

// Kind implements tenant.Dependent.
func (usersOf) Kind() string { return "user" }

// CountTx implements tenant.Dependent.
func (usersOf) CountTx(r store.Reader, account string) (int, error) {
	n := 0
	for _, err := range Memberships().Lookup(r, "account", store.Page{}, store.Text(account)) {
		if err != nil {
			return 0, err
		}
		n++
	}
	return n, nil
}
