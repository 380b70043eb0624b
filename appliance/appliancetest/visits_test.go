package appliancetest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// twoVisits is a house with two enterprises, a PBX each, and two people who may visit both.
type twoVisits struct {
	*House
	op, ann, bob *Browser
	acme, beta   Tenant
	one, two     *Box
}

func newTwoVisits(t *testing.T) *twoVisits {
	t.Helper()
	h := Open(t, Options{})
	w := &twoVisits{House: h, op: h.SetUp()}
	root := w.op.Session().Acting.Account.ID
	w.acme, w.beta = w.op.Enterprise("Acme"), w.op.Enterprise("Beta")
	w.op.Person(root, "ann@msp.example", "admin")
	w.op.Person(root, "bob@msp.example", "admin")
	w.one = h.SignIn(w.acme.Email).Connector(w.acme.Email, "ONE-0001")
	w.two = h.SignIn(w.beta.Email).Connector(w.beta.Email, "TWO-0002")
	w.ann, w.bob = h.SignIn("ann@msp.example"), h.SignIn("bob@msp.example")
	return w
}

// TestShowVisitsApart is A1-3 on the whole appliance.
func TestShowVisitsApart(t *testing.T) {
	t.Parallel()
	show, w := showing(t), newTwoVisits(t)
	a, b := w.ann.Visit(w.one.ID), w.bob.Visit(w.two.ID)
	cc := a.OneConn()
	w.oneConnection(show, cc, a, b)
	w.foreignHost(show, cc, a)
	w.tokens(show, a)
	w.tossing(show, a)
	before := w.one.Seen()
	status, _ := a.Get("/sw.js", "Service-Worker", "script", "Sec-Fetch-Dest", "serviceworker", "Sec-Fetch-Site", "same-origin")
	show("service worker", status == 403 && w.one.Seen() == before, "status %d", status)
	w.endings(t, show)
	show("verify", true, "%s", w.Verify())
}

func (w *twoVisits) oneConnection(show shower, cc *http.ClientConn, a, b *Tab) {
	n1, n2 := w.one.Seen(), w.two.Seen()
	_, body1 := a.On(cc, "/ui/")
	_, body2 := b.On(cc, "/ui/")
	n1, n2 = w.one.Seen()-n1, w.two.Seen()-n2
	show("two visits, one HTTP/2 connection", body1 == "portal ONE-0001 /ui/" && body2 == "portal TWO-0002 /ui/" && n1 == 1 && n2 == 1,
		"each reached its own portal through its own link (%d and %d requests)", n1, n2)

	stolen := w.ann.Cookie(a.Origin, "__Host-sk_portal")
	before := w.two.Seen()
	back := w.bob.Forget(b.Origin)
	status, body := b.On(cc, "/ui/", "Cookie", stolen.Name+"="+stolen.Value)
	back()
	show("first visit's cookie at the second", status == 401 && w.two.Seen() == before && !strings.Contains(body, "TWO-0002"), "status %d, %d requests reached the second PBX", status, w.two.Seen()-before)

	_, _ = a.On(cc, "/login")
	status, body = b.On(cc, "/echo")
	show("second sees nothing of the first", status == 200 && body == "TWO-0002 saw Cookie []", "the second portal was told: %s", body)
}

func (w *twoVisits) foreignHost(show shower, cc *http.ClientConn, a *Tab) {
	own := strings.TrimPrefix(a.Origin, "https://")
	for _, host := range []string{"evil.example", "console.localhost:" + w.Port, "127.0.0.1:" + w.Port, own + "0", "x." + own, "v-0.visit.localhost:" + w.Port} {
		before := w.one.Seen()
		status, _ := a.On(cc, "/ui/", "Host", host)
		show("foreign Host "+short(host), (status == 421 || host[:2] == "v-" && status >= 400 && status < 500) && w.one.Seen() == before, "status %d", status)
	}
	// The other way round: a visit's name asked of the console, and a foreign one.
	for _, host := range []string{own, "evil.example"} {
		q, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, w.origin()+"/api/v1/session", nil)
		if err != nil {
			w.t.Fatal(err)
		}
		q.Host = host
		resp, err := w.ann.Do(q)
		if err != nil {
			w.t.Fatal(err)
		}
		_ = resp.Body.Close()
		show("at the console: "+short(host), resp.StatusCode == 421, "status %d", resp.StatusCode)
	}
}

