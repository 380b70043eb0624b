//go:build unix

package visit

import (
	"context"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// findings is what the page of a portal reports about itself from inside a real browser.
type findings struct {
	Href, Cookies, Socket, Worker, Echo, Protocol, Sibling string

	History int
}

const findPage = `<!doctype html><title>portal</title><script>
(async () => {
  const f = {Href: location.href, History: history.length, Protocol: performance.getEntriesByType('navigation')[0].nextHopProtocol};
  const attempt = async (fn) => { try { return String(await fn()); } catch (e) { return 'refused: ' + e.name; } };
  await fetch('/login');
  document.cookie = 'sid=tossed; Domain=visit.localhost; Path=/';
  document.cookie = 'evil=1; Domain=visit.localhost; Path=/echo';
  document.cookie = '__Host-sk_portal=mine; Path=/; Secure';
  f.Cookies = document.cookie;
  f.Socket = await attempt(() => new Promise((ok, no) => {
    const s = new WebSocket('wss://' + location.host + '/ws');
    s.onopen = () => s.send('hi'); s.onmessage = async (m) => { ok(typeof m.data === 'string' ? m.data : await m.data.text()); s.close(); }; s.onerror = () => no(new Error('socket'));
  }));
  f.Worker = await attempt(async () => { await navigator.serviceWorker.register('/sw.js'); return 'registered'; });
  f.Echo = await attempt(async () => (await (await fetch('/echo')).text()).split('Cookie-Header:')[1].trim());
  const other = new URLSearchParams(location.search).get('other');
  if (other) {
    f.Sibling = await attempt(async () => { await fetch(other + '/echo', {credentials: 'include', mode: 'no-cors'}); return 'sent'; });
  }
  const next = await (await fetch('/found', {method: 'POST', body: JSON.stringify(f)})).text();
  if (next) location.href = next;
})();
</script>`

// browse starts Chromium, which trusts the test's CA through its NSS store, on an address.
func browse(t *testing.T, r *rig, address string) {
	t.Helper()
	for _, tool := range []string{"chromium", "certutil"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed", tool)
		}
	}
	home := t.TempDir()
	nss := filepath.Join(home, ".pki", "nssdb")
	ca := filepath.Join(home, "ca.pem")
	if err := os.MkdirAll(nss, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: r.ca.Root().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"-N", "--empty-password"}, {"-A", "-n", "sk", "-t", "C,,", "-i", ca}} {
		if out, err := exec.CommandContext(t.Context(), "certutil", append(args, "-d", "sql:"+nss)...).CombinedOutput(); err != nil {
			t.Fatalf("certutil: %v %s", err, out)
		}
	}
	c := exec.Command("chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--user-data-dir="+filepath.Join(home, "profile"),
		"--user-agent="+agent, "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.0.0.1", address)
	c.Env = append(os.Environ(), "HOME="+home)
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-c.Process.Pid, syscall.SIGKILL)
		_ = c.Wait()
	})
}

