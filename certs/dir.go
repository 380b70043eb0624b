package certs

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Dir is a Store of files below a folder that only the owner can read.
type Dir string

func (d Dir) path(name string) (string, error) {
	if !filepath.IsLocal(name) {
		return "", fmt.Errorf("certs: name %q leaves the folder", name)
	}
	return filepath.Join(string(d), filepath.FromSlash(name)+".pem"), nil
}

// Get implements Store.
func (d Dir) Get(_ context.Context, name string) ([]byte, error) {
	root, err := os.OpenRoot(string(d))
	if err != nil {
		return nil, err
	}
	b, err := root.ReadFile(filepath.FromSlash(name) + ".pem")
	return b, errors.Join(err, root.Close())
}

// Put implements Store: a synced file is renamed over the old one.
func (d Dir) Put(_ context.Context, name string, data []byte) error {
	p, err := d.path(name)
	if err != nil {
		return err
	}
	if err = os.MkdirAll(filepath.Dir(p), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(p), ".new-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // gone already after the rename
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), p)
}

// List implements Store.
func (d Dir) List(_ context.Context, prefix string) ([]string, error) {
	var out []string
	err := filepath.WalkDir(string(d), func(p string, e fs.DirEntry, err error) error {
		if os.IsNotExist(err) {
			return nil
		}
		if err != nil || e.IsDir() {
			return err
		}
		rel, err := filepath.Rel(string(d), p)
		if err != nil {
			return err
		}
		if name, ok := strings.CutSuffix(filepath.ToSlash(rel), ".pem"); ok && strings.HasPrefix(name, prefix) {
			out = append(out, name)
		}
		return nil
	})
	return out, err
}
