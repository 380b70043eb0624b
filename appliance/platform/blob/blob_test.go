package blob

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/clock"
)

func open(t *testing.T, sure bool) (*Folder, *clock.Manual) {
	t.Helper()
	m := clock.NewManual(time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC))
	f, err := New(Config{Dir: t.TempDir(), Clock: m, Logger: slog.New(slog.DiscardHandler), Sure: func() bool { return sure }})
	if err != nil {
		t.Fatal(err)
	}
	return f, m
}

func put(t *testing.T, f *Folder, text string) Ref {
	t.Helper()
	ref, err := f.Put(t.Context(), strings.NewReader(text), 100)
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

func all(t *testing.T, f *Folder) (n int) {
	t.Helper()
	for _, err := range f.All() {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	return n
}

func TestPutOpenVerify(t *testing.T) {
	t.Parallel()
	f, _ := open(t, true)
	a, b := put(t, f, "hello"), put(t, f, "hello")
	if a != b || a.Size != 5 || all(t, f) != 1 {
		t.Fatal(a, b)
	}
	file, err := f.Open(a.Hash)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(file)
	if err = errors.Join(err, file.Close(), f.Verify(t.Context(), a.Hash)); err != nil || string(got) != "hello" {
		t.Fatal(string(got), err)
	}
	if err = os.WriteFile(f.path(a.Hash), []byte("hellp"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err = f.Verify(t.Context(), a.Hash); !errors.Is(err, ErrDamaged) {
		t.Fatal(err)
	}
	if _, err = f.Open(strings.Repeat("0", 64)); !errors.Is(err, ErrNotFound) {
		t.Fatal(err)
	}
	for _, bad := range []string{"", "../../etc/passwd", strings.Repeat("A", 64), strings.Repeat("0", 63) + "/"} {
		if _, err = f.Open(bad); !errors.Is(err, ErrHash) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestARefusedPutLeavesNothing(t *testing.T) {
	t.Parallel()
	f, _ := open(t, true)
	if _, err := f.Put(t.Context(), bytes.NewReader(make([]byte, 101)), 100); !errors.Is(err, ErrTooLarge) {
		t.Fatal(err)
	}
	if _, err := f.Put(t.Context(), bytes.NewReader(make([]byte, 100)), 100); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.Put(ctx, strings.NewReader("x"), 100); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(f.c.Dir, ".put-crash"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := New(f.c); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(f.c.Dir)
	if err != nil || len(left) != 1 {
		t.Fatal(left, err)
	}
}

func TestSweepTakesOnlyWhatIsOldAndUnused(t *testing.T) {
	t.Parallel()
	f, m := open(t, true)
	keep, drop, again := put(t, f, "keep"), put(t, f, "drop"), put(t, f, "again")
	used := func(h string) (bool, error) { return h == keep.Hash, nil }
	sweep := func(want int) {
		t.Helper()
		if n, _, err := f.Sweep(t.Context(), used); err != nil || n != want {
			t.Fatalf("%d swept, want %d: %v", n, want, err)
		}
	}
	m.Advance(MinAge - time.Second)
	sweep(0)
	put(t, f, "again") // young again
	m.Advance(time.Second)
	release := f.Hold()
	sweep(0)
	release()
	release()
	sweep(1)
	if _, err := f.Open(drop.Hash); !errors.Is(err, ErrNotFound) {
		t.Fatal(err)
	}
	if err := errors.Join(f.Verify(t.Context(), keep.Hash), f.Verify(t.Context(), again.Hash)); err != nil {
		t.Fatal(err)
	}
}

func TestNothingIsSweptWhileTheTimeIsUnsure(t *testing.T) {
	t.Parallel()
	f, m := open(t, false)
	put(t, f, "x")
	m.Set(m.Now().Add(365 * 24 * time.Hour))
	if n, _, err := f.Sweep(t.Context(), func(string) (bool, error) { return false, nil }); n != 0 || err != nil {
		t.Fatal(n, err)
	}
}

func TestPutAgainstSweep(t *testing.T) {
	t.Parallel()
	f, m := open(t, true)
	put(t, f, "x")
	m.Advance(2 * MinAge)
	var wg sync.WaitGroup
	wg.Go(func() {
		for range 200 {
			if _, _, err := f.Sweep(context.Background(), func(string) (bool, error) { return false, nil }); err != nil {
				t.Error(err)
			}
		}
	})
	for range 200 {
		ref := put(t, f, "x") // its row would commit now
		if err := f.Verify(t.Context(), ref.Hash); err != nil {
			t.Fatal(err)
		}
	}
	wg.Wait()
}
