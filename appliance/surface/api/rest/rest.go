package rest

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/switchkeep/switchkeep/appliance/domain/access"
	"github.com/switchkeep/switchkeep/appliance/domain/identity"
	"github.com/switchkeep/switchkeep/appliance/domain/onboard"
	"github.com/switchkeep/switchkeep/appliance/domain/pbx"
	"github.com/switchkeep/switchkeep/appliance/domain/quota"
	"github.com/switchkeep/switchkeep/appliance/domain/tenant"
	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/platform/config"
	"github.com/switchkeep/switchkeep/appliance/platform/operation"
	"github.com/switchkeep/switchkeep/appliance/platform/outbox"
	"github.com/switchkeep/switchkeep/appliance/platform/search"
	"github.com/switchkeep/switchkeep/appliance/platform/secret"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/appliance/protocol/visit"
	"github.com/switchkeep/switchkeep/appliance/surface/api/route"
	"github.com/switchkeep/switchkeep/appliance/surface/api/sse"
	"github.com/switchkeep/switchkeep/appliance/surface/backup"
	"github.com/switchkeep/switchkeep/appliance/surface/doctor"
	"github.com/switchkeep/switchkeep/appliance/surface/setup"
	"github.com/switchkeep/switchkeep/certs"
)

// Rooms is what the handlers call.
type Rooms struct {
	Version    string
	StartedAt  time.Time
	Languages  []string
	Clock      clock.Clock
	Guard      *clock.Guard
	Log        *slog.Logger
	DB         *store.DB
	Keeper     *secret.Keeper
	Audit      *audit.Log
	Outbox     *outbox.Outbox
	Tenants    *tenant.Tenants
	Identity   *identity.Identity
	Quota      *quota.Quota
	Onboard    *onboard.Onboard
	PBXs       *pbx.PBXs
	PBXIndex   *PBXIndex
	Visits     *visit.Visits
	Operations *operation.Runner
	Backups    *backup.Backups
	Setup      *setup.Setup
	Certs      *certs.Authority
	Hub        *sse.Hub
	// Fingerprint is the SHA-256 of the console's certificate, in groups.
	Fingerprint func() string
	// Health is the short look of the overview, Doctor the whole examination.
	Health, Doctor func(ctx context.Context) []doctor.Finding
	// Connect is where a connector finds this appliance.
	Connect func() Connect
	// Settings are the names, ports and addresses in force.
	Settings func() config.Settings
	// SetupNeeded tells whether the appliance still has to be set up.
	SetupNeeded func(ctx context.Context) (bool, error)
}

// Connect is where a connector finds this appliance, and how it knows it.
type Connect struct {
	Server           string
	Port             int
	Pin              string
	FingerprintShort string
}

type handlers struct {
	Rooms
}

// Register returns the function that registers every route.
func Register(rooms Rooms) func(*route.Registry) {
	h := &handlers{Rooms: rooms}
	return func(r *route.Registry) {
		for _, group := range []func(*route.Registry){
			h.system, h.setup, h.session, h.public, h.me, h.accounts, h.quota, h.users, h.pbx, h.visits, h.overview, h.audit, h.mail,
			h.operations, h.recovery, h.authorization, h.settings,
		} {
			group(r)
		}
	}
}

func (h *handlers) view(ctx context.Context, fn func(store.Reader) error) error {
	return h.DB.View(ctx, fn)
}

func (h *handlers) tree() *tenant.Tree { return h.Tenants.Tree() }

// named is an account with its name; the appliance itself has neither.
func (h *handlers) named(account string) Named {
	n, _ := h.tree().Node(account)
	return Named{account, n.Name}
}

// root is the operator's account, which owns what belongs to the appliance.
func (h *handlers) root() string {
	n, _ := h.tree().Root()
	return n.ID
}

// allowRoot asks for the route's action on the appliance itself.
func (*handlers) allowRoot(c *route.Call, r store.Reader) error { return c.Allow(r, "") }

// allowAccount asks for the route's action on an account; "" is the one that the caller works in.
func (h *handlers) allowAccount(ctx context.Context, c *route.Call, account string) error {
	if account == "" {
		account = c.Who.Account
	}
	c.Object = account
	return h.view(ctx, func(r store.Reader) error { return c.Allow(r, account) })
}

// within is the caller's scope for the route's action, narrowed to filter[account] and below.
func (h *handlers) within(ctx context.Context, c *route.Call, in *ListIn) (scope route.Scope, under string, err error) {
	err = h.view(ctx, func(r store.Reader) error {
		scope, err = c.Scope(r)
		return err
	})
	return scope, in.Filter["account"], err
}

// scope is within as a function of an account's id; "" (the appliance) belongs to the operator.
func (h *handlers) scope(ctx context.Context, c *route.Call, in *ListIn) (func(account string) bool, error) {
	s, under, err := h.within(ctx, c, in)
	if err != nil {
		return nil, err
	}
	root := h.root()
	return func(account string) bool {
		if account == "" && under != "" && under != root {
			return false
		}
		return s.Has(account) && (under == "" || account == "" || h.tree().Under(account, under))
	}, nil
}

// allowed is within as a set of account numbers.
func (h *handlers) allowed(ctx context.Context, c *route.Call, in *ListIn) (*search.Bits, error) {
	s, under, err := h.within(ctx, c, in)
	if err != nil || under == "" {
		if err != nil {
			return nil, err
		}
		return s.Nums(), nil
	}
	return h.numsIn(s, under), nil
}

// numsIn are the numbers of the account and all below it that are in the scope.
func (h *handlers) numsIn(s route.Scope, under string) *search.Bits {
	nums, out := s.Nums(), &search.Bits{}
	h.tree().Each(under, func(n tenant.Node) {
		if nums.Has(n.Num) {
			out.Add(n.Num)
		}
	})
	return out
}

// accountsIn is within as a list of ids.
func (h *handlers) accountsIn(ctx context.Context, c *route.Call, in *ListIn) ([]string, error) {
	s, under, err := h.within(ctx, c, in)
	if err != nil {
		return nil, err
	}
	if under == "" {
		under = h.root()
	}
	return h.idsIn(s, under), nil
}

// idsIn are the accounts of the scope that are the given one or below it, parents first.
func (h *handlers) idsIn(s route.Scope, under string) []string {
	nums := s.Nums()
	var out []string
	h.tree().Each(under, func(n tenant.Node) {
		if nums.Has(n.Num) {
			out = append(out, n.ID)
		}
	})
	return out
}

// lang is the caller's language.
func (h *handlers) lang(ctx context.Context, c *route.Call) string {
	u, err := h.Identity.User(ctx, c.Who.User)
	if err != nil {
		return "en"
	}
	return u.Lang
}

func fold(s string) string { return strings.ToLower(s) }

// Known tells the actions of the catalogue.
func Known(action string) bool {
	_, ok := access.Find(access.Action(action))
	return ok
}
