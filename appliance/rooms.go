package appliance

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/switchkeep/switchkeep/appliance/domain/access"
	"github.com/switchkeep/switchkeep/appliance/domain/identity"
	"github.com/switchkeep/switchkeep/appliance/domain/onboard"
	"github.com/switchkeep/switchkeep/appliance/domain/pbx"
	"github.com/switchkeep/switchkeep/appliance/domain/quota"
	"github.com/switchkeep/switchkeep/appliance/domain/tenant"
	"github.com/switchkeep/switchkeep/appliance/platform/blob"
	"github.com/switchkeep/switchkeep/appliance/platform/config"
	"github.com/switchkeep/switchkeep/appliance/platform/operation"
	"github.com/switchkeep/switchkeep/appliance/platform/schedule"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/appliance/protocol/link"
	"github.com/switchkeep/switchkeep/appliance/protocol/visit"
	"github.com/switchkeep/switchkeep/appliance/surface/api/idem"
	"github.com/switchkeep/switchkeep/appliance/surface/backup"
	"github.com/switchkeep/switchkeep/certs"
)

// Tables are all tables of the appliance.
func Tables() []store.Registered {
	return slices.Concat(platformTables(), operation.Tables(), schedule.Tables(), tenant.Tables(), quota.Tables(),
		access.Tables(), identity.Tables(), pbx.Tables(), visit.Tables(), []store.Registered{idem.Table()}, backup.Tables())
}

// rooms are the rooms above the ground, not yet running.
type rooms struct {
	*ground
	blobs      *blob.Folder
	schedule   *schedule.Scheduler
	operations *operation.Runner
	backups    *backup.Backups
	tenants    *tenant.Tenants
	quota      *quota.Quota
	access     *access.Access
	identity   *identity.Identity
	onboard    *onboard.Onboard
	pbxs       *pbx.PBXs
	certs      *certs.Authority
	link       *link.Server
	visits     *visit.Visits
	linkTLS    *tls.Config
	enders     access.Enders

	now atomic.Pointer[config.Settings] // in force
}

// openRooms opens the data folder and every room on it.
func openRooms(ctx context.Context, cfg Config) (r *rooms, err error) {
	g, err := openGround(cfg, Tables())
	if err != nil {
		return nil, err
	}
	r = &rooms{ground: g}
	for _, step := range []func(context.Context) error{
		r.openSettings, r.openPlatform, r.openDomain, r.openCertificates, r.openPBX, r.openProtocol,
	} {
		if err := step(ctx); err != nil {
			_ = g.close()
			return nil, err
		}
	}
	return r, nil
}

func (r *rooms) openSettings(ctx context.Context) error {
	s, _, err := r.settings(ctx)
	r.now.Store(&s)
	return err
}

func (r *rooms) openPlatform(context.Context) (err error) {
	c := r.cfg
	if r.blobs, err = blob.New(blob.Config{Dir: r.layout.Blobs(), Clock: c.Clock, Logger: c.Logger, Sure: r.guard.Sure}); err != nil {
		return err
	}
	if r.schedule, err = schedule.New(schedule.Config{DB: r.db, Clock: c.Clock, Logger: c.Logger, Sure: r.mayRun}); err != nil {
		return err
	}
	if r.operations, err = operation.New(operation.Config{DB: r.db, Clock: c.Clock, Logger: c.Logger}); err != nil {
		return err
	}
	r.backups, err = backup.New(backup.Config{
		Layout: r.layout, DB: r.db, Tables: Tables(), Keeper: r.keeper, Blobs: r.blobs, Clock: c.Clock, Sure: r.guard.Sure,
		Logger: c.Logger, Version: c.Version, Host: func() string { return r.now.Load().Host },
	})
	return err
}

// mayRun tells whether jobs may run by themselves: the time is believed, and after a restore somebody
// has confirmed that this is the appliance now.
func (r *rooms) mayRun() bool {
	if !r.guard.Sure() {
		return false
	}
	confirmed := true
	err := r.db.View(context.Background(), func(rd store.Reader) error {
		state, restored, err := backup.State(rd)
		confirmed = !restored || !state.Confirmed.IsZero()
		return err
	})
	return err == nil && confirmed
}

func (r *rooms) openDomain(ctx context.Context) (err error) {
	c := r.cfg
	if r.quota, err = quota.New(quota.Config{DB: r.db}); err != nil {
		return err
	}
	r.identity, err = identity.New(identity.Config{
		DB: r.db, Clock: c.Clock, Guard: r.guard, Logger: c.Logger, Keeper: r.keeper, Audit: r.audit,
		Accounts: people{}, Mail: letters{r.outbox}, Base: func() string { return r.now.Load().ConsoleURL() }, Cost: c.HashCost,
	})
	if err != nil {
		return err
	}
	dependents := []tenant.Dependent{inventory{r}}
	r.tenants, err = tenant.New(tenant.Config{DB: r.db, Logger: c.Logger, Dependents: dependents, Followers: []tenant.Follower{r.quota, r.identity, access.Forget{}}})
	if err != nil {
		return err
	}
	if err = r.tenants.Load(ctx); err != nil {
		return err
	}
	if r.access, err = access.New(access.Config{DB: r.db, Tree: r.tenants.Tree(), Clock: c.Clock, Sure: r.guard.Sure}); err != nil {
		return err
	}
	r.onboard, err = onboard.New(onboard.Config{DB: r.db, People: r.identity, Mail: r.outbox})
	return err
}

