package visit

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// shared sends a request of a browser on one given HTTP/2 connection.
func (p *person) shared(cc *http.ClientConn, origin, path string, change ...func(*http.Request)) (int, string, error) {
	q, err := http.NewRequest(http.MethodGet, origin+path, nil)
	if err != nil {
		return 0, "", err
	}
	for _, c := range change {
		c(q)
	}
	resp, err := p.do(cc.RoundTrip, q)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if resp.ProtoMajor != 2 {
		return 0, "", fmt.Errorf("protocol %s", resp.Proto)
	}
	return resp.StatusCode, string(b), err
}

// TestShowVisitsApart is one line of the must-show list: it prints a line for each case.
func TestShowVisitsApart(t *testing.T) {
	r := newRig(t)
	show := func(name string, ok bool, format string, args ...any) {
		t.Helper()
		verdict := "ok  "
		if !ok {
			verdict = "FAIL"
			t.Fail()
		}
		t.Logf("%s %-28s %s", verdict, name, fmt.Sprintf(format, args...))
	}
	ann, bob := r.person("ann"), r.person("bob")
	a, b := ann.visit("pbx1"), bob.visit("pbx2")
	bob.cookies[strings.TrimPrefix(a.origin, "https://")] = nil // bob's browser has nothing for ann's visit

	cc := ann.oneConn(strings.Split(strings.TrimPrefix(a.origin, "https://"), ":")[0])
	r.oneConnection(t, show, cc, ann, bob, a, b)
	r.foreignHost(show, cc, ann, a)
	r.launchTokens(show, ann, bob, a)
	r.tossing(show, ann, bob, a)
	r.serviceWorker(show, a)
	r.endings(t, show, ann, bob)
}

type shower func(name string, ok bool, format string, args ...any)

func (r *rig) oneConnection(t *testing.T, show shower, cc *http.ClientConn, ann, bob *person, a, b *tab) {
	t.Helper()
	before1, before2 := r.portal["pbx1"].count(), r.portal["pbx2"].count()
	_, body1, err1 := ann.shared(cc, a.origin, "/ui/")
	_, body2, err2 := bob.shared(cc, b.origin, "/ui/")
	n1, n2 := r.portal["pbx1"].count()-before1, r.portal["pbx2"].count()-before2
	show("two visits, one HTTP/2 conn", err1 == nil && err2 == nil && strings.HasPrefix(body1, "portal pbx1") && strings.HasPrefix(body2, "portal pbx2") && n1 == 1 && n2 == 1,
		"each reached its own portal (%d and %d requests) over one connection", n1, n2)

	// The cookie of one visit, sent to the other on the same connection.
	stolen := ann.cookie(a.origin, "__Host-sk_portal")
	before2 = r.portal["pbx2"].count()
	code, body, err := ann.shared(cc, b.origin, "/ui/", func(q *http.Request) { q.Header.Set("Cookie", stolen.Name+"="+stolen.Value) })
	show("first visit's cookie at second", err == nil && code == 401 && !strings.Contains(body, "pbx2") && r.portal["pbx2"].count() == before2,
		"status %d, %d requests reached the second PBX", code, r.portal["pbx2"].count()-before2)

	// What the first PBX set is not shown to the second.
	_, _, _ = ann.shared(cc, a.origin, "/login")
	_, body, err = bob.shared(cc, b.origin, "/echo")
	seen := strings.Count(body, "pbx1")
	show("second sees nothing of first", err == nil && seen == 0 && strings.Contains(body, "Cookie-Header: \r\n"), "%d traces of the first visit in the second's request", seen)
}

func (r *rig) foreignHost(show shower, cc *http.ClientConn, ann *person, a *tab) {
	for _, host := range []string{"evil.example", "console.sk.internal:" + r.port, "x.visit.sk.internal", strings.TrimPrefix(a.origin, "https://v-") + "0", strings.TrimSuffix(strings.TrimPrefix(a.origin, "https://"), ":"+r.port), "127.0.0.1"} {
		before := r.portal["pbx1"].count()
		code, _, err := ann.shared(cc, a.origin, "/ui/", func(q *http.Request) { q.Host = host })
		show("foreign Host "+host[:min(len(host), 15)], err == nil && code == 421 && r.portal["pbx1"].count() == before, "status %d", code)
	}
}

func (r *rig) launchTokens(show shower, ann, bob *person, a *tab) {
	code, _ := a.redeem(a.token)
	show("replayed launch token", code == 403, "status %d", code)
	l, err := bob.launch("pbx2")
	if err != nil {
		r.t.Fatal(err)
	}
	origin, token := split(r.t, l)
	code, _ = a.redeem(token)
	show("token of another user", code == 403, "status %d at the first user's visit", code)
	late := &tab{p: bob, origin: origin}
	code, _ = late.redeem(token)
	show("and it is burnt", code == 403, "status %d at its own visit", code)
	l, err = bob.launch("pbx2")
	if err != nil {
		r.t.Fatal(err)
	}
	origin, token = split(r.t, l)
	eve := r.person("eve")
	eve.agent = "Mozilla/5.0 (another browser)"
	code, _ = (&tab{p: eve, origin: origin}).redeem(token)
	show("token in another browser", code == 403, "status %d", code)
	r.set(r.gone, "session-bob", true)
	code, _ = (&tab{p: bob, origin: origin}).redeem(token)
	show("token of an ended session", code == 410, "status %d", code)
	r.set(r.gone, "session-bob", false)
}

