package rest_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/switchkeep/switchkeep/appliance/domain/identity"
	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/operation"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/appliance/surface/api/rest"
	"github.com/switchkeep/switchkeep/appliance/surface/backup"
)

// TestStepUp calls every route that asks for the password again: refused alike for objects that exist
// and that do not, and open after the proof.
func TestStepUp(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := r.signIn(r.root, "owner")
	waiting := parked(r, r.entA)
	r.clock.Advance(identity.ProofFor)
	asked := 0
	for _, e := range r.api.Routes().Entries() {
		if !e.StepUp {
			continue
		}
		asked++
		q := "/pbxs/" + waiting + "/approve"
		if len(e.Params()) == 0 {
			q = e.Path
		}
		if got := c.want(403, e.Method, q, nil, "If-Match", `"0"`); got.code() != "step_up_required" {
			t.Errorf("%s %s: %s", e.Method, e.Path, got.body)
		}
	}
	if asked != 5 {
		t.Errorf("%d routes ask for the password again", asked)
	}
	known, unknown := c.do("POST", "/pbxs/"+waiting+"/approve", nil), c.do("POST", "/pbxs/"+absent+"/approve", nil)
	if !bytes.Equal(known.body[:60], unknown.body[:60]) || known.status != unknown.status {
		t.Errorf("%s differs from %s", known.body, unknown.body)
	}
	if wrong := c.want(422, "POST", "/session/step-up", map[string]any{"password": "wrong wrong wrong"}); !bytes.Contains(wrong.body, []byte(`"path":"password"`)) {
		t.Errorf("%s", wrong.body)
	}
	var proof rest.Proof
	c.want(200, "POST", "/session/step-up", map[string]any{"password": password}).into(t, &proof)
	var s rest.SessionView
	c.want(200, "GET", "/session", nil).into(t, &s)
	if !proof.Ends.Equal(r.clock.Now().Add(identity.ProofFor)) || !s.StepUpEnds.Equal(proof.Ends) {
		t.Errorf("%v, the session says %v", proof.Ends, s.StepUpEnds)
	}
	// Past the gate the ledger answers: nobody gave this enterprise a connection.
	if got := c.want(409, "POST", "/pbxs/"+waiting+"/approve", nil); got.code() != "quota_exceeded" {
		t.Errorf("%s", got.body)
	}
}

func TestRecoveryAfterSetup(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := r.signIn(r.root, "owner")
	var have rest.Recovery
	c.want(200, "GET", "/system/recovery", nil).into(t, &have)
	if have.Set || have.Ver != 0 || have.Fingerprint == "" || !banner(t, c, "recovery") {
		t.Fatalf("%+v", have)
	}
	var made rest.RecoveryMade
	c.want(200, "POST", "/system/recovery", nil).into(t, &made)
	if len(made.Passphrase) < 30 || made.Sheet.Host != "console.localhost" {
		t.Fatalf("%+v", made)
	}
	c.want(422, "PUT", "/system/recovery", map[string]any{"kind": "age", "recipient": "age1nonsense"}, "If-Match", `"0"`)
	c.want(422, "PUT", "/system/recovery", map[string]any{"kind": "passphrase", "passphrase": "short"}, "If-Match", `"0"`)
	body := map[string]any{"kind": "passphrase", "passphrase": made.Passphrase}
	put := c.want(200, "PUT", "/system/recovery", body, "If-Match", `"0"`)
	put.into(t, &have)
	if !have.Set || have.Kind != "passphrase" || bytes.Contains(put.body, []byte(made.Passphrase)) || banner(t, c, "recovery") {
		t.Fatalf("%s", put.body)
	}
	c.want(412, "PUT", "/system/recovery", body, "If-Match", `"0"`)
	if _, err := r.keeper.Wrap(); err != nil {
		t.Fatal(err)
	}
	log := c.want(200, "GET", "/audit?filter[object_kind]=recovery", nil)
	if !bytes.Contains(log.body, []byte(have.Recipient)) || bytes.Contains(log.body, []byte(made.Passphrase)) {
		t.Errorf("%s", log.body)
	}
}

func banner(t *testing.T, c *caller, id string) bool {
	t.Helper()
	var s rest.SessionView
	c.want(200, "GET", "/session", nil).into(t, &s)
	for _, b := range s.Banners {
		if b.ID == id {
			return true
		}
	}
	return false
}

