package backup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
)

const suffix = ".tar.zst"

// Info is one backup in the list.
type Info struct {
	Name    string    `json:"name"`
	Kind    string    `json:"kind"`
	Made    time.Time `json:"made"`
	Size    int64     `json:"size"`
	Rev     uint64    `json:"rev"`
	Rows    int       `json:"rows"`
	Secrets bool      `json:"secrets"`
	Version string    `json:"version"`
	Error   string    `json:"error,omitempty"` // why it cannot be used
}

func stat(path string, m *Manifest) (Info, error) {
	st, err := os.Stat(path)
	if err != nil {
		return Info{}, fmt.Errorf("backup: %w", err)
	}
	return Info{filepath.Base(path), m.Kind, m.Made, st.Size(), m.Rev, m.Rows, m.Secrets, m.Version, ""}, nil
}

// List returns the backups in the appliance's folder, the newest first.
func (b *Backups) List() ([]Info, error) {
	entries, err := os.ReadDir(b.c.Layout.Backups())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("backup: %w", err)
	}
	var out []Info
	for _, e := range entries {
		if !e.Type().IsRegular() || !strings.HasSuffix(e.Name(), suffix) {
			continue
		}
		info := Info{Name: e.Name()}
		path := filepath.Join(b.c.Layout.Backups(), e.Name())
		m, err := Inspect(path)
		if err == nil {
			info, err = stat(path, m)
		}
		if err != nil {
			info.Error = err.Error()
		}
		out = append(out, info)
	}
	slices.SortFunc(out, func(a, b Info) int { return b.Made.Compare(a.Made) })
	return out, nil
}

// Newest is the newest usable backup; false when there is none.
func (b *Backups) Newest() (Info, bool, error) {
	all, err := b.List()
	if err != nil || len(all) == 0 || all[0].Error != "" {
		return Info{}, false, err
	}
	return all[0], true, nil
}

func (b *Backups) path(name string) (string, error) {
	if name != filepath.Base(name) || !strings.HasSuffix(name, suffix) {
		return "", fault.NotFound("backup")
	}
	return filepath.Join(b.c.Layout.Backups(), name), nil
}

// Open returns an archive of the list for a download.
func (b *Backups) Open(name string) (*os.File, error) {
	p, err := b.path(name)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(p) //nolint:gosec // a plain name in our own folder
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.NotFound("backup")
	}
	return f, err
}

// Remove deletes an archive of the list.
func (b *Backups) Remove(name string) error {
	p, err := b.path(name)
	if err != nil {
		return err
	}
	if err = os.Remove(p); errors.Is(err, fs.ErrNotExist) {
		return fault.NotFound("backup")
	}
	return err
}

// Nightly is the scheduled run: a backup, then all but the newest Keep nightly ones go. Nothing is
// deleted while the time is unsure.
func (b *Backups) Nightly(ctx context.Context) error {
	by := audit.System(b.c.Clock.Now(), "nightly backup")
	if _, err := b.Create(ctx, by, Options{Kind: Nightly}); err != nil {
		return err
	}
	if b.c.Sure != nil && !b.c.Sure() {
		return nil
	}
	all, err := b.List()
	if err != nil {
		return err
	}
	kept := 0
	for i := range all {
		if all[i].Kind != Nightly || all[i].Error != "" {
			continue
		}
		if kept++; kept <= Keep {
			continue
		}
		if err := b.Remove(all[i].Name); err != nil {
			return err
		}
		b.c.Logger.InfoContext(ctx, "old backup removed", slog.String("name", all[i].Name))
	}
	return nil
}

func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir) //nolint:gosec // our own folder
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
