package clock

import (
	"testing"
	"time"
)

func TestManualFiresWhenDue(t *testing.T) {
	t.Parallel()
	m := NewManual(time.Unix(0, 0))
	tm, tk := m.NewTimer(time.Minute), m.NewTicker(20*time.Second)
	m.Advance(59 * time.Second)
	select {
	case <-tm.C():
		t.Fatal("timer fired early")
	default:
	}
	<-tk.C()
	m.Advance(time.Second)
	<-tm.C()
	<-tk.C()
	if tm.Reset(time.Hour) {
		t.Fatal("a fired timer was not running")
	}
	if !tm.Stop() {
		t.Fatal("a reset timer runs")
	}
}

func TestManualSetBackKeepsTickersGoing(t *testing.T) {
	t.Parallel()
	m := NewManual(time.Unix(1e9, 0))
	tk := m.NewTicker(time.Minute)
	m.Set(time.Unix(0, 0))
	m.Advance(time.Minute)
	<-tk.C()
	if m.Elapsed() != time.Minute {
		t.Fatal("setting the clock lets no time pass")
	}
}
