package visit

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"net/url"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/switchkeep/switchkeep/certs"
)

func TestHeaderRules(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	p := r.person("ann")
	b := p.visit("pbx1")
	pbx := r.portal["pbx1"].srv.URL
	_, body := b.get(
		"/echo", "X-Forwarded-For", "1.2.3.4", "X-Forwarded-Host", "x", "Forwarded", "for=1", "Via", "1.1 x", "X-Real-Ip", "1.2.3.4",
		"Origin", b.origin, "Referer", b.origin+"/a/b?c", "Authorization", "Bearer of-the-portal", "Accept-Encoding", "br",
		"Sec-Fetch-Site", "same-origin",
	)
	for _, want := range []string{
		"Origin: " + pbx + "\r\n", "Referer: " + pbx + "/a/b?c\r\n", "Authorization: Bearer of-the-portal", "Accept-Encoding: br",
		"Host: " + strings.TrimPrefix(pbx, "http://"),
	} {
		if !strings.Contains(body, want) {
			t.Errorf("lacks %q in\n%s", want, body)
		}
	}
	for _, not := range []string{"Forwarded", "Via", "X-Real-Ip", "__Host-sk", "1.2.3.4", "visit.sk.internal"} {
		if strings.Contains(body, not) {
			t.Errorf("%q went through", not)
		}
	}
	q, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, b.origin+"/login", nil)
	resp, err := p.do(p.client.Do, q)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	for _, not := range []string{"Strict-Transport-Security", "Alt-Svc", "Service-Worker-Allowed", "Access-Control-Allow-Origin", "Clear-Site-Data"} {
		if resp.Header.Get(not) != "" {
			t.Errorf("%s went through", not)
		}
	}
	if h := resp.Header; h.Get("Content-Security-Policy") != "default-src 'self'" || h.Get("Cross-Origin-Opener-Policy") != "same-origin" ||
		h.Get("Referrer-Policy") != "same-origin" || h.Get("X-Robots-Tag") != "noindex" {
		t.Errorf("%v", h)
	}
	var names []string
	for _, c := range resp.Cookies() {
		names = append(names, c.Name)
		if !c.Secure || c.Domain != "" || c.SameSite != http.SameSiteLaxMode {
			t.Errorf("cookie %s", c)
		}
	}
	if strings.Join(names, " ") != "_xsrf lang" {
		t.Errorf("the browser got %q: no HttpOnly ones, none of ours", names)
	}
	if _, body = b.get("/echo"); !strings.Contains(body, "Cookie-Header: sid=pbx1-secret; _xsrf=pbx1-token; lang=en") {
		t.Error(body)
	}
	q, _ = http.NewRequestWithContext(t.Context(), http.MethodGet, b.origin+"/redirect", nil)
	if resp, err = p.do(p.client.Do, q); err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if l := resp.Header.Get("Location"); l != b.origin+"/next?q=1" || resp.Header.Get("Link") != "<"+b.origin+"/a.css>; rel=preload" {
		t.Errorf("%q %q", l, resp.Header.Get("Link"))
	}
	before := p.cookie(b.origin, "__Host-sk_portal").Value
	early := 0
	trace := &httptrace.ClientTrace{Got1xxResponse: func(int, textproto.MIMEHeader) error { early++; return nil }}
	q, _ = http.NewRequestWithContext(httptrace.WithClientTrace(t.Context(), trace), http.MethodGet, b.origin+"/hints", nil)
	if s, body := b.send(q); s != 200 || body != "late" || early != 0 || p.cookie(b.origin, "__Host-sk_portal").Value != before {
		t.Errorf("early hints: %d %q, %d came through", s, body, early)
	}
	if s, _ := b.get("/__sk/other"); s != 404 {
		t.Error(s)
	}
	if s, _ := b.get("/ui/", "Connection", "Upgrade", "Upgrade", "h2c"); s == 101 {
		t.Error(s)
	}
}

