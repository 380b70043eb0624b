package connector

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/switchkeep/switchkeep/appliance/domain/pbx"
	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/protocol/link/wire"
	"github.com/switchkeep/switchkeep/certs"
)

// TestUnverifiedServerGetsNoPassword is "enrolment against a server with a wrong certificate sends no password (recorded)".
func TestUnverifiedServerGetsNoPassword(t *testing.T) {
	t.Parallel()
	a, other := newAppliance(t), newAppliance(t)
	code := wire.NewCode([10]byte{1, 2, 3}, other.ca.LinkCA()).String()
	for name, spoil := range map[string]func(*Enrollment){
		"no public CA":    func(q *Enrollment) { q.Trust = Trust{} },
		"another pin":     func(q *Enrollment) { q.Trust = Trust{Pin: wire.Pin(other.ca.LinkCA())} },
		"another typed":   func(q *Enrollment) { q.Trust = Trust{Typed: certs.Short(other.ca.LinkCA())} },
		"too short typed": func(q *Enrollment) { q.Trust = Trust{Typed: certs.Short(a.ca.LinkCA())[:18]} },
		"another code":    func(q *Enrollment) { q.Trust, q.AuthCode = Trust{}, code },
		"pin and typed":   func(q *Enrollment) { q.Trust.Typed = certs.Short(other.ca.LinkCA()) },
	} {
		q := asked(a, "")
		spoil(&q)
		_, err := enroller(t).Enroll(t.Context(), q)
		if !errors.Is(err, ErrServer) {
			t.Errorf("%s: %v", name, err)
		}
	}
	said := a.said()
	if len(said) < 1000 {
		t.Fatal("nothing was recorded")
	}
	for _, secret := range []string{"correct horse", "POST", "op@example.com", strings.Split(code, "-")[0]} {
		if strings.Contains(said, secret) {
			t.Errorf("%q was sent to a server that was not verified", secret)
		}
	}
	// The recorder does record: with the right pin the password arrives.
	if _, err := enroller(t).Enroll(t.Context(), asked(a, portalServer(t).URL)); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(a.said(), "correct horse") {
		t.Fatal("the recorder is deaf")
	}
}

func TestWaysToKnowTheServer(t *testing.T) {
	t.Parallel()
	a := newAppliance(t)
	_, code, err := a.pbxs.CreateCode(t.Context(), audit.Cause{At: time.Now(), User: "u"}, pbx.NewCode{Account: "acme", Name: "Desk"})
	must(t, err)
	p := portalServer(t).URL
	for name, know := range map[string]func(*Enrollment){
		"pin":                func(*Enrollment) {},
		"typed link CA":      func(q *Enrollment) { q.Trust = Trust{Typed: strings.ToLower(certs.Short(a.ca.LinkCA()))} },
		"typed console leaf": func(q *Enrollment) { q.Trust = Trust{Typed: certs.Short(a.ca.Leaf(certs.Console))} },
		"code":               func(q *Enrollment) { q.Trust, q.AuthCode, q.Email, q.Password = Trust{}, code, "", "" },
	} {
		q := asked(a, p)
		q.Device.Serial = "S-" + strings.ReplaceAll(name, " ", "")
		know(&q)
		e := enroller(t)
		res, err := e.Enroll(t.Context(), q)
		if err != nil || res.Waits || !res.State.Enrolled() {
			t.Errorf("%s: %+v %v", name, res, err)
			continue
		}
		info, err := os.Stat(e.Folder.path("state.json"))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", name, info.Mode(), err)
		}
		b, _ := os.ReadFile(e.Folder.path("state.json"))
		if bytes.Contains(b, []byte("correct horse")) {
			t.Errorf("%s: the password was stored", name)
		}
	}
}

