package appliancetest

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/clock"
)

// kept is what must survive a wrong clock.
type kept struct {
	op     *Browser
	acme   Tenant
	beta   Tenant // not activated: its link is open
	code   string // id of an open authentication code
	secret string // the code itself
	x      *Box
	leaf   string
	rows   map[string]int
}

func (h *House) state(b *Browser) (unsure bool) {
	h.t.Helper()
	var s struct {
		ClockUnsure bool `json:"clock_unsure"`
		SignedIn    bool `json:"signed_in"`
	}
	b.Must(http.MethodGet, "/state", nil, &s)
	return s.ClockUnsure
}

// fill makes what could expire or be deleted.
func (h *House) fill() *kept {
	h.t.Helper()
	k := &kept{op: h.SetUp(), rows: map[string]int{}}
	k.acme, k.beta = k.op.Enterprise("Acme"), k.op.Invite("Beta", nil)
	admin := h.SignIn(k.acme.Email)
	k.x = admin.Connector(k.acme.Email, "CLOCK-1")
	var made struct{ ID, Code string }
	admin.Must(http.MethodPost, "/pbxs/codes", object{"account": k.acme.ID, "name": "Desk"}, &made)
	k.code, k.secret = made.ID, made.Code
	k.op.Must(http.MethodPost, "/system/backups", object{}, nil)
	k.leaf = h.leaf(k.op)
	h.count(k)
	return k
}

func (h *House) leaf(b *Browser) string {
	var sys struct{ Fingerprint string }
	b.Must(http.MethodGet, "/system", nil, &sys)
	return sys.Fingerprint
}

func (h *House) count(k *kept) {
	h.t.Helper()
	out, err := h.Verb("db-dump", nil)
	if err != nil {
		h.t.Fatal(err)
	}
	for line := range strings.Lines(out) {
		name, _, _ := strings.Cut(strings.TrimPrefix(line, `{"table":"`), `"`)
		k.rows[name]++
	}
}

// same tells what is missing: every table but those that only grow holds exactly what it held.
func (h *House) same(k *kept) (lost []string) {
	h.t.Helper()
	now := &kept{rows: map[string]int{}}
	h.count(now)
	for name, n := range k.rows {
		if now.rows[name] < n {
			lost = append(lost, name)
		}
	}
	return lost
}

// holds asks for everything that a wrong clock could have taken away.
func (h *House) holds(k *kept, show shower, when string) {
	h.t.Helper()
	k.op.Reset()
	s := k.op.API(http.MethodGet, "/session", nil)
	show(when+": session", s.Status == 200, "status %d %s", s.Status, s.Code)
	var link struct{ State string }
	k.op.Must(http.MethodGet, "/tokens/"+LinkToken(k.beta.Link), nil, &link)
	show(when+": activation link", link.State == "ok", "%s", link.State)
	admin := h.SignIn(k.acme.Email)
	var codes struct {
		Items []struct {
			ID   string
			Open bool
		}
	}
	admin.Must(http.MethodGet, "/pbxs/codes", nil, &codes)
	show(when+": authentication code", len(codes.Items) == 1 && codes.Items[0].ID == k.code && codes.Items[0].Open, "%s", Text(codes.Items))
	h.Until("the connector is back", func() bool { return admin.PBX(k.x.ID).State == "connected" })
	v := k.op.Visit(k.x.ID)
	status, _ := v.Get("/ui/")
	show(when+": link and visit", status == 200, "connected, visit answers %d", status)
	show(when+": certificates", h.leaf(k.op) == k.leaf, "the console's leaf is the same")
	backups := k.op.Total("/system/backups")
	lost := h.same(k)
	show(when+": rows and backups", len(lost) == 0 && backups >= 1, "fewer rows in %v, %d backups", lost, backups)
	show(when+": verify", true, "%s", h.Verify())
	k.op.Must(http.MethodDelete, "/visits/"+v.ID, nil, nil)
}

