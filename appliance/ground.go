package appliance

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/switchkeep/switchkeep/appliance/domain/identity"
	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/platform/config"
	"github.com/switchkeep/switchkeep/appliance/platform/mail"
	"github.com/switchkeep/switchkeep/appliance/platform/outbox"
	"github.com/switchkeep/switchkeep/appliance/platform/secret"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/appliance/platform/vault"
	"github.com/switchkeep/switchkeep/bolt"
)

// Config is what an appliance is made with.
type Config struct {
	// DataDir is the data folder; it is made when absent.
	DataDir string
	// HTTPS and HTTP override where the two ports are bound ("addr:port"); "" takes the settings.
	HTTPS, HTTP string
	Version     string
	// Built is the build date, below which the clock is not believed; zero skips that.
	Built  time.Time
	Clock  clock.Clock
	Logger *slog.Logger
	// UnsafeNoSync leaves out every fsync, for tests that need no durability.
	UnsafeNoSync bool
	// HashCost is the work of a password hash; zero is identity.DefaultCost. Tests that sign in often
	// take a small one.
	HashCost identity.Cost
	// Synced tells whether the operating system follows a time source; nil asks it.
	Synced func() bool
}

// ground is the first floor, opened: data folder, master key, store, and the rooms that know nothing
// of telephony.
type ground struct {
	cfg    Config
	layout config.Layout
	keeper *secret.Keeper
	engine *bolt.Engine
	db     *store.DB
	guard  *clock.Guard
	audit  *audit.Log
	outbox *outbox.Outbox
	vault  *vault.Vault
}

// platformTables are the tables of the first floor.
func platformTables() []store.Registered {
	return slices.Concat(audit.Tables(), config.Tables(), mail.Tables(), outbox.Tables(), vault.Tables())
}

// openGround opens the data folder. Nothing runs yet.
func openGround(cfg Config, tables []store.Registered) (g *ground, err error) {
	if cfg.DataDir == "" || cfg.Clock == nil || cfg.Logger == nil {
		return nil, errors.New("appliance: DataDir, Clock and Logger are required")
	}
	g = &ground{cfg: cfg, layout: config.Layout{Root: cfg.DataDir}}
	if err = g.layout.Prepare(); err != nil {
		return nil, err
	}
	now := cfg.Clock.Now
	if g.keeper, err = secret.OpenOrCreateKeeper(g.layout.MasterKey(), now()); err != nil {
		return nil, fmt.Errorf("master key: %w", err)
	}
	g.engine, err = bolt.Open(bolt.Config{Path: g.layout.Store(), Now: now, Logger: cfg.Logger, UnsafeNoSync: cfg.UnsafeNoSync})
	if err != nil {
		return nil, err
	}
	if err := g.rooms(tables); err != nil {
		return nil, errors.Join(err, g.engine.Close())
	}
	return g, nil
}

func (g *ground) rooms(tables []store.Registered) (err error) {
	c := g.cfg
	if g.db, err = store.New(g.engine, tables...); err != nil {
		return err
	}
	g.guard, err = clock.NewGuard(clock.GuardConfig{Clock: c.Clock, Path: g.layout.ClockMark(), Built: c.Built, Logger: c.Logger, Synced: c.Synced})
	if err != nil {
		return err
	}
	if g.audit, err = audit.New(audit.Config{DB: g.db, Clock: c.Clock, Logger: c.Logger, Keeper: g.keeper}); err != nil {
		return err
	}
	if g.outbox, err = outbox.New(outbox.Config{DB: g.db, Clock: c.Clock, Logger: c.Logger, Keeper: g.keeper}); err != nil {
		return err
	}
	g.vault = vault.New(g.db, g.keeper, c.Clock.Now)
	return nil
}

// settings are the stored settings, or the defaults before setup.
func (g *ground) settings(ctx context.Context) (s config.Settings, done bool, err error) {
	err = g.db.View(ctx, func(r store.Reader) (err error) {
		s, done, err = config.Load(r, false)
		return err
	})
	return s, done, err
}

// stored waits for the store: a failed write is final, since nobody knows what the disk holds then, so
// the appliance stops and its next start reads what is there.
func (g *ground) stored(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case <-g.engine.Failed():
		return fmt.Errorf("%w %q: free or repair the disk, then start again: %w", ErrStorage, g.layout.Store(), g.engine.Err())
	}
}

// ErrStorage says that the database can not be written any more.
var ErrStorage = errors.New("the appliance stops, writing failed on")

func (g *ground) close() error { return g.engine.Close() }
