package tenant

import (
	"errors"
	"fmt"
	"strings"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/ident"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// Draft is an account to be made. Empty TimeZone, Lang and Country are the parent's; an empty
// Permission is "dm". ID is made when it is empty.
type Draft struct {
	ID, Parent        string
	Kind              Kind
	Name              string
	TimeZone, Lang    string
	Country, Contact  string
	Email, Note       string
	RealmSuffix       string
	Permission        string
	Master            bool // an administrator of its own is invited: unactivated until he comes
	MayAddChannels    bool
	ActivatedWhenMade bool // the administrator is there at once (the first operator)
}

// CreateTx adds an account, with its realm, and for a channel the enterprise for its own devices.
func CreateTx(tx store.Tx, by audit.Cause, n Draft) (Account, error) {
	a := n.account(by)
	above, err := placeTx(tx, &a)
	if err != nil {
		return Account{}, err
	}
	inherit(&a, above)
	if err := a.check(); err != nil {
		return Account{}, err
	}
	if err := insert(tx, &a, above); err != nil {
		return Account{}, err
	}
	if err := record(tx, by, a, "account.add", map[string]string{"kind": string(a.Kind), "realm": a.Realm}); err != nil {
		return Account{}, err
	}
	lowest := a.Parent
	if a.Kind == Channel {
		lowest = a.ID
		own := Account{
			ID: ident.New(), Parent: a.ID, Kind: Enterprise, Own: true, Name: a.Name, NameKey: a.NameKey,
			TimeZone: a.TimeZone, Lang: a.Lang, Country: a.Country, Permission: "dm",
			CreatedAt: a.CreatedAt, CreatedBy: a.CreatedBy, ActivatedAt: a.CreatedAt, ChangedAt: a.CreatedAt, Ver: 1,
		}
		if err := insert(tx, &own, append([]Account{a}, above...)); err != nil {
			return Account{}, err
		}
	}
	if err := raiseTx(tx, lowest); err != nil {
		return Account{}, err
	}
	return Get(tx, a.ID)
}

func (n *Draft) account(by audit.Cause) Account {
	a := Account{
		ID: n.ID, Parent: n.Parent, Kind: n.Kind, Name: CleanName(n.Name), NameKey: NameKey(n.Name),
		TimeZone: n.TimeZone, Lang: n.Lang, Country: n.Country, Contact: strings.TrimSpace(n.Contact), Email: n.Email,
		Note: n.Note, RealmSuffix: strings.ToLower(n.RealmSuffix), Permission: n.Permission, Master: n.Master,
		MayAddChannels: n.MayAddChannels && n.Kind == Channel || n.Kind == Operator,
		CreatedAt:      by.At, CreatedBy: by.User, ChangedAt: by.At, Ver: 1,
	}
	if a.ID == "" {
		a.ID = ident.New()
	}
	if !n.Master || n.ActivatedWhenMade {
		a.ActivatedAt = by.At
	}
	if a.Kind == Enterprise && a.Permission == "" {
		a.Permission = "dm"
	}
	return a
}

// placeTx checks that the account may stand where it is to stand and returns the chain above.
func placeTx(r store.Reader, a *Account) ([]Account, error) {
	if a.Kind == Operator {
		if _, err := Root(r); err == nil || a.Parent != "" {
			return nil, ErrRoot
		} else if !errors.Is(err, ErrNotFound) {
			return nil, err
		}
		return nil, nil
	}
	if a.Kind != Channel && a.Kind != Enterprise {
		return nil, fault.Invalid("kind", "unknown", "channel or enterprise")
	}
	above, err := ChainTx(r, a.Parent)
	if err != nil {
		return nil, err
	}
	levels := len(above) + 1
	if a.Kind == Channel {
		levels += max(1, int(a.Height)) // its own enterprise stands below it
	}
	switch p := above[0]; {
	case p.Kind == Enterprise, a.Kind == Channel && !p.MayAddChannels:
		return nil, ErrMayNotAdd
	case levels > MaxDepth:
		return nil, ErrTooDeep.With(map[string]any{"levels": MaxDepth})
	}
	if f := freezeOf(above); f != nil {
		return nil, frozenBecause(f)
	}
	return above, nil
}

func inherit(a *Account, above []Account) {
	var p Account
	if len(above) > 0 {
		p = above[0]
	}
	for _, f := range []struct {
		have       *string
		from, last string
	}{{&a.TimeZone, p.TimeZone, "UTC"}, {&a.Lang, p.Lang, "en"}, {&a.Country, p.Country, ""}} {
		if *f.have == "" {
			*f.have = f.from
		}
		if *f.have == "" {
			*f.have = f.last
		}
	}
}

// insert gives the number and the realm. Five collisions in a row at 40 random bits mean a broken
// generator.
func insert(tx store.Tx, a *Account, above []Account) error {
	num, err := nextNum(tx)
	if err != nil {
		return err
	}
	a.Num = num
	suffix := a.RealmSuffix
	if suffix == "" {
		suffix = suffixOf(above)
	}
	for range 5 {
		a.Realm = newRealm(suffix)
		err = Table().Insert(tx, a)
		var taken *store.Conflict
		if !errors.As(err, &taken) || taken.Index != "realm" {
			return nameTaken(err)
		}
	}
	return fmt.Errorf("realm below %q: %w", suffix, err)
}

func nameTaken(err error) error {
	var taken *store.Conflict
	if errors.As(err, &taken) && taken.Index == "name" {
		return fault.Invalid("name", "taken", "there is an account of this name already").Because(err)
	}
	return err
}

func nextNum(tx store.Tx) (uint32, error) {
	s, err := seq().Get(tx, store.Uint(0))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return 0, err
	}
	s.Last++
	return s.Last, seq().Put(tx, &s)
}

// raiseTx makes the heights from here upwards exact.
func raiseTx(tx store.Tx, id string) error {
	for at := id; at != ""; {
		a, err := Get(tx, at)
		if err != nil {
			return err
		}
		var height uint8
		for it, err := range Table().Lookup(tx, "child", store.Page{Limit: 1, Desc: true}, store.Text(at)) {
			if err != nil {
				return err
			}
			height = it.Row.Height + 1
		}
		if height == a.Height {
			return nil
		}
		a.Height = height
		if err := Table().Put(tx, &a); err != nil {
			return err
		}
		at = a.Parent
	}
	return nil
}

func record(tx store.Tx, by audit.Cause, a Account, action string, detail map[string]string) error {
	return audit.Record(tx, by, audit.Entry{
		Account: a.ID, Action: action, ObjectKind: "account", ObjectID: a.ID, ObjectLabel: a.Name, Detail: detail,
	})
}
