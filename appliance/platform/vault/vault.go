package vault

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

const table = "vault"

func rows() *store.Table[Row, *Row] {
	return store.NewTable(store.Spec[Row]{
		Name: table, Schema: 1, Key: func(r *Row) []store.Part { return []store.Part{store.Text(r.Name)} },
	})
}

// Tables are the room's tables.
func Tables() []store.Registered { return []store.Registered{rows()} }

// Keeper seals and opens; secret.Keeper is one.
type Keeper interface {
	Seal(table, row, field string, plain []byte) ([]byte, error)
	Open(table, row, field string, sealed []byte) ([]byte, error)
}

// Vault is the store of named values.
type Vault struct {
	db     *store.DB
	keeper Keeper
	now    func() time.Time
}

// New returns a vault in db.
func New(db *store.DB, keeper Keeper, now func() time.Time) *Vault {
	return &Vault{db, keeper, now}
}

// Get returns the value, or an error that is fs.ErrNotExist.
func (v *Vault) Get(ctx context.Context, name string) ([]byte, error) {
	var row Row
	err := v.db.View(ctx, func(r store.Reader) (err error) {
		row, err = rows().Get(r, store.Text(name))
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return nil, fmt.Errorf("%q: %w", name, fs.ErrNotExist)
	}
	if err != nil {
		return nil, err
	}
	return v.keeper.Open(table, name, "sealed", row.Sealed)
}

// Put stores the value.
func (v *Vault) Put(ctx context.Context, name string, value []byte) error {
	sealed, err := v.keeper.Seal(table, name, "sealed", value)
	if err != nil {
		return fmt.Errorf("seal %q: %w", name, err)
	}
	row := Row{Name: name, Sealed: sealed, Changed: v.now().UTC()}
	_, err = v.db.Update(ctx, func(_ context.Context, tx store.Tx) error { return rows().Put(tx, &row) })
	return err
}

// List returns the names that begin with prefix, in order.
func (v *Vault) List(ctx context.Context, prefix string) ([]string, error) {
	var names []string
	err := v.db.View(ctx, func(r store.Reader) error {
		for it, err := range rows().List(r, store.Page{}) {
			if err != nil {
				return err
			}
			if strings.HasPrefix(it.Row.Name, prefix) {
				names = append(names, it.Row.Name)
			}
		}
		return nil
	})
	return names, err
}
