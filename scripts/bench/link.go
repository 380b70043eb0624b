package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/switchkeep/switchkeep/appliance/protocol/link/wire"
)

const (
	linkConns     = 64
	linkFloor     = 0.6    // of direct TLS
	linkIdle      = 10_000 // at most
	linkIdleFloor = 46     // KiB for each idle PBX at most
)

// benchLink measures requests through the tunnel beside direct TLS to the same page, and the memory of
// idle PBXs. Browser, appliance, connector and portal of the first part share this process, so that its
// CPU figures are those of all four; the connectors of the second run in a process of their own.
func benchLink(ctx context.Context, out io.Writer, o options) error {
	if n := os.Getenv(agentsEnv); n != "" {
		return linkAgents(ctx, os.Stdin)
	}
	a, err := newLinkServer(ctx)
	if err != nil {
		return err
	}
	defer a.close()
	if err := linkRequests(ctx, out, o, a); err != nil {
		return err
	}
	for _, n := range o.idle {
		if err := linkMemory(ctx, out, o, a, n); err != nil {
			return err
		}
	}
	return nil
}

// linkPage is the portal: one small page, in plain text for the connector and over TLS for the peer.
func linkPage(ctx context.Context, a *linkServer) (plain, secure net.Listener, stop func(), err error) {
	body := strings.Repeat("x", 1024)
	srv := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, body)
	})}
	if plain, err = loopback(ctx); err != nil {
		return nil, nil, nil, err
	}
	raw, err := loopback(ctx)
	if err != nil {
		return nil, nil, nil, errors.Join(err, plain.Close())
	}
	secure = tls.NewListener(raw, &tls.Config{MinVersion: tls.VersionTLS13, GetCertificate: a.ca.GetCertificate, NextProtos: []string{"http/1.1"}})
	go func() { _ = srv.Serve(plain) }()
	go func() { _ = srv.Serve(secure) }()
	return plain, secure, func() { _ = srv.Close() }, nil
}

func linkRequests(ctx context.Context, out io.Writer, o options, a *linkServer) error {
	plain, secure, stop, err := linkPage(ctx, a)
	if err != nil {
		return err
	}
	defer stop()
	id, end, err := a.connect(ctx, plain.Addr().String())
	if err != nil {
		return err
	}
	defer end()
	roots := x509.NewCertPool()
	roots.AddCert(a.ca.Root())
	direct := &http.Transport{
		MaxIdleConnsPerHost: linkConns, MaxConnsPerHost: linkConns,
		TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: "console.localhost", MinVersion: tls.VersionTLS13},
	}
	tunnel := &http.Transport{
		MaxIdleConnsPerHost: linkConns, MaxConnsPerHost: linkConns,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return a.srv.Dial(ctx, id, wire.DstPortal) },
	}
	defer direct.CloseIdleConnections()
	defer tunnel.CloseIdleConnections()
	var ratios, cost []float64
	_, _ = fmt.Fprintf(out, "1 KiB page, %d connections, %s each\n%-8s %12s %12s %8s %14s %14s\n", linkConns, o.dur, "round", "direct r/s", "link r/s", "ratio", "direct us/req", "link us/req")
	for round := range o.rounds + 1 { // round 0 warms up
		d, dc, err := hammer(ctx, direct, "https://"+secure.Addr().String()+"/", o.dur)
		if err != nil {
			return fmt.Errorf("direct: %w", err)
		}
		l, lc, err := hammer(ctx, tunnel, "http://pbx.internal/", o.dur)
		if err != nil {
			return fmt.Errorf("link: %w", err)
		}
		if round == 0 {
			continue
		}
		ratios, cost = append(ratios, l/d), append(cost, lc/dc)
		_, _ = fmt.Fprintf(out, "%-8d %12.0f %12.0f %8.2f %14.1f %14.1f\n", round, d, l, l/d, dc, lc)
	}
	o.note(line{what: fmt.Sprintf("link requests/s, %d connections", linkConns), beside: "direct TLS", values: ratios, unit: "x", least: linkFloor})
	o.note(line{what: "link CPU a request", beside: "direct TLS", values: cost, unit: "x"})
	_, _ = fmt.Fprintf(out, "link beside direct TLS, requests/s   %s\nlink beside direct TLS, CPU/request  %s\n", verdict(ratios, linkFloor), verdict(cost, 0))
	return nil
}