func TestRebase(t *testing.T) {
	t.Parallel()
	const own = "https://v-1.z:8443"
	for _, c := range []struct{ from, in, want string }{
		{"http://10.0.0.1", "http://10.0.0.1/a", own + "/a"},
		{"http://10.0.0.1", "http://10.0.0.1:80/a", own + "/a"},
		{"http://10.0.0.1:80", "http://10.0.0.1/a", own + "/a"},
		{"http://10.0.0.1", "http://10.0.0.10/a", "http://10.0.0.10/a"},
		{"http://10.0.0.1", "http://10.0.0.1:8080/a", "http://10.0.0.1:8080/a"},
		{"http://pbx", "HTTP://PBX", own},
		{"http://pbx", "//pbx/x", own + "/x"},
		{"http://pbx", "/x?u=http://pbx/y", "/x?u=" + own + "/y"},
		{"http://pbx", "5; url=http://pbx/y", "5; url=" + own + "/y"},
		{"http://pbx", "http://pbx.evil/y", "http://pbx.evil/y"},
		{"https://[fe80::1]:443", "https://[fe80::1]/y", own + "/y"},
	} {
		if got := rebase(c.in, c.from, own); got != c.want {
			t.Errorf("%s: %s → %s, want %s", c.from, c.in, got, c.want)
		}
	}
	if got := dropReports("default-src 'self'; Report-URI /x; img-src *; report-to g"); got != "default-src 'self'; img-src *" {
		t.Error(got)
	}
}

func TestJarIsBounded(t *testing.T) {
	t.Parallel()
	j := newJar(ModeHost, nil)
	for i := range 1000 {
		j.take("/", http.Header{"Set-Cookie": {"n" + strconv.Itoa(i) + "=v"}})
	}
	h := http.Header{"Set-Cookie": {"n0=new; Path=/", "big=" + strings.Repeat("x", 5000), "broken", "gone=1; Max-Age=0"}}
	j.take("/", h)
	q, _ := http.NewRequest(http.MethodGet, "https://x/", nil)
	q.Header.Set("Cookie", "browser=1")
	j.give("/", q)
	if n := len(q.Cookies()); n != jarNames || q.CookiesNamed("n0")[0].Value != "new" || len(q.CookiesNamed("browser")) != 0 {
		t.Fatalf("%d cookies", n)
	}
}

func TestPortalKeyIsPinned(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	first := newPortal(t, "pbx3", true)
	r.targets["pbx3"] = Target{Account: "acc-pbx3", Label: "three", Allowed: true, URL: first.srv.URL}
	p := r.person("ann")
	b := p.visit("pbx3")
	if s, body := b.get("/"); s != 200 || body != "portal pbx3 GET /" {
		t.Fatalf("%d %s", s, body)
	}
	pin := r.targets["pbx3"].SPKI
	if !strings.HasPrefix(pin, "sha256/") {
		t.Fatalf("not pinned at the first visit: %q", pin)
	}
	if s, _ := p.visit("pbx3").get("/"); s != 200 {
		t.Fatal("the pinned key is refused")
	}
	target := r.targets["pbx3"]
	target.SPKI = "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
	r.targets["pbx3"] = target
	before := first.count()
	c := p.visit("pbx3")
	s, body := c.get("/", "Accept", "text/html")
	if s != 502 || !strings.Contains(body, "another key") || first.count() != before {
		t.Fatalf("%d %s", s, body)
	}
	if s, _ = c.get("/"); s != 410 {
		t.Fatal("the visit goes on")
	}
}

