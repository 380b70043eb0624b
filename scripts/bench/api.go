package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"sync/atomic"
	"testing/fstest"
	"time"

	"github.com/switchkeep/switchkeep/appliance"
	"github.com/switchkeep/switchkeep/appliance/domain/access"
	"github.com/switchkeep/switchkeep/appliance/domain/identity"
	"github.com/switchkeep/switchkeep/appliance/domain/tenant"
	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/platform/config"
	"github.com/switchkeep/switchkeep/appliance/platform/secret"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/appliance/surface/api"
	"github.com/switchkeep/switchkeep/appliance/surface/api/rest"
	"github.com/switchkeep/switchkeep/appliance/surface/api/route"
	"github.com/switchkeep/switchkeep/appliance/surface/api/sse"
	"github.com/switchkeep/switchkeep/bolt"
)

const (
	apiConns    = 32
	apiPassword = "correct staple horse 77"
)

// apiHouse is the surface with the rooms that an authenticated read passes.
type apiHouse struct {
	db       *store.DB
	engine   *bolt.Engine
	tenants  *tenant.Tenants
	identity *identity.Identity
	handler  http.Handler
	cookie   string
	root     string // the operator's account
}

type apiPeople struct{}

func (apiPeople) Account(r store.Reader, id string) (identity.Account, error) {
	a, err := tenant.Get(r, id)
	return identity.Account{ID: a.ID, Name: a.Name, Kind: string(a.Kind)}, err
}

type apiMail struct{}

func (apiMail) Ready(store.Reader) (bool, error)     { return false, nil }
func (apiMail) MailTx(store.Tx, identity.Mail) error { return errors.New("no mail server") }

type apiSetup struct{}

func (apiSetup) Needed(context.Context) (bool, error) { return false, nil }
func (apiSetup) Check(context.Context, string) error  { return errors.New("set up already") }

// openAPIHouse makes the rooms in a data folder. fast leaves out the syncs, for filling it.
func openAPIHouse(ctx context.Context, dir string, fast bool) (*apiHouse, error) {
	h, clk, log := &apiHouse{}, clock.System{}, slog.New(slog.DiscardHandler)
	at := config.Layout{Root: dir}
	err := at.Prepare()
	if err != nil {
		return nil, err
	}
	now := clk.Now
	if fast {
		start := clk.Now()
		now = func() time.Time { return start } // a group of transactions ends by its size only
	}
	if h.engine, err = bolt.Open(bolt.Config{Path: at.Store(), Now: now, UnsafeNoSync: fast, History: 1}); err != nil {
		return nil, err
	}
	if h.db, err = store.New(h.engine, appliance.Tables()...); err != nil {
		return h, err
	}
	keeper, err := secret.CreateKeeper(at.MasterKey(), clk.Now())
	if err != nil {
		return h, err
	}
	guard, err := clock.NewGuard(clock.GuardConfig{Clock: clk, Path: at.ClockMark(), Logger: log, Synced: func() bool { return true }})
	if err != nil {
		return h, err
	}
	book, err := audit.New(audit.Config{DB: h.db, Clock: clk, Logger: log, Keeper: keeper})
	if err != nil {
		return h, err
	}
	if h.tenants, err = tenant.New(tenant.Config{DB: h.db, Logger: log}); err != nil {
		return h, err
	}
	h.identity, err = identity.New(identity.Config{
		DB: h.db, Clock: clk, Guard: guard, Logger: log, Keeper: keeper, Audit: book, Accounts: apiPeople{}, Mail: apiMail{}, Base: func() string { return "" },
	})
	if err != nil {
		return h, err
	}
	rights, err := access.New(access.Config{DB: h.db, Tree: h.tenants.Tree(), Clock: clk})
	if err != nil {
		return h, err
	}
	hub := sse.New(sse.Config{Clock: clk, Log: log})
	rooms := rest.Rooms{Clock: clk, Guard: guard, Log: log, DB: h.db, Keeper: keeper, Audit: book, Tenants: h.tenants, Identity: h.identity, Hub: hub}
	unlimited := api.Rate{PerSecond: 1e9, Burst: 1e9}
	surface, err := api.New(api.Config{
		Version: "bench", Clock: clk, Log: log, DB: h.db, Sealer: keeper, Hosts: func(string) bool { return true },
		Files: fstest.MapFS{"index.html": {Data: []byte("<head></head>")}}, Setup: apiSetup{}, Identity: h.identity, Access: rights, Audit: book,
		Hub: hub, Known: rest.Known, Routes: []func(*route.Registry){rest.Register(rooms)}, PerSource: unlimited, PerCaller: unlimited,
	})
	if err != nil {
		return h, err
	}
	h.handler = surface.Handler()
	return h, h.signIn(ctx)
}

// signIn makes the operator and a session of his.
func (h *apiHouse) signIn(ctx context.Context) error {
	by := audit.Cause{At: clock.System{}.Now(), UserLabel: "bench", IP: "127.0.0.1", UserAgent: "bench"}
	var root tenant.Account
	_, err := h.db.Update(ctx, func(_ context.Context, tx store.Tx) (err error) {
		if _, err = config.SaveTx(tx, config.Default(false), by.At); err != nil {
			return err
		}
		root, err = tenant.CreateTx(tx, by, tenant.Draft{Kind: tenant.Operator, Name: "Operator", TimeZone: "UTC", Lang: "en", Country: "DE", RealmSuffix: "sip.example.com"})
		return err
	})
	if err != nil {
		return err
	}
	h.root = root.ID
	if err = h.tenants.Load(ctx); err != nil {
		return err
	}
	v, err := h.identity.Invite(ctx, by, identity.Invite{Account: root.ID, Email: "op@example.com", First: "O", Last: "P", Lang: "en", Role: access.Owner})
	if err != nil {
		return err
	}
	if _, err = h.identity.Activate(ctx, by, identity.Activation{Token: v.Token, First: "O", Last: "P", Password: apiPassword}); err != nil {
		return err
	}
	res, err := h.identity.SignIn(ctx, by, identity.Credentials{Email: "op@example.com", Password: apiPassword})
	h.cookie = res.Token
	return err
}

// benchAPI compares an authenticated read of the JSON API, all checks included, with a bare net/http
// handler that sends the same bytes; both over TLS on loopback, HTTP/1.1, kept alive.
func benchAPI(ctx context.Context, out io.Writer, o options) error {
	dir, err := os.MkdirTemp("", "bench-api")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	h, err := openAPIHouse(ctx, dir, false)
	if h != nil && h.engine != nil {
		defer func() { _ = h.engine.Close() }()
	}
	if err != nil {
		return err
	}
	full := httptest.NewTLSServer(h.handler)
	defer full.Close()
	const target = "/api/v1/me"
	body, err := apiFetch(ctx, full, target, h.cookie)
	if err != nil {
		return err
	}
	bare := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body)
	}))
	defer bare.Close()
	_, _ = fmt.Fprintf(out, "GET %s, %d bytes, %d connections, client in the same process\n", target, len(body), apiConns)
	var ratios, rates, bares []float64
	for range o.rounds {
		a, errA := apiRate(ctx, full, target, h.cookie, body, o.dur)
		b, errB := apiRate(ctx, bare, target, h.cookie, body, o.dur)
		if err = errors.Join(errA, errB); err != nil {
			return err
		}
		rates, bares, ratios = append(rates, a), append(bares, b), append(ratios, a/b)
	}
	o.note(line{what: "API requests/s, authenticated, " + fmt.Sprint(apiConns) + " connections", beside: "bare net/http handler", values: ratios, unit: "x"})
	_, err = fmt.Fprintf(out, "authenticated %8.0f/s  bare net/http %8.0f/s  %s\n", median(rates), median(bares), verdict(ratios, 0))
	return err
}

func apiClient(s *httptest.Server) *http.Client {
	pool := s.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs //nolint:forcetypeassert // httptest's own.
	return &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}, MaxIdleConnsPerHost: apiConns, MaxConnsPerHost: apiConns,
	}}
}

func apiGet(ctx context.Context, c *http.Client, url, cookie string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Cookie", api.Cookie+"="+cookie)
	res, err := c.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode == http.StatusTooManyRequests {
		return nil, errTooFast
	}
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s: %s", url, res.Status, b)
	}
	return b, err
}

// errTooFast says that the appliance limits this caller.
var errTooFast = errors.New("too many requests")

func apiFetch(ctx context.Context, s *httptest.Server, target, cookie string) ([]byte, error) {
	return apiGet(ctx, apiClient(s), s.URL+target, cookie)
}

// apiRate is the number of requests a second; each answer must have the same bytes.
func apiRate(ctx context.Context, s *httptest.Server, target, cookie string, want []byte, dur time.Duration) (float64, error) {
	c := apiClient(s)
	defer c.CloseIdleConnections()
	var n atomic.Int64
	var failed atomic.Pointer[error]
	start := time.Now()
	var wg sync.WaitGroup
	for range apiConns {
		wg.Go(func() {
			for time.Since(start) < dur && failed.Load() == nil && ctx.Err() == nil {
				b, err := apiGet(ctx, c, s.URL+target, cookie)
				if err == nil && !bytes.Equal(b, want) {
					err = errors.New("other bytes than at first")
				}
				if err != nil {
					failed.Store(&err)
					return
				}
				n.Add(1)
			}
		})
	}
	wg.Wait()
	if err := failed.Load(); err != nil {
		return 0, *err
	}
	return float64(n.Load()) / time.Since(start).Seconds(), ctx.Err()
}
