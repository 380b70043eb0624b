package clock

import (
	"sync"
	"time"
)

// Manual is a clock that moves only when told to. Advance lets time pass; Set is somebody who
// sets the clock, which Guard notices as a jump.
type Manual struct {
	mu      sync.Mutex
	now     time.Time
	passed  time.Duration
	waiters map[*manualWaiter]struct{}
}

type manualWaiter struct {
	m     *Manual
	c     chan time.Time
	at    time.Time
	every time.Duration // 0 for a timer
}

// NewManual returns a clock that stands at t.
func NewManual(t time.Time) *Manual {
	return &Manual{now: t.UTC(), waiters: map[*manualWaiter]struct{}{}}
}

// Now implements Clock.
func (m *Manual) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

// Elapsed is the time that passed since the start, whatever the clock was set to.
func (m *Manual) Elapsed() time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.passed
}

// Advance lets d pass (backwards too) and fires what is due.
func (m *Manual) Advance(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.passed += d
	m.move(m.now.Add(d))
}

// Set moves the clock to t and fires what is due. Back, it leaves what timers still have to wait.
func (m *Manual) Set(t time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if back := t.Sub(m.now); back < 0 {
		for w := range m.waiters {
			w.at = w.at.Add(back)
		}
	}
	m.move(t)
}

func (m *Manual) move(t time.Time) {
	m.now = t.UTC()
	for w := range m.waiters {
		if w.at.After(m.now) {
			continue
		}
		select {
		case w.c <- m.now:
		default:
		}
		if w.every == 0 {
			delete(m.waiters, w)
			continue
		}
		missed := int64(m.now.Sub(w.at) / w.every)
		w.at = w.at.Add(time.Duration(missed+1) * w.every)
	}
}

// NewTimer implements Clock.
func (m *Manual) NewTimer(d time.Duration) Timer { return manualTimer{m.add(d, 0)} }

// NewTicker implements Clock.
func (m *Manual) NewTicker(d time.Duration) Ticker { return manualTicker{m.add(d, d)} }

func (m *Manual) add(d, every time.Duration) *manualWaiter {
	m.mu.Lock()
	defer m.mu.Unlock()
	w := &manualWaiter{m: m, c: make(chan time.Time, 1), at: m.now.Add(d), every: every}
	if d <= 0 && every == 0 {
		w.c <- m.now
		return w
	}
	m.waiters[w] = struct{}{}
	return w
}

func (m *Manual) drop(w *manualWaiter) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, ok := m.waiters[w]
	delete(m.waiters, w)
	return ok
}

type manualTimer struct{ w *manualWaiter }

func (t manualTimer) C() <-chan time.Time { return t.w.c }
func (t manualTimer) Stop() bool          { return t.w.m.drop(t.w) }
func (t manualTimer) Reset(d time.Duration) bool {
	was := t.w.m.drop(t.w)
	t.w.m.mu.Lock()
	defer t.w.m.mu.Unlock()
	select {
	case <-t.w.c:
	default:
	}
	t.w.at = t.w.m.now.Add(d)
	t.w.m.waiters[t.w] = struct{}{}
	return was
}

type manualTicker struct{ w *manualWaiter }

func (t manualTicker) C() <-chan time.Time { return t.w.c }
func (t manualTicker) Stop()               { t.w.m.drop(t.w) }