// TestTwoVisitsInChromium opens one visit after the other in one real browser; the first page does
// what a hostile portal would.
func TestTwoVisitsInChromium(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	r := newRig(t)
	p := r.person("ann")
	local := func(q *Request) { q.Console = "https://console.localhost:" + r.port }
	got := make(chan findings, 2)
	next := ""
	for id, pt := range r.portal {
		pt.handle("/ui/", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, findPage) })
		pt.handle("/found", func(w http.ResponseWriter, q *http.Request) {
			var f findings
			if err := json.NewDecoder(q.Body).Decode(&f); err != nil {
				t.Error(err)
			}
			if id == "pbx1" {
				fmt.Fprint(w, next)
			}
			got <- f
		})
	}
	second, err := p.launch("pbx2", local)
	if err != nil {
		t.Fatal(err)
	}
	next = second.URL
	origin2, _ := split(t, second)
	r.targets["pbx1"] = Target{Account: "acc-pbx1", Label: "one", Allowed: true, URL: r.portal["pbx1"].srv.URL + "/ui/?other=" + origin2}
	first, err := p.launch("pbx1", local)
	if err != nil {
		t.Fatal(err)
	}
	origin1, _ := split(t, first)
	browse(t, r, first.URL)
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	for i, origin := range []string{origin1, origin2} {
		id := fmt.Sprintf("pbx%d", i+1)
		var f findings
		select {
		case f = <-got:
		case <-ctx.Done():
			t.Fatalf("no report from visit %d; audit: %s", i+1, strings.Join(auditRows(t, r.db), "\n"))
		}
		t.Logf("%s: %+v", id, f)
		if !strings.HasPrefix(f.Href, origin+"/ui/") || strings.Contains(f.Href, "#") || f.Protocol != "h2" {
			t.Errorf("%s at %s over %s", id, f.Href, f.Protocol)
		}
		if f.Socket != id+" hi" {
			t.Errorf("WebSocket: %q", f.Socket)
		}
		if !strings.HasPrefix(f.Worker, "refused") {
			t.Errorf("service worker: %q", f.Worker)
		}
		if f.Echo != "sid="+id+"-secret; _xsrf="+id+"-token; lang=en" {
			t.Errorf("the portal of %s saw %q", id, f.Echo)
		}
		if !strings.Contains(f.Cookies, "_xsrf="+id+"-token") || strings.Contains(f.Cookies, "secret") || strings.Contains(f.Cookies, "__Host-sk") {
			t.Errorf("scripts read %q", f.Cookies)
		}
	}
	for _, q := range r.portal["pbx2"].requests() {
		if q.URL.Path == "/echo" && q.Header.Get("Sec-Fetch-Site") == "same-site" {
			t.Error("the first visit's page reached the second PBX")
		}
	}
}

// TestPortVisitInChromium: no name resolves, so the visit has a port of the console's host. The
// browser sends the console's cookie to it; the PBX must not see it, and it must outlive the visit.
func TestPortVisitInChromium(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	ca, err := sharedAuthority()
	if err != nil {
		t.Fatal(err)
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	first := free.Addr().(*net.TCPAddr).Port + 1
	free.Close()
	r := newRig(t, onPorts(ca, first))
	p := r.person("ann")
	l, err := p.launch("pbx1", func(q *Request) { q.ProbeOK, q.Console = false, "https://127.0.0.1:"+r.port })
	if err != nil {
		t.Fatal(err)
	}
	origin, _ := split(t, l)
	got, back := make(chan findings, 1), make(chan string, 1)
	r.console = func(w http.ResponseWriter, q *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		switch q.URL.Path {
		case "/":
			w.Header().Set("Set-Cookie", "__Host-sk=session-ann; Path=/; Secure; HttpOnly; SameSite=Strict")
			fmt.Fprintf(w, "<!doctype html><script>location.href = %q</script>", l.URL)
		case "/back":
			select {
			case back <- q.Header.Get("Cookie"):
			default:
			}
		}
	}
	pt := r.portal["pbx1"]
	pt.handle("/ui/", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, findPage) })
	pt.handle("/found", func(w http.ResponseWriter, q *http.Request) {
		var f findings
		if err := json.NewDecoder(q.Body).Decode(&f); err != nil {
			t.Error(err)
		}
		got <- f
		fmt.Fprint(w, "https://127.0.0.1:"+r.port+"/back")
	})
	browse(t, r, "https://127.0.0.1:"+r.port+"/")
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	select {
	case f := <-got:
		t.Logf("%+v", f)
		if !strings.HasPrefix(f.Href, origin+"/ui/") || f.Socket != "pbx1 hi" || !strings.HasPrefix(f.Worker, "refused") ||
			f.Echo != "sid=pbx1-secret; _xsrf=pbx1-token; lang=en" || !strings.Contains(f.Cookies, "_xsrf=pbx1-token") || strings.Contains(f.Cookies, "lang") || strings.Contains(f.Cookies, "session-ann") {
			t.Errorf("%+v", f)
		}
	case <-ctx.Done():
		t.Fatalf("no report; audit: %s", strings.Join(auditRows(t, r.db), "\n"))
	}
	select {
	case c := <-back:
		if !strings.Contains(c, "__Host-sk=session-ann") {
			t.Errorf("the console's cookie is gone: %q", c)
		}
	case <-ctx.Done():
		t.Fatal("not back at the console")
	}
	for _, q := range pt.requests() {
		if strings.Contains(q.Header.Get("Cookie"), "__Host-sk") {
			t.Fatal("a cookie of ours reached the PBX")
		}
	}
}