func (r *rig) tossing(show shower, ann, bob *person, a *tab) {
	// A sibling origin set cookies for the whole zone: the browser sends them, and first.
	before := r.portal["pbx1"].count()
	_, body := a.get("/echo", "Cookie", "sid=tossed; evil=1; _xsrf=tossed")
	at := strings.Index(body, "Cookie-Header:")
	line := strings.TrimSpace(body[max(at, 0):])
	show("cookie tossing, PBX cookies", r.portal["pbx1"].count() == before+1 && strings.Contains(line, "sid=pbx1-secret") && !strings.Contains(line, "tossed") && !strings.Contains(line, "evil"),
		"the portal saw %q", line)
	good := ann.cookie(a.origin, "__Host-sk_portal")
	ann.mu.Lock()
	kept := ann.cookies
	ann.cookies = map[string]map[string]*http.Cookie{}
	ann.mu.Unlock()
	code, _ := a.get("/ui/", "Cookie", good.Name+"=tossed; "+good.Name+"="+good.Value)
	turned, _ := a.get("/ui/", "Cookie", good.Name+"="+good.Value+"; "+good.Name+"=tossed")
	show("cookie tossing, visit cookie", code == 401 && turned == 401, "two visit cookies: status %d, the other way round %d", code, turned)
	ann.mu.Lock()
	ann.cookies = kept
	ann.mu.Unlock()
	code, _ = a.get("/login")
	now := ann.cookie(a.origin, "__Host-sk_portal")
	show("PBX sets our cookie", code == 200 && now.Value == good.Value && ann.cookie(a.origin, "__Host-sk") == nil, "dropped by the proxy")
	for name, from := range map[string]string{"sibling's WebSocket": "https://v-0.visit.sk.internal:" + r.port, "WebSocket of no page": ""} {
		before = r.portal["pbx1"].count()
		_, err := a.socketFrom(r.t.Context(), from)
		show(name, err != nil && strings.HasPrefix(err.Error(), "403") && r.portal["pbx1"].count() == before, "%.3s", err)
	}
	// A sibling's page asks: same site, other origin.
	for name, head := range map[string][]string{
		"sibling's fetch":     {"Origin", "https://v-0.visit.sk.internal:" + r.port, "Sec-Fetch-Site", "same-site"},
		"sibling's image":     {"Sec-Fetch-Site", "same-site", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "image"},
		"foreign page's form": {"Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate"},
		"foreign frame":       {"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe"},
	} {
		before = r.portal["pbx1"].count()
		code, _ = a.get("/ui/", head...)
		show(name, code == 403 && r.portal["pbx1"].count() == before, "status %d", code)
	}
}

func (r *rig) serviceWorker(show shower, a *tab) {
	before := r.portal["pbx1"].count()
	code, _ := a.get("/sw.js", "Service-Worker", "script", "Sec-Fetch-Dest", "serviceworker", "Sec-Fetch-Site", "same-origin")
	show("service worker", code == 403 && r.portal["pbx1"].count() == before, "status %d", code)
}

func (r *rig) endings(t *testing.T, show shower, ann, bob *person) {
	t.Helper()
	at := r.clock.Now()
	for _, c := range []struct {
		name, reason string
		who          *person
		end          func()
	}{
		{"after sign-out", "signed_out", ann, func() { r.v.EndSession(ann.session, "") }},
		{"after password change", "password_changed", ann, func() { r.v.EndUser(ann.user, "password_changed") }},
		{"after freeze", "frozen", ann, func() { r.v.EndAccount("acc-pbx1", "") }},
		{"after freeze above", "frozen", ann, func() { r.v.EndAccount("root", "frozen") }},
		{"after the right is lost", "right_lost", ann, func() {
			r.set(r.lost, "ann", true)
			if err := r.v.Recheck(t.Context()); err != nil {
				t.Error(err)
			}
			r.set(r.lost, "ann", false)
		}},
		{"after the link is gone", "link_gone", ann, func() { r.v.EndPBX("pbx1", "") }},
		{"ended in the list", "ended", ann, func() {
			for _, l := range r.v.List(func(a string) bool { return a == "acc-pbx1" }) {
				if err := r.v.End(t.Context(), bob.cause(), l.ID, bob.check); err != nil {
					t.Error(err)
				}
			}
		}},
	} {
		v := c.who.visit("pbx1")
		ws, err := v.socket(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		closed := ws.CloseRead(t.Context())
		c.end()
		<-closed.Done()
		before := r.portal["pbx1"].count()
		code, _ := v.get("/ui/")
		_, wsErr := v.socket(t.Context())
		until(t, "recorded", func() bool {
			return strings.Contains(strings.Join(auditRows(t, r.db), "\n"), `"visit":"`+v.id+`"`) &&
				strings.Contains(strings.Join(auditRows(t, r.db), "\n"), `"end":"`+c.reason+`"`)
		})
		show(c.name, code == 410 && wsErr != nil && r.portal["pbx1"].count() == before && r.clock.Now().Equal(at),
			"WebSocket closed, then status %d, %d requests reached the PBX, clock standing still", code, r.portal["pbx1"].count()-before)
	}
	// The link drops without a word: the next request finds out.
	v := ann.visit("pbx1")
	r.set(r.offline, "pbx1", true)
	r.portal["pbx1"].srv.CloseClientConnections()
	var code int
	var body string
	until(t, "noticed", func() bool { code, body = v.get("/ui/", "Accept", "text/html"); return code != 200 })
	again, _ := v.get("/ui/")
	show("link found gone", code == 502 && strings.Contains(body, "not connected") && again == 410, "status %d, then %d", code, again)
	r.set(r.offline, "pbx1", false)
}
