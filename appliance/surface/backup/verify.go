package backup

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/switchkeep/switchkeep/appliance/platform/blob"
	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/platform/config"
	"github.com/switchkeep/switchkeep/appliance/platform/secret"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/bolt"
)

// Report says what a verification saw.
type Report struct {
	Rows  int    `json:"rows"`
	Blobs int    `json:"blobs"`
	Bytes int64  `json:"bytes"` // of the database file
	Rev   uint64 `json:"rev"`
}

// VerifyConfig is what VerifyFolder needs; Named may be nil.
type VerifyConfig struct {
	Layout config.Layout
	Tables []store.Registered
	Named  Named
	Clock  clock.Clock
	Logger *slog.Logger
}

// VerifyFolder proves the data folder of an appliance that does not run: pages, rows, index entries,
// blobs, key file.
func VerifyFolder(ctx context.Context, c VerifyConfig) (r Report, err error) {
	if _, err = os.Stat(c.Layout.Store()); err != nil {
		return r, fmt.Errorf("verify: %w", err)
	}
	engine, err := bolt.Open(bolt.Config{Path: c.Layout.Store(), Now: c.Clock.Now, Logger: c.Logger})
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	db, err := store.New(engine, c.Tables...)
	if err != nil {
		return r, err
	}
	blobs, err := blob.New(blob.Config{Dir: c.Layout.Blobs(), Clock: c.Clock, Logger: c.Logger})
	if err != nil {
		return r, err
	}
	r, err = verify(ctx, engine, db, blobs, c.Named)
	_, keyErr := secret.OpenKeeper(c.Layout.MasterKey())
	return r, errors.Join(err, keyErr)
}

// Verify proves the data of the running appliance.
func (b *Backups) Verify(ctx context.Context) (Report, error) {
	return verify(ctx, b.engine, b.c.DB, b.c.Blobs, b.c.Named)
}

func verify(ctx context.Context, engine snapshotter, db *store.DB, blobs *blob.Folder, named Named) (r Report, err error) {
	r.Rev = uint64(db.Rev())
	if sized, ok := engine.(interface{ Size() (int64, error) }); ok {
		if r.Bytes, err = sized.Size(); err != nil {
			return r, err
		}
	}
	if r.Rows, err = prove(ctx, engine, db); err != nil {
		return r, fmt.Errorf("verify: %w", err)
	}
	if named != nil {
		r.Blobs, err = verifyBlobs(ctx, db, blobs, named)
	}
	return r, err
}

// verifyBlobs reads every blob that rows name.
func verifyBlobs(ctx context.Context, db *store.DB, blobs *blob.Folder, named Named) (int, error) {
	release := blobs.Hold()
	defer release()
	hashes, err := names(ctx, db, named)
	if err != nil {
		return 0, err
	}
	var bad []error
	for _, hash := range hashes {
		if err := blobs.Verify(ctx, hash); err != nil {
			bad = append(bad, err)
		}
		if err := ctx.Err(); err != nil {
			return 0, err
		}
	}
	return len(hashes), errors.Join(bad...)
}
