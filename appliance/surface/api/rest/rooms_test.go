package rest_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/switchkeep/switchkeep/appliance/domain/identity"
	"github.com/switchkeep/switchkeep/appliance/domain/pbx"
	"github.com/switchkeep/switchkeep/appliance/domain/quota"
	"github.com/switchkeep/switchkeep/appliance/surface/api/rest"
)

func TestWizard(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := r.signIn(r.root, "owner")
	plan := map[string]any{
		"kind": "enterprise", "parent": r.chanA, "account": map[string]any{"name": "Müller & Söhne"},
		"admin": map[string]any{"first": "A", "last": "B", "email": "boss@example.com", "lang": "en"}, "quota": map[string]any{},
	}
	var made rest.AccountMade
	c.want(200, "POST", "/accounts?dry_run=true", plan).into(t, &made)
	if made.Review == nil || made.Account != nil || !made.Review.Mail || made.Review.Parent.Name != "Channel A" || made.Review.Account.TimeZone != "Europe/Berlin" {
		t.Fatalf("%+v", made)
	}
	bad := c.want(422, "POST", "/accounts", map[string]any{
		"kind": "enterprise", "parent": r.chanA, "account": map[string]any{"name": " "}, "admin": map[string]any{"first": "A", "last": "B", "email": "nobody"},
	})
	for _, want := range []string{`"path":"account.name"`, `"path":"admin.email"`} {
		if !bytes.Contains(bad.body, []byte(want)) {
			t.Errorf("%s lacks %s", bad.body, want)
		}
	}
	first := c.want(200, "POST", "/accounts", plan, "Idempotency-Key", "the-same-key")
	made = rest.AccountMade{}
	first.into(t, &made)
	if made.Account == nil || made.Activation == nil || !made.Activation.Mailed || made.Activation.Link != "" || made.Account.State != "unactivated" || made.Account.Realm == "" {
		t.Fatalf("%s", first.body)
	}
	again := c.want(200, "POST", "/accounts", plan, "Idempotency-Key", "the-same-key")
	if !bytes.Equal(first.body, again.body) {
		t.Fatal("done twice")
	}
	if dup := c.want(422, "POST", "/accounts", plan); !bytes.Contains(dup.body, []byte(`"code":"taken"`)) {
		t.Fatalf("%s", dup.body)
	}
	var list rest.List[rest.AccountRow]
	c.want(200, "GET", "/accounts?q=söhne&filter[account]="+r.chanA, nil).into(t, &list)
	if list.Total != 1 || list.Items[0].Owner.Name != "Channel A" || list.Items[0].Users != 1 {
		t.Fatalf("%+v", list)
	}
	detail := c.want(200, "GET", "/accounts/"+made.Account.ID, nil)
	c.want(200, "PATCH", "/accounts/"+made.Account.ID, map[string]any{"contact": "Frau Müller"}, "If-Match", detail.header.Get("Etag"))
	c.want(412, "PATCH", "/accounts/"+made.Account.ID, map[string]any{"contact": "X"}, "If-Match", detail.header.Get("Etag"))
	c.want(200, "POST", "/accounts/"+made.Account.ID+"/freeze", map[string]any{"reason": "unpaid"}).into(t, &list)
	c.want(200, "GET", "/accounts?filter[state]=frozen", nil).into(t, &list)
	if list.Total != 1 {
		t.Fatalf("%+v", list)
	}
	c.want(200, "POST", "/accounts/"+made.Account.ID+"/unfreeze", nil)
	var mails rest.List[rest.MailRow]
	c.want(200, "GET", "/mail?q=boss@", nil).into(t, &mails)
	if len(mails.Items) != 1 || mails.Items[0].State != "queued" || mails.Items[0].Account.Name != "Müller & Söhne" {
		t.Fatalf("%+v", mails)
	}
}

