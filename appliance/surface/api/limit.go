package api

import (
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/switchkeep/switchkeep/appliance/platform/clock"
)

// Rate is a token bucket: PerSecond tokens, at most Burst saved.
type Rate struct {
	PerSecond float64
	Burst     int
}

// limiter keeps one bucket per key. Memory is bounded by two generations of maxBuckets each: when the
// young one is full it becomes the old one, and the old one is forgotten.
type limiter struct {
	clock clock.Clock
	rate  Rate

	mu         sync.Mutex
	young, old map[string]*rate.Limiter
}

const maxBuckets = 8192

func newLimiter(c clock.Clock, r Rate) *limiter {
	return &limiter{clock: c, rate: r, young: map[string]*rate.Limiter{}}
}

// take takes one token; otherwise it tells when there will be one.
func (l *limiter) take(key string) (wait time.Duration, ok bool) {
	now := l.clock.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.young[key]
	if b == nil {
		if b = l.old[key]; b == nil {
			b = rate.NewLimiter(rate.Limit(l.rate.PerSecond), l.rate.Burst)
		}
		if len(l.young) >= maxBuckets {
			l.old, l.young = l.young, map[string]*rate.Limiter{}
		}
		l.young[key] = b
	}
	if b.AllowN(now, 1) {
		return 0, true
	}
	return time.Duration(float64(time.Second) / l.rate.PerSecond), false
}

// sourceOf is the part of an address that one client holds: all of IPv4, /64 of IPv6.
func sourceOf(client string) string {
	a, err := netip.ParseAddr(client)
	if err != nil {
		return client
	}
	a = a.Unmap().WithZone("")
	if a.Is4() {
		return a.String()
	}
	p, err := a.Prefix(64)
	if err != nil {
		return client
	}
	return p.String()
}
