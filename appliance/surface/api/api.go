package api

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"github.com/gofiber/fiber/v2"

	"github.com/switchkeep/switchkeep/appliance/domain/identity"
	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/platform/signal"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/appliance/surface/api/idem"
	"github.com/switchkeep/switchkeep/appliance/surface/api/problem"
	"github.com/switchkeep/switchkeep/appliance/surface/api/route"
	"github.com/switchkeep/switchkeep/appliance/surface/api/sse"
	"github.com/switchkeep/switchkeep/appliance/surface/api/static"
)

// ErrConfig says that a needed part was not handed in.
var ErrConfig = errors.New("api: incomplete configuration")

// Config is what the API stands on.
type Config struct {
	Version string
	Clock   clock.Clock
	Log     *slog.Logger
	DB      *store.DB
	// Sealer encrypts kept answers.
	Sealer idem.Sealer
	// Unsure tells that the time is not trusted; nothing is swept then.
	Unsure func() bool
	// Hosts tells whether a Host header (name and port) is one of the console's.
	Hosts func(host string) bool
	// HSTS is the value of Strict-Transport-Security; nil or "": none.
	HSTS func() string
	// Files is the built web application, Connect the further sources that it may fetch from.
	Files   fs.FS
	Connect func() []string
	// Mounts are further net/http handlers on the console's name (/_link, /download/).
	Mounts []Mount
	// Setup guards the routes of the one-time setup.
	Setup    Setup
	Identity Identity
	Access   route.Guard
	// Under tells whether the account is below the ancestor; nil: never.
	Under func(account, ancestor string) bool
	Audit Audit
	Hub   *sse.Hub
	// Signals feed the hub; nil: whoever owns the hub publishes.
	Signals *signal.Hub
	// Routes register the rooms' routes.
	Routes []func(*route.Registry)
	// Known tells the actions of the catalogue.
	Known func(action string) bool
	// PerSource bounds requests before sign-in per source address, PerCaller those of one session.
	PerSource, PerCaller Rate
}

// Mount is a handler for a path; a path that ends in "/" covers what is below.
type Mount struct {
	Path    string
	Handler http.Handler
}

// Setup tells whether the appliance still needs it.
type Setup interface {
	// Needed tells that nothing but the early routes may answer.
	Needed(ctx context.Context) (bool, error)
	// Check refuses a one-time token that does not open the wizard now.
	Check(ctx context.Context, token string) error
}

// Identity finds the session of a token; only an active request prolongs it.
type Identity interface {
	Session(ctx context.Context, token string, active bool) (identity.View, error)
}

// Audit takes refusals into the operation log.
type Audit interface {
	Append(ctx context.Context, by audit.Cause, e audit.Entry) error
}

// API is the surface.
type API struct {
	c                  Config
	registry           *route.Registry
	huma               huma.API
	fiber              *bridge
	keep               *idem.Keep
	static             http.Handler
	docs               http.Handler
	bySource, byCaller *limiter
}

// New builds the surface; an entry of the registry that cannot be is an error.
func New(c Config) (*API, error) {
	if err := c.complete(); err != nil {
		return nil, err
	}
	keep, err := idem.New(idem.Config{DB: c.DB, Clock: c.Clock, Sealer: c.Sealer, Unsure: c.Unsure})
	if err != nil {
		return nil, err
	}
	files, err := static.New(static.Config{Files: c.Files, Connect: c.Connect, NotFound: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		problem.Write(w, problem.New(http.StatusNotFound, "no_file", "there is no such file"))
	})})
	if err != nil {
		return nil, err
	}
	a := &API{
		c: c, keep: keep, static: files, docs: http.HandlerFunc(serveDocs),
		registry: route.NewRegistry(c.Known),
		bySource: newLimiter(c.Clock, c.PerSource), byCaller: newLimiter(c.Clock, c.PerCaller),
	}
	for _, register := range append([]func(*route.Registry){a.own}, c.Routes...) {
		register(a.registry)
	}
	if err := a.registry.Err(); err != nil {
		return nil, err
	}
	app, doc := mount(c.Version, a.registry)
	a.huma, a.fiber = doc, newBridge(app, quiet{})
	return a, nil
}

func (c *Config) complete() error {
	for name, missing := range map[string]bool{
		"Clock": c.Clock == nil, "Log": c.Log == nil, "DB": c.DB == nil, "Sealer": c.Sealer == nil, "Hosts": c.Hosts == nil,
		"Files": c.Files == nil, "Setup": c.Setup == nil, "Identity": c.Identity == nil, "Access": c.Access == nil,
		"Audit": c.Audit == nil, "Hub": c.Hub == nil, "Known": c.Known == nil,
	} {
		if missing {
			return fmt.Errorf("%w: %s is missing", ErrConfig, name)
		}
	}
	if c.PerSource == (Rate{}) {
		c.PerSource = Rate{PerSecond: 10, Burst: 100}
	}
	if c.PerCaller == (Rate{}) {
		c.PerCaller = Rate{PerSecond: 50, Burst: 400}
	}
	return nil
}

// Routes is the registry, for the walk and for benchmarks.
func (a *API) Routes() *route.Registry { return a.registry }

// Run feeds the streams and sweeps kept answers every hour until ctx ends; then all streams end.
func (a *API) Run(ctx context.Context) error {
	defer a.c.Hub.Close()
	fed := make(chan struct{})
	go func() {
		defer close(fed)
		a.feed(ctx)
	}()
	defer func() { <-fed }()
	t := a.c.Clock.NewTicker(time.Hour)
	defer t.Stop()
	for {
		if err := a.keep.Sweep(ctx); err != nil && ctx.Err() == nil {
			a.c.Log.ErrorContext(ctx, "kept answers not swept", slog.Any("err", err))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-t.C():
		}
	}
}

// mount puts every route of the registry on a fiber app and into an OpenAPI document.
func mount(version string, registry *route.Registry) (*fiber.App, huma.API) {
	problem.Override()
	app := fiber.New(fiber.Config{
		Immutable: true, StrictRouting: true, CaseSensitive: true, DisableStartupMessage: true,
		BodyLimit: 1 << 20, ErrorHandler: notRouted,
	})
	app.Use(func(fc *fiber.Ctx) error {
		ctx, ok := fc.Context().UserValue(contextKey{}).(context.Context)
		if !ok {
			return fiber.ErrNotFound
		}
		fc.SetUserContext(ctx)
		return fc.Next()
	})
	doc := humafiber.New(app, humaConfig(version))
	for _, e := range registry.Entries() {
		e.Mount(doc)
	}
	return app, doc
}

// notRouted answers what fiber itself refuses; the gate has matched the route before, so this is a
// disagreement of the two and the appliance's own failure.
func notRouted(fc *fiber.Ctx, err error) error {
	p, _ := problem.From(fmt.Errorf("fiber: %w", err))
	fc.Set("Content-Type", problem.ContentType)
	return fc.Status(p.Status).JSON(p, problem.ContentType)
}

// quiet drops fasthttp's own lines: what matters is logged by the gate.
type quiet struct{}

func (quiet) Printf(string, ...any) {}
