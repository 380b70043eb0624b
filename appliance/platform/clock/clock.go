// Package clock hands out the time. Nothing else in the appliance calls
// time.Now, so that a test can stand still, run a day in a moment, or start in 1970.
package clock

import "time"

// Clock tells the time and wakes. All methods are safe for concurrent use.
type Clock interface {
	// Now is the current time in UTC.
	Now() time.Time
	// NewTimer fires once after d.
	NewTimer(d time.Duration) Timer
	// NewTicker fires every d; ticks that nobody takes are dropped.
	NewTicker(d time.Duration) Ticker
}

// Timer is time.Timer behind an interface.
type Timer interface {
	C() <-chan time.Time
	Stop() bool
	Reset(d time.Duration) bool
}

// Ticker is time.Ticker behind an interface.
type Ticker interface {
	C() <-chan time.Time
	Stop()
}

// System is the machine's clock.
type System struct{}

type systemTimer struct{ t *time.Timer }

func (s systemTimer) C() <-chan time.Time        { return s.t.C }
func (s systemTimer) Stop() bool                 { return s.t.Stop() }
func (s systemTimer) Reset(d time.Duration) bool { return s.t.Reset(d) }

type systemTicker struct{ t *time.Ticker }

func (s systemTicker) C() <-chan time.Time { return s.t.C }
func (s systemTicker) Stop()               { s.t.Stop() }

// Now implements Clock.
func (System) Now() time.Time { return time.Now().UTC() }

// NewTimer implements Clock.
func (System) NewTimer(d time.Duration) Timer { return systemTimer{time.NewTimer(d)} }

// NewTicker implements Clock.
func (System) NewTicker(d time.Duration) Ticker { return systemTicker{time.NewTicker(d)} }

// Deadline is when d will have passed on the wire, for net.Conn: the kernel waits by its own clock,
// also where the time that is shown stands still or is wrong.
func Deadline(d time.Duration) time.Time { return time.Now().Add(d) }
