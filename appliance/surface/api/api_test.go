package api

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"go.uber.org/goleak"

	"github.com/switchkeep/switchkeep/appliance/domain/identity"
	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/secret"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/appliance/surface/api/idem"
	"github.com/switchkeep/switchkeep/appliance/surface/api/route"
	"github.com/switchkeep/switchkeep/appliance/surface/api/sse"
	"github.com/switchkeep/switchkeep/bolt/bolttest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// frame is the surface with routes of the test's own, to look at the gate alone; the walk in package
// rest has the real rooms behind it.
type frame struct {
	api    *API
	clock  *clock.Manual
	url    string
	client *http.Client
	needed bool
	audit  []audit.Entry
	runs   int
	quiet  []bool
}

func (f *frame) Needed(context.Context) (bool, error) { return f.needed, nil }

func (f *frame) Check(_ context.Context, token string) error {
	if token != "setup" {
		return fault.New(fault.KindDenied, "setup_link", "wrong link")
	}
	return nil
}

func (f *frame) Session(_ context.Context, token string, active bool) (identity.View, error) {
	f.quiet = append(f.quiet, !active)
	if token != "good" {
		return identity.View{}, identity.ErrSignedOut
	}
	return identity.View{
		User: identity.User{ID: "u", Email: "u@example.com"}, Session: identity.Session{ID: "s"},
		Acting: identity.Member{Membership: identity.Membership{ID: "m", Account: "mine"}},
	}, nil
}

func (f *frame) Append(_ context.Context, _ audit.Cause, e audit.Entry) error {
	f.audit = append(f.audit, e)
	return nil
}

type guard struct{}

func (guard) Check(_ store.Reader, _ route.Who, act route.Action, account string) error {
	switch {
	case account != "mine":
		return fault.NotFound("thing")
	case act == "thing.delete":
		return fault.New(fault.KindDenied, "denied", "denied")
	}
	return nil
}

func (guard) Scope(store.Reader, route.Who, route.Action) (route.Scope, error) {
	return route.Scope{}, nil
}

func (guard) May(store.Reader, route.Who, string) ([]route.Action, error) { return nil, nil }

func (guard) MayGive(store.Reader, route.Who, string, string) error { return nil }

type thing struct {
	Name     string `json:"name" minLength:"3" maxLength:"10"`
	Password string `json:"password,omitempty"`
	Count    int    `json:"count,omitempty" minimum:"1"`
}

type thingIn struct {
	Body thing
}

type byID struct {
	ID string `path:"id"`
}

func (f *frame) routes(r *route.Registry) {
	add := func(method, path, id string, need route.Need) route.Entry {
		kind := route.Object
		if method != http.MethodGet {
			kind = route.Change
		}
		return route.Entry{Method: method, Path: path, ID: id, Summary: id, Tag: "thing", Need: need, Kind: kind}
	}
	post := add("POST", "/things", "thing_add", "thing.add")
	post.Cap = 100
	route.Add(r, post, func(_ context.Context, c *route.Call, in *thingIn) (thing, error) {
		f.runs++
		c.SetVer(7)
		in.Body.Count = f.runs
		return in.Body, c.Allow(nil, "mine")
	})
	route.Add(r, add("GET", "/things/{id}", "thing", "thing.view"), func(_ context.Context, c *route.Call, in *byID) (thing, error) {
		c.Object = in.ID
		return thing{Name: "one " + in.ID}, c.Allow(nil, in.ID)
	})
	route.Add(r, add("GET", "/things/fixed", "thing_fixed", route.Self), func(context.Context, *route.Call, *struct{}) (thing, error) {
		return thing{Name: "fixed"}, nil
	})
	patch := add("PATCH", "/things/{id}", "thing_edit", "thing.edit")
	patch.Match = true
	route.Add(r, patch, func(_ context.Context, c *route.Call, in *byID) (route.None, error) {
		if c.Ver != 7 {
			return route.None{}, fault.Stale(7)
		}
		return route.None{}, c.Allow(nil, in.ID)
	})
	route.Add(r, add("DELETE", "/things/{id}", "thing_delete", "thing.delete"), func(_ context.Context, c *route.Call, in *byID) (route.None, error) {
		c.Object = in.ID
		return route.None{}, c.Allow(nil, in.ID)
	})
	route.Add(r, add("GET", "/forgetful", "forgetful", "thing.view"), func(context.Context, *route.Call, *struct{}) (thing, error) {
		return thing{Name: "secret"}, nil
	})
	route.Add(r, add("GET", "/panic", "panic", route.Self), func(context.Context, *route.Call, *struct{}) (thing, error) {
		panic("no")
	})
	route.Add(r, add("GET", "/broken", "broken", route.Self), func(context.Context, *route.Call, *struct{}) (thing, error) {
		return thing{}, errors.New("disk on fire at /var/lib")
	})
	hello := add("GET", "/hello", "hello", route.Public)
	hello.Early = true
	route.Add(r, hello, func(context.Context, *route.Call, *struct{}) (thing, error) { return thing{Name: "hello"}, nil })
	route.Add(r, add("POST", "/setup/thing", "setup_thing", route.SetupToken), func(context.Context, *route.Call, *struct{}) (thing, error) {
		return thing{Name: "setup"}, nil
	})
}