func TestPortMode(t *testing.T) {
	t.Parallel()
	ca, err := sharedAuthority()
	if err != nil {
		t.Fatal(err)
	}
	base, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	first := base.Addr().(*net.TCPAddr).Port - 1
	defer base.Close() // the second port of the pool is somebody else's
	r := newRig(t, onPorts(ca, first))
	byIP := func(q *Request) { q.ProbeOK, q.Console = false, "https://127.0.0.1:"+r.port }
	ann := r.person("ann")
	l, err := ann.launch("pbx1", byIP)
	if err != nil {
		t.Fatal(err)
	}
	origin, token := split(t, l)
	a := &tab{p: ann, id: l.ID, origin: origin, token: token}
	if l.Mode != ModePort || !strings.HasPrefix(origin, "https://127.0.0.1:") {
		t.Fatalf("%+v", l)
	}
	host := strings.TrimPrefix(origin, "https://")
	named := &tab{p: ann, origin: "https://v-" + l.ID + ".visit.localhost:" + r.port}
	if s, _ := named.redeem(token); s != 421 {
		t.Fatalf("a visit on a port answers under a name too: %d", s)
	}
	if s, _ := a.redeem(token); s != 403 {
		t.Fatal("opened without the console's cookie")
	}
	ann.cookies[host] = map[string]*http.Cookie{"__Host-sk": {Name: "__Host-sk", Value: "session-eve"}}
	if s, _ := a.redeem(token); s != 403 {
		t.Fatal("opened by another user's browser")
	}
	ann.cookies[host]["__Host-sk"].Value = "session-ann"
	if s, body := a.redeem(token); s != 200 {
		t.Fatalf("%d %s", s, body)
	}
	if _, port, _ := net.SplitHostPort(host); ann.cookie(origin, "__Host-sk_portal_"+port) == nil {
		t.Fatal("the visit's cookie must carry its port")
	}
	_, _ = a.get("/login")
	if ann.cookie(origin, "lang") != nil || ann.cookie(origin, "_xsrf") == nil {
		t.Error("browsers send cookies to every port: only XSRF tokens may get there")
	}
	if _, body := a.get("/echo"); !strings.Contains(body, "Cookie-Header: sid=pbx1-secret; _xsrf=pbx1-token; lang=en\r\n") {
		t.Errorf("%s", body)
	}
	q, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, origin+"/ui/", nil)
	q.Host = "console.sk.internal"
	if s, _ := a.send(q); s != 421 {
		t.Error(s)
	}
	r.v.EndSession("session-ann", "")
	resp, err := ann.client.Get(origin + "/ui/")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	if resp.StatusCode != 410 || !strings.Contains(resp.Header.Get("Clear-Site-Data"), "storage") {
		t.Fatalf("quarantined port: %d %v", resp.StatusCode, resp.Header)
	}
	next := ann.launchPort(t, byIP)
	if next == origin {
		t.Fatal("a quarantined port was given out")
	}
	r.clock.Advance(Quarantine + time.Minute)
	until(t, "port free", func() bool {
		_, err := tls.Dial("tcp", host, &tls.Config{RootCAs: r.pool})
		return err != nil
	})
	if again := ann.launchPort(t, byIP); again != origin {
		t.Errorf("%s was not given out again but %s", origin, again)
	}
}

func onPorts(ca *certs.Authority, first int) func(*Config) {
	return func(c *Config) {
		c.Ports = &Ports{First: first, Count: 4, TLS: ca.Web(), Listen: func(ctx context.Context, port int) (net.Listener, error) {
			var lc net.ListenConfig
			return lc.Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		}}
	}
}

func (p *person) launchPort(t *testing.T, change func(*Request)) string {
	t.Helper()
	l, err := p.launch("pbx1", change)
	if err != nil {
		t.Fatal(err)
	}
	origin, _ := split(t, l)
	return origin
}

func TestProbe(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	p := r.person("ann")
	console := "https://console.sk.internal:" + r.port
	u := r.v.ProbeURL(console)
	if u != "https://probe.visit.sk.internal:"+r.port+"/__sk/probe" {
		t.Fatal(u)
	}
	for host, want := range map[string]string{"localhost": "localhost", "console.localhost": "localhost", "127.0.0.1": "localhost", "[::1]": "localhost", "10.0.0.9": "sk.internal"} {
		if got := r.v.ProbeURL("https://" + host); got != "https://probe.visit."+want+"/__sk/probe" {
			t.Errorf("%s: %s", host, got)
		}
	}
	ask := func(origin string) (status int, allowed string) {
		q, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, u, nil)
		q.Header.Set("Origin", origin)
		resp, err := p.client.Do(q)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode, resp.Header.Get("Access-Control-Allow-Origin")
	}
	if s, allowed := ask(console); s != 204 || allowed != console {
		t.Error(s, allowed)
	}
	if s, allowed := ask("https://evil.example"); s != 421 || allowed != "" {
		t.Error(s, allowed)
	}
}

