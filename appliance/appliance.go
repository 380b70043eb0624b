package appliance

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/surface/api"
	"github.com/switchkeep/switchkeep/appliance/surface/api/route"
	"github.com/switchkeep/switchkeep/appliance/surface/ops"
	"github.com/switchkeep/switchkeep/appliance/surface/setup"
	"github.com/switchkeep/switchkeep/certs"
)

// Appliance is the whole program: New opens the rooms, Bind the ports, Start runs, Stop ends in order.
type Appliance struct {
	rooms *rooms
	tasks *tasks
	setup *setup.Setup
	front *front
	api   *api.API

	mu     sync.Mutex
	doors  *doors
	ops    *ops.Server
	banner string
}

// New opens the data folder and the rooms. Nothing runs and nothing is bound yet.
func New(ctx context.Context, cfg Config) (*Appliance, error) {
	r, err := openRooms(ctx, cfg)
	if err != nil {
		return nil, err
	}
	a := &Appliance{rooms: r, tasks: newTasks(ctx, cfg.Logger)}
	a.setup = a.newSetup()
	if err := a.newFront(); err != nil {
		return nil, errors.Join(err, r.close())
	}
	return a, nil
}

// Bind opens the ports and the control socket. When it fails the rooms are closed.
func (a *Appliance) Bind(ctx context.Context) (err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, a.rooms.close())
		}
	}()
	a.ops, err = ops.Listen(ctx, ops.Config{Folder: a.rooms.layout.Root, Verbs: a.verbs(), Logger: a.rooms.cfg.Logger})
	if err != nil {
		return err
	}
	s := *a.rooms.now.Load()
	d, err := a.openDoors(ctx, a.rooms.httpsAddr(s), a.rooms.httpAddr(s))
	if err != nil {
		return errors.Join(err, a.ops.Close())
	}
	a.doors = d
	// A port of the command line (or 0) is the one that addresses must name.
	s.HTTPSPort, s.HTTPPort = d.httpsPort(), d.plainPort()
	a.rooms.now.Store(&s)
	return nil
}

func (a *Appliance) openDoors(ctx context.Context, https, http string) (*doors, error) {
	r := a.rooms
	return openDoors(ctx, doorsConfig{
		https: https, http: http, certs: r.certs, clock: r.cfg.Clock, log: r.cfg.Logger, known: r.known,
	}, behind{
		console: a.front.console, visit: r.visits.Server, enroll: r.link.ServeEnroll,
		link: r.link.Serve, goAway: r.link.Stop, linkTLS: r.linkTLS,
	})
}

// known tells whether plain HTTP for the host is redirected: the console's names and the visit zone.
func (r *rooms) known(host string) bool { return r.isConsole(host) || r.certs.IsVisit(host) }

func (a *Appliance) swapDoors(d *doors) *doors {
	a.mu.Lock()
	defer a.mu.Unlock()
	old := a.doors
	a.doors = d
	return old
}

// listWithin is how long the ports wait for the list of PBXs: a long one that must be read in full answers
// 503 meanwhile, everything else works.
const listWithin = time.Second

// Start runs the rooms and serves. It returns when the appliance answers.
func (a *Appliance) Start(ctx context.Context) error {
	r := a.rooms
	for name, run := range a.runners() {
		a.tasks.run(name, run)
	}
	if err := a.addJobs(); err != nil {
		return err
	}
	a.tasks.run("schedule", r.schedule.Run)
	wait := r.cfg.Clock.NewTimer(listWithin)
	defer wait.Stop()
	select {
	case <-a.front.index.Ready():
	case <-wait.C():
	case err := <-a.tasks.failed:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
	a.doors.serve(a.tasks.fail)
	return a.announce(ctx)
}

// Failed yields the first failure of a running task; the caller stops the appliance.
func (a *Appliance) Failed() <-chan error { return a.tasks.failed }

// Stop ends in order: the ports, then console, visits and plain side by side, then the link, then the
// rooms, the store last.
func (a *Appliance) Stop(ctx context.Context) error {
	a.mu.Lock()
	d := a.doors
	a.mu.Unlock()
	a.front.hub.Close()
	errs := []error{a.setup.Close(ctx)}
	if d != nil {
		errs = append(errs, a.rooms.visits.Stop(ctx), d.close(ctx, false))
	}
	a.tasks.stop()
	a.saveList(ctx)
	if a.ops != nil {
		errs = append(errs, a.ops.Close())
	}
	return errors.Join(append(errs, a.rooms.close())...)
}

// saveList keeps the list of PBXs for the next start, which reads the table when it is missing.
func (a *Appliance) saveList(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if err := a.front.index.Save(ctx); err != nil {
		a.rooms.cfg.Logger.WarnContext(ctx, "the list was not kept for the next start", slog.Any("error", err))
	}
}

// announce makes the banner; while nobody has set the appliance up it holds a one-time link.
func (a *Appliance) announce(ctx context.Context) error {
	s := a.rooms.now.Load()
	var b strings.Builder
	_, _ = fmt.Fprintf(&b, "Switchkeep %s is running.\n", a.rooms.cfg.Version)
	_, _ = fmt.Fprintf(&b, "  Console      %s/\n", s.ConsoleURL())
	_, _ = fmt.Fprintf(&b, "  Certificate  SHA-256 %s\n", certs.Short(a.rooms.certs.Leaf(certs.Console)))
	_, _ = fmt.Fprintf(&b, "  Trust        %s\n", a.rooms.caFile())
	needed, err := a.rooms.setupNeeded(ctx)
	if err != nil {
		return err
	}
	if needed {
		link, err := a.setupLink(ctx)
		if err != nil {
			return err
		}
		_, _ = b.WriteString(link)
	}
	a.banner = b.String()
	return a.rooms.writeCA()
}

// setupLink makes a new one-time link and says how long it lives.
func (a *Appliance) setupLink(ctx context.Context) (string, error) {
	token, ends, err := a.setup.NewLink(ctx)
	if err != nil {
		return "", err
	}
	s := a.rooms.now.Load()
	return fmt.Sprintf("  Set it up    %s/setup#t=%s\n               once, until %s UTC; a new link: switchkeep setup\n"+
		"               compare the certificate's fingerprint in the browser before you type anything\n",
		s.ConsoleURL(), token, ends.Format("15:04")), nil
}

// Banner says where the appliance answers.
func (a *Appliance) Banner() string { return a.banner }

// Console is the console's address.
func (a *Appliance) Console() string { return a.rooms.now.Load().ConsoleURL() }

// SetupLink voids the old one-time link and returns the token of a new one.
func (a *Appliance) SetupLink(ctx context.Context) (string, error) {
	token, _, err := a.setup.NewLink(ctx)
	return token, err
}

// Routes is the registry of the API's routes.
func (a *Appliance) Routes() *route.Registry { return a.api.Routes() }

// Trust is the root certificate in PEM.
func (a *Appliance) Trust() []byte { return a.rooms.certs.TrustPEM().Data }

// Clock is the guard over the time.
func (a *Appliance) Clock() *clock.Guard { return a.rooms.guard }

func (d *doors) plainPort() int {
	_, port, err := net.SplitHostPort(d.plain.Addr().String())
	if err != nil {
		return 0
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		d.log.Warn("plain port", slog.Any("error", err))
	}
	return n
}