func TestRestoredApplianceIsConfirmed(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c, clerk := r.signIn(r.root, "owner"), r.signIn(r.root, "helpdesk")
	if banner(t, c, "restored") {
		t.Fatal("nothing was restored")
	}
	marks := store.NewTable(store.Spec[backup.Restored]{
		Name: "backup_restored", Schema: 1, Key: func(*backup.Restored) []store.Part { return []store.Part{store.Text("appliance")} },
	})
	r.tx(func(tx store.Tx) error { return marks.Put(tx, &backup.Restored{}) })
	if !banner(t, c, "restored") || banner(t, clerk, "restored") {
		t.Fatal("the banner is for those who may confirm")
	}
	var s rest.System
	c.want(200, "GET", "/system", nil).into(t, &s)
	if !s.Restored {
		t.Fatalf("%+v", s)
	}
	clerk.want(403, "POST", "/system/restore/confirm", nil)
	c.want(200, "POST", "/system/restore/confirm", nil).into(t, &s)
	if s.Restored || banner(t, c, "restored") {
		t.Fatalf("%+v", s)
	}
}

func TestOnlyTheOwnOperationIsCancelled(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	ann, bob := r.signIn(r.chanA, "admin"), r.signIn(r.chanA, "admin")
	r.must(r.work.Register(operation.Worker{Kind: "walk", Step: func(context.Context, store.Tx, operation.Operation, int) (string, error) { return "", nil }}))
	var op operation.Operation
	r.tx(func(tx store.Tx) (err error) {
		op, err = r.work.EnqueueTx(tx, audit.Cause{At: r.clock.Now(), User: ann.user}, operation.Plan{Kind: "walk", Account: r.chanA, Steps: 3, Params: map[string]string{"label": "three steps"}})
		return err
	})
	theirs, nobodys := bob.want(404, "POST", "/operations/"+op.ID+"/cancel", nil), bob.want(404, "POST", "/operations/"+absent+"/cancel", nil)
	if !bytes.Equal(stripped(theirs.body), stripped(nobodys.body)) {
		t.Errorf("%s differs from %s", theirs.body, nobodys.body)
	}
	var got rest.Operation
	ann.want(200, "POST", "/operations/"+op.ID+"/cancel", nil).into(t, &got)
	if got.Label != "three steps" || got.State != operation.Cancelled {
		t.Errorf("%+v", got)
	}
	if again := ann.want(409, "POST", "/operations/"+op.ID+"/cancel", nil); again.code() != "operation_ended" {
		t.Errorf("%s", again.body)
	}
}

func TestAuthorizationIsTheEnterprisesOwn(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	boss, channel := r.signIn(r.entA, "owner"), r.signIn(r.chanA, "owner")
	path := "/accounts/" + r.entA + "/authorization"
	var a rest.Authorization
	channel.want(200, "GET", path, nil).into(t, &a)
	if !a.Full || len(a.Choices) == 0 || a.Ver != 0 {
		t.Fatalf("%+v", a)
	}
	id := enrolled(r, r.entA)
	channel.want(200, "GET", "/pbxs/"+id, nil)
	channel.want(403, "PUT", path, map[string]any{"full": true}, "If-Match", `"0"`)
	boss.want(422, "PUT", path, map[string]any{"full": false, "features": []string{"nonsense"}}, "If-Match", `"0"`)
	boss.want(200, "PUT", path, map[string]any{"full": false, "features": []string{"user"}}, "If-Match", `"0"`).into(t, &a)
	boss.want(412, "PUT", path, map[string]any{"full": true}, "If-Match", `"9"`)
	if got := channel.do("GET", "/pbxs/"+id, nil); got.status == 200 || a.Full || a.Ver != 1 {
		t.Errorf("the channel still sees the PBX: %d, %+v", got.status, a)
	}
}

func TestSettingsAndPairCode(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := r.signIn(r.root, "owner")
	if got := c.want(200, "GET", "/system/settings", nil); !bytes.Contains(got.body, []byte(`"visit_zone":"`)) {
		t.Errorf("%s", got.body)
	}
	first := enrolled(r, r.entA)
	made := c.want(200, "POST", "/pbxs/codes", map[string]any{"account": r.entA, "name": "second half", "pair_with": first})
	var code rest.PBXCodeMade
	made.into(t, &code)
	if got := c.want(200, "GET", "/pbxs/codes", nil); !bytes.Contains(got.body, []byte(`"pair_with":"`+first+`"`)) {
		t.Errorf("%s", got.body)
	}
	other := enrolled(r, r.entB)
	for _, id := range []string{other, absent} {
		if got := c.do("POST", "/pbxs/codes", map[string]any{"account": r.entA, "name": "x", "pair_with": id}); got.status < 400 {
			t.Errorf("paired with %s", id)
		}
	}
}
