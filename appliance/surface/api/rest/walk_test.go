package rest_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/switchkeep/switchkeep/appliance/domain/identity"
	"github.com/switchkeep/switchkeep/appliance/domain/pbx"
	"github.com/switchkeep/switchkeep/appliance/platform/ident"
	"github.com/switchkeep/switchkeep/appliance/platform/outbox"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/appliance/protocol/visit"
	"github.com/switchkeep/switchkeep/appliance/surface/api/route"
)

// request is one call of a route on an object of an account.
type request struct {
	path   string
	body   any
	header []string
}

// step knows how to make a fresh object of the account for a route, and the request on it. What is
// sent need not succeed: the walk looks at who is let through, so that an allowed caller may as well
// be refused by a rule behind the right.
type step func(r *rig, account string) request

func on(path string, body any, header ...string) step {
	return func(*rig, string) request { return request{path: path, body: body, header: header} }
}

var update = flag.Bool("update", false, "write the golden files")

const absent = "00000000000000000000000000"

// steps names every route with an action; the walk fails for one that is not here.
func steps() map[string]step {
	match := []string{"If-Match", `"1"`}
	id := func(make func(*rig, string) string, path string, body any, header ...string) step {
		return func(r *rig, account string) request {
			return request{path: strings.Replace(path, "{id}", make(r, account), 1), body: body, header: header}
		}
	}
	self := func(_ *rig, account string) string { return account }
	none := struct{}{}
	return map[string]step{
		"system": on("/system", nil), "certificates": on("/system/certificates", nil), "clock_confirm": on("/system/clock/confirm", nil),
		"doctor": on("/system/doctor", nil), "backup_list": on("/system/backups", nil), "backup_add": on("/system/backups", nil),
		"mail_settings":      on("/mail/settings", nil),
		"mail_settings_edit": on("/mail/settings", map[string]any{"host": "127.0.0.1", "port": 25, "security": "none", "from": "a@example.com"}, "If-Match", `"9999"`),
		"mail_test":          on("/mail/test", map[string]any{"to": "not an address", "settings": map[string]any{"host": "", "port": 0, "security": "none", "from": ""}}),

		"recovery": on("/system/recovery", nil), "recovery_make": on("/system/recovery", nil), "settings": on("/system/settings", nil),
		"recovery_set":       on("/system/recovery", map[string]any{"kind": "age", "recipient": "age1"}, "If-Match", `"9999"`),
		"restore_confirm":    on("/system/restore/confirm", nil),
		"account_authorized": id(self, "/accounts/{id}/authorization", nil),
		"account_authorize":  id(self, "/accounts/{id}/authorization", map[string]any{"full": true}, "If-Match", `"9999"`),

		"account_get":    id(self, "/accounts/{id}", nil),
		"account_edit":   id(self, "/accounts/{id}", map[string]any{"note": "walk"}, "If-Match", `"9999"`),
		"account_delete": id(self, "/accounts/{id}", nil),
		"account_freeze": id(self, "/accounts/{id}/freeze", map[string]any{"reason": " "}), "account_unfreeze": id(self, "/accounts/{id}/unfreeze", nil),
		"quota_get": id(self, "/accounts/{id}/quota", nil), "quota_edit": id(self, "/accounts/{id}/quota", map[string]any{"set": map[string]any{}}, "If-Match", `"9999"`),
		"account_add": func(_ *rig, account string) request {
			return request{path: "/accounts?dry_run=1", body: map[string]any{"kind": "enterprise", "parent": account, "account": map[string]any{"name": ident.New()}}}
		},
		"user_invite": func(_ *rig, account string) request {
			return request{path: "/users", body: map[string]any{"account": account, "email": ident.New() + "@example.com", "role": "auditor"}}
		},
		"user_resend": id(person, "/users/{id}/resend", nil), "user_reset": id(person, "/users/{id}/reset", none),
		"user_edit": id(person, "/users/{id}", map[string]any{"role": "auditor"}, match...), "user_remove": id(person, "/users/{id}", nil),
		"pbx_get": id(enrolled, "/pbxs/{id}", nil), "pbx_edit": id(enrolled, "/pbxs/{id}", map[string]any{"name": "walk"}, match...),
		"pbx_delete": id(enrolled, "/pbxs/{id}", nil), "pbx_revoke": id(enrolled, "/pbxs/{id}/revoke", nil),
		"pbx_approve": id(parked, "/pbxs/{id}/approve", none), "pbx_reject": id(parked, "/pbxs/{id}/reject", nil),
		"pbx_pair": func(r *rig, account string) request {
			return request{path: "/pbxs/pair", body: map[string]any{"primary": enrolled(r, account), "secondary": enrolled(r, account)}}
		},
		"pbx_unpair":  id(paired, "/pbxs/pair/{id}", nil),
		"pbx_connect": func(_ *rig, account string) request { return request{path: "/pbxs/connect?account=" + account} },
		"pbx_code_add": func(_ *rig, account string) request {
			return request{path: "/pbxs/codes", body: map[string]any{"account": account, "name": "walk"}}
		},
		"pbx_code_delete": id(code, "/pbxs/codes/{id}", nil),
		"visit_launch":    id(enrolled, "/pbxs/{id}/visits", map[string]any{"probe_ok": true}),
		"visit_end":       id(visited, "/visits/{id}", nil), "mail_resend": id(letter, "/mail/{id}/resend", nil),
	}
}

