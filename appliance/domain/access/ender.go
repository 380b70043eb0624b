package access

import "sync"

// Ender ends what runs: visits, streams, data sessions. Its methods return at once.
type Ender interface {
	EndSession(session, reason string)
	EndUser(user, reason string)
	EndAccount(account, reason string)
}

// Enders hands every end to all that registered. The zero value is ready; it is safe for concurrent use.
type Enders struct {
	mu  sync.RWMutex
	all []Ender
}

var _ Ender = (*Enders)(nil)

// Add registers one.
func (e *Enders) Add(more ...Ender) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.all = append(e.all, more...)
}

func (e *Enders) each(fn func(Ender)) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	for _, x := range e.all {
		fn(x)
	}
}

// EndSession implements Ender.
func (e *Enders) EndSession(session, reason string) {
	e.each(func(x Ender) { x.EndSession(session, reason) })
}

// EndUser implements Ender.
func (e *Enders) EndUser(user, reason string) {
	e.each(func(x Ender) { x.EndUser(user, reason) })
}

// EndAccount implements Ender.
func (e *Enders) EndAccount(account, reason string) {
	e.each(func(x Ender) { x.EndAccount(account, reason) })
}
