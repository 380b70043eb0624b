package static

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

func handler(t *testing.T) *Handler {
	t.Helper()
	h, err := New(Config{
		Files: fstest.MapFS{
			"index.html":           {Data: []byte("<!doctype html><html><head><title>x</title></head></html>")},
			"boot.js":              {Data: []byte("1")},
			"assets/app-abc.js":    {Data: []byte("raw script")},
			"assets/app-abc.js.br": {Data: []byte("brotli")},
			"assets/app-abc.js.gz": {Data: []byte("gzip")},
			"assets/i.woff2":       {Data: []byte("font")},
			".hidden":              {Data: []byte("no")},
		},
		Connect:  func() []string { return []string{"https://probe.example:8443"} },
		NotFound: http.NotFoundHandler(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// answer is a response whose body is read.
type answer struct {
	StatusCode int
	Header     http.Header
}

func get(t *testing.T, h http.Handler, target, accept string) (answer, string) {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, target, nil)
	if accept != "" {
		r.Header.Set("Accept-Encoding", accept)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	res := w.Result()
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header}, string(b)
}

func TestEncodingFollowsTheClient(t *testing.T) {
	t.Parallel()
	h := handler(t)
	for accept, want := range map[string]string{
		"":                         "raw script",
		"gzip":                     "gzip",
		"gzip, deflate, br":        "brotli",
		"br;q=0, gzip":             "gzip",
		"br;q=0.1, gzip;q=0.9":     "gzip",
		"*":                        "brotli",
		"identity;q=1, *;q=0":      "raw script",
		"br;q=0.2, identity;q=0.9": "raw script",
	} {
		res, body := get(t, h, "/assets/app-abc.js", accept)
		if body != want || res.Header.Get("Vary") != "Accept-Encoding" || !strings.Contains(res.Header.Get("Cache-Control"), "immutable") ||
			!strings.HasPrefix(res.Header.Get("Content-Type"), "text/javascript") {
			t.Errorf("%q: %q %v", accept, body, res.Header)
		}
	}
}

func TestUnknownFilesAreAbsentAndDeepLinksArePages(t *testing.T) {
	t.Parallel()
	h := handler(t)
	for target, want := range map[string]int{
		"/": 200, "/pbxs/abc": 200, "/index.html": 200, "/boot.js": 200, "/assets/gone.js": 404, "/assets/x": 404,
		"/robots.txt": 404, "/.hidden": 404, "/assets/app-abc.js.br": 404, "/assets/../../etc/passwd": 200,
	} {
		if res, _ := get(t, h, target, ""); res.StatusCode != want {
			t.Errorf("%s: %d, want %d", target, res.StatusCode, want)
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", w.Code)
	}
}

func TestAWorkerMayAskItsOwnHost(t *testing.T) {
	t.Parallel()
	h := handler(t)
	res, _ := get(t, h, "/assets/app-abc.js", "")
	if csp := res.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'; connect-src 'self';") {
		t.Errorf("policy %q: the worker of the event stream reads nothing", csp)
	}
}

func TestThePageHasANonceOfItsOwn(t *testing.T) {
	t.Parallel()
	h := handler(t)
	nonce := regexp.MustCompile(`nonce="([A-Za-z0-9+/=]{24})"`)
	seen := map[string]bool{}
	for range 3 {
		res, body := get(t, h, "/any/where", "br")
		m := nonce.FindStringSubmatch(body)
		csp := res.Header.Get("Content-Security-Policy")
		if m == nil || seen[m[1]] || !strings.Contains(csp, "'nonce-"+m[1]+"'") {
			t.Fatalf("nonce: %v in %q, policy %q", m, body, csp)
		}
		seen[m[1]] = true
		for _, want := range []string{"default-src 'none'", "require-trusted-types-for 'script'", "trusted-types default", "connect-src 'self' https://probe.example:8443", "frame-ancestors 'none'"} {
			if !strings.Contains(csp, want) {
				t.Errorf("policy lacks %q", want)
			}
		}
		if strings.Contains(csp, "unsafe") || res.Header.Get("Cache-Control") != "no-store" || !strings.Contains(body, `<base href="/">`) {
			t.Errorf("%q %v", body, res.Header)
		}
	}
}

func TestNotModified(t *testing.T) {
	t.Parallel()
	h := handler(t)
	res, _ := get(t, h, "/boot.js", "")
	r := httptest.NewRequest(http.MethodGet, "/boot.js", nil)
	r.Header.Set("If-None-Match", res.Header.Get("Etag"))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != http.StatusNotModified {
		t.Fatalf("%d", w.Code)
	}
}

func TestAnApplicationWithoutIndexIsRefused(t *testing.T) {
	t.Parallel()
	if _, err := New(Config{Files: fstest.MapFS{"a.js": {}}}); err == nil {
		t.Fatal("accepted")
	}
}
