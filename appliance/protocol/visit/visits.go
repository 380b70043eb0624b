package visit

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/ident"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// Bounds of a visit.
const (
	TokenLife    = 60 * time.Second
	Idle         = 15 * time.Minute
	Absolute     = 8 * time.Hour
	Quarantine   = 10 * time.Minute // of a port, after its visit
	MaxStreams   = 64               // of one visit
	MaxPerUser   = 20               // live visits
	MaxBody      = 4 << 30          // bytes of one request: firmware and backups go through
	touchEvery   = 30 * time.Second
	sweepEvery   = time.Second
	recheckEvery = 15 * time.Second
	maxReason    = 500
)

// Why a visit ended.
const (
	ReasonEnded    = "ended" // by a person
	ReasonIdle     = "idle"
	ReasonAbsolute = "absolute"
	ReasonUnused   = "unused" // the token was not redeemed
	ReasonSession  = "signed_out"
	ReasonUser     = "user_ended"
	ReasonFrozen   = "frozen"
	ReasonRight    = "right_lost"
	ReasonLink     = "link_gone"
	ReasonIdentity = "certificate_changed"
	ReasonRestart  = "restart"
	ReasonStop     = "stopped"
)

// Modes of a visit's origin.
const (
	ModeHost = "host"
	ModePort = "port"
)

// localZone needs no name server: browsers resolve it to the machine itself.
const localZone = "visit.localhost"

var (
	// ErrOffline says that the PBX is not connected.
	ErrOffline = fault.New(fault.KindUnavailable, "pbx_offline", "the PBX is not connected")
	// ErrNotAllowed says that visits to this PBX are switched off.
	ErrNotAllowed = fault.New(fault.KindDenied, "visit_not_allowed", "visits to this PBX are switched off")
	// ErrNoOrigin says that neither the visit zone nor a free port is at hand.
	ErrNoOrigin = fault.New(fault.KindUnavailable, "no_visit_origin", "the visit zone does not resolve and no port is free")
	// ErrTooMany says that a user has too many visits open.
	ErrTooMany = fault.New(fault.KindConflict, "too_many_visits", "too many visits are open")
	// ErrToken says that a launch token is wrong, used, too old or for somebody else.
	ErrToken = fault.New(fault.KindDenied, "launch_token", "the launch link was used already, is too old, or is for another browser")
)

// Dialer opens streams to a PBX's portal; the link.
type Dialer interface {
	Dial(ctx context.Context, pbx, dst string) (net.Conn, error)
	Online(pbx string) bool
}

// Target is a PBX as a visit needs it.
type Target struct {
	Account string // that owns it
	Label   string
	Allowed bool
	URL     string // of the portal as the connector reaches it, http or https; its path is where a visit begins
	SPKI    string // pin of the portal's key, "sha256/…"; empty before the first visit
	// Plain says that the stream already carries plain HTTP: the connector beside the PBX speaks the
	// portal's TLS and holds its pin. Origins stay those of URL.
	Plain bool
	// Readable names cookies that the portal's scripts must read, besides XSRF tokens. It matters
	// only where a visit has a port instead of a name.
	Readable []string
}

// PBXs is the inventory.
type PBXs interface {
	// VisitTarget returns a not-found fault for an absent PBX.
	VisitTarget(r store.Reader, pbx string) (Target, error)
	// PinPortal keeps the portal's key when none was known (trust on first use).
	PinPortal(ctx context.Context, by audit.Cause, pbx, spki string) error
}

// Config of Visits. All fields but Ports and Watch are required.
type Config struct {
	DB     *store.DB
	Clock  clock.Clock
	Logger *slog.Logger
	Dialer Dialer
	PBXs   PBXs
	// Freeze returns a fault when the account or one above it is frozen.
	Freeze func(r store.Reader, account string) error
	// Under tells whether account is ancestor or below it.
	Under func(account, ancestor string) bool
	// Touch keeps a console session from going idle and tells whether it still lives.
	Touch func(ctx context.Context, session string) (alive bool, err error)
	// Zone is the visit zone in force; empty when there is none but visit.localhost.
	Zone func() string
	// IsConsole tells whether a host (no port) is the console's.
	IsConsole func(host string) bool
	// CookieSession returns the console session that a request's cookies carry, if any. It matters
	// with a port per visit, where the console's cookies arrive too.
	CookieSession func(*http.Request) (session string, ok bool)
	Ports         *Ports
	// Watch names the tables whose changes may take a right away: visits are checked again.
	Watch []string
}

// Ports is the pool for visits without a name.
type Ports struct {
	First, Count int // 21000, 20
	// Listen binds a port on the console's addresses.
	Listen func(ctx context.Context, port int) (net.Listener, error)
	TLS    *tls.Config
}

