package visit

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// Bounds of a jar; the size is what browsers allow for one cookie.
const (
	jarNames  = 300
	jarCookie = 4096
)

// jar keeps the PBX's cookies on the server. The browser sees copies of those that scripts read;
// what it sends back is never forwarded.
type jar struct {
	port     bool
	readable []string

	mu    sync.Mutex
	jar   *cookiejar.Jar
	names map[string]struct{}
}

func newJar(mode string, readable []string) *jar {
	j, _ := cookiejar.New(nil) // never fails
	return &jar{port: mode == ModePort, readable: readable, jar: j, names: map[string]struct{}{}}
}

// at is where the jar files its cookies: the PBX's own name does not matter, its paths do.
func at(path string) *url.URL {
	return &url.URL{Scheme: "https", Host: "pbx.invalid", Path: path}
}

// take moves the Set-Cookie lines of a response to the jar and leaves the browser's copies.
func (j *jar) take(path string, h http.Header) {
	lines := h.Values("Set-Cookie")
	h.Del("Set-Cookie")
	h.Del("Set-Cookie2")
	for _, line := range lines {
		c, err := http.ParseSetCookie(line)
		if err != nil || len(c.Name)+len(c.Value) > jarCookie || ours(c.Name) {
			continue
		}
		c.Domain = ""
		j.mu.Lock()
		if _, known := j.names[c.Name]; !known && len(j.names) >= jarNames {
			j.mu.Unlock()
			continue
		}
		j.names[c.Name] = struct{}{}
		j.jar.SetCookies(at(path), []*http.Cookie{c})
		j.mu.Unlock()
		if c.HttpOnly || j.port && !j.mayRead(c.Name) {
			continue
		}
		c.Secure, c.Partitioned = true, false
		if c.SameSite != http.SameSiteStrictMode {
			c.SameSite = http.SameSiteLaxMode
		}
		if text := c.String(); text != "" {
			h.Add("Set-Cookie", text)
		}
	}
}

// mayRead: an XSRF token is of no use without the session's cookie, and is made to be read.
func (j *jar) mayRead(name string) bool {
	low := strings.ToLower(name)
	if strings.Contains(low, "xsrf") || strings.Contains(low, "csrf") {
		return true
	}
	return slices.Contains(j.readable, name)
}

// give puts the jar's cookies on a request in place of the browser's.
func (j *jar) give(path string, r *http.Request) {
	r.Header.Del("Cookie")
	j.mu.Lock()
	list := j.jar.Cookies(at(path))
	j.mu.Unlock()
	for _, c := range list {
		r.AddCookie(c)
	}
}

// ours tells whether a cookie name is reserved: the console's and the visits' own.
func ours(name string) bool {
	return strings.HasPrefix(strings.ToLower(name), "__host-sk")
}
