package rest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/switchkeep/switchkeep/appliance/domain/identity"
	"github.com/switchkeep/switchkeep/appliance/surface/api/rest"
	"github.com/switchkeep/switchkeep/appliance/surface/api/sse"
)

func (r *rig) anonymous() *caller { return &caller{rig: r, name: "nobody"} }

// cookies are the cookies that the answer sets.
func (r reply) cookies() map[string]*http.Cookie {
	out := map[string]*http.Cookie{}
	for _, c := range (&http.Response{Header: r.header}).Cookies() {
		out[c.Name] = c
	}
	return out
}

func TestSignInSwitchAndSignOut(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := r.signIn(r.entA, "owner")
	u, err := r.identity.User(t.Context(), c.user)
	r.must(err)
	n := r.anonymous()
	n.want(401, "GET", "/session", nil)
	wrong := n.want(401, "POST", "/session", map[string]any{"email": u.Email, "password": "hunter2-hunter2"})
	if wrong.code() != "bad_credentials" || strings.Contains(string(wrong.body), "hunter2") {
		t.Fatalf("%s", wrong.body)
	}
	in := n.want(200, "POST", "/session", map[string]any{"email": u.Email, "password": password})
	var state rest.SignedIn
	in.into(t, &state)
	k := in.cookies()
	s := k[rest.SessionCookie]
	if state.State != identity.StateOK || s == nil || !s.Secure || !s.HttpOnly || s.SameSite != http.SameSiteStrictMode || s.Path != "/" || s.Domain != "" || k[rest.DeviceCookie] == nil {
		t.Fatalf("%+v %v", state, k)
	}
	n.cookie = s.Value
	var v rest.SessionView
	n.want(200, "GET", "/session", nil).into(t, &v)
	if v.User.Email != u.Email || v.Acting.Account.ID != r.entA || v.Acting.Account.Kind != "enterprise" || v.Acting.Account.TimeZone != "Europe/Berlin" || len(v.Acting.Account.Chain) != 3 || v.IdleSeconds != 1800 || len(v.May) == 0 || !v.MailConfigured {
		t.Fatalf("%+v", v)
	}
	n.want(404, "POST", "/session/switch", map[string]any{"membership": absent})
	n.want(204, "DELETE", "/session", nil)
	if got := n.want(401, "GET", "/session", nil); got.code() != "signed_out" {
		t.Fatalf("%s", got.body)
	}
	n.want(204, "DELETE", "/session", nil)
}

func TestIdleCoversAndPassiveRequestsDoNotProlong(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := r.signIn(r.entA, "owner")
	r.clock.Advance(20 * time.Minute)
	c.want(200, "GET", "/pbxs", nil, "X-Passive", "1")
	r.clock.Advance(11 * time.Minute)
	if got := c.want(401, "GET", "/pbxs", nil); got.code() != "idle" {
		t.Fatalf("%s", got.body)
	}
	// The password opens the same session again.
	u, err := r.identity.User(t.Context(), c.user)
	r.must(err)
	c.cookie = c.want(200, "POST", "/session", map[string]any{"email": u.Email, "password": password}).cookies()[rest.SessionCookie].Value
	c.want(200, "GET", "/pbxs", nil)
	r.clock.Advance(29 * time.Minute)
	c.want(200, "POST", "/session/touch", nil)
	r.clock.Advance(29 * time.Minute)
	c.want(200, "GET", "/me", nil)
}

