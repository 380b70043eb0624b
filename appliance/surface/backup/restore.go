package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/blob"
	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/platform/config"
	"github.com/switchkeep/switchkeep/appliance/platform/ident"
	"github.com/switchkeep/switchkeep/appliance/platform/secret"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/bolt"
)

var (
	// ErrNotEmpty says that the data folder holds something already.
	ErrNotEmpty = errors.New("the data folder is not empty")
	// ErrNoSecrets says that the archive was made without its keys.
	ErrNoSecrets = errors.New("the archive holds no keys: what was sealed in it (mail password, keys, second factors) cannot be read")
)

// Voider makes dead what must not come back: sessions, one-time tokens. Each call is one transaction
// within the store's limits; it tells how many rows it changed and is called until that is 0.
type Voider func(ctx context.Context, tx store.Tx, at time.Time) (changed int, err error)

// RestoreConfig is what Restore needs; Named and Voiders may be nil.
type RestoreConfig struct {
	Archive string
	Layout  config.Layout // its root is absent or empty
	Secret  string        // passphrase or age key of the recovery sheet
	// WithoutSecrets accepts an archive without keys; new ones are made at the next start.
	WithoutSecrets bool
	Tables         []store.Registered
	Named          Named
	Voiders        []Voider
	Clock          clock.Clock
	Logger         *slog.Logger
}

// Restore brings an archive back into an empty data folder. When it fails the folder is empty again.
func Restore(ctx context.Context, c RestoreConfig) (r Restored, err error) {
	if err = checkEmpty(c.Layout.Root); err != nil {
		return Restored{}, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, sweep(c.Layout.Root))
		}
	}()
	if err = c.Layout.Prepare(); err != nil {
		return Restored{}, err
	}
	blobs, err := blob.New(blob.Config{Dir: c.Layout.Blobs(), Clock: c.Clock, Logger: c.Logger})
	if err != nil {
		return Restored{}, err
	}
	x := &extraction{c: c, blobs: blobs, store: filepath.Join(c.Layout.Temp(), storeName)}
	if err = unpack(ctx, c.Archive, x.head, func(f *File, in io.Reader) error { return x.file(ctx, f, in) }); err != nil {
		return Restored{}, fmt.Errorf("restore: %w", err)
	}
	if r, err = x.revive(ctx); err != nil {
		return Restored{}, fmt.Errorf("restore: %w", err)
	}
	if err = os.Rename(x.store, c.Layout.Store()); err != nil {
		return Restored{}, fmt.Errorf("restore: %w", err)
	}
	if err = syncDir(c.Layout.Root); err != nil {
		return Restored{}, fmt.Errorf("restore: %w", err)
	}
	c.Logger.InfoContext(ctx, "backup restored", slog.Time("made", r.Made), slog.Int64("voided", r.Voided))
	return r, nil
}

func checkEmpty(root string) error {
	entries, err := os.ReadDir(root)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, e := range entries {
		if e.Name() != "lost+found" {
			return fmt.Errorf("%w: %s has %q", ErrNotEmpty, root, e.Name())
		}
	}
	return err
}

func sweep(root string) error {
	entries, err := os.ReadDir(root)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, e := range entries {
		if e.Name() != "lost+found" {
			err = errors.Join(err, os.RemoveAll(filepath.Join(root, e.Name())))
		}
	}
	return err
}

// extraction is one restore under way.
type extraction struct {
	c     RestoreConfig
	m     *Manifest
	blobs *blob.Folder
	store string
}

func (x *extraction) head(m *Manifest) error {
	x.m = m
	if !m.Secrets && !x.c.WithoutSecrets {
		return ErrNoSecrets
	}
	if m.Secrets && (m.Recovery == nil || m.Files[0].Name != keyName) {
		return fmt.Errorf("%w: the keys are not the first entry", ErrArchive)
	}
	return nil
}

func (x *extraction) file(ctx context.Context, f *File, in io.Reader) error {
	hash, isBlob := strings.CutPrefix(f.Name, blobPrefix)
	hot, isHot := strings.CutPrefix(f.Name, hotPrefix)
	switch {
	case f.Name == keyName:
		return x.keys(f, in)
	case f.Name == storeName:
		return write(ctx, x.store, in)
	case isHot && hot == filepath.Base(hot):
		return write(ctx, filepath.Join(x.c.Layout.Hot(), hot), in)
	case isBlob:
		ref, err := x.blobs.Put(ctx, in, f.Size)
		if err == nil && ref.Hash != hash {
			err = fmt.Errorf("%w: blob %s", ErrArchive, hash)
		}
		return err
	}
	return fmt.Errorf("%w: an entry of no known kind", ErrArchive)
}

