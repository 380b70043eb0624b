package certs

import (
	"context"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Store keeps named PEM files. They hold private keys: the store seals them.
type Store interface {
	// Get returns fs.ErrNotExist (wrapped) when there is no such name.
	Get(ctx context.Context, name string) ([]byte, error)
	// Put replaces the file atomically and durably.
	Put(ctx context.Context, name string, data []byte) error
	// List returns the names that begin with prefix.
	List(ctx context.Context, prefix string) ([]string, error)
}

// Role says what a leaf is for.
type Role string

// Roles of leaves.
const (
	Console   Role = "console"
	Visit     Role = "visit"
	Link      Role = "link"
	DeviceRSA Role = "device-rsa"
	DeviceEC  Role = "device-ec"
)

// LinkServerName is the only name in the link's server leaf; connectors ask for it whatever
// address they dialled.
const LinkServerName = "link.switchkeep.internal"

// Names is what the appliance is called.
type Names struct {
	Console   []string     // host names of the console, the canonical one first
	VisitZone string       // visits are at v-<id>.<zone>
	Devices   []string     // names that phones use; they get the addresses too
	Addresses []netip.Addr // public and inside addresses
}

// Config of an Authority.
type Config struct {
	Store  Store
	Now    func() time.Time
	Logger *slog.Logger
	Names  Names
	// Sure tells whether the clock can be believed; nil means always.
	Sure func() bool
	// Floor is the earliest time that can be true (the build's date, or the last one seen).
	Floor time.Time
	// OwnFiles are read at New and whenever Reload finds them changed, for the console or visit role.
	OwnFiles map[Role]Files
}

// Files names an own certificate on disk.
type Files struct{ Cert, Key string }

// Authority holds the appliance's certificates. All methods are safe for concurrent use.
type Authority struct {
	cfg   Config
	mu    sync.Mutex // serializes changes
	names Names
	seen  map[Role]stamp
	now   atomic.Pointer[state]
}

// state is immutable once published.
type state struct {
	root, link *pair
	leaves     map[Role]*pair
	own        map[Role]*pair
	pool       *x509.CertPool // the link CA
	problems   map[Role]string
}

// pair is a certificate chain with its key.
type pair struct {
	chain []*x509.Certificate
	key   crypto.Signer
	tls   *tls.Certificate
}

func (p *pair) leaf() *x509.Certificate { return p.chain[0] }

// New loads what the store holds and makes what is missing.
func New(ctx context.Context, cfg Config) (*Authority, error) {
	if cfg.Store == nil || cfg.Now == nil || cfg.Logger == nil {
		return nil, errors.New("certs: Store, Now and Logger are required")
	}
	if cfg.Sure == nil {
		cfg.Sure = func() bool { return true }
	}
	names, err := cfg.Names.clean()
	if err != nil {
		return nil, err
	}
	a := &Authority{cfg: cfg, names: names, seen: map[Role]stamp{}}
	st := &state{leaves: map[Role]*pair{}, own: map[Role]*pair{}, problems: map[Role]string{}}
	slots := st.slots()
	stored, err := cfg.Store.List(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("certs: list the store: %w", err)
	}
	for _, name := range stored {
		put, known := slots[name]
		if !known {
			continue
		}
		p, err := a.load(ctx, name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		put(p)
	}
	a.now.Store(st)
	if err := a.Reload(ctx); err != nil {
		return nil, err
	}
	return a, a.Maintain(ctx)
}

func (s *state) slots() map[string]func(*pair) {
	m := map[string]func(*pair){
		"root":    func(p *pair) { s.root = p },
		"link-ca": func(p *pair) { s.link = p },
	}
	for _, r := range []Role{Console, Visit, Link, DeviceRSA, DeviceEC} {
		m["leaf/"+string(r)] = func(p *pair) { s.leaves[r] = p }
	}
	for _, r := range []Role{Console, Visit} {
		m["own/"+string(r)] = func(p *pair) { s.own[r] = p }
	}
	return m
}

func (s *state) clone() *state {
	c := *s
	c.leaves, c.own, c.problems = maps.Clone(s.leaves), maps.Clone(s.own), maps.Clone(s.problems)
	return &c
}

// SetNames changes what the appliance is called and issues anew what the change touches.
func (a *Authority) SetNames(ctx context.Context, names Names) error {
	n, err := names.clean()
	if err != nil {
		return err
	}
	a.mu.Lock()
	a.names = n
	a.mu.Unlock()
	return a.Maintain(ctx)
}

// Names returns the names in force.
func (a *Authority) Names() Names {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.names
}

func (n Names) clean() (Names, error) {
	out := Names{VisitZone: strings.ToLower(strings.Trim(n.VisitZone, "."))}
	for _, host := range n.Console {
		out.Console = append(out.Console, strings.ToLower(strings.TrimSuffix(host, ".")))
	}
	for _, host := range n.Devices {
		out.Devices = append(out.Devices, strings.ToLower(strings.TrimSuffix(host, ".")))
	}
	for _, host := range slices.Concat(out.Console, out.Devices, []string{out.VisitZone}) {
		if host == "" && out.VisitZone == "" {
			continue
		}
		if err := checkHost(host); err != nil {
			return out, err
		}
	}
	for _, ip := range n.Addresses {
		if ip = ip.Unmap().WithZone(""); ip.IsValid() && !ip.IsUnspecified() {
			out.Addresses = append(out.Addresses, ip)
		}
	}
	return out, nil
}

func checkHost(host string) error {
	if len(host) == 0 || len(host) > 253 {
		return fmt.Errorf("certs: host name %q: want 1 to 253 characters", host)
	}
	for label := range strings.SplitSeq(host, ".") {
		if len(label) == 0 || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return fmt.Errorf("certs: host name %q: bad label %q", host, label)
		}
		for _, c := range label {
			if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
				return fmt.Errorf("certs: host name %q: character %q", host, c)
			}
		}
	}
	return nil
}

// dns returns the names that a leaf of this role carries. The localhost forms are always there:
// browsers accept *.visit.localhost, but not *.localhost.
func (n Names) dns(r Role) []string {
	var out []string
	switch r {
	case Console:
		out = append(out, n.Console...)
		out = append(out, "localhost", "console.localhost")
	case Visit:
		if n.VisitZone != "" {
			out = append(out, "*."+n.VisitZone)
		}
		out = append(out, "*.visit.localhost")
	case Link:
		out = append(out, LinkServerName)
	case DeviceRSA, DeviceEC:
		out = append(out, n.Devices...)
		out = append(out, n.Console...)
	}
	return unique(out)
}

func (n Names) ips(r Role) []netip.Addr {
	if r == Visit || r == Link {
		return nil
	}
	return unique(append(slices.Clone(n.Addresses), netip.MustParseAddr("127.0.0.1"), netip.IPv6Loopback()))
}

func unique[T comparable](in []T) []T {
	var out []T
	for _, v := range in {
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}