func (h *House) banner(k *kept, show shower, when string, want bool) {
	h.t.Helper()
	s := k.op.Session()
	var over struct {
		Health []struct{ ID, Level string } `json:"health"`
	}
	k.op.Must(http.MethodGet, "/overview", nil, &over)
	level := ""
	for _, f := range over.Health {
		if f.ID == "clock" {
			level = f.Level
		}
	}
	unsure := h.state(k.op)
	show(when+": banner", unsure == want && s.Banner("clock") == want && (level == "error") == want, "state %v, session %v, overview %q", unsure, s.Banner("clock"), level)
}

// pass lets days go by: the first ones an hour a step, so that every sweep and job has its chance, then
// further than anything is kept.
func (h *House) pass(days int) {
	for range days * 24 {
		h.Clock.Advance(time.Hour)
		time.Sleep(2 * time.Millisecond)
	}
	for range 4 {
		h.Clock.Advance(30 * 24 * time.Hour)
		time.Sleep(50 * time.Millisecond)
	}
}

// TestShowClock is A1-7.
func TestShowClock(t *testing.T) {
	t.Parallel()
	show, h := showing(t), Open(t, Options{Built: time.Now().Add(-24 * time.Hour)})
	k := h.fill()
	right := h.Clock.Now()
	show("right", !h.state(k.op), "the clock is believed")

	h.RestartAt(time.Date(1970, 1, 1, 0, 0, 5, 0, time.UTC))
	h.banner(k, show, "1970", true)
	h.holds(k, show, "1970")
	h.pass(2)
	h.holds(k, show, "1970, 122 days later")

	h.RestartAt(right.Add(365 * 24 * time.Hour))
	h.banner(k, show, "a year ahead", true)
	h.holds(k, show, "a year ahead")
	h.pass(1)
	h.holds(k, show, "121 days after that")

	h.Clock.Set(right.Add(10 * time.Minute))
	h.Until("believed again", func() bool { return !h.state(k.op) })
	h.banner(k, show, "corrected", false)
	h.holds(k, show, "corrected")

	// Now what ends, ends: the session after half an hour without a hand at it.
	h.Clock.Advance(31 * time.Minute)
	k.op.Reset()
	a := k.op.API(http.MethodGet, "/me", nil)
	show("and what ends does end", a.Status == 401 && a.Code == "idle", "31 minutes later: %d %s", a.Status, a.Code)
}

// TestFirstStartIn1970: a board without a clock is set up before it knows the time.
func TestFirstStartIn1970(t *testing.T) {
	t.Parallel()
	show := showing(t)
	built := time.Now().Add(-24 * time.Hour)
	h := Open(t, Options{Built: built, Clock: clock.NewManual(time.Date(1970, 1, 1, 0, 1, 0, 0, time.UTC))})
	h.shown = time.Now()
	op := h.SetUp()
	show("first start in 1970", h.state(op), "set up, signed in, the clock is doubted")
	now := time.Now()
	h.Clock.Set(now)
	h.Until("believed", func() bool { return !h.state(op) })
	op.Reset()
	a := op.API(http.MethodGet, "/session", nil)
	show("the session of 1970 ends with it", a.Status == 401, "%d %s: it is 56 years old", a.Status, a.Code)
	var certs struct {
		Items []struct {
			ID        string    `json:"id"`
			NotBefore time.Time `json:"not_before"`
			NotAfter  time.Time `json:"not_after"`
		}
	}
	op.SignIn(OperatorEmail)
	op.Must(http.MethodGet, "/system/certificates", nil, &certs)
	for _, c := range certs.Items {
		show("certificate "+c.ID, c.NotAfter.After(now) && !c.NotBefore.After(now), "%s to %s", c.NotBefore.Format(time.DateOnly), c.NotAfter.Format(time.DateOnly))
	}
	show("verify", true, "%s", h.Verify())
}