func short(s string) string { return s[:min(len(s), 18)] }

func (w *twoVisits) launch(b *Browser, pbx string) *Tab {
	w.t.Helper()
	v, a := b.Launch(pbx)
	if v == nil {
		w.t.Fatal(a)
	}
	return v
}

func (w *twoVisits) tokens(show shower, a *Tab) {
	status, _ := a.Redeem(a.Token)
	show("replayed launch token", status == 403, "status %d", status)
	late := w.launch(w.bob, w.two.ID)
	status, _ = a.Redeem(late.Token)
	show("token of another user", status == 403, "status %d at the first user's visit", status)
	status, _ = late.Redeem(late.Token)
	show("and it is burnt", status == 403, "status %d at its own visit", status)
	late = w.launch(w.bob, w.two.ID)
	eve := w.Browser()
	eve.Agent = "Mozilla/5.0 (another browser)"
	status, _ = late.In(eve).Redeem(late.Token)
	show("token in another browser", status == 403, "status %d", status)
	late = w.launch(w.bob, w.two.ID)
	w.Clock.Advance(10 * time.Minute)
	status, _ = late.Redeem(late.Token)
	show("token after its time", status >= 400 && status < 500, "status %d", status)
	carl := w.SignIn("bob@msp.example")
	late = w.launch(carl, w.two.ID)
	carl.SignOut()
	status, _ = late.Redeem(late.Token)
	show("token of an ended session", status == 410, "status %d", status)
}

func (w *twoVisits) tossing(show shower, a *Tab) {
	_, _ = a.Get("/login")
	_, body := a.Get("/echo", "Cookie", "sid=tossed; evil=1")
	show("cookie tossing, PBX's cookies", strings.Contains(body, "sid=ONE-0001-secret") && !strings.Contains(body, "tossed") && !strings.Contains(body, "evil"), "the portal was told: %s", body)
	good := w.ann.Cookie(a.Origin, "__Host-sk_portal")
	back := w.ann.Forget(a.Origin)
	one, _ := a.Get("/ui/", "Cookie", good.Name+"=tossed; "+good.Name+"="+good.Value)
	two, _ := a.Get("/ui/", "Cookie", good.Name+"="+good.Value+"; "+good.Name+"=tossed")
	back()
	show("cookie tossing, visit's cookie", one == 401 && two == 401, "two visit cookies: status %d, the other way round %d", one, two)
	status, _ := a.Get("/login")
	show("PBX sets the visit's cookie", status == 200 && w.ann.Cookie(a.Origin, "__Host-sk_portal").Value == good.Value, "dropped by the proxy")
	for name, head := range map[string][]string{
		"sibling's fetch": {"Origin", "https://v-0.visit.localhost:" + w.Port, "Sec-Fetch-Site", "same-site"},
		"foreign frame":   {"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe"},
	} {
		before := w.one.Seen()
		status, _ := a.Get("/ui/", head...)
		show(name, status == 403 && w.one.Seen() == before, "status %d", status)
	}
	// The visited page asks the console: the same site, not the same origin.
	ans := w.ann.API(http.MethodGet, "/session", nil, "Sec-Fetch-Site", "same-site", "Origin", a.Origin)
	show("visited page asks the console", ans.Status == 403, "status %d", ans.Status)
}

