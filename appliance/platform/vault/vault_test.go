package vault

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"testing"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/secret"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/bolt/bolttest"
)

func TestVault(t *testing.T) {
	t.Parallel()
	db := bolttest.Open(t, Tables()...)
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	keeper, err := secret.CreateKeeper(filepath.Join(t.TempDir(), "master.key"), now)
	if err != nil {
		t.Fatal(err)
	}
	v := New(db, keeper, func() time.Time { return now })
	if _, err = v.Get(t.Context(), "root"); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("got %v, want fs.ErrNotExist", err)
	}
	for name, value := range map[string]string{"root": "PRIVATE", "leaf/console": "KEY", "leaf/visit": "KEY"} {
		if err = v.Put(t.Context(), name, []byte(value)); err != nil {
			t.Fatal(err)
		}
	}
	if b, getErr := v.Get(t.Context(), "root"); getErr != nil || string(b) != "PRIVATE" {
		t.Fatal(string(b), getErr)
	}
	if names, listErr := v.List(t.Context(), "leaf/"); listErr != nil || len(names) != 2 {
		t.Fatal(names, listErr)
	}
	var dump bytes.Buffer
	if err = db.Dump(t.Context(), &dump); err != nil || bytes.Contains(dump.Bytes(), []byte("PRIVATE")) {
		t.Fatal("the dump shows a sealed value", err)
	}
	_, err = db.Update(t.Context(), func(_ context.Context, tx store.Tx) error {
		row, getErr := rows().Get(tx, store.Text("root"))
		row.Name = "leaf/console"
		return errors.Join(getErr, rows().Put(tx, &row))
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.Get(t.Context(), "leaf/console"); err == nil {
		t.Fatal("a swapped row was opened")
	}
}
