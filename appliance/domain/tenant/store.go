package tenant

import (
	"errors"
	"fmt"

	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// Tables are this room's tables for the catalogue.
func Tables() []store.Registered { return []store.Registered{Table(), seq()} }

// Table is the table of accounts, for lists that follow it.
func Table() *store.Table[Account, *Account] {
	return store.NewTable(store.Spec[Account]{
		Name: "account", Schema: 1,
		Key: func(a *Account) []store.Part { return []store.Part{store.Text(a.ID)} },
		Unique: []store.Index[Account]{
			{Name: "num", Keys: func(a *Account) [][]store.Part {
				return [][]store.Part{{store.Uint(uint64(a.Num))}}
			}},
			{Name: "realm", Keys: func(a *Account) [][]store.Part {
				return [][]store.Part{{store.Text(a.Realm)}}
			}},
			{Name: "name", Keys: func(a *Account) [][]store.Part {
				return [][]store.Part{{store.Text(a.Parent), store.Text(a.NameKey)}}
			}},
			{Name: "root", Keys: func(a *Account) [][]store.Part {
				if a.Kind != Operator {
					return nil
				}
				return [][]store.Part{{}}
			}},
			{Name: "own", Keys: func(a *Account) [][]store.Part {
				if !a.Own {
					return nil
				}
				return [][]store.Part{{store.Text(a.Parent)}}
			}},
		},
		Lookup: []store.Index[Account]{{Name: "child", Keys: func(a *Account) [][]store.Part {
			if a.Parent == "" {
				return nil
			}
			return [][]store.Part{{store.Text(a.Parent), store.Uint(uint64(a.Height)), store.Text(a.ID)}}
		}}},
	})
}

func seq() *store.Table[seqRow, *seqRow] {
	return store.NewTable(store.Spec[seqRow]{
		Name: "account_seq", Schema: 1,
		Key: func(*seqRow) []store.Part { return []store.Part{store.Uint(0)} },
	})
}

// Get returns the account, or ErrNotFound.
func Get(r store.Reader, id string) (Account, error) {
	return found(Table().Get(r, store.Text(id)))
}

// GetByNum returns the account with this number, or ErrNotFound.
func GetByNum(r store.Reader, num uint32) (Account, error) {
	return found(Table().ByUnique(r, "num", store.Uint(uint64(num))))
}

// GetByRealm returns the account with this realm, or ErrNotFound.
func GetByRealm(r store.Reader, realm string) (Account, error) {
	return found(Table().ByUnique(r, "realm", store.Text(realm)))
}

// Root returns the operator, or ErrNotFound before the appliance is set up.
func Root(r store.Reader) (Account, error) { return found(Table().ByUnique(r, "root")) }

// OwnEnterprise returns the enterprise for a channel's own devices.
func OwnEnterprise(r store.Reader, channel string) (Account, error) {
	return found(Table().ByUnique(r, "own", store.Text(channel)))
}

func found(a Account, err error) (Account, error) {
	if errors.Is(err, store.ErrNotFound) {
		return a, ErrNotFound.Because(err)
	}
	return a, err
}

// ChainTx returns the account and all above it, the account first and the operator last.
func ChainTx(r store.Reader, id string) ([]Account, error) {
	chain := make([]Account, 0, MaxDepth)
	for at := id; ; {
		a, err := Get(r, at)
		if err != nil {
			return nil, err
		}
		chain = append(chain, a)
		if a.Parent == "" {
			return chain, nil
		}
		if len(chain) > MaxDepth {
			return nil, fmt.Errorf("account %q: %w", id, errLoop)
		}
		at = a.Parent
	}
}

// EffectiveFreezeTx returns the freeze that holds for the account: its own or that of the nearest
// ancestor; nil when there is none.
func EffectiveFreezeTx(r store.Reader, id string) (*Freeze, error) {
	chain, err := ChainTx(r, id)
	if err != nil {
		return nil, err
	}
	return freezeOf(chain), nil
}

func freezeOf(chain []Account) *Freeze {
	for i := range chain {
		if chain[i].Frozen != nil {
			return chain[i].Frozen
		}
	}
	return nil
}

// CheckLiveTx returns ErrFrozen, with the reason, when nothing new may start in the account.
func CheckLiveTx(r store.Reader, id string) error {
	f, err := EffectiveFreezeTx(r, id)
	if err != nil || f == nil {
		return err
	}
	return frozenBecause(f)
}

// Children returns up to limit accounts directly below, leaves first.
func Children(r store.Reader, id string, limit int) ([]Account, error) {
	var out []Account
	for it, err := range Table().Lookup(r, "child", store.Page{Limit: limit}, store.Text(id)) {
		if err != nil {
			return nil, err
		}
		out = append(out, it.Row)
	}
	return out, nil
}
