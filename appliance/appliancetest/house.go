package appliancetest

import (
	"bytes"
	"context"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/switchkeep/switchkeep/appliance"
	"github.com/switchkeep/switchkeep/appliance/domain/identity"
	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/platform/config"
	"github.com/switchkeep/switchkeep/appliance/platform/mail/mailtest"
	"github.com/switchkeep/switchkeep/appliance/surface/ops"
)

const stopWithin = 30 * time.Second

// Options change what Open makes; the zero value is good.
type Options struct {
	// Data is the data folder; "" makes one that goes with the test.
	Data string
	// Clock is the appliance's; nil is a manual one that starts now.
	Clock *clock.Manual
	// HTTPS and HTTP are where the ports are bound; "" is 127.0.0.1:0.
	HTTPS, HTTP string
	// Built is the build date.
	Built time.Time
	// Mail makes SetUp configure the mail sink.
	Mail bool
	// Change is the last word on the configuration.
	Change func(*appliance.Config)
}

// House is a running appliance.
type House struct {
	*appliance.Appliance
	Clock *clock.Manual
	Mail  *mailtest.Server
	Data  string
	Port  string

	t       testing.TB
	opt     Options
	roots   *x509.CertPool
	shown   time.Time // what the browsers' clocks say
	stopped bool
}

// Folder makes a data folder with a short path: it holds a unix socket.
func Folder(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "sk") //nolint:usetesting // TempDir has the test's name in its path
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return filepath.Join(dir, "data")
}

func logger(t testing.TB) *slog.Logger {
	if os.Getenv("SWITCHKEEP_TEST_LOG") == "" {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug})).With(slog.String("test", t.Name()))
}

// Open starts an appliance, which stops with the test.
func Open(t testing.TB, o Options) *House {
	t.Helper()
	h := &House{t: t, opt: o, Mail: mailtest.Start(t), Clock: o.Clock, Data: o.Data, shown: time.Now()}
	if h.Clock == nil {
		h.Clock = clock.NewManual(time.Now())
	}
	if h.Data == "" {
		h.Data = Folder(t)
	}
	t.Cleanup(func() { h.Stop() })
	h.Start()
	return h
}

// Config is what the appliance is made with.
func (h *House) Config() appliance.Config {
	c := appliance.Config{
		DataDir: h.Data, HTTPS: or(h.opt.HTTPS, "127.0.0.1:0"), HTTP: or(h.opt.HTTP, "127.0.0.1:0"), Version: "test", Built: h.opt.Built,
		Clock: h.Clock, Logger: logger(h.t), UnsafeNoSync: true, HashCost: identity.Cost{Memory: 8, Time: 1, Threads: 1},
		Synced: func() bool { return false },
	}
	if h.opt.Change != nil {
		h.opt.Change(&c)
	}
	return c
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// Start starts the appliance, again after Stop: on the same ports, since links and connectors name them.
func (h *House) Start() {
	h.t.Helper()
	ctx := context.Background() // the appliance outlives the test's own context, until its cleanup
	a, err := appliance.New(ctx, h.Config())
	if err != nil {
		h.t.Fatal(err)
	}
	if err = a.Bind(ctx); err != nil {
		h.t.Fatal(err)
	}
	h.Appliance, h.stopped = a, false
	if err = a.Start(ctx); err != nil {
		h.t.Fatal(err)
	}
	u, err := url.Parse(a.Console())
	if err != nil {
		h.t.Fatal(err)
	}
	h.Port = u.Port()
	h.opt.HTTPS = "127.0.0.1:" + h.Port
	h.roots = x509.NewCertPool()
	h.roots.AppendCertsFromPEM(a.Trust())
}

// Stop stops the appliance.
func (h *House) Stop() {
	h.t.Helper()
	if h.Appliance == nil || h.stopped {
		return
	}
	h.stopped = true
	ctx, cancel := context.WithTimeout(context.Background(), stopWithin)
	defer cancel()
	if err := h.Appliance.Stop(ctx); err != nil {
		h.t.Error(err)
	}
	select {
	case err := <-h.Failed():
		h.t.Errorf("the appliance failed: %v", err)
	default:
	}
}

// Restart stops and starts on the same data and ports.
func (h *House) Restart() {
	h.t.Helper()
	h.Stop()
	h.Start()
}

// RestartAt is Restart with a clock that stands at another time when the appliance starts.
func (h *House) RestartAt(now time.Time) {
	h.t.Helper()
	h.Stop()
	h.Clock = clock.NewManual(now)
	h.Start()
}

// Verb asks the running appliance through its control socket and returns what it wrote.
func (h *House) Verb(name string, in any) (string, error) {
	var out bytes.Buffer
	err := ops.NewClient(h.Data).Do(context.Background(), name, in, &out)
	return out.String(), err
}

// Verify checks every page, row, index and the tree of the operation log.
func (h *House) Verify() string {
	h.t.Helper()
	out, err := h.Verb("verify", nil)
	if err != nil {
		h.t.Fatalf("verify: %v %s", err, out)
	}
	return strings.TrimSpace(out)
}

// Rows are the rows of a table as the database dump shows them.
func (h *House) Rows(table string) []string {
	h.t.Helper()
	out, err := h.Verb("db-dump", nil)
	if err != nil {
		h.t.Fatal(err)
	}
	var rows []string
	for line := range strings.Lines(out) {
		if strings.HasPrefix(line, fmt.Sprintf(`{"table":%q`, table)) {
			rows = append(rows, strings.TrimSpace(line))
		}
	}
	return rows
}

// Layout is the data folder.
func (h *House) Layout() config.Layout { return config.Layout{Root: h.Data} }

// Addr is where the TLS port listens.
func (h *House) Addr() string { return net.JoinHostPort("127.0.0.1", h.Port) }

// Until waits for what comes about by itself.
func (h *House) Until(what string, ok func() bool) {
	h.t.Helper()
	for range 3000 {
		if ok() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	h.t.Fatalf("%s did not come about", what)
}
