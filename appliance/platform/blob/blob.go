package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/clock"
)

// MinAge is how old a blob must be before the sweep may take it.
const MinAge = 24 * time.Hour

var (
	// ErrNotFound says that there is no such blob.
	ErrNotFound = errors.New("no such blob")
	// ErrTooLarge says that the content is longer than allowed.
	ErrTooLarge = errors.New("content too large")
	// ErrDamaged says that the content is not what its name says.
	ErrDamaged = errors.New("blob damaged")
	// ErrHash says that the text names no blob.
	ErrHash = errors.New("not a blob's name")
)

// Config is what a Folder needs.
type Config struct {
	Dir    string
	Clock  clock.Clock
	Logger *slog.Logger
	// Sure tells whether the time may be believed (clock.Guard); nil: never, so nothing is swept.
	Sure func() bool
}

// Ref names a blob; rows keep it.
type Ref struct {
	Hash string // SHA-256 in hex
	Size int64
}

// Folder is a store of blobs in a folder. It is safe for concurrent use.
type Folder struct {
	c     Config
	mu    sync.Mutex // a Put of present content against the sweep
	holds int
}

// New makes the folder and removes what a crash left half written.
func New(c Config) (*Folder, error) {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("blob: %w", err)
	}
	left, err := filepath.Glob(filepath.Join(c.Dir, ".put-*"))
	if err != nil {
		return nil, fmt.Errorf("blob: %w", err)
	}
	for _, p := range left {
		if err := os.Remove(p); err != nil {
			return nil, fmt.Errorf("blob: %w", err)
		}
	}
	return &Folder{c: c}, nil
}

// Put stores the content and returns when it is durable. More than limit bytes are refused with
// ErrTooLarge and leave nothing behind.
func (f *Folder) Put(ctx context.Context, r io.Reader, limit int64) (Ref, error) {
	tmp, err := os.CreateTemp(f.c.Dir, ".put-*")
	if err != nil {
		return Ref{}, fmt.Errorf("blob: %w", err)
	}
	defer func() { _ = os.Remove(tmp.Name()) }()
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(tmp, h), io.LimitReader(reader{ctx, r}, limit+1))
	if err == nil && n > limit {
		err = fmt.Errorf("%w: more than %d bytes", ErrTooLarge, limit)
	}
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return Ref{}, fmt.Errorf("blob: %w", err)
	}
	ref := Ref{hex.EncodeToString(h.Sum(nil)), n}
	return ref, f.place(tmp.Name(), ref)
}

func (f *Folder) place(tmp string, ref Ref) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.c.Clock.Now()
	path := f.path(ref.Hash)
	if st, err := os.Stat(path); err == nil && st.Size() == ref.Size {
		return os.Chtimes(path, now, now)
	}
	if err := os.Chtimes(tmp, now, now); err != nil {
		return fmt.Errorf("blob: %w", err)
	}
	dir := filepath.Dir(path)
	made := os.Mkdir(dir, 0o700)
	if made != nil && !errors.Is(made, fs.ErrExist) {
		return fmt.Errorf("blob: %w", made)
	}
	if err := os.Rename(tmp, path); err != nil {
		return fmt.Errorf("blob: %w", err)
	}
	if made == nil {
		if err := syncDir(f.c.Dir); err != nil {
			return err
		}
	}
	return syncDir(dir)
}

// Open returns the content for reading and seeking.
func (f *Folder) Open(hash string) (*os.File, error) {
	if err := check(hash); err != nil {
		return nil, err
	}
	file, err := os.Open(f.path(hash))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s", ErrNotFound, hash)
	}
	return file, err
}

// Verify reads the blob and compares it with its name.
func (f *Folder) Verify(ctx context.Context, hash string) error {
	file, err := f.Open(hash)
	if err != nil {
		return err
	}
	h := sha256.New()
	_, err = io.Copy(h, reader{ctx, file})
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("blob %s: %w", hash, err)
	}
	if hex.EncodeToString(h.Sum(nil)) != hash {
		return fmt.Errorf("%w: %s", ErrDamaged, hash)
	}
	return nil
}

// All yields every blob, in order of names.
func (f *Folder) All() iter.Seq2[Ref, error] {
	return func(yield func(Ref, error) bool) {
		err := filepath.WalkDir(f.c.Dir, func(_ string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || check(d.Name()) != nil {
				return err
			}
			info, err := d.Info()
			if errors.Is(err, fs.ErrNotExist) {
				return nil // swept meanwhile
			}
			if err != nil {
				return err
			}
			if !yield(Ref{d.Name(), info.Size()}, nil) {
				return fs.SkipAll
			}
			return nil
		})
		if err != nil {
			yield(Ref{}, fmt.Errorf("blob: %w", err))
		}
	}
}

// Hold keeps the sweep from deleting until release is called: a backup copies what its snapshot names.
func (f *Folder) Hold() (release func()) {
	f.mu.Lock()
	f.holds++
	f.mu.Unlock()
	return sync.OnceFunc(func() {
		f.mu.Lock()
		f.holds--
		f.mu.Unlock()
	})
}

// Sweep deletes what used does not know. used is asked outside of any lock, right before the deletion.
func (f *Folder) Sweep(ctx context.Context, used func(hash string) (bool, error)) (count int, bytes int64, err error) {
	for ref, err := range f.All() {
		if err = errors.Join(err, ctx.Err()); err != nil {
			return count, bytes, err
		}
		if !f.old(ref.Hash) {
			continue
		}
		if in, err := used(ref.Hash); err != nil {
			return count, bytes, fmt.Errorf("blob: sweep: %w", err)
		} else if in {
			continue
		}
		gone, err := f.remove(ref.Hash)
		if err != nil {
			return count, bytes, err
		}
		if gone {
			count++
			bytes += ref.Size
		}
	}
	if count > 0 {
		f.c.Logger.InfoContext(ctx, "blobs swept", slog.Int("count", count), slog.Int64("bytes", bytes))
	}
	return count, bytes, nil
}

// remove looks at age and holds again, now that no Put can come between.
func (f *Folder) remove(hash string) (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.holds > 0 || !f.old(hash) {
		return false, nil
	}
	if err := os.Remove(f.path(hash)); err != nil {
		return false, fmt.Errorf("blob: %w", err)
	}
	return true, nil
}

func (f *Folder) old(hash string) bool {
	if f.c.Sure == nil || !f.c.Sure() {
		return false
	}
	st, err := os.Stat(f.path(hash))
	return err == nil && f.c.Clock.Now().Sub(st.ModTime()) >= MinAge
}

func (f *Folder) path(hash string) string { return filepath.Join(f.c.Dir, hash[:2], hash) }

func check(hash string) error {
	if len(hash) != 2*sha256.Size || strings.Trim(hash, "0123456789abcdef") != "" {
		return fmt.Errorf("%w: %q", ErrHash, hash)
	}
	return nil
}

func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir) //nolint:gosec // the configured folder
	if err != nil {
		return fmt.Errorf("blob: %w", err)
	}
	return errors.Join(d.Sync(), d.Close())
}

// reader stops when its context does.
type reader struct {
	ctx context.Context //nolint:containedctx // lives for one copy
	r   io.Reader
}

func (r reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}