func known(a string) bool { return strings.HasPrefix(a, "thing.") }

func newFrame(t *testing.T) *frame {
	t.Helper()
	f := &frame{clock: clock.NewManual(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC))}
	keeper, err := secret.CreateKeeper(filepath.Join(t.TempDir(), "key"), f.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	hub := sse.New(sse.Config{Clock: f.clock, Log: log})
	f.api, err = New(Config{
		Version: "test", Clock: f.clock, Log: log, DB: bolttest.Open(t, idem.Table()), Sealer: keeper,
		Hosts: func(h string) bool { return strings.HasPrefix(h, "127.0.0.1:") },
		Files: fstest.MapFS{"index.html": {Data: []byte("<head></head>")}},
		Setup: f, Identity: f, Access: guard{}, Audit: f, Hub: hub, Known: known,
		Routes:    []func(*route.Registry){f.routes},
		Mounts:    []Mount{{"/_link", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "link") })}},
		PerSource: Rate{PerSecond: 1, Burst: 1000}, PerCaller: Rate{PerSecond: 1, Burst: 1000},
	})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewUnstartedServer(f.api.Handler())
	srv.EnableHTTP2 = true
	srv.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	srv.StartTLS()
	t.Cleanup(func() {
		hub.Close()
		srv.CloseClientConnections()
		srv.Close()
	})
	f.url, f.client = srv.URL, srv.Client()
	return f
}

type reply struct {
	status int
	header http.Header
	body   string
}

func (f *frame) do(t *testing.T, method, path, body string, header ...string) reply {
	t.Helper()
	var in io.Reader
	if body != "" {
		in = strings.NewReader(body)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, f.url+path, in)
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	r.AddCookie(&http.Cookie{Name: Cookie, Value: "good"})
	for i := 0; i < len(header); i += 2 {
		if header[i] == "Host" {
			r.Host = header[i+1]
			continue
		}
		if r.Header.Set(header[i], header[i+1]); header[i+1] == "" {
			r.Header.Del(header[i])
		}
	}
	res, err := f.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{res.StatusCode, res.Header, string(b)}
}

func (r reply) want(t *testing.T, status int, parts ...string) {
	t.Helper()
	if r.status != status {
		t.Errorf("status %d, want %d: %s", r.status, status, r.body)
	}
	for _, p := range parts {
		if !strings.Contains(r.body, p) {
			t.Errorf("%q is not in %s", p, r.body)
		}
	}
	if status >= 400 && r.header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("a refusal of type %q", r.header.Get("Content-Type"))
	}
}

