package rest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"go.uber.org/goleak"

	"github.com/switchkeep/switchkeep/appliance/domain/access"
	"github.com/switchkeep/switchkeep/appliance/domain/identity"
	"github.com/switchkeep/switchkeep/appliance/domain/onboard"
	"github.com/switchkeep/switchkeep/appliance/domain/pbx"
	"github.com/switchkeep/switchkeep/appliance/domain/quota"
	"github.com/switchkeep/switchkeep/appliance/domain/tenant"
	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/blob"
	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/platform/config"
	"github.com/switchkeep/switchkeep/appliance/platform/ident"
	"github.com/switchkeep/switchkeep/appliance/platform/mail"
	"github.com/switchkeep/switchkeep/appliance/platform/operation"
	"github.com/switchkeep/switchkeep/appliance/platform/outbox"
	"github.com/switchkeep/switchkeep/appliance/platform/secret"
	"github.com/switchkeep/switchkeep/appliance/platform/signal"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/appliance/protocol/visit"
	"github.com/switchkeep/switchkeep/appliance/surface/api"
	"github.com/switchkeep/switchkeep/appliance/surface/api/idem"
	"github.com/switchkeep/switchkeep/appliance/surface/api/rest"
	"github.com/switchkeep/switchkeep/appliance/surface/api/route"
	"github.com/switchkeep/switchkeep/appliance/surface/api/sse"
	"github.com/switchkeep/switchkeep/appliance/surface/backup"
	"github.com/switchkeep/switchkeep/appliance/surface/doctor"
	"github.com/switchkeep/switchkeep/appliance/surface/setup"
	"github.com/switchkeep/switchkeep/bolt/bolttest"
	"github.com/switchkeep/switchkeep/certs"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const password = "correct staple horse 77"

// rig is the surface with the real rooms on a real store; of the outside world only the clock, the
// PBXs' portals and the mail server are stand-ins.
type rig struct {
	t        testing.TB
	clock    *clock.Manual
	db       *store.DB
	keeper   *secret.Keeper
	tenants  *tenant.Tenants
	identity *identity.Identity
	pbxs     *pbx.PBXs
	index    *rest.PBXIndex
	box      *outbox.Outbox
	work     *operation.Runner
	visits   *visit.Visits
	signals  *signal.Hub
	hub      *sse.Hub
	api      *api.API
	url      string
	client   *http.Client
	keys     int

	root, chanA, chanB, entA, entB string
}

// Adapters as the assembly has them.
type people struct{}

func (people) Account(r store.Reader, id string) (identity.Account, error) {
	a, err := tenant.Get(r, id)
	if err != nil {
		return identity.Account{}, err
	}
	out := identity.Account{ID: a.ID, Name: a.Name, Kind: string(a.Kind), Realm: a.Realm}
	f, err := tenant.EffectiveFreezeTx(r, id)
	if f != nil {
		out.Frozen = &identity.Freeze{Reason: f.Reason, At: f.At}
	}
	return out, err
}

type letters struct{ box *outbox.Outbox }

func (l letters) Ready(r store.Reader) (bool, error) { return l.box.Configured(r) }

func (l letters) MailTx(tx store.Tx, m identity.Mail) error {
	return l.box.EnqueueTx(tx, outbox.Message{ID: m.ID, Account: m.Account, To: m.To, Template: m.Template, Lang: m.Lang, Data: m.Data, At: m.At})
}

type owners struct{}

func (owners) Account(r store.Reader, id string) (uint32, string, error) {
	a, err := tenant.Get(r, id)
	return a.Num, a.Name, err
}

func (owners) Frozen(r store.Reader, id string) (string, bool, error) {
	f, err := tenant.EffectiveFreezeTx(r, id)
	if f == nil || err != nil {
		return "", false, err
	}
	return f.Reason, true, nil
}

type connections struct{}

func (connections) ReserveTx(tx store.Tx, by audit.Cause, account, object string, n int64) error {
	return quota.ReserveTx(tx, by, account, quota.PBXConnections, object, n)
}

func (connections) ReleaseTx(tx store.Tx, by audit.Cause, _, object string) error {
	return quota.ReleaseTx(tx, by, quota.PBXConnections, object)
}

// nobody enrols by e-mail here.
type nobody struct{}

func (nobody) VerifyEnrollment(context.Context, audit.Cause, string, string, string) (pbx.Person, error) {
	return pbx.Person{}, identity.ErrCredentials
}

