package appliance

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strconv"

	"github.com/switchkeep/switchkeep/appliance/domain/identity"
	"github.com/switchkeep/switchkeep/appliance/domain/pbx"
	"github.com/switchkeep/switchkeep/appliance/domain/tenant"
	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/config"
	"github.com/switchkeep/switchkeep/appliance/platform/operation"
	"github.com/switchkeep/switchkeep/appliance/platform/outbox"
	"github.com/switchkeep/switchkeep/appliance/platform/signal"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/appliance/protocol/link/wire"
	"github.com/switchkeep/switchkeep/appliance/protocol/visit"
	"github.com/switchkeep/switchkeep/appliance/surface/api"
	"github.com/switchkeep/switchkeep/appliance/surface/api/rest"
	"github.com/switchkeep/switchkeep/appliance/surface/api/route"
	"github.com/switchkeep/switchkeep/appliance/surface/api/sse"
	"github.com/switchkeep/switchkeep/appliance/surface/doctor"
	"github.com/switchkeep/switchkeep/certs"
	"github.com/switchkeep/switchkeep/ui"
)

// front is what people meet: the API with the web application, live changes, the list in memory.
type front struct {
	console http.Handler
	hub     *sse.Hub
	signals *signal.Hub
	index   *rest.PBXIndex
}

func (a *Appliance) newFront() (err error) {
	r, f := a.rooms, &front{}
	if f.index, err = rest.NewPBXIndex(r.db, r.cfg.Clock, r.pbxs); err != nil {
		return err
	}
	f.index.KeepIn(filepath.Join(r.layout.Root, "pbx.list"))
	f.hub = sse.New(sse.Config{Clock: r.cfg.Clock, Log: r.cfg.Logger})
	if f.signals, err = signal.New(signal.Config{DB: r.db, Sources: r.sources()}); err != nil {
		return err
	}
	r.enders.Add(r.visits, r.link, f.hub)
	r.pbxs.Presence().Watch(func(id string) {
		if r.pbxs.Presence().Get(id).Link == pbx.Disconnected {
			r.visits.EndPBX(id, visit.ReasonLink)
		}
		f.publish(r, id)
	})
	r.identity.OnEnd(func(session, _, reason string) { r.enders.EndSession(session, reason) })
	a.front = f
	if a.api, err = api.New(a.apiConfig()); err != nil {
		return err
	}
	f.console = a.api.Handler()
	return nil
}

// publish tells the pages that a PBX's hot state changed; it has no row.
func (f *front) publish(r *rooms, id string) {
	var row pbx.PBX
	err := r.db.View(context.Background(), func(rd store.Reader) (err error) {
		row, err = r.pbxs.Get(rd, id)
		return err
	})
	if err == nil {
		f.hub.Publish(sse.Change{Type: "pbx", ID: id, Rev: uint64(r.db.Rev()), Account: row.AccountID})
	}
}

// sources are the tables whose changes pages follow.
func (r *rooms) sources() []signal.Source {
	return []signal.Source{
		signal.Table(tenant.Table(), "account", func(a *tenant.Account) (id, account string) { return a.ID, a.ID }),
		signal.Table(identity.Memberships(), "user", func(m *identity.Membership) (id, account string) { return m.ID, m.Account }),
		signal.Table(pbx.Table(), "pbx", func(p *pbx.PBX) (id, account string) { return p.ID, p.AccountID }),
		signal.Table(visit.Table(), "visit", func(v *visit.Row) (id, account string) { return v.ID, v.Account }),
		signal.Table(audit.Table(), "audit", func(e *audit.Row) (id, account string) { return e.ID, e.Account }),
		signal.Table(operation.Table(), "operation", func(o *operation.Operation) (id, account string) { return o.ID, o.Account }),
		signal.Table(outbox.Table(), "mail", func(m *outbox.Row) (id, account string) { return m.ID, m.Account }),
	}
}