// names are what the certificates must say for the settings.
func names(s config.Settings) certs.Names {
	n := certs.Names{Console: []string{s.Host}, VisitZone: s.VisitZone, Addresses: []netip.Addr{netip.MustParseAddr("127.0.0.1"), netip.IPv6Loopback()}}
	for _, a := range slices.Concat(s.PublicAddresses, s.InsideAddresses) {
		if ip, err := netip.ParseAddr(a); err == nil {
			n.Addresses = append(n.Addresses, ip)
		} else if !slices.Contains(n.Console, a) {
			n.Console = append(n.Console, a)
		}
	}
	if local := config.Default(false).Host; !slices.Contains(n.Console, local) {
		n.Console = append(n.Console, local)
	}
	return n
}

func (r *rooms) openCertificates(ctx context.Context) (err error) {
	r.certs, err = certs.New(ctx, certs.Config{
		Store: r.vault, Now: r.cfg.Clock.Now, Logger: r.cfg.Logger, Names: names(*r.now.Load()), Sure: r.guard.Sure, Floor: r.cfg.Built,
	})
	return err
}

func (r *rooms) openPBX(context.Context) (err error) {
	c := r.cfg
	r.pbxs, err = pbx.New(pbx.Config{
		DB: r.db, Clock: c.Clock, Logger: c.Logger, Accounts: pbx.Tree{}, Ledger: pbx.Books{}, Rights: pbx.Checker{Access: r.access},
		Verifier: link.People{Identity: r.identity, DB: r.db}, CodeText: r.codeText, Unsure: func() bool { return !r.guard.Sure() },
		HotFile: filepath.Join(r.layout.Hot(), "pbx"),
	})
	return err
}

func (r *rooms) openProtocol(ctx context.Context) (err error) {
	c := r.cfg
	// The link asks for its own judgement at the handshake, so its configuration exists before it.
	r.linkTLS = r.certs.LinkConfig(func(cs tls.ConnectionState) error { return r.link.Verify(cs) })
	r.link, err = link.New(link.Config{
		PBXs: r.pbxs, Signer: r.certs, Key: r.keeper.Derive("link/streams"), TLS: r.linkTLS, Clock: c.Clock, Logger: c.Logger,
		Visit: func(ctx context.Context, id string) (string, error) { return r.visits.Stream(ctx, id) },
	})
	if err != nil {
		return err
	}
	s := r.now.Load()
	r.visits, err = visit.New(ctx, visit.Config{
		DB: r.db, Clock: c.Clock, Logger: c.Logger, Dialer: wires{r.link}, PBXs: portals{r.pbxs},
		Freeze: tenant.CheckLiveTx, Under: r.tenants.Tree().Under, Touch: r.touch,
		Zone: func() string { return r.now.Load().VisitZone }, IsConsole: r.isConsole, CookieSession: r.cookieSession,
		Ports: &visit.Ports{First: s.VisitFirst, Count: s.VisitLast - s.VisitFirst + 1, Listen: r.listenVisit, TLS: r.certs.Web()},
		Watch: []string{"access_grant", "access_authz", "membership", "account", "pbx_device"},
	})
	return err
}

// touch keeps a console session from going idle while its visit is used.
func (r *rooms) touch(ctx context.Context, session string) (alive bool, err error) {
	if err := r.identity.Touch(ctx, session); err != nil {
		return r.identity.Alive(ctx, session)
	}
	return true, nil
}

// isConsole tells whether a host name (no port) is one of the console's.
func (r *rooms) isConsole(host string) bool { return r.certs.IsConsole(strings.Trim(host, "[]")) }

// consoleHost is isConsole for a Host header.
func (r *rooms) consoleHost(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	return r.isConsole(host)
}

func (r *rooms) listenVisit(ctx context.Context, port int) (net.Listener, error) {
	host, _, err := net.SplitHostPort(r.httpsAddr(*r.now.Load()))
	if err != nil {
		return nil, fmt.Errorf("address of the visits' ports: %w", err)
	}
	return (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort(host, fmt.Sprint(port)))
}

func (r *rooms) httpsAddr(s config.Settings) string {
	if r.cfg.HTTPS != "" {
		return r.cfg.HTTPS
	}
	return net.JoinHostPort("", fmt.Sprint(s.HTTPSPort))
}

func (r *rooms) httpAddr(s config.Settings) string {
	if r.cfg.HTTP != "" {
		return r.cfg.HTTP
	}
	return net.JoinHostPort("", fmt.Sprint(s.HTTPPort))
}

// cookieSession finds the console's session among the cookies of a visit that has a port.
func (r *rooms) cookieSession(req *http.Request) (string, bool) {
	c, err := req.Cookie(sessionCookie)
	if err != nil {
		return "", false
	}
	v, err := r.identity.Session(req.Context(), c.Value, false)
	return v.Session.ID, err == nil
}

const sessionCookie = "__Host-sk"