func (nobody) MayEnroll(store.Reader, pbx.Person, pbx.Membership) error { return nil }

// portals are PBXs that are always connected; nothing is sent to them.
type portals struct{ p *pbx.PBXs }

func (portals) Dial(context.Context, string, string) (net.Conn, error) {
	return nil, errors.New("no portal")
}
func (portals) Online(string) bool { return true }

func (p portals) VisitTarget(r store.Reader, id string) (visit.Target, error) {
	row, err := p.p.Get(r, id)
	return visit.Target{Account: row.AccountID, Label: row.Name, Allowed: row.VisitAllowed, URL: row.PortalURL}, err
}

func (portals) PinPortal(context.Context, audit.Cause, string, string) error { return nil }

func (r *rig) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func newRig(t testing.TB) *rig {
	t.Helper()
	r := &rig{t: t, clock: clock.NewManual(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC))}
	dir, log := t.TempDir(), slog.New(slog.DiscardHandler)
	tables := append([]store.Registered{idem.Table()}, tenant.Tables()...)
	for _, more := range [][]store.Registered{
		identity.Tables(), quota.Tables(), pbx.Tables(), outbox.Tables(), mail.Tables(), audit.Tables(), visit.Tables(), operation.Tables(), access.Tables(), backup.Tables(),
	} {
		tables = append(tables, more...)
	}
	r.db = bolttest.Open(t, tables...)
	var err error
	r.keeper, err = secret.CreateKeeper(filepath.Join(dir, "key"), r.clock.Now())
	r.must(err)
	guard, err := clock.NewGuard(clock.GuardConfig{Clock: r.clock, Path: filepath.Join(dir, "mark"), Logger: log, Synced: func() bool { return true }})
	r.must(err)
	logbook, err := audit.New(audit.Config{DB: r.db, Clock: r.clock, Logger: log, Keeper: r.keeper})
	r.must(err)
	r.box, err = outbox.New(outbox.Config{DB: r.db, Clock: r.clock, Logger: log, Keeper: r.keeper})
	r.must(err)
	r.identity, err = identity.New(identity.Config{
		DB: r.db, Clock: r.clock, Guard: guard, Logger: log, Keeper: r.keeper, Audit: logbook, Accounts: people{}, Mail: letters{r.box},
		Base: func() string { return "https://console.localhost" }, Cost: identity.Cost{Memory: 64, Time: 1, Threads: 1}, PerMinute: 100000,
	})
	r.must(err)
	r.pbxs, err = pbx.New(pbx.Config{
		DB: r.db, Clock: r.clock, Logger: log, Accounts: owners{}, Ledger: connections{}, Rights: nobody{}, Verifier: nobody{},
		CodeText: func(s [10]byte) string { return fmt.Sprintf("%x", s) },
	})
	r.must(err)
	r.tenants, err = tenant.New(tenant.Config{DB: r.db, Logger: log, Dependents: []tenant.Dependent{identity.Dependent(), r.pbxs}})
	r.must(err)
	rights, err := access.New(access.Config{DB: r.db, Tree: r.tenants.Tree(), Clock: r.clock, Sure: guard.Sure})
	r.must(err)
	r.index, err = rest.NewPBXIndex(r.db, r.clock, r.pbxs)
	r.must(err)
	quotas, err := quota.New(quota.Config{DB: r.db})
	r.must(err)
	wizards, err := onboard.New(onboard.Config{DB: r.db, People: r.identity, Mail: r.box})
	r.must(err)
	r.work, err = operation.New(operation.Config{DB: r.db, Clock: r.clock, Logger: log})
	r.must(err)
	ca, err := certs.New(t.Context(), certs.Config{Store: certs.Dir(dir), Now: r.clock.Now, Logger: log, Names: certs.Names{Console: []string{"console.localhost"}, VisitZone: "visit.localhost"}})
	r.must(err)
	blobs, err := blob.New(blob.Config{Dir: filepath.Join(dir, "blobs"), Clock: r.clock, Logger: log, Sure: guard.Sure})
	r.must(err)
	layout := config.Layout{Root: dir}
	r.must(layout.Prepare())
	backups, err := backup.New(backup.Config{Layout: layout, Blobs: blobs, DB: r.db, Tables: tables, Keeper: r.keeper, Clock: r.clock, Logger: log, Version: "test"})
	r.must(err)
	r.hub = sse.New(sse.Config{Clock: r.clock, Log: log})
	r.signals, err = signal.New(signal.Config{DB: r.db, Sources: []signal.Source{
		signal.Table(pbx.Table(), "pbx", func(p *pbx.PBX) (string, string) { return p.ID, p.AccountID }),
	}})
	r.must(err)
	r.visits, err = visit.New(t.Context(), visit.Config{
		DB: r.db, Clock: r.clock, Logger: log, Dialer: portals{}, PBXs: portals{r.pbxs}, Freeze: tenant.CheckLiveTx, Under: r.tenants.Tree().Under,
		Touch: r.identityTouch, Zone: func() string { return "visit.localhost" }, IsConsole: func(string) bool { return true },
		CookieSession: func(*http.Request) (string, bool) { return "", false },
	})
	r.must(err)
	wizard := setup.New(setup.Config{
		Clock: r.clock, Logger: log, Needed: func(context.Context) (bool, error) { return false, nil },
		Defaults:      func(context.Context) (setup.Draft, []string, error) { return setup.Draft{}, nil, nil },
		NewPassphrase: secret.NewRecoveryPassphrase, Sheet: func(host string) setup.Sheet { return setup.Sheet{Host: host} },
	})
	rooms := rest.Rooms{
		Version: "test", StartedAt: r.clock.Now(), Languages: []string{"en", "zh-CN"}, Clock: r.clock, Guard: guard, Log: log, DB: r.db, Keeper: r.keeper,
		Audit: logbook, Outbox: r.box, Tenants: r.tenants, Identity: r.identity, Quota: quotas, Onboard: wizards, PBXs: r.pbxs, PBXIndex: r.index, Visits: r.visits,
		Operations: r.work, Backups: backups, Setup: wizard, Certs: ca, Hub: r.hub,
		Health: func(context.Context) []doctor.Finding { return nil }, Doctor: func(context.Context) []doctor.Finding { return nil },
		Fingerprint: func() string { return "AA:BB" }, Connect: func() rest.Connect { return rest.Connect{Server: "console.localhost", Port: 443} },
		Settings:    func() config.Settings { return config.Default(false) },
		SetupNeeded: func(context.Context) (bool, error) { return false, nil },
	}
	r.api, err = api.New(api.Config{
		Version: "test", Clock: r.clock, Log: log, DB: r.db, Sealer: r.keeper, Hosts: func(string) bool { return true },
		Files: fstest.MapFS{"index.html": {Data: []byte("<head></head>")}}, Setup: ready{}, Identity: r.identity, Access: rights,
		Signals: r.signals, Under: r.tenants.Tree().Under, Audit: logbook, Hub: r.hub, Known: rest.Known, Routes: []func(*route.Registry){rest.Register(rooms)},
		PerSource: api.Rate{PerSecond: 1, Burst: 1e6}, PerCaller: api.Rate{PerSecond: 1, Burst: 1e6},
	})
	r.must(err)
	r.run()
	r.serve()
	r.populate()
	return r
}