func TestTheGateLetsThrough(t *testing.T) {
	t.Parallel()
	f := newFrame(t)
	f.do(t, "GET", "/api/v1/things/mine", "").want(t, 200, `"name":"one mine"`)
	f.do(t, "GET", "/api/v1/things/fixed", "").want(t, 200, `"name":"fixed"`)
	f.do(t, "HEAD", "/api/v1/things/fixed", "").want(t, 200)
	f.do(t, "GET", "/healthz", "", "Cookie", "").want(t, 200, "ok")
	f.do(t, "GET", "/_link", "").want(t, 200, "link")
	f.do(t, "GET", "/any/page", "").want(t, 200, "<base")
	f.do(t, "GET", "/docs/api", "").want(t, 200, "openapi.json")
	f.do(t, "GET", "/api/v1/hello", "", "Cookie", "").want(t, 200, "hello")
	r := f.do(t, "GET", "/api/v1/things/mine", "")
	for k, v := range map[string]string{"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"} {
		if r.header.Get(k) != v {
			t.Errorf("%s: %q", k, r.header.Get(k))
		}
	}
	if len(r.header.Get("X-Request-Id")) != 26 || r.header.Get("Server") != "" {
		t.Errorf("%v", r.header)
	}
}

func TestTheGateRefuses(t *testing.T) {
	t.Parallel()
	f := newFrame(t)
	f.do(t, "GET", "/api/v1/things/mine", "", "Host", "evil.example").want(t, 421, "unknown_host")
	f.do(t, "GET", "/healthz", "", "Host", "evil.example").want(t, 421)
	f.do(t, "GET", "/api/v1/nothing", "").want(t, 404, "no_route")
	f.do(t, "GET", "/api/v1/things/a%2Fb", "").want(t, 404)
	f.do(t, "GET", "/api/v1//things", "").want(t, 404)
	f.do(t, "GET", "/api/other", "").want(t, 404)
	f.do(t, "PUT", "/api/v1/things/mine", "").want(t, 405)
	if r := f.do(t, "HEAD", "/api/v1/events", ""); r.status != 405 {
		t.Errorf("HEAD of a stream: %d", r.status)
	}
	f.do(t, "GET", "/api/v1/things/mine", "", "Cookie", "").want(t, 401, "signed_out")
	f.do(t, "GET", "/api/v1/things/mine", "", "Cookie", Cookie+"=bad").want(t, 401, "signed_out")
	f.do(t, "GET", "/api/v1/hello", "", "Cookie", Cookie+"=bad").want(t, 200)
	f.do(t, "POST", "/api/v1/setup/thing", "", "Idempotency-Key", "12345678").want(t, 403, "setup_link")
	f.do(t, "POST", "/api/v1/setup/thing", "", "Idempotency-Key", "12345678", TokenHeader, "setup").want(t, 200)
	f.do(t, "POST", "/api/v1/things", `{"name":"abc"}`).want(t, 400, "idempotency_key_required")
	f.do(t, "PATCH", "/api/v1/things/mine", "", "Idempotency-Key", "12345678").want(t, 428, "if_match_required")
	f.do(t, "PATCH", "/api/v1/things/mine", "", "Idempotency-Key", "12345678", "If-Match", "7").want(t, 422, "header.If-Match")
	f.do(t, "PATCH", "/api/v1/things/mine", "", "Idempotency-Key", "12345678", "If-Match", `"6"`).want(t, 412, "stale", `"ver":7`)
	f.do(t, "PATCH", "/api/v1/things/mine", "", "Idempotency-Key", "12345678", "If-Match", `"7"`).want(t, 204)
	f.do(t, "GET", "/api/v1/forgetful", "").want(t, 500, `"internal"`)
	f.do(t, "GET", "/api/v1/panic", "").want(t, 500, `"internal"`)
	if r := f.do(t, "GET", "/api/v1/broken", ""); strings.Contains(r.body, "fire") || r.status != 500 {
		t.Errorf("%+v", r)
	}
}

