package rest

import (
	"context"
	"net/http"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/config"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/appliance/surface/api/route"
	"github.com/switchkeep/switchkeep/certs"
)

// State is what a page needs before anybody has signed in.
type State struct {
	Setup       bool      `json:"setup" doc:"the appliance still has to be set up"`
	Version     string    `json:"version"`
	Languages   []string  `json:"languages" nullable:"false"`
	Now         time.Time `json:"now"`
	ClockUnsure bool      `json:"clock_unsure"`
	SignedIn    bool      `json:"signed_in"`
}

// Certificate is one certificate of the appliance.
type Certificate struct {
	ID          string     `json:"id"`
	Subject     string     `json:"subject"`
	Names       []string   `json:"names" nullable:"false"`
	NotBefore   time.Time  `json:"not_before"`
	NotAfter    time.Time  `json:"not_after"`
	RenewAt     *time.Time `json:"renew_at"`
	DaysLeft    int        `json:"days_left"`
	Fingerprint string     `json:"fingerprint"`
	Pin         string     `json:"pin"`
	InUse       bool       `json:"in_use"`
	Problem     string     `json:"problem"`
}

// System is the appliance itself.
type System struct {
	Version     string    `json:"version"`
	StartedAt   time.Time `json:"started_at"`
	Host        string    `json:"host"`
	Fingerprint string    `json:"fingerprint"`
	Clock       Clock     `json:"clock"`
	Rev         uint64    `json:"rev" doc:"revision of the store"`
	Streams     int       `json:"streams"`
	Restored    bool      `json:"restored" doc:"came from a backup and waits to be confirmed"`
}

// Clock tells whether the time is believed.
type Clock struct {
	Sure   bool      `json:"sure"`
	Reason string    `json:"reason"`
	Now    time.Time `json:"now"`
	Mark   time.Time `json:"mark"`
}

func (h *handlers) system(r *route.Registry) {
	get := func(path, id, summary string, kind route.Kind) route.Entry {
		return route.Entry{Method: http.MethodGet, Path: path, ID: id, Summary: summary, Tag: "system", Need: "system.view", Kind: kind}
	}
	state := get("/state", "state", "What a page needs before sign-in", route.Object)
	state.Need, state.Early = route.Public, true
	route.Add(r, state, h.state)
	route.Add(r, get("/system", "system", "The appliance itself", route.Object), h.systemGet)
	route.Add(r, get("/system/certificates", "certificates", "Certificates", route.List), h.certificates)
	route.Add(r, route.Entry{
		Method: http.MethodPost, Path: "/system/clock/confirm", ID: "clock_confirm", Summary: "Believe the clock", Tag: "system",
		Need: "system.edit", Kind: route.Change,
	}, h.clockConfirm)
}

func (h *handlers) state(ctx context.Context, c *route.Call, _ *struct{}) (State, error) {
	needed, err := h.SetupNeeded(ctx)
	return State{
		Setup: needed, Version: h.Version, Languages: h.Languages, Now: h.Clock.Now(), ClockUnsure: !h.Guard.Sure(), SignedIn: c.SignedIn,
	}, err
}

func (h *handlers) systemGet(ctx context.Context, c *route.Call, _ *struct{}) (System, error) {
	if err := h.view(ctx, func(r store.Reader) error { return h.allowRoot(c, r) }); err != nil {
		return System{}, err
	}
	return h.systemShow(ctx)
}

func (h *handlers) systemShow(ctx context.Context) (System, error) {
	out := System{
		Version: h.Version, StartedAt: h.StartedAt, Host: h.Connect().Server, Fingerprint: h.Fingerprint(), Clock: h.clock(),
		Rev: uint64(h.DB.Rev()), Streams: h.Hub.Streams(),
	}
	err := h.view(ctx, func(r store.Reader) (err error) {
		out.Restored, err = restored(r)
		return err
	})
	return out, err
}

// settings registers the names and addresses that the setup stored.
func (h *handlers) settings(r *route.Registry) {
	route.Add(r, route.Entry{
		Method: http.MethodGet, Path: "/system/settings", ID: "settings", Summary: "Names, ports and addresses in force", Tag: "system",
		Need: "system.view", Kind: route.Object,
	}, func(ctx context.Context, c *route.Call, _ *struct{}) (config.Settings, error) {
		if err := h.view(ctx, func(r store.Reader) error { return h.allowRoot(c, r) }); err != nil {
			return config.Settings{}, err
		}
		return h.Settings(), nil
	})
}

func (h *handlers) clock() Clock {
	s := h.Guard.State()
	return Clock{s.Sure, s.Reason, s.Now, s.Mark}
}

func (h *handlers) certificates(ctx context.Context, c *route.Call, in *ListIn) (List[Certificate], error) {
	if err := h.view(ctx, func(r store.Reader) error { return h.allowRoot(c, r) }); err != nil {
		return List[Certificate]{}, err
	}
	var rows []Certificate
	for _, e := range h.Certs.Expiries() {
		rows = append(rows, certificate(e))
	}
	return short[Certificate]{
		id:   func(r *Certificate) string { return r.ID },
		text: func(r *Certificate) []string { return append([]string{r.ID, r.Subject}, r.Names...) },
		columns: map[string]func(*Certificate) string{
			"id": func(r *Certificate) string { return r.ID }, "not_after": func(r *Certificate) string { return r.NotAfter.UTC().Format(time.RFC3339) },
		},
		sort: "id",
	}.page(in, rows)
}

func certificate(e certs.Expiry) Certificate {
	names := e.Names
	if names == nil {
		names = []string{}
	}
	return Certificate{
		ID: e.Name, Subject: e.Subject, Names: names, NotBefore: e.NotBefore, NotAfter: e.NotAfter, RenewAt: stamp(e.RenewAt), DaysLeft: e.DaysLeft,
		Fingerprint: e.Fingerprint, Pin: e.Pin, InUse: e.InUse, Problem: e.Problem,
	}
}

func (h *handlers) clockConfirm(ctx context.Context, c *route.Call, _ *struct{}) (Clock, error) {
	if err := h.view(ctx, func(r store.Reader) error { return h.allowRoot(c, r) }); err != nil {
		return Clock{}, err
	}
	before := h.Guard.State()
	if err := h.Guard.Confirm(ctx); err != nil {
		return Clock{}, err
	}
	err := h.Audit.Append(ctx, c.By, audit.Entry{
		Action: "system.edit", ObjectKind: "clock", ObjectLabel: h.Clock.Now().Format(time.RFC3339), Detail: map[string]string{"doubt": before.Reason},
	})
	return h.clock(), err
}
