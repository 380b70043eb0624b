package pbx

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/clock"
)

const (
	// Heartbeat is how often a connected PBX is heard of.
	Heartbeat = 27 * time.Second
	// unknownFor is how long a start makes every presence unknown: max(2 × interval, 5 min).
	unknownFor = max(2*Heartbeat, 5*time.Minute)
	// splitAfter is how long both halves must claim to be active before it counts as split brain.
	splitAfter = 60 * time.Second
	// saveEvery is how often the hot state goes to its file.
	saveEvery = 60 * time.Second
)

// Link says whether a PBX is connected.
type Link string

// States of a link.
const (
	Unknown      Link = "unknown"
	Connected    Link = "connected"
	Disconnected Link = "disconnected"
)

// Roles of a half, as evidence shows them.
const (
	Active  = "active"
	Standby = "standby"
)

// Live is the hot state of one PBX.
type Live struct {
	Link      Link      `json:"link"`
	Since     time.Time `json:"since"` // of Link
	Seen      time.Time `json:"seen"`  // last word from the PBX
	Address   string    `json:"address,omitempty"`
	Carrier   string    `json:"carrier,omitempty"`
	Connector string    `json:"connector,omitempty"` // version of the program
	Firmware  string    `json:"firmware,omitempty"`
	Booted    time.Time `json:"booted,omitzero"` // uptime counts from here
	Role      string    `json:"role,omitempty"`  // Active, Standby or ""
	RoleSince time.Time `json:"role_since,omitzero"`
	// Reported is the last time that the other half saw this one.
	Reported time.Time `json:"reported,omitzero"`
	// PortalUp is what the connector's probe of the local portal said; Problem tells why not.
	PortalUp bool   `json:"portal_up,omitempty"`
	Problem  string `json:"problem,omitempty"`
	// Reason is why the last link ended.
	Reason string `json:"reason,omitempty"`
}

// Uptime is how long the PBX runs at now; 0 when unknown.
func (l Live) Uptime(now time.Time) time.Duration {
	if l.Booted.IsZero() || now.Before(l.Booted) {
		return 0
	}
	return now.Sub(l.Booted)
}

// Presence holds the hot state of all PBXs. It is safe for concurrent use.
type Presence struct {
	clock   clock.Clock
	log     *slog.Logger
	file    string
	started time.Time

	mu    sync.RWMutex
	live  map[string]*Live
	dirty bool
	watch []func(id string)
}

func newPresence(clk clock.Clock, log *slog.Logger, file string) (*Presence, error) {
	p := &Presence{clock: clk, log: log, file: file, started: clk.Now(), live: map[string]*Live{}}
	if file == "" {
		return p, nil
	}
	b, err := os.ReadFile(file) //nolint:gosec // a path of the configuration
	if errors.Is(err, fs.ErrNotExist) {
		return p, nil
	}
	if err != nil {
		return nil, fmt.Errorf("hot state: %w", err)
	}
	if err := json.Unmarshal(b, &p.live); err != nil {
		log.Warn("hot state file is unreadable, starting empty", slog.Any("error", err))
		p.live = map[string]*Live{}
	}
	for _, l := range p.live {
		l.Link, l.Since = Unknown, p.started
	}
	return p, nil
}

// Watch calls fn with the id after each change of link or role. fn must not block. Call it before the first change.
func (p *Presence) Watch(fn func(id string)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.watch = append(p.watch, fn)
}

// Get returns the hot state of a PBX as of now.
func (p *Presence) Get(id string) Live {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.get(id)
}

func (p *Presence) get(id string) Live {
	settled := p.clock.Now().Sub(p.started) >= unknownFor
	l, ok := p.live[id]
	if !ok {
		if settled {
			return Live{Link: Disconnected, Since: p.started}
		}
		return Live{Link: Unknown, Since: p.started}
	}
	out := *l
	if out.Link == Unknown && settled {
		out.Link, out.Since = Disconnected, cmpTime(l.Seen, p.started)
	}
	return out
}

func cmpTime(a, b time.Time) time.Time {
	if a.IsZero() {
		return b
	}
	return a
}

// Connected counts the PBXs that are connected now.
func (p *Presence) Connected() int {
	p.mu.RLock()
	defer p.mu.RUnlock()
	n := 0
	for _, l := range p.live {
		if l.Link == Connected {
			n++
		}
	}
	return n
}

// change applies fn to the hot state of id and tells the watchers when fn returns true.
func (p *Presence) change(id string, fn func(*Live) bool) {
	p.mu.Lock()
	l, ok := p.live[id]
	if !ok {
		l = &Live{Link: Unknown, Since: p.started}
		p.live[id] = l
	}
	tell := fn(l)
	p.dirty = true
	watch := p.watch
	p.mu.Unlock()
	if !tell {
		return
	}
	for _, w := range watch {
		w(id)
	}
}