func TestEnrolRunVisit(t *testing.T) {
	t.Parallel()
	a := newAppliance(t)
	p := portalServer(t)
	e := enroller(t)
	c, _ := run(t, e.Folder) // runs before the enrolment, as a service does
	res, err := e.Enroll(t.Context(), asked(a, p.URL))
	must(t, err)
	until(t, "connected", func() bool { return c.Status().State == "connected" })
	if s, serr := e.Folder.Status(); serr != nil || s.State != "connected" || s.Serial != "369C2D0001" || !s.Portal.Reachable {
		t.Fatalf("%+v %v", s, serr)
	}
	visit := func(dst string) (string, error) {
		hc := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return a.srv.Dial(ctx, res.State.ID, dst)
		}}}
		resp, gerr := hc.Get("http://pbx/")
		if gerr != nil {
			return "", gerr
		}
		defer resp.Body.Close()
		b, gerr := io.ReadAll(resp.Body)
		return string(b), gerr
	}
	for _, dst := range []string{wire.DstPortal, p.Listener.Addr().String()} {
		if got, verr := visit(dst); verr != nil || got != "portal" {
			t.Fatal(dst, got, verr)
		}
	}
	if _, err = visit("127.0.0.1:22"); !errors.Is(err, wire.ErrRefused) {
		t.Fatal(err)
	}
	// The portal's certificate changed: nothing gets through until a person pins it anew.
	st, err := e.Folder.Load()
	must(t, err)
	st.Portal.SPKI = wire.PinOf([]byte("another key"))
	must(t, e.Folder.Save(st))
	until(t, "reported", func() bool { return c.Status().Portal.Problem != "" && c.Status().State == "connected" })
	var refused *wire.RefusedError
	if _, err := visit(wire.DstPortal); !errors.As(err, &refused) || refused.Answer != wire.PinChanged {
		t.Fatal(err)
	}
	until(t, "shown in the console", func() bool { return a.pbxs.Presence().Get(res.State.ID).Problem != "" })
	if _, err := e.Folder.SetPortal(t.Context(), "", true); err != nil {
		t.Fatal(err)
	}
	until(t, "visited again", func() bool { got, _ := visit(wire.DstPortal); return got == "portal" })
}

func TestApprovalReachesTheRunningConnector(t *testing.T) {
	t.Parallel()
	a := newAppliance(t)
	e := enroller(t)
	c, _ := run(t, e.Folder)
	q := asked(a, portalServer(t).URL)
	q.Email = "mfa@example.com"
	res, err := e.Enroll(t.Context(), q)
	if err != nil || !res.Waits {
		t.Fatal(res, err)
	}
	until(t, "awaiting", func() bool { return c.Status().State == Awaiting })
	rows, err := a.pbxs.AccountPBXs(t.Context(), "acme")
	must(t, err)
	_, err = a.pbxs.Approve(t.Context(), audit.Cause{At: time.Now(), User: "u"}, rows[0], 0, "")
	must(t, err)
	until(t, "connected", func() bool { return c.Status().State == "connected" })
}

