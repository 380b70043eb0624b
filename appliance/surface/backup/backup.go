package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/blob"
	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/platform/config"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/secret"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/appliance/platform/store/kv"
	"github.com/switchkeep/switchkeep/bolt"
)

// Kinds of backups. Only nightly ones are removed by themselves.
const (
	Manual  = "manual"
	Nightly = "nightly"
)

// Keep is how many nightly backups are kept.
const Keep = 7

var (
	errNoRecovery = fault.New(fault.KindConflict, "no_recovery",
		"no recovery recipient is set: a backup could not be restored on another host; make a recovery sheet first, or leave the secrets out")
	errRunning = fault.New(fault.KindConflict, "backup_running", "a backup is being made")
)

// NoRecovery is the refusal when no recovery recipient is set.
func NoRecovery() error { return errNoRecovery }

// Named yields the hashes of the blobs that rows name.
type Named func(r store.Reader) iter.Seq2[string, error]

// Config is what New needs; Named, Sure and Host may be nil.
type Config struct {
	Layout  config.Layout
	DB      *store.DB
	Tables  []store.Registered // all of the appliance's
	Keeper  *secret.Keeper
	Blobs   *blob.Folder
	Named   Named
	Clock   clock.Clock
	Sure    func() bool // whether the time may be believed
	Logger  *slog.Logger
	Version string
	Host    func() string // the console's name, for the manifest
}

// snapshotter is the part of the engine that copies itself while it runs.
type snapshotter interface {
	WriteTo(ctx context.Context, w io.Writer) (kv.Rev, int64, error)
	Check(ctx context.Context) error
}

// Backups makes and lists the backups of the running appliance.
type Backups struct {
	c      Config
	engine snapshotter

	mu      sync.Mutex
	running bool
	failed  error
	failAt  time.Time
}

// New checks the configuration.
func New(c Config) (*Backups, error) {
	if c.DB == nil || c.Keeper == nil || c.Blobs == nil || c.Clock == nil || c.Logger == nil {
		return nil, errors.New("backup: store, keeper, blobs, clock and logger are required")
	}
	engine, ok := c.DB.Engine().(snapshotter)
	if !ok {
		return nil, errors.New("backup: this engine cannot be copied while it runs")
	}
	if c.Named == nil {
		c.Named = func(store.Reader) iter.Seq2[string, error] { return func(func(string, error) bool) {} }
	}
	if c.Host == nil {
		c.Host = func() string { return "" }
	}
	return &Backups{c: c, engine: engine}, nil
}

// Options say what Create makes.
type Options struct {
	Kind           string // Manual when empty
	WithoutSecrets bool   // leave the key file out: sealed values cannot be read after a restore
	To             string // path of the archive; "" is a new name in the folder of the backups
}

// Create makes a backup and returns when it is complete, synced and verified. One runs at a time.
func (b *Backups) Create(ctx context.Context, by audit.Cause, o Options) (Info, error) {
	if o.Kind == "" {
		o.Kind = Manual
	}
	if !b.begin() {
		return Info{}, errRunning
	}
	began := b.c.Clock.Now()
	path, m, err := b.create(ctx, o, began)
	b.end(err, began)
	entry := audit.Entry{Action: "system.backup", ObjectKind: "backup", ObjectID: filepath.Base(path), Result: audit.OK}
	if err != nil {
		entry.Result, entry.Code = audit.Failed, fault.Code(err)
		if _, refused := fault.As(err); refused {
			entry.Result = audit.Refused
		}
		b.c.Logger.ErrorContext(ctx, "backup failed", slog.String("kind", o.Kind), slog.Any("error", err))
	}
	_, auditErr := b.c.DB.Update(context.WithoutCancel(ctx), func(_ context.Context, tx store.Tx) error {
		return audit.Record(tx, by, entry)
	})
	if err = errors.Join(err, auditErr); err != nil {
		return Info{}, err
	}
	info, err := stat(path, m)
	b.c.Logger.InfoContext(ctx, "backup made", slog.String("name", info.Name), slog.Int64("bytes", info.Size),
		slog.Int("rows", m.Rows), slog.Duration("took", b.c.Clock.Now().Sub(began)))
	return info, err
}

func (b *Backups) begin() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.running {
		return false
	}
	b.running = true
	return true
}

func (b *Backups) end(err error, at time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.running, b.failed, b.failAt = false, err, at
}

// Failure tells when the last run began, and its error, nil when it was well.
func (b *Backups) Failure() (at time.Time, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.failAt, b.failed
}

// Running tells whether a backup is being made.
func (b *Backups) Running() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.running
}