// Sighting is what an admitted session says.
type Sighting struct {
	Address, Carrier, Connector, Firmware string
	Uptime                                time.Duration
	PortalUp                              bool
	Problem                               string
}

// Up notes that a session was admitted.
func (p *Presence) Up(id string, now time.Time, s Sighting) {
	p.change(id, func(l *Live) bool {
		if l.Link != Connected {
			l.Since = now
		}
		l.Link, l.Seen, l.Address, l.Carrier, l.Connector, l.Firmware = Connected, now, s.Address, s.Carrier, s.Connector, s.Firmware
		l.Booted, l.Reason, l.PortalUp, l.Problem = now.Add(-s.Uptime), "", s.PortalUp, s.Problem
		return true
	})
}

// Beat notes a heartbeat.
func (p *Presence) Beat(id string, now time.Time, uptime time.Duration) {
	p.change(id, func(l *Live) bool {
		l.Seen = now
		if b := now.Add(-uptime); b.Sub(l.Booted).Abs() > time.Minute {
			l.Booted = b
			return true
		}
		return false
	})
}

// Portal notes what the connector's probe said.
func (p *Presence) Portal(id string, up bool, problem string) {
	p.change(id, func(l *Live) bool {
		tell := l.PortalUp != up || l.Problem != problem
		l.PortalUp, l.Problem = up, problem
		return tell
	})
}

// Down notes that the session ended.
func (p *Presence) Down(id string, now time.Time, reason string) {
	p.change(id, func(l *Live) bool {
		if l.Link == Disconnected {
			return false
		}
		l.Link, l.Since, l.Reason, l.Role, l.RoleSince = Disconnected, now, reason, "", now
		return true
	})
}

// Forget drops a deleted PBX.
func (p *Presence) Forget(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.live, id)
	p.dirty = true
}

// Evidence is what one half of a pair saw.
type Evidence struct {
	VIPSerial string   // who answered on the virtual IP
	Seen      []string // serials of the other half that answered at their own address
}

// HA derives the live roles of a pair from what one half saw: the half whose serial answers on the
// virtual IP is active, the other one stands by.
func (p *Presence) HA(now time.Time, self, other PBX, e Evidence) {
	role := Standby
	if serialKey(e.VIPSerial) == serialKey(self.Serial) {
		role = Active
	}
	if e.VIPSerial == "" {
		role = ""
	}
	p.change(self.ID, func(l *Live) bool { return l.setRole(role, now) })
	for _, s := range e.Seen {
		if other.ID == "" || serialKey(s) != serialKey(other.Serial) {
			continue
		}
		p.change(other.ID, func(l *Live) bool {
			l.Reported = now
			if l.Link == Connected {
				return false
			}
			return l.setRole(Standby, now)
		})
	}
}

func (l *Live) setRole(role string, now time.Time) bool {
	if l.Role == role {
		return false
	}
	l.Role, l.RoleSince = role, now
	return true
}

// SplitBrain tells whether both halves have been active for a minute.
func (p *Presence) SplitBrain(a, b string) bool {
	now := p.clock.Now()
	la, lb := p.Get(a), p.Get(b)
	long := func(l Live) bool {
		return l.Link == Connected && l.Role == Active && now.Sub(l.RoleSince) >= splitAfter
	}
	return long(la) && long(lb)
}

// Run saves the hot state every minute and once at the end.
func (p *Presence) Run(ctx context.Context) error {
	t := p.clock.NewTicker(saveEvery)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return p.save()
		case <-t.C():
			if err := p.save(); err != nil {
				p.log.ErrorContext(ctx, "hot state was not saved", slog.Any("error", err))
			}
		}
	}
}

func (p *Presence) save() error {
	p.mu.Lock()
	if !p.dirty || p.file == "" {
		p.mu.Unlock()
		return nil
	}
	p.dirty = false
	b, err := json.Marshal(p.live)
	p.mu.Unlock()
	if err != nil {
		return fmt.Errorf("hot state: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(p.file), 0o750); err != nil {
		return fmt.Errorf("hot state: %w", err)
	}
	tmp := p.file + ".new"
	if err := os.WriteFile(tmp, b, 0o600); err != nil {
		return fmt.Errorf("hot state: %w", err)
	}
	if err := os.Rename(tmp, p.file); err != nil {
		return fmt.Errorf("hot state: %w", err)
	}
	return nil
}

// Shown is the state that lists show: "connected", "standby" (a half that is only reported by the
// other one), "disconnected", "awaiting", "unknown", "duplicate" or "revoked".
func Shown(row PBX, l Live, now time.Time) string {
	switch {
	case row.State == Awaiting:
		return "awaiting"
	case row.State == Revoked:
		return "revoked"
	case row.Rival != nil:
		return "duplicate"
	case l.Link == Disconnected && l.Role == Standby && row.PairID != "" && now.Sub(l.Reported) < 4*Heartbeat:
		return "standby"
	default:
		return string(l.Link)
	}
}
