package tenant

import (
	"context"
	"errors"
	"log/slog"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// Dependent is a room that owns objects of an account: an account that still has some is not deleted.
type Dependent interface {
	Kind() string
	CountTx(r store.Reader, account string) (int, error)
}

// Follower is a room whose rows go or move with an account, in the same transaction. It may refuse.
type Follower interface {
	AccountDeletedTx(tx store.Tx, by audit.Cause, a Account) error
	AccountMovedTx(tx store.Tx, by audit.Cause, a Account, from, to string) error
}

// Config is what the room needs. DB is required.
type Config struct {
	DB         *store.DB
	Logger     *slog.Logger
	Dependents []Dependent
	Followers  []Follower
}

// Tenants changes the tree. It is safe for concurrent use.
type Tenants struct {
	c    Config
	tree *Tree
}

// New returns the room; Load or Run fill its tree.
func New(c Config) (*Tenants, error) {
	if c.DB == nil {
		return nil, errors.New("tenant: a store is required")
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return &Tenants{c: c, tree: newTree()}, nil
}

// Tree is the cache of the tree.
func (t *Tenants) Tree() *Tree { return t.tree }

// update opens the transaction and waits until the tree shows it.
func (t *Tenants) update(ctx context.Context, fn func(tx store.Tx) (Account, error)) (Account, error) {
	var out Account
	rev, err := t.c.DB.Update(ctx, func(_ context.Context, tx store.Tx) (err error) {
		out, err = fn(tx)
		return err
	})
	if err != nil {
		return Account{}, err
	}
	t.tree.Wait(ctx, rev)
	return out, nil
}