func (a *Appliance) apiConfig() api.Config {
	r := a.rooms
	return api.Config{
		Version: r.cfg.Version, Clock: r.cfg.Clock, Log: r.cfg.Logger, DB: r.db, Sealer: r.keeper,
		Unsure: func() bool { return !r.guard.Sure() }, Hosts: r.consoleHost,
		Files: ui.Dist(), Connect: r.visitSources,
		Mounts: []api.Mount{
			{Path: "/_link/", Handler: r.link.Enroll()}, {Path: "/_link", Handler: r.link.Carrier()}, {Path: "/ca.crt", Handler: http.HandlerFunc(r.serveCA)},
		},
		Setup: a.setup, Identity: r.identity, Access: r.access, Under: r.tenants.Tree().Under, Audit: r.audit,
		Hub: a.front.hub, Signals: a.front.signals, Known: rest.Known, Routes: []func(*route.Registry){rest.Register(a.restRooms())},
	}
}

func (a *Appliance) restRooms() rest.Rooms {
	r := a.rooms
	return rest.Rooms{
		Version: r.cfg.Version, StartedAt: r.cfg.Clock.Now(), Languages: config.Languages(), Clock: r.cfg.Clock, Guard: r.guard,
		Log: r.cfg.Logger, DB: r.db, Keeper: r.keeper, Audit: r.audit, Outbox: r.outbox, Tenants: r.tenants, Identity: r.identity,
		Quota: r.quota, Onboard: r.onboard, PBXs: r.pbxs, PBXIndex: a.front.index, Visits: r.visits, Operations: r.operations, Backups: r.backups,
		Setup: a.setup, Certs: r.certs, Hub: a.front.hub,
		Fingerprint: func() string { return certs.Fingerprint(r.certs.Leaf(certs.Console)) },
		Health:      func(ctx context.Context) []doctor.Finding { return r.look(ctx, r.glance) },
		Doctor: func(ctx context.Context) []doctor.Finding {
			return r.look(ctx, func(ctx context.Context) ([]doctor.Finding, error) { return r.findings(ctx, true) })
		},
		Settings: func() config.Settings { return *r.now.Load() }, Connect: r.connect, SetupNeeded: r.setupNeeded,
	}
}

// look turns the failure to look into a finding: a page shows that too.
func (r *rooms) look(ctx context.Context, at func(context.Context) ([]doctor.Finding, error)) []doctor.Finding {
	f, err := at(ctx)
	if err != nil {
		r.cfg.Logger.ErrorContext(ctx, "health was not read", slog.Any("error", err))
		f = append(f, doctor.Finding{ID: "doctor", Level: doctor.Error, TitleKey: "doctor.failed", Detail: "the checks could not be made; see the service log"})
	}
	return f
}

// glance is what the overview shows: no names are resolved, no ports tried.
func (r *rooms) glance(ctx context.Context) ([]doctor.Finding, error) {
	in, err := r.health(ctx)
	if err != nil {
		return nil, err
	}
	doc, err := doctor.New(doctor.Config{Resolver: net.DefaultResolver})
	if err != nil {
		return nil, err
	}
	return doc.Run(ctx, in), nil
}

// visitSources are the origins that the console's pages may probe: the visit zone.
func (r *rooms) visitSources() []string {
	s := r.now.Load()
	port := ""
	if s.HTTPSPort != 443 {
		port = ":" + strconv.Itoa(s.HTTPSPort)
	}
	return []string{"https://*." + s.VisitZone + port}
}

// connect is where a connector finds this appliance.
func (r *rooms) connect() rest.Connect {
	s := r.now.Load()
	server := s.Host
	if len(s.PublicAddresses) > 0 {
		server = s.PublicAddresses[0]
	} else if len(s.InsideAddresses) > 0 {
		server = s.InsideAddresses[0]
	}
	port := s.HTTPSPort
	if s.PublicPort != 0 {
		port = s.PublicPort
	}
	return rest.Connect{Server: server, Port: port, Pin: certs.Pin(r.certs.LinkCA()), FingerprintShort: certs.Short(r.certs.LinkCA())}
}

// serveCA hands out the root certificate for those who want to trust it.
func (r *rooms) serveCA(w http.ResponseWriter, _ *http.Request) {
	d := r.certs.TrustCRT()
	w.Header().Set("Content-Type", d.ContentType)
	w.Header().Set("Content-Disposition", `attachment; filename="`+d.Name+`"`)
	_, _ = w.Write(d.Data)
}

// codeText is the text of an authentication code: it carries the pin on the link CA.
func (r *rooms) codeText(secret [10]byte) string {
	return wire.NewCode(secret, r.certs.LinkCA()).String()
}
