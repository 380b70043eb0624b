package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	startFloor  = 2   // seconds to the first page with the right count, with 1 000 000 PBXs
	startWithin = 120 // seconds that are waited for it
	idleFloor   = 60  // MB up to 100 000 PBXs
	idleBig     = 160 // MB with 1 000 000
	listAsks    = 40  // requests of a round
)

// benchStart runs the real binary on data folders with PBXs: time to the first page of the list, filtered
// and sorted, with the right count; idle memory; pages by the API.
func benchStart(ctx context.Context, out io.Writer, o options) error {
	dir, err := os.MkdirTemp("", "bs")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	exe := filepath.Join(dir, "switchkeep")
	build := exec.CommandContext(ctx, "go", "build", "-o", exe, "./cmd/switchkeep") //nolint:gosec // into a folder of our own
	if text, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w: %s", err, text)
	}
	empty := 0.0
	for _, n := range append([]int{0}, o.rows...) {
		began := time.Now()
		f, err := makeFleet(ctx, filepath.Join(dir, strconv.Itoa(n)), n)
		if err != nil {
			return err
		}
		info, err := os.Stat(filepath.Join(f.dir, "switchkeep.db"))
		if err != nil {
			return err
		}
		_, _ = fmt.Fprintf(out, "\n%d PBXs: %d MB of rows and indexes written in %v\n", n, info.Size()>>20, time.Since(began).Round(time.Millisecond))
		took, err := startRow(ctx, out, o, exe, f, empty)
		if err != nil {
			return err
		}
		if n == 0 {
			empty = took
		}
		if err := os.RemoveAll(f.dir); err != nil {
			return err
		}
	}
	return nil
}

// startRow measures one data folder; empty is the start without PBXs.
func startRow(ctx context.Context, out io.Writer, o options, exe string, f fleet, empty float64) (float64, error) {
	limit := idleFloor
	if f.size > 100_000 {
		limit = idleBig
	}
	var cold, warm, rss, anon []float64
	for round := range max(o.rounds/2, 1) + o.rounds { // the first have no list from the run before
		reads := round <= o.rounds/2
		if reads {
			_ = os.Remove(filepath.Join(f.dir, "pbx.list"))
		}
		p, took, err := launch(ctx, exe, f)
		if err != nil {
			return 0, err
		}
		if reads {
			cold = append(cold, took.Seconds())
		} else {
			warm = append(warm, took.Seconds())
		}
		switch {
		case round == 0: // the table was read in full: the worst case
			err = p.idle(ctx, o.rest, &rss, &anon)
		case round == 1 && f.size > 0:
			err = p.lists(ctx, out, o, f)
		}
		if err = errors.Join(err, p.stop()); err != nil {
			return 0, err
		}
	}
	name := fmt.Sprintf("%d PBXs, real binary: ", f.size)
	beside := "the floor"
	if f.size > 0 {
		beside = fmt.Sprintf("the floor; %.2f s without PBXs", empty)
	}
	o.note(line{what: name + "start to first page", beside: beside, values: warm, unit: "s", most: startFloor})
	o.note(line{what: name + "the same after a crash", beside: beside, values: cold, unit: "s", most: startFloor})
	o.note(line{what: name + "idle, anonymous memory", beside: "the floor", values: anon, unit: "MB", most: float64(limit)})
	o.note(line{what: name + "idle, with pages of files", beside: "the kernel may drop those", values: rss, unit: "MB"})
	_, err := fmt.Fprintf(out, "first page after %.2f s (table read in full: %.2f s); idle %.0f MB anonymous, %.0f MB with pages of files\n",
		median(warm), median(cold), median(anon), median(rss))
	return median(warm), err
}

// program is the running binary.
type program struct {
	cmd    *exec.Cmd
	client *http.Client
	base   string
	cookie string
	ended  chan error
}

