package identity

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// States of a user and of a membership.
const (
	StateInvited = "invited"
	StateActive  = "active"
	// StateExpired is shown for an invitation whose link has ended.
	StateExpired = "expired"
)

// Kinds of a membership.
const (
	KindUser     = "user"
	KindCustomer = "customer"
)

// Name is how the person is shown to others.
func (u *User) Name() string {
	if n := strings.TrimSpace(u.First + " " + u.Last); n != "" {
		return n
	}
	return u.Email
}

// known is what the store says of the person behind an e-mail. For an e-mail that nobody has it is
// empty, and took as many reads.
type known struct {
	user   User
	secret secretRow
	found  bool
}

// nobody is the id that no user has.
const nobody = "00000000000000000000000000"

func findByEmail(r store.Reader, emailKey string) (known, error) {
	u, err := Users().ByUnique(r, "email", store.Text(emailKey))
	if errors.Is(err, store.ErrNotFound) {
		_, err = Users().Get(r, store.Text(nobody))
		if !errors.Is(err, store.ErrNotFound) {
			return known{}, errors.Join(err, errors.New("the id of nobody is taken"))
		}
		_, err = secrets().Get(r, store.Text(nobody))
		return known{}, absent(err, nil)
	}
	if err != nil {
		return known{}, err
	}
	s, err := secretOf(r, u.ID)
	return known{u, s, true}, err
}

func findByID(r store.Reader, id string) (known, error) {
	u, err := Users().Get(r, store.Text(id))
	if err != nil {
		return known{}, absent(err, fault.NotFound("user"))
	}
	s, err := secretOf(r, id)
	return known{u, s, true}, err
}

func secretOf(r store.Reader, user string) (secretRow, error) {
	s, err := secrets().Get(r, store.Text(user))
	if errors.Is(err, store.ErrNotFound) {
		return secretRow{User: user}, nil
	}
	return s, err
}

// usable tells whether the stored password may open something now.
func (i *Identity) usable(s *secretRow, now time.Time) bool {
	return s.PHC != "" && (!s.Temp || !s.TempUsed && !i.past(s.TempEnds, now))
}

// User returns a person.
func (i *Identity) User(ctx context.Context, id string) (u User, err error) {
	err = i.view(ctx, func(r store.Reader) error {
		u, err = Users().Get(r, store.Text(id))
		return absent(err, fault.NotFound("user"))
	})
	return u, err
}

// Profile is what a person changes about himself; nil fields stay.
type Profile struct {
	First    *string `json:"first,omitempty"`
	Last     *string `json:"last,omitempty"`
	Phone    *string `json:"phone,omitempty"`
	Lang     *string `json:"lang,omitempty"`
	Theme    *string `json:"theme,omitempty"`
	TimeZone *string `json:"time_zone,omitempty"`
}

// UpdateMe changes the profile of the user at this version.
func (i *Identity) UpdateMe(ctx context.Context, by audit.Cause, user string, ver uint64, p Profile) (u User, err error) {
	err = i.update(ctx, func(tx store.Tx) (err error) {
		if u, err = Users().Get(tx, store.Text(user)); err != nil {
			return absent(err, fault.NotFound("user"))
		}
		if u.Ver != ver {
			return fault.Stale(u.Ver)
		}
		changed, err := p.apply(&u)
		if err != nil {
			return err
		}
		u.Ver++
		if err := Users().Put(tx, &u); err != nil {
			return err
		}
		return audit.Record(tx, by, entry("user.edit", &u, map[string]string{"fields": changed}))
	})
	return u, err
}

// apply sets the fields and returns the names of what changed.
func (p *Profile) apply(u *User) (string, error) {
	var bad fault.Fields
	var changed []string
	set := func(path string, from *string, to *string, check func(path, value string, bad *fault.Fields)) {
		if from == nil {
			return
		}
		v := strings.TrimSpace(*from)
		check(path, v, &bad)
		if v != *to {
			changed = append(changed, path)
		}
		*to = v
	}
	set("first", p.First, &u.First, checkName)
	set("last", p.Last, &u.Last, checkText)
	set("phone", p.Phone, &u.Phone, checkPhone)
	set("lang", p.Lang, &u.Lang, checkLang)
	set("theme", p.Theme, &u.Theme, checkTheme)
	set("time_zone", p.TimeZone, &u.TimeZone, checkZone)
	return strings.Join(changed, ","), bad.Err()
}

const maxName = 64

func checkName(path, v string, bad *fault.Fields) {
	if bad.Require(path, v) {
		checkText(path, v, bad)
	}
}

func checkText(path, v string, bad *fault.Fields) {
	switch {
	case utf8.RuneCountInString(v) > maxName:
		bad.Add(path, "too_long", path+" has more than 64 characters")
	case !utf8.ValidString(v) || strings.ContainsFunc(v, unicode.IsControl):
		bad.Add(path, "invalid", path+" has characters that cannot be shown")
	}
}

func checkPhone(path, v string, bad *fault.Fields) {
	if len(v) > 32 || strings.Trim(v, "+0123456789 ()-./*#") != "" {
		bad.Add(path, "phone", "this is no telephone number")
	}
}

func checkLang(path, v string, bad *fault.Fields) {
	ok := len(v) >= 2 && len(v) <= 16 && !strings.ContainsFunc(v, func(r rune) bool {
		return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-'
	})
	if v != "" && !ok {
		bad.Add(path, "lang", "this is no language tag")
	}
}

func checkTheme(path, v string, bad *fault.Fields) {
	if v != "light" && v != "dark" && v != "auto" {
		bad.Add(path, "theme", "the theme is light, dark or auto")
	}
}

func checkZone(path, v string, bad *fault.Fields) {
	if _, err := time.LoadLocation(v); err != nil || v == "Local" {
		bad.Add(path, "time_zone", "this time zone is not known")
	}
}

// entry is an audit entry about a person.
func entry(action string, u *User, detail map[string]string) audit.Entry {
	return audit.Entry{
		Account: u.Home, Action: action, ObjectKind: "user", ObjectID: u.ID, ObjectLabel: u.Email,
		Result: audit.OK, Detail: detail,
	}
}

// refused is an audit entry about what did not happen.
func refused(action string, u *User, label string, err error) audit.Entry {
	e := entry(action, u, nil)
	if e.ObjectLabel == "" {
		e.ObjectLabel = label
	}
	e.Result, e.Code = audit.Refused, fault.Code(err)
	return e
}

// as names the person as the one who acts.
func as(by audit.Cause, u *User) audit.Cause {
	by.User, by.UserLabel = u.ID, u.Email
	return by
}