func TestRefusedRightsAreInTheOperationLog(t *testing.T) {
	t.Parallel()
	f := newFrame(t)
	f.do(t, "GET", "/api/v1/things/theirs", "").want(t, 404, "not_found")
	f.do(t, "DELETE", "/api/v1/things/mine", "", "Idempotency-Key", "12345678").want(t, 403, "denied")
	f.do(t, "GET", "/api/v1/things/mine", "").want(t, 200)
	if len(f.audit) != 2 || f.audit[0].Action != "thing.view" || f.audit[0].ObjectID != "theirs" || f.audit[1].Action != "thing.delete" || f.audit[1].Result != audit.Refused {
		t.Fatalf("%+v", f.audit)
	}
}

func TestBeforeSetupOnlyEarlyRoutesAnswer(t *testing.T) {
	t.Parallel()
	f := newFrame(t)
	f.needed = true
	f.do(t, "GET", "/api/v1/things/mine", "").want(t, 503, "setup_required")
	f.do(t, "GET", "/api/v1/hello", "").want(t, 200)
	f.do(t, "GET", "/api/v1/openapi.json", "").want(t, 200, `"3.1.0"`)
	f.do(t, "GET", "/setup", "").want(t, 200)
	f.do(t, "POST", "/api/v1/setup/thing", "", "Idempotency-Key", "12345678", TokenHeader, "setup").want(t, 200)
}

func TestCrossSite(t *testing.T) {
	t.Parallel()
	f := newFrame(t)
	host := strings.TrimPrefix(f.url, "https://")
	name, port, _ := strings.Cut(host, ":")
	for _, c := range []struct {
		site, origin string
		want         int
	}{
		{"", "", 200},
		{"same-origin", "", 200},
		{"same-origin", f.url, 200},
		{"", f.url, 200},
		{"none", "", 403},
		{"same-site", "", 403},
		{"cross-site", "", 403},
		{"same-origin", "https://evil.example", 403},
		{"", "https://evil.example", 403},
		{"", "null", 403},
		{"", "http://" + host, 403},
		{"", "https://" + name + ":1" + port, 403},
		{"", "https://" + name, 403},
		{"", strings.ToUpper(f.url), 403},
	} {
		for _, r := range [][3]string{{"GET", "/api/v1/things/mine"}, {"GET", "/api/v1/hello"}, {"POST", "/api/v1/things", `{"name":"abc"}`}} {
			got := f.do(t, r[0], r[1], r[2], "Sec-Fetch-Site", c.site, "Origin", c.origin, "Idempotency-Key", "matrix-key")
			if got.status != c.want {
				t.Errorf("%v %+v: %d %s", r, c, got.status, got.body)
			}
		}
	}
}