// lists are the routes that show rows of a scope: where each row says whose it is.
func lists() map[string]string {
	return map[string]string{
		"account_list": "/accounts?limit=200", "account_tree": "/accounts/tree", "user_list": "/users?limit=200", "pbx_list": "/pbxs?limit=200",
		"pbx_codes": "/pbxs/codes?limit=200", "visit_list": "/visits?limit=200", "audit_list": "/audit?limit=200&filter[result]=ok", "audit_export": "/audit/export?format=json&filter[result]=ok",
		"mail_list": "/mail?limit=200",
	}
}

func (r *rig) pbxRow(account, state, pair string) string {
	r.t.Helper()
	n, _ := r.tenants.Tree().Node(account)
	row := pbx.PBX{
		ID: ident.New(), Account: n.Num, AccountID: account, Name: "PBX of " + account, Serial: ident.New(), Model: "P550", Firmware: "37.99.0.1",
		MachineID: ident.New(), KeySPKI: "sha256/" + ident.New(), State: state, PairID: pair, PortalURL: "http://127.0.0.1:8088/", VisitAllowed: true,
		CreatedAt: r.clock.Now(), Ver: 1,
	}
	if state == pbx.Awaiting {
		row.Ends = r.clock.Now().Add(pbx.ParkedFor)
	}
	r.tx(func(tx store.Tx) error { return pbx.Table().Put(tx, &row) })
	return row.ID
}

func enrolled(r *rig, account string) string { return r.pbxRow(account, pbx.Enrolled, "") }
func parked(r *rig, account string) string   { return r.pbxRow(account, pbx.Awaiting, "") }

func paired(r *rig, account string) string {
	pair := ident.New()
	for _, role := range []string{pbx.Primary, pbx.Secondary} {
		id := r.pbxRow(account, pbx.Enrolled, pair)
		r.tx(func(tx store.Tx) error {
			row, err := pbx.Table().Get(tx, store.Text(id))
			row.PairRole = role
			return errors.Join(err, pbx.Table().Put(tx, &row))
		})
	}
	return pair
}

func person(r *rig, account string) string {
	v, err := r.identity.Invite(context.Background(), r.by(account), identity.Invite{Account: account, Email: ident.New() + "@example.com", First: "P", Last: "Q", Lang: "en", Role: "auditor"})
	r.must(err)
	return v.Member.ID
}

func code(r *rig, account string) string {
	c, _, err := r.pbxs.CreateCode(context.Background(), r.by(account), pbx.NewCode{Account: account, Name: "walk"})
	r.must(err)
	return c.ID
}

func letter(r *rig, account string) string {
	id := ident.New()
	r.tx(func(tx store.Tx) error {
		return r.box.EnqueueTx(tx, outbox.Message{ID: id, Account: account, To: "x@example.com", Template: "test", Lang: "en", Data: map[string]string{"host": "h"}, At: r.clock.Now()})
	})
	return id
}

func visited(r *rig, account string) string {
	by := r.by(account)
	by.User = ident.New()
	v, err := r.visits.Launch(context.Background(), by, visit.Request{
		PBX: enrolled(r, account), ProbeOK: true, Console: "https://console.localhost", Check: func(store.Reader, string) error { return nil },
	})
	r.must(err)
	return v.ID
}

// ofAppliance tells which actions are about the appliance itself: they are the operator's alone.
func ofAppliance(e *route.Entry) bool {
	return strings.HasPrefix(string(e.Need), "system.")
}

// golden reads the committed table of routes: method, path, need, body cap. It is the second opinion of
// the walk: whoever changes what a route needs changes it in two places.
func golden(t *testing.T, routes *route.Registry) map[string]route.Need {
	t.Helper()
	const file = "testdata/routes.txt"
	var b strings.Builder
	for _, e := range routes.Entries() {
		_, _ = fmt.Fprintf(&b, "%s %s %s %d\n", e.Method, e.Path, e.Need, e.Cap)
	}
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != b.String() {
		t.Errorf("%s differs from the registry; look at every line, then run with -update", file)
	}
	out := map[string]route.Need{}
	for line := range strings.Lines(string(have)) {
		f := strings.Fields(line)
		out[f[0]+" "+f[1]] = route.Need(f[2])
	}
	return out
}

