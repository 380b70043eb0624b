package appliancetest

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Browser is a person's browser: cookies by host, one user agent, an address of its own.
type Browser struct {
	h      *House
	Agent  string
	From   string // the local address, in 127.0.0.0/8
	client *http.Client

	mu      sync.Mutex
	cookies map[string]map[string]*http.Cookie // by host with port, then name
}

// Browser opens a fresh one at 127.0.0.1.
func (h *House) Browser() *Browser { return h.BrowserAt("127.0.0.1") }

// BrowserAt opens a fresh one that comes from another address.
func (h *House) BrowserAt(from string) *Browser {
	b := &Browser{h: h, Agent: "Mozilla/5.0 (test)", From: from, cookies: map[string]map[string]*http.Cookie{}}
	tr := &http.Transport{
		ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 4, DialContext: b.dial,
		// The tree of certificates changes with a restore; the browser's own clock is right.
		TLSClientConfig: &tls.Config{RootCAs: h.roots, Time: func() time.Time { return h.shown }},
	}
	b.client = &http.Client{Transport: tr, Timeout: 60 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
	h.t.Cleanup(tr.CloseIdleConnections)
	return b
}

// dial reaches every name on loopback.
func (b *Browser) dial(ctx context.Context, _, addr string) (net.Conn, error) {
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(b.From)}}
	return d.DialContext(ctx, "tcp", net.JoinHostPort("127.0.0.1", port))
}

// Reset drops idle connections, as after a restart.
func (b *Browser) Reset() { b.client.CloseIdleConnections() }

// Clone is another browser with the same cookies.
func (b *Browser) Clone() *Browser {
	c := b.h.BrowserAt(b.From)
	b.mu.Lock()
	defer b.mu.Unlock()
	for host, all := range b.cookies {
		c.cookies[host] = maps.Clone(all)
	}
	return c
}

// Do sends with the cookies of the host and keeps those that come back.
func (b *Browser) Do(q *http.Request) (*http.Response, error) { return b.through(b.client.Do, q) }

func (b *Browser) through(send func(*http.Request) (*http.Response, error), q *http.Request) (*http.Response, error) {
	if q.Header.Get("User-Agent") == "" {
		q.Header.Set("User-Agent", b.Agent)
	}
	b.mu.Lock()
	for _, name := range slices.Sorted(maps.Keys(b.cookies[q.URL.Host])) {
		q.AddCookie(&http.Cookie{Name: name, Value: b.cookies[q.URL.Host][name].Value})
	}
	b.mu.Unlock()
	resp, err := send(q)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range resp.Cookies() {
		switch {
		case b.cookies[q.URL.Host] == nil:
			b.cookies[q.URL.Host] = map[string]*http.Cookie{c.Name: c}
		case c.MaxAge < 0:
			delete(b.cookies[q.URL.Host], c.Name)
		default:
			b.cookies[q.URL.Host][c.Name] = c
		}
	}
	return resp, nil
}

// Cookie is what the browser keeps for an origin.
func (b *Browser) Cookie(origin, name string) *http.Cookie {
	b.mu.Lock()
	defer b.mu.Unlock()
	u, err := url.Parse(origin)
	if err != nil {
		return nil
	}
	return b.cookies[u.Host][name]
}

// Forget drops all cookies of an origin and returns a function that brings them back.
func (b *Browser) Forget(origin string) (back func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	u, err := url.Parse(origin)
	if err != nil {
		return func() {}
	}
	was := b.cookies[u.Host]
	delete(b.cookies, u.Host)
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.cookies[u.Host] = was
	}
}

// Answer is what the API said.
type Answer struct {
	Status int
	Code   string // of a problem
	Header http.Header
	Body   []byte
}

// Into decodes the body.
func (a *Answer) Into(v any) error {
	if err := json.Unmarshal(a.Body, v); err != nil {
		return fmt.Errorf("%w: %s", err, a.Body)
	}
	return nil
}

// String is the answer in a line.
func (a *Answer) String() string { return fmt.Sprintf("%d %s", a.Status, a.Body) }

// Console is the console's origin.
func (h *House) origin() string { return strings.TrimSuffix(h.Appliance.Console(), "/") }

// API calls the JSON API as the console's page does; head are names and values. While the appliance
// asks to wait, a moment passes.
func (b *Browser) API(method, path string, body any, head ...string) *Answer {
	b.h.t.Helper()
	key := rand.Text()
	for range 40 {
		a := b.api(method, path, body, append([]string{"Idempotency-Key", key}, head...))
		if a.Status != http.StatusTooManyRequests {
			return a
		}
		s, err := strconv.Atoi(a.Header.Get("Retry-After"))
		if err != nil {
			s = 1
		}
		b.h.Clock.Advance(time.Duration(max(s, 1)) * time.Second)
	}
	b.h.t.Fatalf("%s %s: too many requests for ever", method, path)
	return nil
}

func (b *Browser) api(method, path string, body any, head []string) *Answer {
	b.h.t.Helper()
	var in io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			b.h.t.Fatal(err)
		}
		in = bytes.NewReader(raw)
	}
	q, err := http.NewRequestWithContext(context.Background(), method, b.h.origin()+"/api/v1"+path, in)
	if err != nil {
		b.h.t.Fatal(err)
	}
	q.Header.Set("Sec-Fetch-Site", "same-origin")
	if body != nil {
		q.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(head); i += 2 {
		q.Header.Set(head[i], head[i+1])
	}
	resp, err := b.Do(q)
	if err != nil {
		b.h.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer func() { _ = resp.Body.Close() }()
	a := &Answer{Status: resp.StatusCode, Header: resp.Header}
	if a.Body, err = io.ReadAll(resp.Body); err != nil {
		b.h.t.Fatalf("%s %s: %v", method, path, err)
	}
	var p struct {
		Code string `json:"code"`
	}
	if resp.StatusCode >= 400 && json.Unmarshal(a.Body, &p) == nil {
		a.Code = p.Code
	}
	return a
}

// Must is API that decodes a success into out (nil: whatever) and ends the test otherwise.
func (b *Browser) Must(method, path string, body, out any, head ...string) *Answer {
	b.h.t.Helper()
	a := b.API(method, path, body, head...)
	if a.Status >= 300 {
		b.h.t.Fatalf("%s %s: %s", method, path, a)
	}
	if out != nil {
		if err := a.Into(out); err != nil {
			b.h.t.Fatalf("%s %s: %v", method, path, err)
		}
	}
	return a
}
