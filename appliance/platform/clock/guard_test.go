package clock

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"
)

const year = 365 * 24 * time.Hour

func built() time.Time { return time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC) }

func guardAt(t *testing.T, path string, now time.Time, synced bool) (*Guard, *Manual) {
	t.Helper()
	m := NewManual(now)
	g, err := NewGuard(GuardConfig{
		Clock: m, Path: path, Built: built(), Logger: slog.New(slog.DiscardHandler), Synced: func() bool { return synced },
	})
	if err != nil {
		t.Fatal(err)
	}
	return g, m
}

func want(t *testing.T, g *Guard, reason string) {
	t.Helper()
	if s := g.State(); s.Reason != reason || s.Sure != (reason == "") {
		t.Fatalf("%+v, want reason %q", s, reason)
	}
}

// stop lets Run write its mark, as a clean stop does.
func stop(t *testing.T, g *Guard) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := g.Run(ctx); err != nil {
		t.Fatal(err)
	}
}

func TestStartedIn1970AndCorrected(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "mark")
	now := built().Add(24 * time.Hour)
	g, _ := guardAt(t, path, now, false)
	want(t, g, "")
	stop(t, g)

	g, m := guardAt(t, path, time.Unix(60, 0), false)
	want(t, g, ReasonBeforeBuild)
	m.Advance(time.Hour)
	want(t, g, ReasonBeforeBuild)
	if err := g.Confirm(t.Context()); !errors.Is(err, ErrUnsure) {
		t.Fatal(err)
	}
	stop(t, g)
	m.Set(now.Add(2 * time.Hour))
	want(t, g, "")
}

func TestStartedAYearAheadAndCorrected(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "mark")
	now := built().Add(24 * time.Hour)
	g, _ := guardAt(t, path, now, false)
	want(t, g, "")
	stop(t, g)

	g, m := guardAt(t, path, now.Add(year), false)
	want(t, g, ReasonAhead)
	stop(t, g) // an unsure time must not become the mark
	g, m = guardAt(t, path, m.Now(), false)
	want(t, g, ReasonAhead)
	m.Set(now.Add(time.Minute))
	want(t, g, "")

	g, _ = guardAt(t, path, now.Add(year), true) // the kernel knows better
	want(t, g, "")
}

func TestOffForAWeekIsNoJump(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "mark")
	now := built().Add(24 * time.Hour)
	g, _ := guardAt(t, path, now, false)
	want(t, g, "")
	stop(t, g)
	g, m := guardAt(t, path, now.Add(7*24*time.Hour), false)
	want(t, g, "")
	m.Advance(300 * 24 * time.Hour) // time passes, nobody set the clock
	want(t, g, "")
}

func TestJumpsWhileRunning(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "mark")
	now := built().Add(24 * time.Hour)
	g, m := guardAt(t, path, now, false)
	want(t, g, "")
	m.Set(now.Add(50 * time.Minute))
	want(t, g, "")
	m.Set(now.Add(3 * time.Hour))
	want(t, g, ReasonAhead)
	m.Set(now.Add(10 * time.Minute)) // back by less than an hour from the mark
	want(t, g, "")
	m.Set(now.Add(-2 * time.Hour))
	want(t, g, ReasonBeforeMark)
	if err := g.Confirm(t.Context()); err != nil {
		t.Fatal(err)
	}
	want(t, g, "")
	b, err := os.ReadFile(path)
	if err != nil || string(b) != now.Add(-2*time.Hour).Format(time.RFC3339)+"\n" {
		t.Fatalf("%q %v", b, err)
	}
}

func TestFirstStart(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "mark")
	g, _ := guardAt(t, path, built().Add(-year), true)
	want(t, g, ReasonBeforeBuild)
	g, _ = guardAt(t, path, built().Add(20*year), false)
	want(t, g, ReasonAhead)
	if err := os.WriteFile(path, []byte("rubbish"), 0o600); err != nil {
		t.Fatal(err)
	}
	g, _ = guardAt(t, path, built().Add(time.Hour), false)
	want(t, g, "")
}

func TestRunWritesTheMarkEveryMinute(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "mark")
	g, m := guardAt(t, path, built().Add(24*time.Hour), false)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- g.Run(ctx) }()
	read := func() string { b, _ := os.ReadFile(path); return string(b) }
	wait := func(ok func() bool) {
		for deadline := time.Now().Add(10 * time.Second); !ok(); time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("the mark was not written")
			}
		}
	}
	wait(func() bool { return read() != "" })
	first := read()
	wait(func() bool { m.Advance(time.Second); return read() != first })
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func TestSystemClockIsItself(t *testing.T) {
	t.Parallel()
	g, err := NewGuard(GuardConfig{Clock: System{}, Path: filepath.Join(t.TempDir(), "m"), Logger: slog.New(slog.DiscardHandler)})
	if err != nil || !g.Sure() {
		t.Fatal(err)
	}
}

func TestASuspendedMachineIsNoJump(t *testing.T) {
	t.Parallel()
	now := built().Add(24 * time.Hour)
	m := NewManual(now)
	up := 100 * time.Hour
	g, err := NewGuard(GuardConfig{
		Clock: m, Path: filepath.Join(t.TempDir(), "mark"), Built: built(), Logger: slog.New(slog.DiscardHandler),
		Synced: func() bool { return false }, Uptime: func() (time.Duration, bool) { return up, true },
	})
	if err != nil {
		t.Fatal(err)
	}
	want(t, g, "")
	up += 8 * time.Hour // asleep: the monotonic clock stood still
	m.Set(now.Add(8 * time.Hour))
	want(t, g, "")
	m.Set(now.Add(16 * time.Hour)) // awake: somebody set the clock
	want(t, g, ReasonAhead)
}
