package visit

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

func TestVisitFromLaunchToEnd(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	p := r.person("ann")
	l, err := p.launch("pbx1")
	if err != nil {
		t.Fatal(err)
	}
	origin, token := split(t, l)
	b := &tab{p: p, id: l.ID, origin: origin, token: token}
	if status, body := b.get("/ui/", "Accept", "text/html"); status != 401 || !strings.Contains(body, "from the console") {
		t.Fatalf("before the token: %d %s", status, body)
	}
	if status, body := b.get("/__sk/launch"); status != 200 || !strings.Contains(body, "<script>") || strings.Contains(body, token) {
		t.Fatalf("launch page: %d", status)
	}
	status, body := b.redeem(token)
	if status != 200 || !strings.Contains(body, `"next":"/ui/"`) {
		t.Fatalf("redeem: %d %s", status, body)
	}
	c := p.cookie(origin, "__Host-sk_portal")
	if c == nil || !c.Secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" || c.SameSite != http.SameSiteLaxMode {
		t.Fatalf("cookie %+v", c)
	}
	if status, body = b.get("/ui/?a=1;b=%zz"); status != 200 || body != "portal pbx1 GET /ui/?a=1;b=%zz" {
		t.Fatalf("%d %q", status, body)
	}
	q, _ := http.NewRequest("POST", origin+"/upload", strings.NewReader(strings.Repeat("u", 5<<20)))
	q.Header.Set("Origin", origin)
	if status, body = b.send(q); status != 200 || body != "5242880" {
		t.Fatalf("upload: %d %s", status, body)
	}
	if status, body = b.get("/big?n=3000000"); status != 200 || len(body) != 3000000 {
		t.Fatalf("download: %d, %d bytes", status, len(body))
	}
	list := r.v.List(func(a string) bool { return a == "acc-pbx1" })
	if len(list) != 1 || !list[0].Open || list[0].Requests != 3 || list[0].BytesIn != 5<<20 || list[0].BytesOut < 3000000 || list[0].Reason != "ticket 7" {
		t.Fatalf("%+v", list)
	}
	if len(r.v.List(func(string) bool { return false })) != 0 {
		t.Fatal("the list shows what the caller may not see")
	}
	hidden := fault.NotFound("visit")
	if err = r.v.End(t.Context(), p.cause(), b.id, func(store.Reader, string) error { return hidden }); !errors.Is(err, hidden) {
		t.Fatal(err)
	}
	if err = r.v.End(t.Context(), p.cause(), b.id, p.check); err != nil {
		t.Fatal(err)
	}
	if status, body = b.get("/ui/", "Accept", "text/html", "Accept-Language", "zh-CN,zh;q=0.9"); status != 410 || !strings.Contains(body, "访问已结束") {
		t.Fatalf("after the end: %d %s", status, body)
	}
	rows := auditRows(t, r.db)
	if len(rows) != 2 || !strings.Contains(rows[0], `"pbx.visit"`) || !strings.Contains(rows[0], "ticket 7") ||
		!strings.Contains(rows[1], `"visit.end"`) || !strings.Contains(rows[1], `"bytes_in":"5242880"`) || !strings.Contains(rows[1], `"requests":"3"`) {
		t.Fatal(strings.Join(rows, "\n"))
	}
	if err = r.v.End(t.Context(), p.cause(), b.id, p.check); !errors.Is(err, fault.NotFound("visit")) {
		t.Fatal(err)
	}
}