func TestOwnTotalsAndGifts(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c, below := r.signIn(r.root, "owner"), r.signIn(r.chanA, "owner")
	ten := map[string]any{"set": map[string]any{"pbx_connections": 10, "extensions": nil}}
	got := c.want(200, "GET", "/accounts/"+r.chanA+"/quota", nil)
	c.want(200, "PATCH", "/accounts/"+r.chanA+"/quota?dry_run=true", ten, "If-Match", got.header.Get("Etag"))
	var changed rest.QuotaChanged
	c.want(200, "PATCH", "/accounts/"+r.chanA+"/quota", ten, "If-Match", got.header.Get("Etag")).into(t, &changed)
	var v rest.QuotaView
	below.want(200, "GET", "/accounts/"+r.chanA+"/quota", nil).into(t, &v)
	for _, l := range v.Kinds {
		switch l.Kind {
		case quota.PBXConnections:
			if l.Granted == nil || *l.Granted != 10 || *l.Left != 10 {
				t.Errorf("%+v", l)
			}
		case quota.Extensions:
			if !l.Unlimited || l.Granted != nil {
				t.Errorf("%+v", l)
			}
		default:
		}
	}
	below.want(403, "PATCH", "/accounts/"+r.chanA+"/quota", ten, "If-Match", `"1"`)
	got = below.want(200, "GET", "/accounts/"+r.entA+"/quota", nil)
	more := below.want(409, "PATCH", "/accounts/"+r.entA+"/quota", map[string]any{"set": map[string]any{"pbx_connections": 11}}, "If-Match", got.header.Get("Etag"))
	if !bytes.Contains(more.body, []byte("pbx_connections")) {
		t.Errorf("%s", more.body)
	}
}

func TestNobodyGivesARoleStrongerThanHisOwn(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	op := r.signIn(r.entA, "operator")
	invite := func(role string) map[string]any {
		return map[string]any{"account": r.entA, "email": role + "@example.com", "first": "F", "last": "L", "role": role}
	}
	if got := op.want(403, "POST", "/users", invite("owner")); got.code() != "role_too_strong" {
		t.Fatalf("%s", got.body)
	}
	var made rest.InviteMade
	admin := r.signIn(r.entA, "admin")
	admin.want(200, "POST", "/users", invite("helpdesk")).into(t, &made)
	admin.want(200, "PATCH", "/users/"+made.User.ID, map[string]any{"role": "auditor"}, "If-Match", fmt.Sprintf("%q", fmt.Sprint(made.User.Ver)))
	admin.want(204, "DELETE", "/users/"+made.User.ID, nil)
	admin.want(404, "DELETE", "/users/"+made.User.ID, nil)
}

func TestListOfPBXs(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := r.signIn(r.chanA, "owner")
	var ids []string
	for range 7 {
		ids = append(ids, enrolled(r, r.entA))
	}
	enrolled(r, r.entB)
	parked(r, r.entA)
	r.pbxs.Presence().Up(ids[0], r.clock.Now(), pbx.Sighting{Address: "10.0.0.7:5"})
	var got, all rest.List[rest.PBXRow]
	next := ""
	for pages := 0; ; pages++ {
		c.want(200, "GET", "/pbxs?limit=3&sort=-serial&after="+next, nil).into(t, &got)
		all.Items = append(all.Items, got.Items...)
		if got.Total != 8 || pages > 3 {
			t.Fatalf("page %d of %d rows in all", pages, got.Total)
		}
		if got.Next == nil {
			break
		}
		next = url.QueryEscape(*got.Next)
	}
	if len(all.Items) != 8 {
		t.Fatalf("%d rows", len(all.Items))
	}
	for i := 1; i < len(all.Items); i++ {
		if all.Items[i-1].Serial < all.Items[i].Serial {
			t.Error("not sorted")
		}
	}
	r.eventually(func() bool {
		c.want(200, "GET", "/pbxs?filter[state]=connected", nil).into(t, &got)
		return got.Total == 1
	})
	if got.Items[0].ID != ids[0] || got.Items[0].State != "connected" || got.Items[0].Address == "" {
		t.Fatalf("%+v", got.Items)
	}
	r.eventually(func() bool {
		c.want(200, "GET", "/pbxs?filter[state]=awaiting,connected&q=p550", nil).into(t, &got)
		return got.Total == 2
	})
	c.want(422, "GET", "/pbxs?sort=color", nil)
	c.want(422, "GET", "/pbxs?filter[color]=red", nil)
	c.want(422, "GET", "/pbxs?after=%25%25", nil)
	c.want(422, "GET", "/pbxs?limit=100000", nil)
	var s rest.SearchResult
	c.want(200, "GET", "/search?q="+all.Items[0].Serial, nil).into(t, &s)
	if len(s.Groups) != 1 || s.Groups[0].Kind != "pbx" || s.Groups[0].Items[0].ID != all.Items[0].ID {
		t.Fatalf("%+v", s)
	}
	theirs := r.signIn(r.entB, "owner")
	theirs.want(200, "GET", "/search?q="+all.Items[0].Serial, nil).into(t, &s)
	if len(s.Groups) != 0 {
		t.Fatalf("%+v", s)
	}
	var o rest.Overview
	c.want(200, "GET", "/overview", nil).into(t, &o)
	if o.Counts["pbxs"] != 8 || o.Counts["accounts"] != 3 || len(o.Health) != 0 {
		t.Fatalf("%+v", o)
	}
}