func TestOwnProfileAndSecondFactor(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := r.signIn(r.entA, "owner")
	var me rest.Me
	got := c.want(200, "GET", "/me", nil)
	got.into(t, &me)
	c.want(428, "PATCH", "/me", map[string]any{"first": "Ada"})
	c.want(412, "PATCH", "/me", map[string]any{"first": "Ada"}, "If-Match", `"999"`)
	c.want(422, "PATCH", "/me", map[string]any{"theme": "pink"}, "If-Match", got.header.Get("Etag"))
	c.want(200, "PATCH", "/me", map[string]any{"first": "Ada", "theme": "dark"}, "If-Match", got.header.Get("Etag")).into(t, &me)
	if me.First != "Ada" || me.Theme != "dark" {
		t.Fatalf("%+v", me)
	}
	var e identity.Enrollment
	c.want(200, "POST", "/me/totp", nil).into(t, &e)
	if e.Secret == "" || !strings.HasPrefix(e.URI, "otpauth://totp/") || !strings.Contains(e.QRSVG, "<svg") {
		t.Fatalf("%+v", e)
	}
	c.want(401, "POST", "/me/totp/confirm", map[string]any{"code": "000000"})
	var sessions rest.List[rest.SessionRow]
	c.want(200, "GET", "/me/sessions", nil).into(t, &sessions)
	if sessions.Total != 1 || !sessions.Items[0].Current {
		t.Fatalf("%+v", sessions)
	}
	c.want(422, "POST", "/me/recovery-codes", map[string]any{"password": "hunter2-hunter2"})
	c.want(404, "DELETE", "/me/sessions/"+absent, nil)
	c.want(204, "DELETE", "/me/sessions/"+sessions.Items[0].ID, nil)
	c.want(401, "GET", "/me", nil)
}

func TestInvitationIsActivatedByItsLink(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := r.signIn(r.entA, "owner")
	v, err := r.identity.Invite(t.Context(), r.by(r.entA), identity.Invite{Account: r.entA, Email: "new@example.com", First: "N", Last: "P", Lang: "en", Role: "auditor"})
	r.must(err)
	n := r.anonymous()
	var info rest.LinkInfo
	n.want(200, "GET", "/tokens/"+v.Token, nil).into(t, &info)
	if info.Purpose != "activate" || info.State != "ok" || info.Email != "new@example.com" || info.Account != "Enterprise A" {
		t.Fatalf("%+v", info)
	}
	n.want(404, "GET", "/tokens/unknown", nil)
	n.want(422, "POST", "/activate", map[string]any{"token": v.Token, "first": "N", "last": "P", "password": "short"})
	n.want(204, "POST", "/activate", map[string]any{"token": v.Token, "first": "N", "last": "P", "password": password})
	n.want(409, "POST", "/activate", map[string]any{"token": v.Token, "first": "N", "last": "P", "password": password})
	var people rest.List[rest.UserRow]
	c.want(200, "GET", "/users?q=new@&filter[state]=active", nil).into(t, &people)
	if people.Total != 1 || people.Items[0].Role != "auditor" {
		t.Fatalf("%+v", people)
	}
}

func TestAnotherEmail(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := r.signIn(r.entA, "owner")
	c.want(422, "POST", "/me/email", map[string]any{"email": "new@example.com", "password": "not mine"})
	c.want(202, "POST", "/me/email", map[string]any{"email": "new@example.com", "password": password})
	r.anonymous().want(404, "POST", "/email", map[string]any{"token": "unknown"})
	c.want(404, "POST", "/me/invitations", map[string]any{"token": "unknown"})
}

func TestForgottenPasswordAnswersAlike(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	n := r.anonymous()
	n.want(200, "GET", "/captcha", nil)
	for _, email := range []string{"known@example.com", "unknown@example.com"} {
		if got := n.want(401, "POST", "/password/forgot", map[string]any{"email": email, "captcha": "x"}); got.code() == "" {
			t.Fatalf("%s", got.body)
		}
	}
}

func TestSwitchingEndsTheStreamsOfTheSession(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := r.signIn(r.entA, "owner")
	body, done := c.stream(t)
	r.hub.Publish(sse.Change{Type: "pbx", ID: "theirs", Account: r.entB}, sse.Change{Type: "pbx", ID: "own", Account: r.entA})
	if got := <-body; !strings.Contains(got, `"id":"own"`) {
		t.Fatal(got)
	}
	r.must(r.identity.SignOut(t.Context(), r.by(r.entA), c.cookie))
	r.clock.Advance(15 * time.Second) // the beat looks whether the session still is
	<-done
}
