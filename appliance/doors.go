package appliance

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/platform/listen"
	"github.com/switchkeep/switchkeep/certs"
)

// Routes behind the one TLS port.
const (
	routeConsole = "console"
	routeVisit   = "visit"
	routeLink    = "link"
	routeEnroll  = "enroll"
)

const (
	headerTimeout = 10 * time.Second
	bodyTimeout   = time.Minute // of console and enrolment; visits carry uploads
	idleTimeout   = 2 * time.Minute
	maxHeader     = 64 << 10
	plainOpen     = 1024
	plainSource   = 64
	drain         = 5 * time.Second
	maxCrowd      = 4096 // browsers' connections of one route
)

// behind is what the doors lead to.
type behind struct {
	console http.Handler
	visit   func() *http.Server // with the limits that uploads and live sockets need
	// link and enroll serve handshaken connections until the listener closes; goAway ends links in order.
	link, enroll func(ctx context.Context, ln net.Listener) error
	goAway       func(ctx context.Context) error
	linkTLS      *tls.Config
}

// doors are the open listeners of one set of addresses with their servers.
type doors struct {
	port  *listen.Port
	plain net.Listener
	tls   []*http.Server
	http  *http.Server
	group errgroup.Group
	ctx   context.Context //nolint:containedctx // the life of the servers, ended by close.
	end   context.CancelFunc
	log   *slog.Logger
	b     behind
}

type doorsConfig struct {
	https, http string
	certs       *certs.Authority
	clock       clock.Clock
	log         *slog.Logger
	known       func(host string) bool
}

// openDoors binds both ports; nothing is served before serve.
func openDoors(ctx context.Context, c doorsConfig, b behind) (*doors, error) {
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.https)
	if err != nil {
		return nil, fmt.Errorf("open the console's port: %w", err)
	}
	plain, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.http)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the plain port: %w", err), ln.Close())
	}
	d := &doors{plain: plain, log: c.log, b: b}
	d.port, err = listen.New(listen.Config{
		Listener: ln, Clock: c.clock, Logger: c.log, KnownHost: c.known, Crowd: map[string]int{routeConsole: maxCrowd, routeVisit: maxCrowd},
		Choose: chooser(c.certs, b.linkTLS), Routes: []string{routeConsole, routeVisit, routeLink, routeEnroll},
	})
	if err != nil {
		return nil, errors.Join(err, ln.Close(), plain.Close())
	}
	d.ctx, d.end = context.WithCancel(context.WithoutCancel(ctx))
	server := func(h http.Handler) *http.Server {
		return &http.Server{
			Handler: h, ReadHeaderTimeout: headerTimeout, ReadTimeout: bodyTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader,
			ErrorLog:    slog.NewLogLogger(c.log.Handler(), slog.LevelDebug),
			BaseContext: func(net.Listener) context.Context { return d.ctx },
		}
	}
	visits := b.visit()
	visits.BaseContext = func(net.Listener) context.Context { return d.ctx }
	d.tls = []*http.Server{server(b.console), visits}
	d.http = server(listen.Redirect(c.known, strconv.Itoa(d.httpsPort())))
	return d, nil
}

// chooser decides from the ClientHello: ALPN before the name. The configurations are prebuilt.
func chooser(a *certs.Authority, link *tls.Config) func(*tls.ClientHelloInfo) (*tls.Config, string) {
	web, enroll := a.Web(), a.Enroll()
	return func(h *tls.ClientHelloInfo) (*tls.Config, string) {
		for _, p := range h.SupportedProtos {
			switch p {
			case certs.ALPNLink:
				return link, routeLink
			case certs.ALPNEnroll:
				return enroll, routeEnroll
			}
		}
		if a.IsVisit(h.ServerName) {
			return web, routeVisit
		}
		return web, routeConsole
	}
}

func (d *doors) httpsPort() int { return d.port.Addr().(*net.TCPAddr).Port } //nolint:forcetypeassert // opened as tcp.

// serve starts the servers; fail is told when one ends by itself.
func (d *doors) serve(fail func(error)) {
	run := func(what string, f func() error) {
		d.group.Go(func() error {
			err := f()
			if err == nil || errors.Is(err, http.ErrServerClosed) || errors.Is(err, net.ErrClosed) {
				return nil
			}
			err = fmt.Errorf("%s: %w", what, err)
			fail(err)
			return err
		})
	}
	run("port", func() error { return d.port.Serve(d.ctx) })
	for i, name := range []string{routeConsole, routeVisit} {
		run(name, func() error { return d.tls[i].Serve(d.port.Route(name)) })
	}
	run("plain", func() error { return d.http.Serve(listen.Limit(d.plain, plainOpen, plainSource)) })
	run(routeEnroll, func() error { return d.b.enroll(d.ctx, d.port.Route(routeEnroll)) })
	run(routeLink, func() error { return d.b.link(d.ctx, d.port.Route(routeLink)) })
}

// close stops in order: the port, then console, visits and plain side by side, then the link, because
// visits run through it. keepLink leaves the connectors alone: other doors lead to the same link.
func (d *doors) close(ctx context.Context, keepLink bool) error {
	stages := [][]func(context.Context) error{{
		d.shut(d.tls[0]), d.shut(d.tls[1]), d.shut(d.http),
	}}
	if !keepLink {
		stages = append(stages, []func(context.Context) error{d.b.goAway})
	}
	err := listen.Stop(ctx, d.port, stages...)
	d.end()
	return errors.Join(err, d.group.Wait())
}

// shut lets running requests end for a while, then closes what is left (live streams, mostly).
func (d *doors) shut(s *http.Server) func(context.Context) error {
	return func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, drain)
		defer cancel()
		if err := s.Shutdown(ctx); err == nil {
			return nil
		}
		return s.Close()
	}
}
