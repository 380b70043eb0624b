package appliancetest

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/switchkeep/switchkeep/appliance/protocol/link/wire"
)

// zeros is a body whose length is not declared.
type zeros struct{ n int64 }

func (z *zeros) Read(p []byte) (int, error) {
	if z.n == 0 {
		return 0, io.EOF
	}
	n := min(int64(len(p)), z.n)
	clear(p[:n])
	z.n -= n
	return int(n), nil
}

// rss is the process's resident memory in bytes; 0 where the system does not say.
func rss() int64 {
	b, err := os.ReadFile("/proc/self/statm")
	f := strings.Fields(string(b))
	if err != nil || len(f) < 2 {
		return 0
	}
	pages, err := strconv.ParseInt(f[1], 10, 64)
	if err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}

// target is one place that takes a body.
type target struct {
	method, url, alpn string
	limit             int64
}

// places are all routes of the registry and what is mounted beside it.
func (h *House) places(v *Tab) []target {
	var out []target
	for _, e := range h.Routes().Entries() {
		path := strings.NewReplacer("{id}", "mine", "{token}", "mine").Replace(e.Path)
		out = append(out, target{e.Method, h.origin() + "/api/v1" + path, "", e.Cap})
	}
	for _, path := range []string{wire.PathEnroll, wire.PathPoll} {
		out = append(out, target{"POST", h.origin() + path, "", wire.MaxEnroll}, target{"POST", h.origin() + path, wire.ALPNEnroll, wire.MaxEnroll})
	}
	return append(out, target{"POST", v.Origin + "/__sk/session", "", 1 << 10})
}

// flood sends a body and returns the status; 0 says that the server closed while it was still coming.
func (h *House) flood(c *http.Client, at target, body io.Reader, length int64) int {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	q, err := http.NewRequestWithContext(ctx, at.method, at.url, body)
	if err != nil {
		h.t.Fatal(err)
	}
	q.ContentLength = length
	if origin, ok := strings.CutSuffix(at.url, "/__sk/session"); ok { // as a page would
		q.Header.Set("Origin", origin)
		q.Header.Set("Sec-Fetch-Site", "same-origin")
		q.Header.Set("Content-Type", "application/json")
	}
	resp, err := c.Do(q)
	if err != nil {
		if ctx.Err() != nil {
			h.t.Errorf("%s %s: %v", at.method, at.url, err)
		}
		return 0
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode
}

// TestShowFlood is A1-6: bodies above the cap, then slow handshakes.
func TestShowFlood(t *testing.T) { //nolint:paralleltest // it reads the memory of the process
	show, h := showing(t), Open(t, Options{})
	op := h.SetUp()
	acme := op.Enterprise("Acme")
	x := h.SignIn(acme.Email).Connector(acme.Email, "FLOOD-1")
	v, _ := op.Launch(x.ID)
	h.bodies(show, v)
	h.handshakes(t, show)
	show("verify", true, "%s", h.Verify())
}

func (h *House) bodies(show shower, v *Tab) {
	stranger := h.Browser()
	enroll := h.Browser()
	tr, ok := enroll.client.Transport.(*http.Transport)
	if !ok {
		h.t.Fatal("no http.Transport")
	}
	tr.ForceAttemptHTTP2 = false
	tr.DialTLSContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
		d := tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true, NextProtos: []string{wire.ALPNEnroll}}}
		return d.DialContext(ctx, "tcp", h.Addr())
	}
	heapBefore, rssBefore := heap(), rss()
	counts, wrong := map[int]int{}, []string{}
	places := h.places(v)
	for _, at := range places {
		c := stranger.client
		if at.alpn != "" {
			c = enroll.client
		}
		for _, b := range []struct {
			name   string
			body   io.Reader
			length int64
		}{
			{"declared", bytes.NewReader(make([]byte, at.limit+1)), at.limit + 1},
			{"chunked", &zeros{at.limit + 1}, -1},
			{"chunked 64 MiB", &zeros{64 << 20}, -1},
		} {
			status := h.flood(c, at, b.body, b.length)
			counts[status]++
			if status != http.StatusRequestEntityTooLarge && status != 0 &&
				(status != http.StatusForbidden || !strings.HasSuffix(at.url, "/__sk/session")) {
				wrong = append(wrong, fmt.Sprintf("%s %s %s: %d", b.name, at.method, at.url, status))
			}
		}
	}
	show("bodies of cap + 1, before sign-in", len(wrong) == 0, "%d places × (declared, chunked, 64 MiB chunked): answers %v (0: closed while it came) %v", len(places), counts, wrong)
	heapAfter, rssAfter := heap(), rss()
	grown := int64(heapAfter) - int64(heapBefore)
	show("memory", grown < 16<<20, "heap %d KiB before, %d KiB after; resident %d MiB before, %d MiB after", heapBefore>>10, heapAfter>>10, rssBefore>>20, rssAfter>>20)
	h.visitBody(show)
}

// visitBody: the portal's uploads are streamed, not held.
func (h *House) visitBody(show shower) {
	op := h.SignIn(OperatorEmail)
	var rows struct{ Items []struct{ ID string } }
	op.Must(http.MethodGet, "/pbxs", nil, &rows)
	v := op.Visit(rows.Items[0].ID)
	before := heap()
	status, body := v.Post("/upload", &zeros{64 << 20})
	after := heap()
	show("64 MiB through a visit", status == 200 && strings.HasPrefix(body, fmt.Sprint(64<<20)) && int64(after)-int64(before) < 16<<20, "status %d, %s; heap %d KiB before, %d KiB after", status, body, before>>10, after>>10)
}

func (h *House) handshakes(t *testing.T, show shower) {
	t.Helper()
	heapBefore, rssBefore := heap(), rss()
	var mu sync.Mutex
	var conns []net.Conn
	var wg sync.WaitGroup
	for source := range 30 {
		wg.Go(func() {
			d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 1, byte(source+1))}, Timeout: 20 * time.Second}
			for range 50 {
				c, err := d.DialContext(t.Context(), "tcp", h.Addr())
				if err != nil {
					t.Error(err)
					return
				}
				_, _ = c.Write([]byte{0x16, 0x03, 0x01, 0x02, 0x00}) // the head of a ClientHello that never comes
				mu.Lock()
				conns = append(conns, c)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	defer func() {
		for _, c := range conns {
			_ = c.Close()
		}
	}()
	b := h.Browser()
	a := b.API(http.MethodGet, "/state", nil)
	grown := int64(heap()) - int64(heapBefore)
	show("the 1 501st user", len(conns) == 1500 && a.Status == 200, "%d slow handshakes of 30 sources stand; a new user is answered %d", len(conns), a.Status)
	show("memory of the handshakes", grown < 32<<20, "%d KiB more on the heap, resident %d MiB before, %d MiB now", grown>>10, rssBefore>>20, rss()>>20)
	h.Clock.Advance(11 * time.Second)
	open := 0
	for _, c := range conns {
		_ = c.SetReadDeadline(time.Now().Add(2 * time.Second))
		var ne net.Error
		if _, err := c.Read(make([]byte, 64)); errors.As(err, &ne) && ne.Timeout() {
			open++
		}
	}
	show("after ten seconds", open == 0, "%d of them are still open", open)
}
