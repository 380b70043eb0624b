// Package bolttest opens stores on the real engine for the tests of the rooms above.
package bolttest

import (
	"path/filepath"
	"testing"

	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/bolt"
)

// Open returns a store in a temporary folder, closed at the end of the test. Functions are run twice
// at random, as an engine may; what is written is not synced.
func Open(t testing.TB, tables ...store.Registered) *store.DB {
	t.Helper()
	db, err := store.New(Engine(t), tables...)
	if err != nil {
		t.Fatalf("open store: %v", err)
	}
	return db
}

// Engine returns the engine that Open uses.
func Engine(t testing.TB) *bolt.Engine {
	t.Helper()
	e, err := bolt.Open(bolt.Config{
		Path: filepath.Join(t.TempDir(), "test.db"), Now: clock.System{}.Now, Twice: true, UnsafeNoSync: true,
	})
	if err != nil {
		t.Fatalf("open engine: %v", err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Errorf("close engine: %v", err)
		}
	})
	return e
}