// TestWalk calls every route with every role: who has the right is let through, who has not is
// refused, and an object of another tenant looks absent.
func TestWalk(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var callers []*caller
	for _, role := range roles() {
		for _, account := range []string{r.root, r.chanA, r.entA, r.entB} {
			callers = append(callers, r.signIn(account, role))
		}
	}
	calls := 0
	known, needs := steps(), golden(t, r.api.Routes())
	for _, found := range r.api.Routes().Entries() {
		e := *found
		e.Need = needs[e.Method+" "+e.Path]
		if !e.Need.Action() {
			continue
		}
		if path, ok := lists()[e.ID]; ok {
			calls += r.walkList(t, &e, path, callers)
			continue
		}
		make, ok := known[e.ID]
		if !ok {
			t.Errorf("the walk does not know route %q (%s %s)", e.ID, e.Method, e.Path)
			continue
		}
		calls += r.walkRoute(t, &e, make, callers)
	}
	t.Logf("%d calls", calls)
}

func (r *rig) walkRoute(t *testing.T, e *route.Entry, make step, callers []*caller) (calls int) {
	t.Helper()
	for _, c := range callers {
		for _, target := range []string{r.root, r.chanA, r.entA, r.entB} {
			if ofAppliance(e) && target != r.root {
				continue
			}
			q := make(r, target)
			got := c.do(e.Method, q.path, q.body, q.header...)
			calls++
			under := r.tenants.Tree().Under(target, c.account)
			where := fmt.Sprintf("%s of %s on %s: %s %s: %d %s", c.role, r.label(c.account), r.label(target), e.Method, e.Path, got.status, bytes.TrimSpace(got.body))
			switch {
			case !under && !ofAppliance(e):
				if want := c.nothing(e, q); got.status != http.StatusNotFound || !bytes.Equal(want, stripped(got.body)) {
					t.Errorf("another tenant's object shows: %s, absent is %s", where, want)
				}
			case r.has(c, e, target):
				if got.status == http.StatusUnauthorized || got.status == http.StatusNotFound || got.status == http.StatusForbidden && got.code() == "denied" || got.status >= 500 && got.status != 503 {
					t.Errorf("refused though allowed: %s", where)
				}
			case got.status != http.StatusForbidden && got.status != http.StatusNotFound:
				t.Errorf("let through: %s", where)
			}
		}
	}
	return calls
}

// nothing is the answer about an object that does not exist.
func (c *caller) nothing(e *route.Entry, q request) []byte {
	if len(e.Params()) == 0 {
		return []byte(notFound)
	}
	parts := strings.Split(q.path, "/")
	for i, seg := range strings.Split(e.Path, "/") {
		if strings.HasPrefix(seg, "{") {
			parts[i] = absent
		}
	}
	return stripped(c.do(e.Method, strings.Join(parts, "/"), q.body, q.header...).body)
}

const notFound = `{"type":"about:blank","title":"Not Found","status":404,"code":"not_found","detail":"there is no such object"`

// stripped takes the request's id off.
func stripped(body []byte) []byte {
	b, _, _ := bytes.Cut(body, []byte(`,"request":`))
	return b
}

func (r *rig) walkList(t *testing.T, e *route.Entry, path string, callers []*caller) (calls int) {
	t.Helper()
	for _, account := range []string{r.root, r.chanA, r.entA, r.entB} {
		for _, make := range []func(*rig, string) string{enrolled, person, code, letter, visited} {
			make(r, account)
		}
	}
	for _, c := range callers {
		got := c.do(e.Method, path, nil)
		calls++
		where := fmt.Sprintf("%s of %s: %s %s: %d", c.role, r.label(c.account), e.Method, e.Path, got.status)
		if !r.has(c, e, c.account) {
			if got.status != http.StatusForbidden && got.status != http.StatusNotFound {
				t.Errorf("let through: %s", where)
			}
			continue
		}
		if got.status != http.StatusOK {
			t.Errorf("refused though allowed: %s %s", where, got.body)
			continue
		}
		seen := 0
		for _, account := range []string{r.root, r.chanA, r.entA, r.entB} {
			has := bytes.Contains(got.body, []byte(account)) || bytes.Contains(got.body, []byte(r.label(account)))
			if has && !r.tenants.Tree().Under(account, c.account) && !r.above(account, c.account) {
				t.Errorf("rows of another tenant (%s): %s", r.label(account), where)
			}
			if has {
				seen++
			}
		}
		if seen == 0 {
			t.Errorf("nothing of its own: %s %s", where, got.body)
		}
	}
	return calls
}

// above tells whether the account is an ancestor: its id may stand in a row as the parent.
func (r *rig) above(account, of string) bool {
	return slices.Contains(r.tenants.Tree().Chain(of), account)
}

func (r *rig) label(account string) string {
	n, _ := r.tenants.Tree().Node(account)
	return n.Name
}