// Visits holds the live visits. All methods are safe for concurrent use.
type Visits struct {
	cfg    Config
	log    *slog.Logger
	pages  *pages
	base   context.Context //nolint:containedctx // parent of every visit's context, ended by Stop
	cancel context.CancelFunc
	wg     sync.WaitGroup
	pool   sync.Pool // of copy buffers

	mu      sync.Mutex
	stopped bool
	live    map[string]*visit // by id
	slots   map[int]*slot     // by port, quarantined ones too
}

// New closes what an earlier run left open.
func New(ctx context.Context, cfg Config) (*Visits, error) {
	if cfg.DB == nil || cfg.Clock == nil || cfg.Logger == nil || cfg.Dialer == nil || cfg.PBXs == nil || cfg.Freeze == nil ||
		cfg.Under == nil || cfg.Touch == nil || cfg.Zone == nil || cfg.IsConsole == nil || cfg.CookieSession == nil {
		return nil, errors.New("visit: a field of the config is missing")
	}
	p, err := newPages()
	if err != nil {
		return nil, err
	}
	v := &Visits{cfg: cfg, log: cfg.Logger, pages: p, live: map[string]*visit{}, slots: map[int]*slot{}}
	v.pool.New = func() any { b := make([]byte, 32<<10); return &b }
	v.base, v.cancel = context.WithCancel(context.WithoutCancel(ctx))
	return v, v.closeLeft(ctx)
}

// Request is what a person asks for.
type Request struct {
	PBX    string
	Reason string
	// ProbeOK is the browser's finding that the probe of the visit zone answered.
	ProbeOK bool
	// Console is the console's origin in that browser: https://host[:port].
	Console string
	// Check tells whether the person may visit PBXs of the account. It is asked in the launch's
	// transaction and again whenever a right may have changed.
	Check func(r store.Reader, account string) error
}

// Launched is where the browser goes.
type Launched struct {
	ID, URL, Mode string
	Expires       time.Time
}

// Launch records a visit and returns its one-time link.
func (v *Visits) Launch(ctx context.Context, by audit.Cause, q Request) (Launched, error) {
	console, err := url.Parse(q.Console)
	if err != nil || console.Scheme != "https" || !v.cfg.IsConsole(console.Hostname()) {
		return Launched{}, fault.Invalid("console", "not_console", "the console's origin is not known")
	}
	if len(q.Reason) > maxReason {
		return Launched{}, fault.Invalid("reason", "too_long", "the reason has more than 500 bytes")
	}
	now := v.cfg.Clock.Now()
	vis := &visit{id: ident.New(), check: q.Check, created: now, last: now, lastTouch: now, ended: make(chan struct{})}
	agent := sha256.Sum256([]byte(by.UserAgent))
	vis.agent = agent
	vis.bind(by.IP)
	slot, err := v.place(ctx, vis, q.ProbeOK, console)
	if err != nil {
		return Launched{}, err
	}
	secret := make([]byte, 32)
	rand.Read(secret)
	token := base64.RawURLEncoding.EncodeToString(secret)
	if err = v.record(ctx, by, q, vis, hashToken(token), now); err == nil {
		err = v.enter(vis, slot)
	}
	if err != nil {
		v.release(slot)
		return Launched{}, err
	}
	v.log.InfoContext(ctx, "visit launched", slog.String("visit", vis.id), slog.String("pbx", q.PBX), slog.String("mode", vis.row.Mode))
	return Launched{ID: vis.id, URL: vis.origin + "/__sk/launch#t=" + token, Mode: vis.row.Mode, Expires: now.Add(TokenLife)}, nil
}

// place gives the visit its origin.
func (v *Visits) place(ctx context.Context, vis *visit, probeOK bool, console *url.URL) (*slot, error) {
	zone := v.zoneFor(console.Hostname())
	if probeOK && zone != "" {
		vis.host = "v-" + vis.id + "." + zone
		if p := console.Port(); p != "" && p != "443" {
			vis.host += ":" + p
		}
		vis.origin, vis.cookie, vis.row.Mode = "https://"+vis.host, "__Host-sk_portal", ModeHost
		return nil, nil
	}
	s, err := v.takePort(ctx)
	if err != nil {
		return nil, err
	}
	vis.host = net.JoinHostPort(console.Hostname(), s.text)
	vis.origin, vis.cookie, vis.row.Mode = "https://"+vis.host, "__Host-sk_portal_"+s.text, ModePort
	return s, nil
}

// zoneFor is the zone that the browser which shows the console at this host can resolve.
func (v *Visits) zoneFor(consoleHost string) string {
	ip := net.ParseIP(consoleHost)
	if consoleHost == "localhost" || strings.HasSuffix(consoleHost, ".localhost") || ip != nil && ip.IsLoopback() {
		return localZone
	}
	return strings.ToLower(v.cfg.Zone())
}