func TestPagesSayWhatToDo(t *testing.T) {
	t.Parallel()
	p, err := newPages()
	if err != nil {
		t.Fatal(err)
	}
	for code, c := range p.all {
		if c.status < 400 || c.en.Title == "" || c.zh.Title == "" || len(c.en.Text) < 30 || len(c.zh.Text) < 15 {
			t.Errorf("%s: %+v", code, c)
		}
	}
	if !strings.Contains(p.cspStart, "script-src 'sha256-") || strings.Contains(p.cspStart, "unsafe") {
		t.Error(p.cspStart)
	}
}

func FuzzRebase(f *testing.F) {
	for _, s := range []string{"http://pbx/a", "//pbx", "5; url=http://pbx:80/x", "<http://pbx/a>; rel=next, <http://pbx.x/>", "http://PBX?", "", "http://", "//pbx//pbx"} {
		f.Add(s, "pbx")
		f.Add(s, "[fe80::1]:443")
	}
	f.Fuzz(func(t *testing.T, value, host string) {
		u, err := url.Parse("http://" + host)
		if err != nil || u.Host != host || host == "" || strings.ToLower(host) != host || strings.Contains("https://own.example", host) {
			return
		}
		got := rebase(value, "http://"+host, "https://own.example")
		if got != value && !strings.Contains(got, "https://own.example") {
			t.Fatalf("%q of %q became %q", value, host, got)
		}
		if strings.EqualFold(value, "http://"+host) && got != "https://own.example" {
			t.Fatalf("%q stayed %q", value, got)
		}
	})
}

// What a portal sends is passed on as it comes: a big download holds no memory.
func TestDownloadsAreNotBuffered(t *testing.T) {
	r := newRig(t)
	b := r.person("ann").visit("pbx1")
	const size = 256 << 20
	r.portal["pbx1"].handle("/image", func(w http.ResponseWriter, _ *http.Request) {
		chunk := make([]byte, 64<<10)
		for range size / len(chunk) {
			_, _ = w.Write(chunk)
		}
	})
	q, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, b.origin+"/image", nil)
	resp, err := b.p.do(b.p.client.Do, q)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	before, peak, buf := m.HeapAlloc, m.HeapAlloc, make([]byte, 64<<10)
	n := 0
	for i := 0; ; i++ {
		k, err := resp.Body.Read(buf)
		n += k
		if err != nil {
			break
		}
		if i%256 == 0 {
			runtime.ReadMemStats(&m)
			peak = max(peak, m.HeapAlloc)
		}
	}
	if n != size || peak > before+48<<20 {
		t.Fatalf("%d bytes, heap from %d to %d", n, before, peak)
	}
}

func FuzzFrames(f *testing.F) {
	for _, b := range [][]byte{
		{0x81, 0x85, 1, 2, 3, 4, 5, 6, 7, 8, 9},
		{0x89, 0x80, 1, 2, 3, 4},
		{0x8a, 0x00},
		{0x88, 0x82, 0, 0, 0, 0, 3, 232},
		{0x82, 0xfe, 0, 200, 1, 2, 3, 4},
		{0x82, 0xff, 0, 0, 0, 0, 0, 1, 0, 0, 1, 2, 3, 4},
		{0x01, 0x81, 0, 0, 0, 0, 'a', 0x89, 0x80, 0, 0, 0, 0, 0x80, 0x81, 0, 0, 0, 0, 'b'},
		{0x82, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 1},
		{},
		{0x81},
		{0x82, 126, 0},
		[]byte("GET / HTTP/1.1\r\n\r\n"),
	} {
		f.Add(b, uint8(3))
	}
	f.Fuzz(func(t *testing.T, b []byte, cut uint8) {
		var whole, parts frames
		want, got := whole.feed(b), false
		for i, n := 0, int(cut)+1; i < len(b); i += n { // cut anywhere, the same comes out
			got = parts.feed(b[i:min(i+n, len(b))]) || got
		}
		if want != got || whole.left != parts.left || whole.have != parts.have {
			t.Fatalf("whole %v %+v, in parts %v %+v", want, whole, got, parts)
		}
	})
}