// eventually waits for what follows the store from memory.
func (r *rig) eventually(ok func() bool) {
	r.t.Helper()
	for range 500 {
		if ok() {
			return
		}
		r.pause()
	}
	r.t.Fatal("did not happen")
}

func TestApproveAndVisit(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := r.signIn(r.entA, "owner")
	id := enrolled(r, r.entA)
	var v rest.VisitLaunched
	c.want(200, "POST", "/pbxs/"+id+"/visits", map[string]any{"reason": "look", "probe_ok": true}).into(t, &v)
	if v.Mode != "host" || !strings.Contains(v.URL, "#t=") {
		t.Fatalf("%+v", v)
	}
	var live rest.List[rest.VisitRow]
	c.want(200, "GET", "/visits", nil).into(t, &live)
	if live.Total != 1 || !live.Items[0].Own || live.Items[0].Reason != "look" {
		t.Fatalf("%+v", live)
	}
	c.want(204, "DELETE", "/visits/"+v.ID, nil)
	c.want(404, "DELETE", "/visits/"+v.ID, nil)
	var p rest.VisitProbe
	c.want(200, "GET", "/visits/probe", nil).into(t, &p)
	if !strings.Contains(p.ProbeURL, "visit.localhost") {
		t.Fatalf("%+v", p)
	}
	var code rest.PBXCodeMade
	c.want(200, "POST", "/pbxs/codes", map[string]any{"account": r.entA, "name": "Site 1"}).into(t, &code)
	var codes rest.List[rest.PBXCode]
	got := c.want(200, "GET", "/pbxs/codes", nil)
	got.into(t, &codes)
	if codes.Total != 1 || !codes.Items[0].Open || bytes.Contains(got.body, []byte(code.Code)) {
		t.Fatalf("%s", got.body)
	}
}

func TestOperationLogAndExports(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := r.signIn(r.entA, "owner")
	c.want(200, "POST", "/pbxs/codes", map[string]any{"account": r.entA, "name": "=cmd()"})
	c.want(404, "DELETE", "/pbxs/"+enrolled(r, r.entB), nil)
	var rows rest.List[rest.AuditRow]
	c.want(200, "GET", "/audit?filter[result]=refused", nil).into(t, &rows)
	if len(rows.Items) != 1 || rows.Items[0].Action != "pbx.delete" || rows.Items[0].User.ID != c.user || rows.Items[0].Code != "not_found" || rows.Items[0].Request == "" {
		t.Fatalf("%+v", rows.Items)
	}
	c.want(422, "GET", "/audit?filter[from]=yesterday", nil)
	c.want(422, "GET", "/audit/export?format=pdf", nil)
	got := c.want(200, "GET", "/audit/export?format=csv", nil)
	if !strings.HasPrefix(got.header.Get("Content-Disposition"), "attachment; filename=") {
		t.Error(got.header)
	}
	lines, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(got.body, []byte("\ufeff")))).ReadAll()
	r.must(err)
	for _, l := range lines {
		for _, cell := range l {
			if strings.HasPrefix(cell, "=") {
				t.Errorf("a formula: %q", cell)
			}
		}
	}
	var all []map[string]any
	c.want(200, "GET", "/audit/export?format=json", nil).into(t, &all)
	if len(all) < 3 {
		t.Errorf("%d rows", len(all))
	}
	if got := c.want(200, "GET", "/audit/export?format=xlsx", nil); !bytes.HasPrefix(got.body, []byte("PK")) {
		t.Error("no workbook")
	}
}

