package bolt

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"github.com/switchkeep/switchkeep/appliance/platform/store/kv"
)

const (
	pageSize    = 4096 // pinned, so that a file moves between kernels of other page sizes
	openTimeout = 5 * time.Second
	fileMode    = 0o600
)

// ErrBusy says that another process has the database open.
var ErrBusy = errors.New("database in use by another process")

func options(noSync bool) *bbolt.Options {
	return &bbolt.Options{
		Timeout: openTimeout, FreelistType: bbolt.FreelistMapType, PageSize: pageSize,
		NoFreelistSync: true, NoStatistics: true, NoSync: noSync, NoGrowSync: noSync,
		InitialMmapSize: initialMmap,
	}
}

func openFile(path string, noSync bool) (*bbolt.DB, error) {
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		if err = create(path, noSync); err != nil {
			return nil, explain("create", path, err)
		}
	} else if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	if err := preRead(path); err != nil {
		return nil, fmt.Errorf("read database %q: %w", path, err)
	}
	opt := options(noSync)
	db, err := bbolt.Open(path, fileMode, opt)
	if err != nil && noRoom(err) {
		opt.InitialMmapSize = 0
		db, err = bbolt.Open(path, fileMode, opt)
	}
	if err != nil {
		return nil, explain("open", path, err)
	}
	return db, nil
}

// explain says what a refusal means where the system's word does not.
func explain(verb, path string, err error) error {
	switch {
	case errors.Is(err, berrors.ErrTimeout):
		return fmt.Errorf("%s database %q: %w", verb, path, ErrBusy)
	case unsupported(err):
		return fmt.Errorf("%s database %q: its file system lacks memory maps or file locks (NFS, SMB and some overlays do); use a local disk with ext4 or xfs: %w", verb, path, err)
	}
	return fmt.Errorf("%s database %q: %w", verb, path, err)
}

// create makes the file beside its place and renames it, so that a power cut leaves it whole or absent.
func create(path string, noSync bool) error {
	tmp := path + ".new"
	if err := os.Remove(tmp); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	opt := options(noSync)
	opt.InitialMmapSize = 0
	db, err := bbolt.Open(tmp, fileMode, opt)
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		_, kvErr := tx.CreateBucket([]byte(bucketKV))
		_, metaErr := tx.CreateBucket([]byte(bucketMeta))
		return errors.Join(kvErr, metaErr)
	})
	if err == nil && !noSync {
		err = db.Sync()
	}
	if err = errors.Join(err, db.Close()); err != nil {
		return errors.Join(err, os.Remove(tmp))
	}
	return replace(tmp, path, noSync)
}

// replace renames a synced file and syncs its folder.
func replace(from, to string, noSync bool) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	if noSync {
		return nil
	}
	return syncDir(filepath.Dir(to))
}

// preRead brings the file into the page cache in order when it was not closed well: bbolt then
// visits every page, which takes half a minute per GB when each is fetched by itself.
func preRead(path string) (err error) {
	f, err := os.Open(path) //nolint:gosec // the operator's own path
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if hasFreelist(f) {
		return nil
	}
	_, err = io.Copy(io.Discard, f)
	return err
}

// hasFreelist reads the newer of the two meta pages (bbolt internal/common/meta.go): 16 bytes of page
// header, then magic, version, page size and flags (4 bytes each), root page and sequence, free list
// page, high-water mark, transaction.
func hasFreelist(f io.ReaderAt) bool {
	const none = ^uint64(0)
	var newest, list uint64 = 0, none
	for page := range int64(2) {
		var b [80]byte
		if _, err := f.ReadAt(b[:], page*pageSize); err != nil {
			return false
		}
		if tx := binary.NativeEndian.Uint64(b[64:]); tx >= newest {
			newest, list = tx, binary.NativeEndian.Uint64(b[48:])
		}
	}
	return list != none
}

// WriteTo writes a consistent copy of the file while the engine works on, and returns its revision.
func (e *Engine) WriteTo(ctx context.Context, w io.Writer) (rev kv.Rev, n int64, err error) {
	if err = e.enter(ctx); err != nil {
		return 0, 0, err
	}
	err = e.db.View(func(tx *bbolt.Tx) error {
		if b := tx.Bucket([]byte(bucketMeta)).Get([]byte(keyRev)); len(b) == 8 {
			rev = kv.Rev(binary.BigEndian.Uint64(b))
		}
		n, err = tx.WriteTo(&ctxWriter{ctx, w})
		return err
	})
	if errors.Is(err, berrors.ErrDatabaseNotOpen) {
		err = kv.ErrClosed
	}
	return rev, n, err
}

type ctxWriter struct {
	ctx context.Context //nolint:containedctx // lives as long as one copy
	w   io.Writer
}

func (c *ctxWriter) Write(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.w.Write(p)
}

// Check reads every page and reports all that is inconsistent, at most 100 findings.
func (e *Engine) Check(ctx context.Context) error {
	if err := e.enter(ctx); err != nil {
		return err
	}
	return e.db.View(func(tx *bbolt.Tx) error {
		var found []error
		for err := range tx.Check() { // drained to the end: the checker blocks otherwise
			if len(found) < 100 {
				found = append(found, err)
			}
		}
		return errors.Join(append(found, ctx.Err())...)
	})
}

// Compact rewrites a closed database without its free pages and returns both lengths.
func Compact(path string) (before, after int64, err error) {
	src, err := bbolt.Open(path, fileMode, &bbolt.Options{ReadOnly: true, Timeout: openTimeout, PageSize: pageSize})
	if err != nil {
		return 0, 0, explain("open", path, err)
	}
	tmp := path + ".compact"
	if err = os.Remove(tmp); err != nil && !errors.Is(err, os.ErrNotExist) {
		return 0, 0, errors.Join(err, src.Close())
	}
	if before, after, err = compactInto(src, path, tmp); err != nil {
		_ = os.Remove(tmp)
		return 0, 0, errors.Join(fmt.Errorf("compact %q: %w", path, err), src.Close())
	}
	if err = src.Close(); err != nil {
		return 0, 0, err
	}
	return before, after, replace(tmp, path, false)
}

func compactInto(src *bbolt.DB, path, tmp string) (before, after int64, err error) {
	opt := options(false)
	opt.InitialMmapSize, opt.NoFreelistSync = 0, false
	dst, err := bbolt.Open(tmp, fileMode, opt)
	if err != nil {
		return 0, 0, err
	}
	err = bbolt.Compact(dst, src, 8<<20)
	if err == nil {
		err = dst.Sync()
	}
	if err = errors.Join(err, dst.Close()); err != nil {
		return 0, 0, err
	}
	a, err := os.Stat(path)
	if err != nil {
		return 0, 0, err
	}
	b, err := os.Stat(tmp)
	if err != nil {
		return 0, 0, err
	}
	return a.Size(), b.Size(), nil
}

// Size is the length of the file in bytes.
func (e *Engine) Size() (n int64, err error) {
	err = e.db.View(func(tx *bbolt.Tx) error {
		n = tx.Size()
		return nil
	})
	return n, err
}