func TestLaunchRefusals(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	p := r.person("ann")
	want := func(name string, err, sentinel error) {
		t.Helper()
		if !errors.Is(err, sentinel) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := p.launch("nobody")
	want("absent", err, fault.NotFound("pbx"))
	_, err = p.launch("pbx1", func(q *Request) { q.ProbeOK = false })
	want("no origin", err, ErrNoOrigin)
	_, err = p.launch("pbx1", func(q *Request) { q.Console = "https://evil.example" })
	want("foreign console", err, fault.Invalid("console", "", ""))
	_, err = p.launch("pbx1", func(q *Request) { q.Reason = strings.Repeat("x", 501) })
	want("reason", err, fault.Invalid("reason", "", ""))
	r.set(r.offline, "pbx1", true)
	_, err = p.launch("pbx1")
	want("offline", err, ErrOffline)
	r.set(r.frozen, "acc-pbx2", true)
	_, err = p.launch("pbx2")
	want("frozen", err, fault.New(fault.KindLocked, "frozen", ""))
	r.set(r.frozen, "acc-pbx2", false)
	r.set(r.lost, "ann", true)
	_, err = p.launch("pbx2")
	want("right", err, fault.New(fault.KindDenied, "denied", ""))
	r.set(r.lost, "ann", false)
	target := r.targets["pbx2"]
	target.Allowed = false
	r.targets["pbx2"] = target
	_, err = p.launch("pbx2")
	want("switched off", err, ErrNotAllowed)
	target.Allowed, target.URL = true, "ftp://x"
	r.targets["pbx2"] = target
	_, err = p.launch("pbx2")
	want("no portal", err, fault.New(fault.KindUnavailable, "no_portal", ""))
	r.set(r.offline, "pbx1", false)
	for range MaxPerUser {
		if _, err = p.launch("pbx1"); err != nil {
			t.Fatal(err)
		}
	}
	_, err = p.launch("pbx1")
	want("too many", err, ErrTooMany)
}

func TestTokensAreForOneUse(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	p := r.person("ann")
	open := func() *tab {
		l, err := p.launch("pbx1")
		if err != nil {
			t.Fatal(err)
		}
		o, tok := split(t, l)
		return &tab{p: p, id: l.ID, origin: o, token: tok}
	}
	a := open()
	for name, head := range map[string][2]string{
		"foreign origin": {"Origin", "https://evil.example"}, "cross-site": {"Sec-Fetch-Site", "cross-site"},
		"no fetch metadata": {"Sec-Fetch-Site", ""}, "form": {"Content-Type", "application/x-www-form-urlencoded"},
		"other browser": {"User-Agent", "curl/8"},
	} {
		q, _ := http.NewRequest("POST", a.origin+"/__sk/session", strings.NewReader(`{"token":"`+a.token+`"}`))
		q.Header.Set("Content-Type", "application/json")
		q.Header.Set("Origin", a.origin)
		q.Header.Set("Sec-Fetch-Site", "same-origin")
		q.Header.Set(head[0], head[1])
		if status, body := a.send(q); status != 403 {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
	if status, body := a.redeem("wrong"); status != 403 || !strings.Contains(body, "launch_token") {
		t.Errorf("wrong token: %d %s", status, body)
	}
	if status, _ := a.redeem(a.token); status != 200 {
		t.Fatal("the right token must still work: a refusal before it is looked at does not use it up")
	}
	if status, _ := a.redeem(a.token); status != 403 {
		t.Error("replayed")
	}
	late := open()
	r.clock.Advance(TokenLife + time.Second)
	if status, _ := late.redeem(late.token); status != 410 {
		t.Error("61 seconds later")
	}
	elsewhere := open()
	elsewhere.p = r.person("ann")
	elsewhere.p.local = "127.9.9.9"
	if status, body := elsewhere.redeem(elsewhere.token); status != 403 || !strings.Contains(body, "other_browser") {
		t.Errorf("from another network: %d %s", status, body)
	}
	roaming := p.visit("pbx1")
	stolen := r.person("eve")
	stolen.cookies, stolen.local = p.cookies, "127.9.9.9"
	if status, _ := (&tab{p: stolen, origin: roaming.origin}).get("/ui/"); status != 403 {
		t.Error("a cookie worked from another network")
	}
	if status, _ := roaming.get("/ui/", "User-Agent", "curl/8"); status != 403 {
		t.Error("a cookie worked in another browser")
	}
}

func TestIdleAndAbsolute(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	p := r.person("ann")
	b := p.visit("pbx1")
	for range 5 {
		r.clock.Advance(Idle - time.Minute)
		if status, body := b.get("/ui/"); status != 200 {
			t.Fatalf("active visit ended: %d %s", status, body)
		}
	}
	if r.touched["session-ann"] < 5 {
		t.Fatalf("the console session heard %d times of it", r.touched["session-ann"])
	}
	ws, err := b.socket(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer ws.CloseNow()
	say := func() error {
		if e := ws.Write(t.Context(), websocket.MessageText, []byte("hi")); e != nil {
			return e
		}
		_, msg, e := ws.Read(t.Context())
		if e == nil && string(msg) != "pbx1 hi" {
			t.Errorf("echo %q", msg)
		}
		return e
	}
	for range 3 { // data frames keep it
		r.clock.Advance(Idle - time.Minute)
		if err = say(); err != nil {
			t.Fatal(err)
		}
	}
	r.clock.Advance(Idle - time.Minute)
	ctx := ws.CloseRead(t.Context())
	if err = ws.Ping(t.Context()); err != nil { // a ping does not
		t.Fatal(err)
	}
	r.clock.Advance(2 * time.Minute)
	select {
	case <-ctx.Done():
	case <-time.After(5 * time.Second):
		t.Fatal("the WebSocket outlived the idle visit")
	}
	if status, _ := b.get("/ui/"); status != 410 {
		t.Fatal(status)
	}
	long := p.visit("pbx1")
	for range 32 {
		r.clock.Advance(14*time.Minute + 50*time.Second)
		if status, _ := long.get("/ui/"); status != 200 {
			t.Fatal("ended before 8 hours")
		}
	}
	r.clock.Advance(6 * time.Minute)
	if status, _ := long.get("/ui/"); status != 410 {
		t.Fatal("still there after 8 hours")
	}
	until(t, "reasons recorded", func() bool {
		all := strings.Join(auditRows(t, r.db), "\n")
		return strings.Contains(all, `"end":"idle"`) && strings.Contains(all, `"end":"absolute"`)
	})
}

func TestStreamingGoesThroughAtOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	b := r.person("ann").visit("pbx1")
	q, _ := http.NewRequestWithContext(t.Context(), "GET", b.origin+"/sse", nil)
	resp, err := b.p.do(b.p.client.Do, q)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	line, err := bufio.NewReader(resp.Body).ReadString('\n')
	if err != nil || line != "data: 1\n" {
		t.Fatalf("%q %v", line, err)
	}
	r.v.EndSession("session-ann", "")
	if _, err = io.ReadAll(resp.Body); err == nil {
		t.Fatal("the stream outlived the visit")
	}
}

func TestStreamsOfOneVisitAreCapped(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	b := r.person("ann").visit("pbx1")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for range MaxStreams {
		q, _ := http.NewRequestWithContext(ctx, "GET", b.origin+"/hang", nil)
		resp, err := b.p.do(b.p.client.Do, q)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
	}
	got := make(chan int, 1)
	go func() { s, _ := b.get("/ui/"); got <- s }()
	until(t, "queued", func() bool { r.clock.Advance(time.Second); return len(got) == 1 })
	if s := <-got; s != 503 || r.v.List(func(string) bool { return true })[0].ActiveStreams != MaxStreams {
		t.Fatalf("stream %d: %d", MaxStreams+1, s)
	}
	other := r.person("bob").visit("pbx1")
	if s, _ := other.get("/ui/"); s != 200 {
		t.Fatal("another visit suffers")
	}
	cancel()
	until(t, "room again", func() bool { s, _ := b.get("/ui/"); return s == 200 })
}

func TestRightsAreAskedAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(c *Config) { c.Watch = []string{"visit_token"} }) // any table that changes will do
	ann, bob := r.person("ann"), r.person("bob")
	a, b := ann.visit("pbx1"), bob.visit("pbx2")
	r.set(r.lost, "ann", true)
	if _, err := bob.launch("pbx2"); err != nil { // a commit; the clock stands still
		t.Fatal(err)
	}
	until(t, "ended by the change", func() bool { s, _ := a.get("/ui/"); return s == 410 })
	r.set(r.frozen, "acc-pbx2", true)
	if err := r.v.Recheck(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s, _ := b.get("/ui/"); s != 410 {
		t.Fatal("frozen account is still visited")
	}
	c := bob.visit("pbx1")
	r.set(r.lost, "bob", true) // as when a time-boxed right runs out: nothing is written, and requests keep it from idling
	until(t, "noticed by the clock", func() bool {
		r.clock.Advance(recheckEvery)
		s, _ := c.get("/ui/")
		return s == 410
	})
}

func TestEachStreamNamesItsVisit(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	secure := newPortal(t, "pbx3", true)
	r.targets["pbx3"] = Target{Account: "acc-pbx3", Label: "three", Allowed: true, URL: secure.srv.URL, Plain: true}
	b := r.person("ann").visit("pbx3")
	_, body := b.get("/echo", "Origin", b.origin, "Sec-Fetch-Site", "same-origin")
	if !strings.Contains(body, "Origin: "+secure.srv.URL) || len(r.streams) != 1 || r.streams[0] != b.id {
		t.Fatalf("%v\n%s", r.streams, body)
	}
	if _, err := r.v.Stream(t.Context(), "pbx3"); err == nil {
		t.Fatal("a stream without a visit")
	}
}

func TestRestartClosesWhatWasOpen(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	p := r.person("ann")
	p.visit("pbx1")
	if _, err := p.launch("pbx2"); err != nil {
		t.Fatal(err)
	}
	again, err := New(t.Context(), r.v.cfg) // as after a crash: nobody ended anything
	if err != nil {
		t.Fatal(err)
	}
	if n := len(again.List(func(string) bool { return true })); n != 0 {
		t.Fatalf("%d visits live after a restart", n)
	}
	rows := strings.Join(auditRows(t, r.db), "\n")
	if strings.Count(rows, `"end":"restart"`) != 2 {
		t.Fatal(rows)
	}
	if err := r.db.View(t.Context(), func(tx store.Reader) error {
		for range tokens().List(tx, store.Page{}) {
			return errors.New("a token survived")
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}