// hammer sends requests over linkConns connections for dur; it returns requests/s and CPU us/request.
func hammer(ctx context.Context, t *http.Transport, url string, dur time.Duration) (rate, cost float64, err error) {
	hc := &http.Client{Transport: t, Timeout: 10 * time.Second}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var n atomic.Int64
	errs := make(chan error, linkConns)
	var wg sync.WaitGroup
	began, busy := time.Now(), cpu()
	for range linkConns {
		wg.Go(func() {
			for time.Since(began) < dur && ctx.Err() == nil {
				if err := fetchPage(ctx, hc, url); err != nil {
					errs <- err
					cancel()
					return
				}
				n.Add(1)
			}
		})
	}
	wg.Wait()
	spent, busy := time.Since(began), cpu()-busy
	select {
	case err := <-errs:
		return 0, 0, err
	default:
	}
	done := float64(max(n.Load(), 1))
	return done / spent.Seconds(), float64(busy.Microseconds()) / done, nil
}

func fetchPage(ctx context.Context, hc *http.Client, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := hc.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	n, err := io.Copy(io.Discard, resp.Body)
	if err == nil && n != 1024 {
		err = fmt.Errorf("%d bytes, want 1024", n)
	}
	return err
}

// linkMemory connects idle PBXs from another process and looks at this one's memory.
func linkMemory(ctx context.Context, out io.Writer, o options, a *linkServer, n int) error {
	start := startAgents
	if n < 1000 { // a run of the tests
		start = agentsHere
	}
	agents, err := a.enrol(ctx, n)
	if err != nil {
		return err
	}
	rest := func() (rss, heap float64) {
		runtime.GC()
		debug.FreeOSMemory()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(rssAnon()) / 1024, float64(m.HeapInuse+m.StackInuse) / 1024
	}
	rss0, heap0 := rest()
	routines := runtime.NumGoroutine()
	stop, err := start(ctx, agents)
	if err != nil {
		return err
	}
	defer stop()
	defer func() { a.empty(ctx) }()
	for a.srv.Count() < n {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
	time.Sleep(2 * time.Second)
	asIs := (float64(rssAnon())/1024 - rss0) / float64(n)
	rss1, heap1 := rest()
	each := (rss1 - rss0) / float64(n)
	word := "≤"
	if each > linkIdleFloor {
		word = "above"
	}
	o.note(line{what: fmt.Sprintf("memory per idle PBX as it stands, %d connected", n), beside: "the same process without", values: []float64{asIs}, unit: "KiB", most: linkIdleFloor})
	o.note(line{what: fmt.Sprintf("memory per idle PBX after a collection, %d connected", n), beside: "the same process without", values: []float64{each}, unit: "KiB", most: linkIdleFloor})
	_, _ = fmt.Fprintf(out, "%d idle PBXs: %.1f KiB each after a collection (%s %d), %.1f KiB as it stood, heap and stacks %.1f KiB, %.1f goroutines\n",
		n, each, word, linkIdleFloor, asIs, (heap1-heap0)/float64(n), float64(runtime.NumGoroutine()-routines)/float64(n))
	return nil
}

// rssAnon is this process's anonymous resident memory in bytes; 0 where the system does not tell.
func rssAnon() int64 {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, "RssAnon:"); ok {
			n, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 64)
			if err != nil {
				return 0
			}
			return n * 1024
		}
	}
	return 0
}

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }
