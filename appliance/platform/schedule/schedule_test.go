package schedule

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/bolt/bolttest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// due lists the due times of a specification in [from, to) as local times.
func due(t *testing.T, spec, zone, from, to string) []string {
	t.Helper()
	s, err := Parse(spec, zone)
	if err != nil {
		t.Fatal(err)
	}
	at, err1 := time.Parse(time.RFC3339, from)
	end, err2 := time.Parse(time.RFC3339, to)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	var out []string
	for at = s.Next(at); at.Before(end); at = s.Next(at) {
		out = append(out, at.In(s.zone).Format("01-02T15:04 MST"))
	}
	return out
}

func TestSummerTime(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ spec, zone, from, to, want string }{
		"Berlin spring, a time that is not there":   {"30 2 * * *", "Europe/Berlin", "2026-03-28T00:00:00Z", "2026-03-31T00:00:00Z", "03-28T02:30 CET,03-29T03:00 CEST,03-30T02:30 CEST"},
		"Berlin autumn, a time that is there twice": {"30 2 * * *", "Europe/Berlin", "2026-10-24T00:00:00Z", "2026-10-27T00:00:00Z", "10-24T02:30 CEST,10-25T02:30 CEST,10-26T02:30 CET"},
		"Cairo, midnight is not there":              {"0 0 * * *", "Africa/Cairo", "2026-04-22T12:00:00Z", "2026-04-25T12:00:00Z", "04-23T00:00 EET,04-24T01:00 EEST,04-25T00:00 EEST"},
		"Cairo, midnight of the long day":           {"30 23 * * *", "Africa/Cairo", "2026-10-28T12:00:00Z", "2026-10-31T00:00:00Z", "10-28T23:30 EEST,10-29T23:30 EEST,10-30T23:30 EET"},
		"weekly":                                    {"0 3 * * 0", "Europe/Berlin", "2026-03-20T00:00:00Z", "2026-04-06T00:00:00Z", "03-22T03:00 CET,03-29T03:00 CEST,04-05T03:00 CEST"},
		"last of February":                          {"0 0 29 2 *", "", "2026-01-01T00:00:00Z", "2029-01-01T00:00:00Z", "02-29T00:00 UTC"},
	} {
		if got := strings.Join(due(t, c.spec, c.zone, c.from, c.to), ","); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
	}
	for _, zone := range []string{"Europe/Berlin", "Africa/Cairo", "America/St_Johns", "Australia/Lord_Howe", "Asia/Shanghai"} {
		for _, spec := range []string{"0 0 * * *", "30 0 * * *", "30 1 * * *", "30 2 * * *", "0 3 * * *"} {
			if n := len(due(t, spec, zone, "2026-01-01T12:00:00Z", "2027-01-01T12:00:00Z")); n != 365 {
				t.Errorf("%s in %s: %d times in a year", spec, zone, n)
			}
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "TZ=", "CRON_TZ=UTC 0 0 * * *", "* * * *", "99 * * * *", "0 0 31 2 *", "@sometimes"} {
		if _, err := Parse(bad, ""); !errors.Is(err, ErrSpec) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if _, err := Parse("@daily", "Mars/Olympus"); !errors.Is(err, ErrSpec) {
		t.Error(err)
	}
}

type bench struct {
	t    *testing.T
	db   *store.DB
	clk  *clock.Manual
	sure atomic.Bool
	stop func()
	s    *Scheduler
}

func newBench(t *testing.T, now time.Time) *bench {
	t.Helper()
	b := &bench{t: t, db: bolttest.Open(t, Tables()...), clk: clock.NewManual(now)}
	b.sure.Store(true)
	return b
}

func (b *bench) start(jobs ...Job) {
	b.t.Helper()
	s, err := New(Config{DB: b.db, Clock: b.clk, Logger: slog.New(slog.DiscardHandler), Sure: b.sure.Load})
	if err != nil {
		b.t.Fatal(err)
	}
	for _, j := range jobs {
		if err := s.Add(j); err != nil {
			b.t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	for s.List()[0].NextDue.IsZero() { // due times are counted from the start
		time.Sleep(time.Millisecond)
	}
	b.s, b.stop = s, func() {
		b.t.Helper()
		cancel()
		if err := <-done; err != nil {
			b.t.Error(err)
		}
	}
}

// until moves the clock by a tick at a time, at most n times, until ok.
func (b *bench) until(ok func() bool) {
	b.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			b.t.Fatalf("it did not happen: %+v", b.s.List())
		}
		b.clk.Advance(time.Millisecond) // the loop may not have its ticker yet
		b.clk.Advance(TickEvery)
	}
}

// quiet lets the loop look a few times.
func (b *bench) quiet() {
	b.t.Helper()
	for range 20 {
		b.clk.Advance(TickEvery)
		time.Sleep(2 * time.Millisecond)
	}
}

func midnight() time.Time { return time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC) }