// record checks and writes in one transaction.
func (v *Visits) record(ctx context.Context, by audit.Cause, q Request, vis *visit, hash string, now time.Time) error {
	mode := vis.row.Mode
	_, err := v.cfg.DB.Update(ctx, func(_ context.Context, tx store.Tx) error {
		t, err := v.cfg.PBXs.VisitTarget(tx, q.PBX)
		if err != nil {
			return err
		}
		if err = q.Check(tx, t.Account); err != nil {
			return err
		}
		if err = v.cfg.Freeze(tx, t.Account); err != nil {
			return err
		}
		if !t.Allowed {
			return ErrNotAllowed
		}
		if vis.target, err = parseTarget(t); err != nil {
			return err
		}
		if !v.cfg.Dialer.Online(q.PBX) {
			return ErrOffline
		}
		vis.row = Row{
			ID: vis.id, PBX: q.PBX, Label: t.Label, Account: t.Account, User: by.User, UserLabel: by.UserLabel, ActorAccount: by.Account,
			Session: by.Session, Reason: q.Reason, IP: by.IP, Agent: vis.agent[:], Mode: mode, Origin: vis.origin, CreatedAt: now,
		}
		if err = visits().Insert(tx, &vis.row); err != nil {
			return err
		}
		if err = tokens().Insert(tx, &TokenRow{Hash: hash, Visit: vis.id, Expires: now.Add(TokenLife)}); err != nil {
			return err
		}
		by.Reason = q.Reason
		return audit.Record(tx, by, audit.Entry{
			Account: t.Account, Action: "pbx.visit", ObjectKind: "pbx", ObjectID: q.PBX, ObjectLabel: t.Label,
			Detail: map[string]string{"visit": vis.id, "mode": mode},
		})
	})
	return err
}

// enter makes the visit live.
func (v *Visits) enter(vis *visit, s *slot) error {
	vis.ctx, vis.cancel = context.WithCancel(v.base)
	vis.slots = make(chan struct{}, MaxStreams)
	vis.jar = newJar(vis.row.Mode, vis.target.Readable)
	v.equip(vis)
	v.mu.Lock()
	defer v.mu.Unlock()
	mine := 0
	for _, o := range v.live {
		if o.row.User == vis.row.User {
			mine++
		}
	}
	if v.stopped || mine >= MaxPerUser {
		vis.cancel()
		v.wg.Go(func() { v.writeEnd(vis, audit.System(v.cfg.Clock.Now(), ReasonUnused), ReasonUnused) })
		return ErrTooMany.With(map[string]any{"max": MaxPerUser})
	}
	v.live[vis.id] = vis
	if s != nil {
		s.visit.Store(vis)
		vis.slot = s
	}
	return nil
}

// Live is a visit as the list shows it.
type Live struct {
	ID, PBX, PBXLabel, Account, User, UserLabel, Session, Reason, IP, Mode string

	Open          bool // the browser has arrived
	CreatedAt     time.Time
	LastActivity  time.Time
	BytesIn       uint64
	BytesOut      uint64
	Requests      uint64
	ActiveStreams int
}

// List returns the live visits to PBXs of the accounts that see admits, the newest first.
func (v *Visits) List(see func(account string) bool) []Live {
	v.mu.Lock()
	defer v.mu.Unlock()
	out := []Live{}
	for _, vis := range v.live {
		if see(vis.row.Account) {
			out = append(out, vis.show())
		}
	}
	slices.SortFunc(out, func(a, b Live) int { return strings.Compare(b.ID, a.ID) })
	return out
}

// End ends a live visit and returns when that is recorded. check is asked about the PBX's account
// first; a visit that the caller may not know of is not found.
func (v *Visits) End(ctx context.Context, by audit.Cause, id string, check func(r store.Reader, account string) error) error {
	v.mu.Lock()
	vis := v.live[id]
	v.mu.Unlock()
	if vis == nil {
		return fault.NotFound("visit")
	}
	if err := v.cfg.DB.View(ctx, func(r store.Reader) error { return check(r, vis.row.Account) }); err != nil {
		return err
	}
	v.end(vis, by, ReasonEnded)
	select {
	case <-vis.ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// ProbeURL is what the browser fetches to find out whether it can reach the visit zone; empty when
// there is no zone.
func (v *Visits) ProbeURL(console string) string {
	u, err := url.Parse(console)
	if err != nil {
		return ""
	}
	zone := v.zoneFor(u.Hostname())
	if zone == "" {
		return ""
	}
	host := "probe." + zone
	if p := u.Port(); p != "" {
		host += ":" + p
	}
	return "https://" + host + probePath
}

func hashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
