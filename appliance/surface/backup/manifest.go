package backup

import (
	"archive/tar"
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/switchkeep/switchkeep/appliance/platform/secret"
)

const (
	format       = 1
	manifestName = "manifest.json"
	storeName    = "switchkeep.db"
	keyName      = "master.key.age"
	blobPrefix   = "blobs/"
	hotPrefix    = "hot/"
	maxManifest  = 256 << 20
	maxMemory    = 128 << 20 // of the decompressor
)

var (
	// ErrArchive says that a file is no archive, or damaged.
	ErrArchive = errors.New("backup archive damaged")
	// ErrNewer says that an archive was made by a newer version.
	ErrNewer = errors.New("backup archive made by a newer version")
)

// File is one entry of an archive.
type File struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
	path   string // where it is read from while packing
}

// Manifest is the first entry of an archive.
type Manifest struct {
	Format   int              `json:"format"`
	Version  string           `json:"version"` // of the appliance
	Kind     string           `json:"kind"`
	Host     string           `json:"host"`
	Made     time.Time        `json:"made"`
	Rev      uint64           `json:"rev"`
	Rows     int              `json:"rows"`
	Secrets  bool             `json:"secrets"`
	Recovery *secret.Recovery `json:"recovery,omitempty"`
	Files    []File           `json:"files"`
}

// Bytes is the sum of the entries' lengths.
func (m *Manifest) Bytes() (n int64) {
	for i := range m.Files {
		n += m.Files[i].Size
	}
	return n
}

// describe reads a file for its length and hash.
func describe(ctx context.Context, name, path string) (File, error) {
	f, err := os.Open(path) //nolint:gosec // a file of the data folder
	if err != nil {
		return File{}, err
	}
	h := sha256.New()
	n, err := io.Copy(h, &ctxReader{ctx, f})
	return File{name, n, hex.EncodeToString(h.Sum(nil)), path}, errors.Join(err, f.Close())
}

// pack writes the archive. Every file must still be what describe saw.
func pack(ctx context.Context, w io.Writer, m *Manifest) error {
	z, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return err
	}
	t := tar.NewWriter(z)
	b, err := json.Marshal(m)
	if err != nil {
		return err
	}
	if err = entry(ctx, t, manifestName, int64(len(b)), m.Made, strings.NewReader(string(b))); err != nil {
		return err
	}
	for i := range m.Files {
		if err = packFile(ctx, t, &m.Files[i], m.Made); err != nil {
			return fmt.Errorf("%s: %w", m.Files[i].Name, err)
		}
	}
	return errors.Join(t.Close(), z.Close())
}

func packFile(ctx context.Context, t *tar.Writer, f *File, at time.Time) error {
	src, err := os.Open(f.path)
	if err != nil {
		return err
	}
	return errors.Join(entry(ctx, t, f.Name, f.Size, at, io.LimitReader(src, f.Size)), src.Close())
}

func entry(ctx context.Context, t *tar.Writer, name string, size int64, at time.Time, r io.Reader) error {
	if err := t.WriteHeader(&tar.Header{Name: name, Size: size, Mode: 0o600, ModTime: at, Typeflag: tar.TypeReg}); err != nil {
		return err
	}
	n, err := io.Copy(t, &ctxReader{ctx, r})
	if err == nil && n != size {
		err = fmt.Errorf("%d bytes, want %d", n, size)
	}
	return err
}

// unpack reads an archive once from front to end: head is called with the manifest, then each with
// every entry. It fails on whatever the manifest does not say.
func unpack(ctx context.Context, path string, head func(*Manifest) error, each func(f *File, r io.Reader) error) (err error) {
	f, err := os.Open(path) //nolint:gosec // the operator's own path
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	z, err := zstd.NewReader(bufio.NewReaderSize(&ctxReader{ctx, f}, 1<<20), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxMemory))
	if err != nil {
		return err
	}
	defer z.Close()
	t := tar.NewReader(z)
	m, err := readManifest(t)
	if err != nil {
		return err
	}
	if err = head(m); err != nil {
		return err
	}
	for i := range m.Files {
		if err = unpackOne(t, &m.Files[i], each); err != nil {
			return fmt.Errorf("%s: %w", m.Files[i].Name, err)
		}
	}
	if _, err = t.Next(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: something follows the last entry", ErrArchive)
	}
	return nil
}

func readManifest(t *tar.Reader) (*Manifest, error) {
	h, err := t.Next()
	if err != nil || h.Name != manifestName || h.Size > maxManifest {
		return nil, fmt.Errorf("%w: it does not begin with a manifest", ErrArchive)
	}
	var m Manifest
	if err := json.NewDecoder(io.LimitReader(t, h.Size)).Decode(&m); err != nil {
		return nil, fmt.Errorf("%w: manifest: %w", ErrArchive, err)
	}
	if m.Format > format {
		return nil, fmt.Errorf("%w: format %d of version %s", ErrNewer, m.Format, m.Version)
	}
	if m.Format < 1 || len(m.Files) == 0 {
		return nil, fmt.Errorf("%w: an empty manifest", ErrArchive)
	}
	for i := range m.Files {
		if name := m.Files[i].Name; !filepath.IsLocal(name) || strings.Contains(name, `\`) {
			return nil, fmt.Errorf("%w: entry %q leaves the folder", ErrArchive, name)
		}
	}
	return &m, nil
}

func unpackOne(t *tar.Reader, f *File, each func(f *File, r io.Reader) error) error {
	h, err := t.Next()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrArchive, err)
	}
	if h.Name != f.Name || h.Size != f.Size || h.Typeflag != tar.TypeReg {
		return fmt.Errorf("%w: entry %q is not the one of the manifest", ErrArchive, h.Name)
	}
	sum := sha256.New()
	in := io.TeeReader(t, sum)
	if err := each(f, in); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, in); err != nil {
		return fmt.Errorf("%w: %w", ErrArchive, err)
	}
	if hex.EncodeToString(sum.Sum(nil)) != f.SHA256 {
		return fmt.Errorf("%w: its hash is not that of the manifest", ErrArchive)
	}
	return nil
}

// Inspect reads the manifest of an archive only.
func Inspect(path string) (*Manifest, error) {
	f, err := os.Open(path) //nolint:gosec // the operator's own path
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	z, err := zstd.NewReader(f, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxMemory))
	if err != nil {
		return nil, err
	}
	defer z.Close()
	return readManifest(tar.NewReader(z))
}

// VerifyArchive reads all of an archive and compares it with its manifest.
func VerifyArchive(ctx context.Context, path string) (m *Manifest, err error) {
	err = unpack(ctx, path, func(have *Manifest) error {
		m = have
		return nil
	}, func(*File, io.Reader) error { return nil })
	if err != nil {
		return nil, fmt.Errorf("verify %s: %w", filepath.Base(path), err)
	}
	return m, nil
}

// ctxReader stops when its context does.
type ctxReader struct {
	ctx context.Context //nolint:containedctx // lives as long as one copy
	r   io.Reader
}

func (c *ctxReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