func (b *Backups) create(ctx context.Context, o Options, at time.Time) (path string, m *Manifest, err error) {
	m = &Manifest{Format: format, Version: b.c.Version, Kind: o.Kind, Host: b.c.Host(), Made: at.UTC().Truncate(time.Second)}
	var wrapped []byte
	if !o.WithoutSecrets {
		recovery, ok := b.c.Keeper.Recovery()
		if !ok {
			return "", nil, errNoRecovery
		}
		if wrapped, err = b.c.Keeper.Wrap(); err != nil {
			return "", nil, fmt.Errorf("backup: wrap the keys: %w", err)
		}
		m.Secrets, m.Recovery = true, &recovery
	}
	if err = os.MkdirAll(b.c.Layout.Temp(), 0o700); err != nil {
		return "", nil, fmt.Errorf("backup: %w", err)
	}
	work, err := os.MkdirTemp(b.c.Layout.Temp(), "backup-")
	if err != nil {
		return "", nil, fmt.Errorf("backup: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	release := b.c.Blobs.Hold()
	defer release()
	if err = b.gather(ctx, work, wrapped, m); err != nil {
		return "", nil, fmt.Errorf("backup: %w", err)
	}
	path = o.To
	if path == "" {
		path = filepath.Join(b.c.Layout.Backups(), "switchkeep-"+m.Made.Format("20060102T150405Z")+"-"+o.Kind+suffix)
	}
	return path, m, b.place(ctx, path, m)
}

// gather fills the manifest: keys, snapshot, hot files, blobs.
func (b *Backups) gather(ctx context.Context, work string, wrapped []byte, m *Manifest) error {
	if wrapped != nil {
		p := filepath.Join(work, keyName)
		if err := os.WriteFile(p, wrapped, 0o600); err != nil {
			return err
		}
		if err := m.add(ctx, keyName, p); err != nil {
			return err
		}
	}
	snap := filepath.Join(work, storeName)
	blobs, err := b.snapshot(ctx, snap, m)
	if err != nil {
		return err
	}
	if err = m.add(ctx, storeName, snap); err != nil {
		return err
	}
	if err = b.hot(ctx, work, m); err != nil {
		return err
	}
	for _, hash := range blobs {
		f, err := b.c.Blobs.Open(hash)
		if err != nil {
			return err
		}
		if err = errors.Join(m.add(ctx, blobPrefix+hash, f.Name()), f.Close()); err != nil {
			return err
		}
		if m.Files[len(m.Files)-1].SHA256 != hash {
			return fmt.Errorf("%w: %s", blob.ErrDamaged, hash)
		}
	}
	return nil
}

func (m *Manifest) add(ctx context.Context, name, path string) error {
	f, err := describe(ctx, name, path)
	if err != nil {
		return err
	}
	m.Files = append(m.Files, f)
	return nil
}

// snapshot copies the database, proves the copy and lists the blobs that it names.
func (b *Backups) snapshot(ctx context.Context, path string, m *Manifest) (blobs []string, err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // our own temporary folder
	if err != nil {
		return nil, err
	}
	rev, _, err := b.engine.WriteTo(ctx, f)
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("snapshot: %w", err)
	}
	// The copy needs no sync: it is packed, and the archive is read again.
	engine, err := bolt.Open(bolt.Config{Path: path, Now: b.c.Clock.Now, Logger: b.c.Logger, UnsafeNoSync: true})
	if err != nil {
		return nil, fmt.Errorf("snapshot: %w", err)
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	db, err := store.New(engine, b.c.Tables...)
	if err != nil {
		return nil, err
	}
	m.Rev = uint64(rev)
	if m.Rows, err = prove(ctx, engine, db); err != nil {
		return nil, fmt.Errorf("snapshot: %w", err)
	}
	return names(ctx, db, b.c.Named)
}

// prove checks the pages and follows every index.
func prove(ctx context.Context, engine snapshotter, db *store.DB) (rows int, err error) {
	if err = engine.Check(ctx); err != nil {
		return 0, err
	}
	return db.Verify(ctx)
}

func names(ctx context.Context, db *store.DB, named Named) (blobs []string, err error) {
	seen := map[string]struct{}{}
	err = db.View(ctx, func(r store.Reader) error {
		for hash, err := range named(r) {
			if err != nil {
				return err
			}
			if _, twice := seen[hash]; !twice {
				seen[hash] = struct{}{}
				blobs = append(blobs, hash)
			}
		}
		return nil
	})
	return blobs, err
}

// hot copies the hot files first: they are replaced while we pack.
func (b *Backups) hot(ctx context.Context, work string, m *Manifest) error {
	entries, err := os.ReadDir(b.c.Layout.Hot())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !e.Type().IsRegular() {
			continue
		}
		copied := filepath.Join(work, "hot-"+e.Name())
		err := copyFile(ctx, filepath.Join(b.c.Layout.Hot(), e.Name()), copied)
		if errors.Is(err, fs.ErrNotExist) {
			continue // a temporary file, renamed meanwhile
		}
		if err != nil {
			return err
		}
		if err := m.add(ctx, hotPrefix+e.Name(), copied); err != nil {
			return err
		}
	}
	return nil
}

func copyFile(ctx context.Context, from, to string) error {
	src, err := os.Open(from) //nolint:gosec // a file of the data folder
	if err != nil {
		return err
	}
	dst, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // our own temporary folder
	if err != nil {
		return errors.Join(err, src.Close())
	}
	_, err = io.Copy(dst, &ctxReader{ctx, src})
	return errors.Join(err, src.Close(), dst.Close())
}

// place packs beside the archive's name, reads it again and renames it.
func (b *Backups) place(ctx context.Context, path string, m *Manifest) (err error) {
	tmp := path + ".part"
	f, err := os.OpenFile(tmp, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600) //nolint:gosec // the operator's own path
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(tmp)
		}
	}()
	if err = errors.Join(pack(ctx, f, m), f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("backup: pack: %w", err)
	}
	if _, err = VerifyArchive(ctx, tmp); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	if err = os.Rename(tmp, path); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return syncDir(filepath.Dir(path))
}