// endings: each ending closes the live WebSocket and refuses what comes after, the clock standing still.
func (w *twoVisits) endings(t *testing.T, show shower) {
	t.Helper()
	w.Clock.Advance(time.Minute) // tokens of the rate limits
	at := w.Clock.Now()
	for _, c := range []struct {
		name string
		who  *Browser
		end  func()
		undo func()
	}{
		{"after sign-out", w.SignIn("ann@msp.example"), nil, nil},
		{"after freeze", w.op, func() {
			w.op.Must(http.MethodPost, "/accounts/"+w.acme.ID+"/freeze", object{"reason": "unpaid"}, nil, w.version("/accounts/"+w.acme.ID)...)
		}, func() {
			w.op.Must(http.MethodPost, "/accounts/"+w.acme.ID+"/unfreeze", object{}, nil, w.version("/accounts/"+w.acme.ID)...)
		}},
		{"after visits are forbidden", w.op, func() { w.allow(false) }, func() { w.allow(true) }},
		{"after the session is revoked", w.ann, func() {
			id := w.ann.Session().ID
			w.SignIn("ann@msp.example").Must(http.MethodDelete, "/me/sessions/"+id, nil, nil)
		}, func() { w.ann.SignIn("ann@msp.example") }},
		{"after the password is changed", w.ann, func() {
			w.ann.Must(http.MethodPost, "/password/change", object{"old": Password, "new": Password + "8"}, nil)
			w.ann.Must(http.MethodPost, "/password/change", object{"old": Password + "8", "new": Password}, nil)
		}, nil},
		{"after the right is lost", w.bob, func() { w.role("bob@msp.example", "billing") }, func() { w.role("bob@msp.example", "admin") }},
		{"after the person is removed", w.bob, func() { w.op.Must(http.MethodDelete, "/users/"+w.bob.Session().Acting.Membership, nil, nil) }, nil},
		{"ended in the list", w.ann, func() {
			var live struct{ Items []struct{ ID string } }
			w.op.Must(http.MethodGet, "/visits", nil, &live)
			for _, v := range live.Items {
				w.op.Must(http.MethodDelete, "/visits/"+v.ID, nil, nil)
			}
		}, nil},
		{"after the PBX is revoked", w.op, func() { w.op.Must(http.MethodPost, "/pbxs/"+w.one.ID+"/revoke", object{}, nil) }, nil},
	} {
		if c.end == nil {
			c.end = c.who.SignOut
		}
		v := c.who.Visit(w.one.ID)
		ws, err := v.Socket(t.Context())
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		closed := ws.CloseRead(t.Context())
		c.end()
		<-closed.Done()
		before := w.one.Seen()
		status, _ := v.Get("/ui/")
		_, wsErr := v.Socket(t.Context())
		show(c.name, status == 410 && wsErr != nil && w.one.Seen() == before && w.Clock.Now().Equal(at),
			"WebSocket closed, then status %d, %d requests reached the PBX, clock standing still", status, w.one.Seen()-before)
		if c.undo != nil {
			c.undo()
		}
	}
	w.gone(show)
}

// gone: the connector's host loses power.
func (w *twoVisits) gone(show shower) {
	v := w.op.Visit(w.two.ID)
	w.two.Unplug()
	w.Until("noticed", func() bool { status, _ := v.Get("/ui/"); return status == 410 })
	before := w.two.Seen()
	status, _ := v.Get("/ui/")
	_, ans := w.op.Launch(w.two.ID)
	show("after the link is gone", status == 410 && w.two.Seen() == before && ans.Status >= 400, "status %d, a new visit: %d %s", status, ans.Status, ans.Code)
}

func (w *twoVisits) version(path string) []string {
	a := w.op.Must(http.MethodGet, path, nil, nil)
	return []string{"If-Match", a.Header.Get("ETag")}
}

// role gives a person of the operator another role.
func (w *twoVisits) role(email, role string) {
	var people struct {
		Items []struct {
			ID, Email string
			Ver       uint64
		}
	}
	w.op.Must(http.MethodGet, URL("/users", "q", email), nil, &people)
	w.op.Must(http.MethodPatch, "/users/"+people.Items[0].ID, object{"role": role}, nil, "If-Match", fmt.Sprintf("%q", fmt.Sprint(people.Items[0].Ver)))
}

func (w *twoVisits) allow(yes bool) {
	w.op.Must(http.MethodPatch, "/pbxs/"+w.one.ID, object{"visit_allowed": yes}, nil, w.version("/pbxs/"+w.one.ID)...)
}