func TestOwnPage(t *testing.T) {
	t.Parallel()
	a := newAppliance(t)
	e := enroller(t)
	c, shownURL := run(t, e.Folder)
	base, token, _ := strings.Cut(shownURL, "/#t=")
	jar, err := cookiejar.New(nil)
	must(t, err)
	hc := &http.Client{Jar: jar, Timeout: 10 * time.Second}
	do := func(method, path string, body any, tune func(*http.Request)) (int, map[string]any) {
		b, _ := json.Marshal(body)
		req, rerr := http.NewRequestWithContext(t.Context(), method, base+path, bytes.NewReader(b))
		must(t, rerr)
		if tune != nil {
			tune(req)
		}
		resp, rerr := hc.Do(req)
		must(t, rerr)
		defer resp.Body.Close()
		var out map[string]any
		_ = json.NewDecoder(resp.Body).Decode(&out)
		if !strings.Contains(resp.Header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s has no policy", path)
		}
		return resp.StatusCode, out
	}
	for _, path := range []string{"/", "/app.js", "/app.css"} {
		if code, _ := do("GET", path, nil, nil); code != 200 {
			t.Errorf("%s: %d", path, code)
		}
	}
	if code, _ := do("GET", "/api/status", nil, nil); code != 401 {
		t.Fatal(code)
	}
	if code, _ := do("GET", "/", nil, func(r *http.Request) { r.Host = "evil.example" }); code != http.StatusMisdirectedRequest {
		t.Fatal(code)
	}
	if code, _ := do("POST", "/api/session", map[string]string{"token": "wrong"}, nil); code != 401 {
		t.Fatal(code)
	}
	if code, _ := do("POST", "/api/session", map[string]string{"token": token}, func(r *http.Request) { r.Header.Set("Origin", "http://evil.example") }); code != 403 {
		t.Fatal(code)
	}
	if code, _ := do("POST", "/api/session", map[string]string{"token": token}, func(r *http.Request) { r.Header.Set("Origin", base) }); code != 200 {
		t.Fatal(code)
	}
	form := map[string]string{
		"server": a.addr, "method": "email", "email": "op@example.com", "password": "wrong", "known": certs.Short(a.ca.LinkCA()),
		"portal": portalServer(t).URL, "serial": "S1", "model": "P560", "firmware": "37.18.0.1",
	}
	if code, out := do("POST", "/api/enroll", form, nil); code != 200 || out["state"] != "awaiting" {
		t.Fatal(code, out)
	}
	form["password"] = "correct horse"
	if code, out := do("POST", "/api/enroll", form, nil); code != 409 || out["code"] != "firmware_too_old" || !strings.Contains(fmt.Sprint(out["message"]), "37.19.0.110") {
		t.Fatal(code, out)
	}
	form["firmware"] = "37.19.0.110"
	if code, out := do("POST", "/api/enroll", form, nil); code != 200 || out["state"] != "enrolled" {
		t.Fatal(code, out)
	}
	until(t, "connected", func() bool { return c.Status().State == "connected" })
	_, out := do("GET", "/api/status", nil, nil)
	shown := fmt.Sprint(out)
	st, err := e.Folder.Load()
	must(t, err)
	for _, secret := range []string{"correct horse", st.Key, string(st.StreamKey)} {
		if strings.Contains(shown, secret) {
			t.Error("the page shows a stored secret")
		}
	}
	// Ten wrong tokens lock it, for the right one too.
	for range pageTries {
		do("POST", "/api/session", map[string]string{"token": "wrong"}, nil)
	}
	if code, out := do("POST", "/api/session", map[string]string{"token": token}, nil); code != 423 || out["retry_s"].(float64) < 290 {
		t.Fatal(code, out)
	}
}

func TestPageOnLoopbackOnly(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{"0.0.0.0:0", "192.0.2.1:80", ":8199", "example.com:80"} {
		c, err := New(Config{Folder: Folder(t.TempDir()), Page: addr, Clock: clock.System{}, Logger: logger(t)})
		must(t, err)
		if err := c.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "loopback") {
			t.Errorf("%s: %v", addr, err)
		}
	}
}

func TestOneConnectorPerFolder(t *testing.T) {
	t.Parallel()
	f := Folder(t.TempDir())
	release, err := f.Lock()
	must(t, err)
	if _, err = f.Lock(); err == nil {
		t.Fatal("two connectors run with one folder")
	}
	release()
	release, err = f.Lock()
	must(t, err)
	release()
}

func TestLinksNoHeavyModules(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "github.com/switchkeep/switchkeep/cmd/connector").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, bad := range []string{"bbolt", "gofiber", "fasthttp", "etcd", "pion/", "tinylib/msgp", "/appliance/domain", "/appliance/surface", "/platform/store", "excelize"} {
		if strings.Contains(string(out), bad) {
			t.Errorf("the connector links %s", bad)
		}
	}
}

func TestServerAddress(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"sk.example.com": "sk.example.com:443", "https://sk.example.com/": "sk.example.com:443", "10.0.0.1:8443": "10.0.0.1:8443",
		"[2001:db8::1]:8443": "[2001:db8::1]:8443", "2001:db8::1": "[2001:db8::1]:443", "": "", "a b": "", "https://a/b": "", "u@h": "",
	} {
		got, err := ServerAddress(in)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q %v", in, got, err)
		}
	}
}

func TestUnit(t *testing.T) {
	t.Parallel()
	u, err := Unit("/usr/bin/switchkeep-connector", "/var/lib/switchkeep-connector", "127.0.0.1:8199")
	if err != nil || !strings.Contains(u, `ExecStart="/usr/bin/switchkeep-connector" run --state "/var/lib/switchkeep-connector"`) {
		t.Fatal(u, err)
	}
	for _, bad := range []string{"a\nb", `a"b`, "a%b"} {
		if _, err := Unit(bad, "/x", ""); err == nil {
			t.Errorf("%q accepted", bad)
		}
	}
}