func TestIdempotency(t *testing.T) {
	t.Parallel()
	f := newFrame(t)
	first := f.do(t, "POST", "/api/v1/things", `{"name":"abc","password":"p"}`, "Idempotency-Key", "key-0001")
	first.want(t, 200, `"count":1`)
	again := f.do(t, "POST", "/api/v1/things", `{"name":"abc","password":"p"}`, "Idempotency-Key", "key-0001")
	if again.body != first.body || again.status != first.status || again.header.Get("Etag") != `"7"` || again.header.Get("Idempotency-Replayed") != "true" || f.runs != 1 {
		t.Fatalf("%d runs, %+v", f.runs, again)
	}
	f.do(t, "POST", "/api/v1/things", `{"name":"other"}`, "Idempotency-Key", "key-0001").want(t, 409, "idempotency_key_reused")
	f.do(t, "POST", "/api/v1/things", `{"name":"abc"}`, "Idempotency-Key", "key-0002").want(t, 200, `"count":2`)
	f.do(t, "POST", "/api/v1/things", `{"name":"a"}`, "Idempotency-Key", "key-0003").want(t, 422)
	f.do(t, "POST", "/api/v1/things", `{"name":"abc"}`, "Idempotency-Key", "key-0003").want(t, 200, `"count":3`)
	f.clock.Advance(idem.Life + time.Minute)
	f.do(t, "POST", "/api/v1/things", `{"name":"abc"}`, "Idempotency-Key", "key-0002").want(t, 200, `"count":4`)
	if err := f.api.keep.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestErrorsDoNotRepeatWhatWasSent(t *testing.T) {
	t.Parallel()
	f := newFrame(t)
	const secret = "hunter2-hunter2"
	for name, body := range map[string]string{
		"unknown property": `{"name":"abc","passwort":"` + secret + `"}`,
		"wrong type":       `{"name":"abc","count":"` + secret + `"}`,
		"too long":         `{"name":"` + secret + `"}`,
		"missing":          `{"password":"` + secret + `"}`,
		"nested":           `{"name":{"password":"` + secret + `"}}`,
		"broken JSON":      `{"name":"abc","password":"` + secret,
		"no object":        `"` + secret + `"`,
		"number":           `{"name":"abc","count":-5,"password":"` + secret + `"}`,
	} {
		r := f.do(t, "POST", "/api/v1/things", body, "Idempotency-Key", "key-secret")
		if r.status != 422 && r.status != 400 || strings.Contains(r.body, "hunter2") {
			t.Errorf("%s: %+v", name, r)
		}
	}
	f.do(t, "POST", "/api/v1/things", `{"password":"x"}`, "Idempotency-Key", "key-secret").want(t, 422, `"path":"name"`, `"code":"required"`)
	f.do(t, "POST", "/api/v1/things", `{"name":"abc","x":1}`, "Idempotency-Key", "key-secret").want(t, 422, `"path":"x"`, `"code":"unknown"`)
	f.do(t, "POST", "/api/v1/things", `name=abc`, "Idempotency-Key", "key-secret", "Content-Type", "text/plain").want(t, 415)
}

func TestPassiveRequestsDoNotProlong(t *testing.T) {
	t.Parallel()
	f := newFrame(t)
	f.do(t, "GET", "/api/v1/things/mine", "")
	f.do(t, "GET", "/api/v1/things/mine", "", PassiveHeader, "1")
	f.do(t, "GET", "/api/v1/hello", "")
	if len(f.quiet) != 3 || f.quiet[0] || !f.quiet[1] || !f.quiet[2] {
		t.Fatalf("%v", f.quiet)
	}
}

func TestRateLimits(t *testing.T) {
	t.Parallel()
	f := newFrame(t)
	f.api.bySource.rate.Burst, f.api.byCaller.rate.Burst = 3, 2
	for i, want := range []int{200, 200, 200, 429} {
		if r := f.do(t, "GET", "/api/v1/hello", "", "Cookie", ""); r.status != want {
			t.Errorf("public %d: %d", i, r.status)
		}
	}
	for i, want := range []int{200, 200, 429} {
		if r := f.do(t, "GET", "/api/v1/things/mine", ""); r.status != want {
			t.Errorf("caller %d: %d", i, r.status)
		}
	}
	f.clock.Advance(time.Second)
	f.do(t, "GET", "/api/v1/things/mine", "").want(t, 200)
}

func TestTheEventStreamStaysWithItsSession(t *testing.T) {
	t.Parallel()
	f := newFrame(t)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, f.url+"/api/v1/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.AddCookie(&http.Cookie{Name: Cookie, Value: "good"})
	tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: f.client.Transport.(*http.Transport).TLSClientConfig.RootCAs}, DisableKeepAlives: true}
	res, err := (&http.Client{Transport: tr}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	f.api.c.Hub.Publish(sse.Change{Type: "pbx", ID: "1", Account: "theirs"}, sse.Change{Type: "pbx", ID: "2", Account: "mine"}, sse.Change{Type: "odd", ID: "3", Account: "mine"})
	f.api.c.Hub.EndSession("s", "")
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(b), `"id":"1"`) || strings.Contains(string(b), "odd") || !strings.Contains(string(b), "event: end") {
		t.Fatalf("%s", b)
	}
}
