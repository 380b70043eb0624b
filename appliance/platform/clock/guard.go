package clock

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Tolerances of the guard.
const (
	// MaxJump is how far the clock may be off what has passed while we run.
	MaxJump = time.Hour
	// MaxOff is how long the appliance may have been off before an unsynchronised clock is doubted.
	MaxOff = 30 * 24 * time.Hour
	// MaxAge is how much younger than its build a first start may be.
	MaxAge = 5 * 365 * 24 * time.Hour
	// SaveEvery is how often the mark is written.
	SaveEvery = time.Minute
)

// Reasons why the time is unsure.
const (
	ReasonBeforeBuild = "before_build" // earlier than the build of this program
	ReasonBeforeMark  = "before_mark"  // earlier than a time that was sure
	ReasonAhead       = "ahead"        // much later than what has passed
)

// GuardConfig is what a Guard needs.
type GuardConfig struct {
	Clock  Clock
	Path   string    // file of the high-water mark
	Built  time.Time // the build date; zero skips that check
	Logger *slog.Logger
	// Synced tells whether the operating system follows a time source; nil is Synchronized.
	Synced func() bool
	// Uptime is the time since boot with suspended time in it; nil is the operating system's.
	Uptime func() (time.Duration, bool)
}

// Guard doubts the clock. It keeps the latest time that was sure (the mark) in a file and
// compares: before the mark, or more than MaxJump ahead of what has passed since, the time is
// unsure, and whoever expires or deletes must ask Sure first. A clock that is corrected, or that
// the operating system synchronises to a later time, is sure again by itself; else an operator
// confirms. All methods are safe for concurrent use.
type Guard struct {
	c  GuardConfig
	mu sync.Mutex
	// mark is the wall time when it was last sure, at the reading markAt of what has passed.
	mark    time.Time
	markAt  time.Duration
	slack   time.Duration // how much more than that may have passed
	start   time.Time
	booted  time.Duration // uptime at the start
	asleep  time.Duration // suspended since then, as far as accounted for
	reason  string
	written time.Time
}

// GuardState is what the console shows.
type GuardState struct {
	Sure   bool      `json:"sure"`
	Reason string    `json:"reason,omitempty"`
	Now    time.Time `json:"now"`
	Mark   time.Time `json:"mark"`
}

// NewGuard reads the mark. An absent file is a first start; an unreadable one too, with a warning.
func NewGuard(c GuardConfig) (*Guard, error) {
	if c.Synced == nil {
		c.Synced = Synchronized
	}
	if c.Uptime == nil {
		c.Uptime = uptime
	}
	g := &Guard{c: c, start: c.Clock.Now(), slack: MaxOff}
	g.booted, _ = c.Uptime()
	b, err := os.ReadFile(c.Path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("clock mark: %w", err)
	}
	if err == nil {
		if g.mark, err = time.Parse(time.RFC3339, strings.TrimSpace(string(b))); err != nil {
			c.Logger.Warn("clock mark unreadable, starting without", slog.Any("error", err))
			g.mark = time.Time{}
		}
		g.written = g.mark
	}
	return g, nil
}

// Sure tells whether the time may be believed: whether something may expire or be deleted.
func (g *Guard) Sure() bool { return g.State().Sure }

// State looks at the clock now.
func (g *Guard) State() GuardState {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.c.Clock.Now().Round(0)
	passed := g.passed()
	reason := g.doubt(now, passed)
	if reason != g.reason {
		g.c.Logger.Warn("clock", slog.String("unsure", reason), slog.Time("now", now), slog.Time("mark", g.mark))
		g.reason = reason
	}
	if reason == "" {
		g.believe(now, passed)
	}
	return GuardState{Sure: reason == "", Reason: reason, Now: now, Mark: g.mark}
}

func (g *Guard) doubt(now time.Time, passed time.Duration) string {
	if now.Before(g.c.Built) {
		return ReasonBeforeBuild
	}
	latest := g.mark.Add(passed - g.markAt + g.slack)
	if g.mark.IsZero() {
		latest = now
		if !g.c.Built.IsZero() {
			latest = g.c.Built.Add(MaxAge)
		}
	}
	switch {
	case now.Before(g.mark.Add(-MaxJump)):
		return ReasonBeforeMark
	case now.After(latest):
		slept := g.slept(passed)
		if now.After(latest.Add(slept)) && !g.c.Synced() {
			return ReasonAhead
		}
		g.asleep += slept
	}
	return ""
}

// slept is how long the machine was suspended and that was not accounted for yet: the monotonic
// clock stands still then, the uptime does not.
func (g *Guard) slept(passed time.Duration) time.Duration {
	up, ok := g.c.Uptime()
	if !ok || g.booted == 0 {
		return 0
	}
	return max(0, up-g.booted-passed-g.asleep)
}

func (g *Guard) believe(now time.Time, passed time.Duration) {
	// A small step back does not lower the mark, but is what we count from.
	if now.After(g.mark) {
		g.mark = now
	}
	g.markAt, g.slack = passed, MaxJump
}

// passed is what went by since the start: the monotonic clock, or a Manual's own count.
func (g *Guard) passed() time.Duration {
	if m, ok := g.c.Clock.(interface{ Elapsed() time.Duration }); ok {
		return m.Elapsed()
	}
	return g.c.Clock.Now().Sub(g.start)
}

// Confirm takes the time as it is now for right: an operator has looked.
func (g *Guard) Confirm(ctx context.Context) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.c.Clock.Now().Round(0)
	if now.Before(g.c.Built) {
		// The program was built later: nobody can be right about that.
		return fmt.Errorf("%w: %s is before this version was built", ErrUnsure, now.Format(time.RFC3339))
	}
	g.mark = now
	g.reason = ""
	g.believe(now, g.passed())
	g.c.Logger.InfoContext(ctx, "clock confirmed", slog.Time("now", now))
	return g.save()
}

// ErrUnsure says that the time cannot be believed.
var ErrUnsure = errors.New("the time is unsure")

// Run looks at the clock and writes the mark every SaveEvery and when ctx ends.
func (g *Guard) Run(ctx context.Context) error {
	tick := g.c.Clock.NewTicker(SaveEvery)
	defer tick.Stop()
	for {
		g.State()
		g.mu.Lock()
		err := g.save()
		g.mu.Unlock()
		if err != nil {
			g.c.Logger.ErrorContext(ctx, "clock mark", slog.Any("error", err))
		}
		if ctx.Err() != nil {
			return nil
		}
		select {
		case <-ctx.Done():
		case <-tick.C():
		}
	}
}

// save writes the mark in whole seconds; mu is held.
func (g *Guard) save() error {
	if g.mark.Equal(g.written) {
		return nil
	}
	tmp, err := os.CreateTemp(filepath.Dir(g.c.Path), ".mark-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(tmp.Name()) }()
	_, err = tmp.WriteString(g.mark.UTC().Format(time.RFC3339) + "\n")
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	if err := os.Rename(tmp.Name(), g.c.Path); err != nil {
		return err
	}
	g.written = g.mark
	return nil
}