func TestMailSettingsNeverShowThePassword(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := r.signIn(r.root, "owner")
	got := c.want(200, "GET", "/mail/settings", nil)
	body := map[string]any{"host": "mail.example.com", "port": 587, "security": "starttls", "user": "u", "password": "hunter2-hunter2", "from": "a@example.com"}
	saved := c.want(200, "PUT", "/mail/settings", body, "If-Match", got.header.Get("Etag"))
	var s rest.MailSettings
	again := c.want(200, "GET", "/mail/settings", nil)
	again.into(t, &s)
	if !s.HasPassword || s.Host != "mail.example.com" || bytes.Contains(saved.body, []byte("hunter2")) || bytes.Contains(again.body, []byte("hunter2")) {
		t.Fatalf("%s", again.body)
	}
	c.want(412, "PUT", "/mail/settings", body, "If-Match", got.header.Get("Etag"))
	delete(body, "password")
	c.want(200, "PUT", "/mail/settings", body, "If-Match", again.header.Get("Etag")).into(t, &s)
	if !s.HasPassword {
		t.Error("a password that was not typed again is gone")
	}
}

func TestSystemPages(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := r.signIn(r.root, "owner")
	var st rest.State
	r.anonymous().want(200, "GET", "/state", nil).into(t, &st)
	if st.SignedIn || st.Setup || st.Version != "test" || len(st.Languages) != 2 {
		t.Fatalf("%+v", st)
	}
	c.want(200, "GET", "/state", nil).into(t, &st)
	if !st.SignedIn {
		t.Fatalf("%+v", st)
	}
	var certs rest.List[rest.Certificate]
	c.want(200, "GET", "/system/certificates", nil).into(t, &certs)
	if certs.Total < 3 || certs.Items[0].Fingerprint == "" {
		t.Fatalf("%+v", certs)
	}
	c.want(200, "GET", "/system", nil)
	c.want(200, "GET", "/system/doctor", nil)
	c.want(200, "GET", "/system/backups", nil)
	if got := c.want(409, "POST", "/system/backups", nil); got.code() == "" {
		t.Fatalf("%s", got.body)
	}
	c.want(200, "POST", "/system/clock/confirm", nil)
	c.want(200, "GET", "/operations", nil)
	r.signIn(r.entA, "owner").want(403, "GET", "/system", nil)
	if got := r.anonymous().do("GET", "/setup", nil); got.status < 400 {
		t.Fatalf("setup is open: %d", got.status)
	}
}

// A frozen account's people see the reason and nothing else.
func TestFrozen(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	op, c := r.signIn(r.root, "owner"), r.signIn(r.entA, "owner")
	op.want(200, "POST", "/accounts/"+r.entA+"/freeze", map[string]any{"reason": "unpaid"})
	got := c.want(403, "GET", "/pbxs", nil)
	if got.code() != "frozen" || !bytes.Contains(got.body, []byte("unpaid")) {
		t.Fatalf("%s", got.body)
	}
}

// Bodies of cap+1 to every real route, before sign-in.
func TestCapsOfEveryRoute(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, e := range r.api.Routes().Entries() {
		for _, chunked := range []bool{false, true} {
			body := io.Reader(bytes.NewReader(make([]byte, e.Cap+1)))
			if chunked {
				body = io.MultiReader(body) // hides the length
			}
			path := strings.NewReplacer("{id}", absent, "{token}", "t").Replace(e.Path)
			req, err := http.NewRequestWithContext(t.Context(), e.Method, r.url+"/api/v1"+path, body)
			r.must(err)
			res, err := r.client.Do(req)
			if err != nil {
				continue // closed while the body was coming
			}
			_ = res.Body.Close()
			if res.StatusCode != http.StatusRequestEntityTooLarge {
				t.Errorf("%s %s chunked=%t: %d", e.Method, e.Path, chunked, res.StatusCode)
			}
		}
	}
}

func TestStreamFollowsTheStore(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := r.signIn(r.entA, "owner")
	lines, _ := c.stream(t)
	theirs, own := enrolled(r, r.entB), r.pbxRow(r.entA, pbx.Enrolled, "")
	for line := range lines {
		var e struct{ Type, ID string }
		r.must(json.Unmarshal([]byte(line), &e))
		if e.ID == theirs {
			t.Fatal("another tenant's PBX")
		}
		if e.Type == "pbx" && e.ID == own {
			break
		}
	}
	r.must(r.identity.EndUser(t.Context(), r.by(r.entA), c.user, identity.ReasonRevoked))
	c.want(401, "GET", "/me", nil)
}