func counter(n *atomic.Int32) func(context.Context) error {
	return func(context.Context) error { n.Add(1); return nil }
}

func TestDowntimeIsMadeUpForOnce(t *testing.T) {
	t.Parallel()
	var n atomic.Int32
	job := Job{Name: "nightly", Spec: "30 1 * * *", Run: counter(&n)}
	b := newBench(t, midnight())
	b.start(job)
	b.quiet()
	if n.Load() != 0 {
		t.Fatal("ran before its time")
	}
	b.clk.Advance(90 * time.Minute)
	b.until(func() bool { return n.Load() == 1 && !b.s.List()[0].LastGood.IsZero() })
	b.stop()
	b.clk.Advance(5 * 24 * time.Hour) // off for five days
	b.start(job)
	b.until(func() bool { return n.Load() == 2 })
	b.quiet()
	b.stop()
	if n.Load() != 2 {
		t.Fatalf("%d runs, want 2", n.Load())
	}
}

func TestTheSameLocalDateRunsOnce(t *testing.T) {
	t.Parallel()
	var n atomic.Int32
	b := newBench(t, midnight())
	b.start(Job{Name: "nightly", Spec: "30 1 * * *", Run: counter(&n)})
	b.clk.Advance(2 * time.Hour)
	b.until(func() bool { return n.Load() == 1 })
	b.clk.Set(midnight()) // somebody sets the clock back
	b.quiet()
	b.clk.Advance(2 * time.Hour)
	b.quiet()
	if n.Load() != 1 {
		t.Fatalf("%d runs for one date", n.Load())
	}
	b.clk.Advance(24 * time.Hour)
	b.until(func() bool { return n.Load() == 2 })
	b.stop()
}

func TestUnsureTimeHoldsJobsAndAYearAheadIsForgotten(t *testing.T) {
	t.Parallel()
	var n, any atomic.Int32
	b := newBench(t, midnight().Add(365*24*time.Hour))
	b.sure.Store(false)
	b.start(
		Job{Name: "delete", Spec: "0 * * * *", Run: counter(&n)},
		Job{Name: "look", Spec: "0 * * * *", WhenUnsure: true, Run: counter(&any)},
	)
	b.clk.Advance(2 * time.Hour)
	b.until(func() bool { return any.Load() == 1 })
	if n.Load() != 0 {
		t.Fatal("ran while the time is unsure")
	}
	b.clk.Set(midnight()) // corrected
	b.sure.Store(true)
	b.quiet()
	b.clk.Advance(time.Hour)
	b.until(func() bool { return n.Load() == 1 && any.Load() == 2 })
	b.stop()
}

func TestNoOverlapTimeoutAndPanic(t *testing.T) {
	t.Parallel()
	var running, most, runs atomic.Int32
	release := make(chan struct{})
	b := newBench(t, midnight())
	b.start(
		Job{Name: "long", Spec: "* * * * *", Run: func(context.Context) error {
			most.Store(max(most.Load(), running.Add(1)))
			defer running.Add(-1)
			runs.Add(1)
			<-release
			return nil
		}},
		Job{Name: "panics", Spec: "* * * * *", Run: func(context.Context) error { panic("boom") }},
		Job{Name: "slow", Spec: "* * * * *", Timeout: time.Millisecond, Run: func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }},
	)
	b.until(func() bool {
		l := b.s.List()
		return running.Load() == 1 && strings.Contains(l[1].LastError, "boom") && strings.Contains(l[2].LastError, "deadline")
	})
	if err := b.s.Trigger("long"); !errors.Is(err, ErrRunning) {
		t.Fatal(err)
	}
	if err := b.s.Trigger("none"); err == nil {
		t.Fatal("triggered nothing")
	}
	b.clk.Advance(time.Hour)
	b.quiet()
	close(release)
	b.until(func() bool { return runs.Load() >= 2 })
	if most.Load() != 1 {
		t.Fatalf("%d at once", most.Load())
	}
	b.stop()
}

func TestARunCutShortIsMadeUpFor(t *testing.T) {
	t.Parallel()
	var n atomic.Int32
	b := newBench(t, midnight())
	begun := make(chan struct{}, 10)
	job := Job{Name: "nightly", Spec: "30 1 * * *", Run: func(ctx context.Context) error {
		begun <- struct{}{}
		if n.Add(1) <= 2 {
			<-ctx.Done() // killed
			return ctx.Err()
		}
		return nil
	}}
	b.start(job)
	b.clk.Advance(2 * time.Hour)
	b.until(func() bool { return n.Load() == 1 })
	b.stop()
	b.start(job)
	b.until(func() bool { return n.Load() == 2 })
	b.stop()
	b.start(job)
	b.until(func() bool { return n.Load() == 3 && b.s.List()[0].Tries == 0 })
	b.quiet()
	b.stop()
	if n.Load() != 3 {
		t.Fatalf("%d runs", n.Load())
	}
}