// launch starts the binary and asks until the first page is there with the right count.
func launch(ctx context.Context, exe string, f fleet) (*program, time.Duration, error) {
	port, err := freePort(ctx)
	if err != nil {
		return nil, 0, err
	}
	p := &program{cookie: f.cookie, base: "https://console.localhost:" + port + "/api/v1", ended: make(chan error, 1)}
	p.client = &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, "127.0.0.1:"+port)
		},
		TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS13, InsecureSkipVerify: true}, //nolint:gosec // our own child on loopback
	}}
	p.cmd = exec.CommandContext(ctx, exe, "--data", f.dir, "run", "--log-level", "error", "--https", "127.0.0.1:"+port, "--http", "127.0.0.1:0") //nolint:gosec // built above
	p.cmd.Stderr = os.Stderr
	began := time.Now()
	if err = p.cmd.Start(); err != nil {
		return nil, 0, err
	}
	go func() { p.ended <- p.cmd.Wait() }()
	for time.Since(began) < startWithin*time.Second {
		if total, pageErr := p.page(ctx, "filter[model]=P550&sort=-name"); pageErr == nil && total == f.p550 {
			return p, time.Since(began), nil
		}
		select {
		case err = <-p.ended:
			return nil, 0, fmt.Errorf("the binary ended: %w", err)
		case <-ctx.Done():
			return nil, 0, errors.Join(ctx.Err(), p.stop())
		case <-time.After(5 * time.Millisecond):
		}
	}
	total, err := p.page(ctx, "filter[model]=P550&sort=-name")
	return nil, 0, errors.Join(fmt.Errorf("no first page with %d in %d s, but %d", f.p550, startWithin, total), err, p.stop())
}

func freePort(ctx context.Context) (string, error) {
	ln, err := loopback(ctx)
	if err != nil {
		return "", err
	}
	_, port, err := net.SplitHostPort(ln.Addr().String())
	return port, errors.Join(err, ln.Close())
}

// page asks for 50 rows and returns how many there are in all.
func (p *program) page(ctx context.Context, query string) (total int, err error) {
	query = strings.NewReplacer("[", "%5B", "]", "%5D").Replace(query)
	b, err := apiGet(ctx, p.client, p.base+"/pbxs?limit=50&"+query, p.cookie)
	if err != nil {
		return 0, err
	}
	var list struct {
		Total int               `json:"total"`
		Items []json.RawMessage `json:"items"`
	}
	if err := json.Unmarshal(b, &list); err != nil {
		return 0, err
	}
	if len(list.Items) != min(50, list.Total) {
		return 0, fmt.Errorf("%d rows on a page of %d", len(list.Items), list.Total)
	}
	return list.Total, nil
}

// stop ends the binary as the service manager does.
func (p *program) stop() error {
	p.client.CloseIdleConnections()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return <-p.ended
}

// idle waits and adds the resident megabytes (of 1 000 000 bytes), all and anonymous.
func (p *program) idle(ctx context.Context, rest time.Duration, rss, anon *[]float64) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(rest):
	}
	f, err := os.Open(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), ":")
		kib, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 64)
		if err != nil {
			continue
		}
		switch name {
		case "VmRSS":
			*rss = append(*rss, kib*1024/1e6)
		case "RssAnon":
			*anon = append(*anon, kib*1024/1e6)
		}
	}
	return nil
}

// timed asks for one page; the appliance's limit for one caller is waited for and not counted.
func (p *program) timed(ctx context.Context, query string) (took time.Duration, total int, err error) {
	for {
		began := time.Now()
		total, err = p.page(ctx, query)
		if took = time.Since(began); !errors.Is(err, errTooFast) {
			return took, total, err
		}
		select {
		case <-ctx.Done():
			return 0, 0, ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

// lists asks for pages by the real API, one request after the other.
func (p *program) lists(ctx context.Context, out io.Writer, o options, f fleet) error {
	for _, q := range []struct{ name, query string }{
		{"list by name", "sort=name"},
		{"filter model, state", "filter[model]=P550,P560&filter[state]=unknown&sort=name"},
		{"sort state", "sort=state"},
		{"search a substring", "q=4711&sort=name"},
	} {
		var all []time.Duration
		var p50s, p99s []float64
		total := 0
		for range o.rounds {
			var mine []time.Duration
			for range listAsks {
				took, n, err := p.timed(ctx, q.query)
				if err != nil {
					return fmt.Errorf("%s: %w", q.name, err)
				}
				mine, total = append(mine, took), n
			}
			all = append(all, mine...)
			p50s, p99s = append(p50s, ms(percentile(mine, 0.5))), append(p99s, ms(percentile(mine, 0.99)))
		}
		what := fmt.Sprintf("%d PBXs by the API, %s", f.size, q.name)
		o.note(line{what: what + ", p50", beside: "the floor", values: p50s, unit: "ms"})
		o.note(line{what: what + ", p99", beside: "the floor", values: p99s, unit: "ms", most: listFloor})
		if _, err := fmt.Fprintf(out, "%-20s | %9d | p50 %7.1fms | p99 %7.1fms\n", q.name, total, ms(percentile(all, 0.5)), ms(percentile(all, 0.99))); err != nil {
			return err
		}
	}
	return nil
}
