package secret

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"
)

// keyFile is the JSON of the key file.
type keyFile struct {
	Version     int          `json:"version"`
	Root        []byte       `json:"root"`
	Current     uint32       `json:"current"`
	Generations []generation `json:"generations"`
	Recovery    *Recovery    `json:"recovery,omitempty"`
}

type generation struct {
	ID   uint32    `json:"id"`
	Made time.Time `json:"made"`
	Key  []byte    `json:"key"`
}

func newKey() []byte {
	b := make([]byte, keyBytes)
	_, _ = rand.Read(b) // never fails (crypto/rand)
	return b
}

func newGeneration(id uint32, at time.Time) generation {
	return generation{ID: id, Made: at.UTC(), Key: newKey()}
}

// CreateKeeper makes a new key file; ErrExists when there is one.
func CreateKeeper(path string, at time.Time) (*Keeper, error) {
	return create(path, keyFile{
		Version: version, Root: newKey(), Current: 1,
		Generations: []generation{newGeneration(1, at)},
	})
}

// OpenKeeper reads the key file. It refuses one that others may read.
func OpenKeeper(path string) (*Keeper, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKeyFile, err)
	}
	if runtime.GOOS != "windows" && st.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%w: %s has mode %#o, want 0600", ErrKeyFile, path, st.Mode().Perm())
	}
	b, err := os.ReadFile(path) //nolint:gosec // the configured key file
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKeyFile, err)
	}
	f, err := parse(b)
	if err != nil {
		return nil, err
	}
	gcm, err := f.ciphers()
	if err != nil {
		return nil, err
	}
	return &Keeper{path: path, file: f, gcm: gcm}, nil
}

// OpenOrCreateKeeper opens the key file, or makes it on the first start.
func OpenOrCreateKeeper(path string, at time.Time) (*Keeper, error) {
	k, err := OpenKeeper(path)
	if errors.Is(err, fs.ErrNotExist) {
		return CreateKeeper(path, at)
	}
	return k, err
}

func parse(b []byte) (keyFile, error) {
	var f keyFile
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return keyFile{}, fmt.Errorf("%w: %w", ErrKeyFile, err)
	}
	return f, nil
}

func create(path string, f keyFile) (*Keeper, error) {
	gcm, err := f.ciphers()
	if err != nil {
		return nil, err
	}
	if err := f.write(path, false); err != nil {
		return nil, err
	}
	return &Keeper{path: path, file: f, gcm: gcm}, nil
}

// write puts the file in place whole or not at all.
func (f keyFile) write(path string, replace bool) error {
	b, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return err
	}
	dir := filepath.Dir(path)
	tmp, err := os.CreateTemp(dir, ".key-*") // mode 0600
	if err != nil {
		return fmt.Errorf("%w: %w", ErrKeyFile, err)
	}
	defer func() { _ = os.Remove(tmp.Name()) }()
	_, err = tmp.Write(append(b, '\n'))
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return fmt.Errorf("%w: %w", ErrKeyFile, err)
	}
	if err := place(tmp.Name(), path, replace); err != nil {
		return err
	}
	return syncDir(dir)
}

func place(tmp, path string, replace bool) error {
	if !replace {
		// A hard link fails when the name is taken, which a rename does not.
		err := os.Link(tmp, path)
		if err == nil {
			return nil
		}
		if _, serr := os.Lstat(path); serr == nil {
			return fmt.Errorf("%w: %s", ErrExists, path)
		}
	}
	if err := os.Rename(tmp, path); err != nil {
		return fmt.Errorf("%w: %w", ErrKeyFile, err)
	}
	return nil
}

func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir) //nolint:gosec // the folder of the key file
	if err != nil {
		return fmt.Errorf("%w: %w", ErrKeyFile, err)
	}
	return errors.Join(d.Sync(), d.Close())
}