// keys opens the wrapped key file with what the recovery sheet says, before anything else is unpacked.
func (x *extraction) keys(f *File, in io.Reader) error {
	if f.Size > 1<<20 {
		return fmt.Errorf("%w: %d bytes of keys", ErrArchive, f.Size)
	}
	wrapped, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	_, err = secret.RestoreKeeper(x.c.Layout.MasterKey(), wrapped, *x.m.Recovery, x.c.Secret)
	return err
}

func write(ctx context.Context, path string, in io.Reader) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // a checked name in the data folder
	if err != nil {
		return err
	}
	_, err = io.Copy(f, &ctxReader{ctx, in})
	return errors.Join(err, f.Sync(), f.Close())
}

// revive proves the database, voids what must not come back and marks it as restored.
func (x *extraction) revive(ctx context.Context) (r Restored, err error) {
	engine, err := bolt.Open(bolt.Config{Path: x.store, Now: x.c.Clock.Now, Logger: x.c.Logger})
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	db, err := store.New(engine, x.c.Tables...)
	if err != nil {
		return r, err
	}
	if _, err = prove(ctx, engine, db); err != nil {
		return r, err
	}
	if x.c.Named != nil {
		if _, err = verifyBlobs(ctx, db, x.blobs, x.c.Named); err != nil {
			return r, err
		}
	}
	now := x.c.Clock.Now()
	r = Restored{At: now, Made: x.m.Made, Rev: x.m.Rev, Host: x.m.Host, Secrets: x.m.Secrets}
	for _, void := range x.c.Voiders {
		n, voidErr := voidAll(ctx, db, void, now)
		if r.Voided += n; voidErr != nil {
			return r, fmt.Errorf("void: %w", voidErr)
		}
	}
	_, err = db.Update(ctx, func(_ context.Context, tx store.Tx) error { return mark(tx, r) })
	return r, err
}

func voidAll(ctx context.Context, db *store.DB, void Voider, at time.Time) (total int64, err error) {
	for {
		var n int
		if _, err = db.Update(ctx, func(ctx context.Context, tx store.Tx) (err error) {
			n, err = void(ctx, tx, at)
			return err
		}); err != nil || n == 0 {
			return total, err
		}
		total += int64(n)
	}
}

// mark writes the restored row, a new installation id and a line of the operation log.
func mark(tx store.Tx, r Restored) error {
	if err := table().Put(tx, &r); err != nil {
		return err
	}
	s, done, err := config.Load(tx, false)
	if err != nil {
		return err
	}
	if done {
		s.Installation = ident.New()
		if _, err = config.SaveTx(tx, s, r.At); err != nil {
			return fmt.Errorf("installation id: %w", err)
		}
	}
	return audit.Record(tx, audit.System(r.At, "restore"), audit.Entry{
		Action: "system.restore", ObjectKind: "backup", ObjectLabel: r.Made.Format(time.RFC3339), Result: audit.OK,
	})
}

func table() *store.Table[Restored, *Restored] {
	return store.NewTable(store.Spec[Restored]{
		Name: "backup_restored", Schema: 1,
		Key: func(*Restored) []store.Part { return []store.Part{store.Text("appliance")} },
	})
}

// Tables are this room's tables for the catalogue.
func Tables() []store.Registered { return []store.Registered{table()} }

// State returns what is known of the last restore; false when the data was never restored. The
// appliance is in restored mode while Confirmed is zero.
func State(r store.Reader) (Restored, bool, error) {
	row, err := table().Get(r, store.Text("appliance"))
	if errors.Is(err, store.ErrNotFound) {
		return Restored{}, false, nil
	}
	return row, err == nil, err
}

// ConfirmTx ends the restored mode; without one it does nothing.
func ConfirmTx(tx store.Tx, by audit.Cause) error {
	row, ok, err := State(tx)
	if err != nil || !ok || !row.Confirmed.IsZero() {
		return err
	}
	row.Confirmed, row.ConfirmedBy = by.At, by.User
	if err := table().Put(tx, &row); err != nil {
		return err
	}
	return audit.Record(tx, by, audit.Entry{Action: "system.restore_confirm", ObjectKind: "backup", Result: audit.OK})
}