type ready struct{}

func (ready) Needed(context.Context) (bool, error) { return false, nil }
func (ready) Check(context.Context, string) error  { return setup.ErrDone }
func (r *rig) identityTouch(ctx context.Context, s string) (bool, error) {
	if err := r.identity.Touch(ctx, s); err != nil {
		return r.identity.Alive(ctx, s)
	}
	return true, nil
}

// run starts what follows the store, and ends it with the test.
func (r *rig) run() {
	r.must(r.tenants.Load(r.t.Context()))
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 4)
	for _, f := range []func(context.Context) error{r.tenants.Run, r.index.Run, r.api.Run, r.signals.Run} {
		go func() { done <- f(ctx) }()
	}
	r.t.Cleanup(func() {
		if err := r.visits.Stop(context.Background()); err != nil {
			r.t.Error(err)
		}
		cancel()
		for range 4 {
			if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
				r.t.Error(err)
			}
		}
	})
	<-r.index.Ready()
}

func (r *rig) serve() {
	srv := httptest.NewUnstartedServer(r.api.Handler())
	srv.EnableHTTP2 = true
	srv.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	srv.StartTLS()
	r.t.Cleanup(func() {
		srv.CloseClientConnections()
		srv.Close()
	})
	r.url, r.client = srv.URL, srv.Client()
}

// pause lets goroutines run.
func (*rig) pause() { time.Sleep(2 * time.Millisecond) }

