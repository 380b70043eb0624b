package config

import (
	"fmt"
	"os"
	"path/filepath"
)

// Layout is the data folder.
type Layout struct{ Root string }

// Store is the database.
func (l Layout) Store() string { return filepath.Join(l.Root, "switchkeep.db") }

// MasterKey is the key file of package secret, outside the database.
func (l Layout) MasterKey() string { return filepath.Join(l.Root, "master.key") }

// ClockMark is the high-water mark of the clock.
func (l Layout) ClockMark() string { return filepath.Join(l.Root, "clock.mark") }

// ControlSocket is where the verbs of a running appliance are asked.
func (l Layout) ControlSocket() string { return filepath.Join(l.Root, "control.sock") }

// Blobs is the folder of package blob.
func (l Layout) Blobs() string { return filepath.Join(l.Root, "blobs") }

// Backups is the folder of the nightly backups.
func (l Layout) Backups() string { return filepath.Join(l.Root, "backups") }

// Hot is the folder of what is kept in memory and written now and then.
func (l Layout) Hot() string { return filepath.Join(l.Root, "hot") }

// Temp is on the same file system as everything else, so that a rename is atomic. It is emptied at start.
func (l Layout) Temp() string { return filepath.Join(l.Root, "tmp") }

// Prepare makes the folders, private to the owner, and empties Temp.
func (l Layout) Prepare() error {
	if err := os.RemoveAll(l.Temp()); err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	for _, d := range []string{l.Root, l.Blobs(), l.Backups(), l.Hot(), l.Temp()} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return fmt.Errorf("data folder: %w", err)
		}
	}
	return nil
}
