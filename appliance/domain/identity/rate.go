package identity

import (
	"sync"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/clock"
)

// maxRates bounds the addresses that are remembered.
const maxRates = 20_000

// rates is a token bucket for each client network. It lives in memory: a restart forgets a minute.
type rates struct {
	clk    clock.Clock
	minute int
	mu     sync.Mutex
	of     map[string]bucket
}

type bucket struct {
	left float64
	at   time.Time
}

func newRates(clk clock.Clock, perMinute int) *rates {
	return &rates{clk: clk, minute: perMinute, of: map[string]bucket{}}
}

// take counts one attempt of the address; ErrTooMany says when the next is welcome.
func (r *rates) take(ip string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	now, key := r.clk.Now(), network(ip)
	b, known := r.of[key]
	if !known {
		if len(r.of) >= maxRates {
			r.shrink(now)
		}
		b = bucket{left: float64(r.minute), at: now}
	}
	b = r.fill(b, now)
	if b.left < 1 {
		r.of[key] = b
		return ErrTooMany.After(time.Duration((1-b.left)*float64(time.Minute)/float64(r.minute)).Round(time.Second) + time.Second)
	}
	b.left--
	r.of[key] = b
	return nil
}

func (r *rates) fill(b bucket, now time.Time) bucket {
	if d := now.Sub(b.at); d > 0 {
		b.left = min(float64(r.minute), b.left+d.Minutes()*float64(r.minute))
	}
	b.at = now
	return b
}

// shrink forgets the addresses that have all their attempts back, and, when that is too little,
// any half of the rest: they get a fresh minute.
func (r *rates) shrink(now time.Time) {
	for k, b := range r.of {
		if r.fill(b, now).left >= float64(r.minute) {
			delete(r.of, k)
		}
	}
	for k := range r.of {
		if len(r.of) <= maxRates/2 {
			return
		}
		delete(r.of, k)
	}
}