func (r *rig) by(account string) audit.Cause {
	return audit.Cause{At: r.clock.Now(), UserLabel: "test", Account: account, IP: "127.0.0.1", UserAgent: "test"}
}

func (r *rig) tx(fn func(tx store.Tx) error) {
	r.t.Helper()
	_, err := r.db.Update(context.Background(), func(_ context.Context, tx store.Tx) error { return fn(tx) })
	r.must(err)
}

// populate makes the operator with two channels and an enterprise below each.
func (r *rig) populate() {
	r.tx(func(tx store.Tx) error {
		for _, n := range []struct {
			id           *string
			parent, name string
			kind         tenant.Kind
		}{
			{&r.root, "", "Operator", tenant.Operator},
			{&r.chanA, "root", "Channel A", tenant.Channel},
			{&r.chanB, "root", "Channel B", tenant.Channel},
			{&r.entA, "a", "Enterprise A", tenant.Enterprise},
			{&r.entB, "b", "Enterprise B", tenant.Enterprise},
		} {
			parent := map[string]string{"": "", "root": r.root, "a": r.chanA, "b": r.chanB}[n.parent]
			a, err := tenant.CreateTx(tx, r.by(r.root), tenant.Draft{
				Parent: parent, Kind: n.kind, Name: n.name, TimeZone: "Europe/Berlin", Lang: "en", Country: "DE", RealmSuffix: "sip.example.com", MayAddChannels: true,
			})
			if err != nil {
				return err
			}
			*n.id = a.ID
		}
		for _, channel := range []string{r.chanA, r.chanB} {
			give := map[quota.Kind]int64{quota.Accounts: quota.Unlimited, quota.Users: quota.Unlimited}
			if err := quota.AllocateTx(tx, r.by(r.root), r.root, channel, give); err != nil {
				return err
			}
		}
		_, err := mail.SaveTx(tx, r.keeper, mail.Settings{Host: "127.0.0.1", Port: 25, Security: mail.None, From: "a@example.com"}, 0, r.clock.Now())
		return err
	})
	r.tenants.Tree().Wait(context.Background(), r.db.Rev())
}

// caller is a signed-in browser.
type caller struct {
	*rig
	name, account, role, membership, user string
	cookie                                string
}

// signIn makes a person with this role in the account and signs it in.
func (r *rig) signIn(account, role string) *caller {
	r.t.Helper()
	email := ident.New() + "@example.com"
	v, err := r.identity.Invite(context.Background(), r.by(r.root), identity.Invite{Account: account, Email: email, First: "F", Last: "L", Lang: "en", Role: role})
	r.must(err)
	_, err = r.identity.Activate(context.Background(), r.by(account), identity.Activation{Token: v.Token, First: "F", Last: "L", Password: password})
	r.must(err)
	res, err := r.identity.SignIn(context.Background(), r.by(""), identity.Credentials{Email: email, Password: password})
	r.must(err)
	return &caller{r, role, account, role, v.Member.ID, res.User.ID, res.Token}
}

type reply struct {
	status int
	header http.Header
	body   []byte
}

func (r reply) into(t testing.TB, v any) {
	t.Helper()
	if err := json.Unmarshal(r.body, v); err != nil {
		t.Fatalf("%v: %s", err, r.body)
	}
}

// code is the problem's code.
func (r reply) code() string {
	var p struct {
		Code string `json:"code"`
	}
	_ = json.Unmarshal(r.body, &p)
	return p.Code
}

func (c *caller) do(method, path string, body any, header ...string) reply {
	c.t.Helper()
	var in io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		c.must(err)
		in = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(context.Background(), method, c.url+"/api/v1"+path, in)
	c.must(err)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.cookie != "" {
		req.AddCookie(&http.Cookie{Name: api.Cookie, Value: c.cookie})
	}
	c.keys++
	req.Header.Set("Idempotency-Key", fmt.Sprintf("walk-%06d", c.keys))
	req.Header.Set("User-Agent", "test")
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := c.client.Do(req)
	c.must(err)
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	c.must(err)
	return reply{res.StatusCode, res.Header, b}
}

func (c *caller) want(status int, method, path string, body any, header ...string) reply {
	c.t.Helper()
	r := c.do(method, path, body, header...)
	if r.status != status {
		c.t.Fatalf("%s %s %s: %d, want %d: %s", c.name, method, path, r.status, status, strings.TrimSpace(string(r.body)))
	}
	return r
}
