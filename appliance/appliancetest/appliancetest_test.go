package appliancetest

import (
	"net/http"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestMainJob is the main job's first half: set up, enterprise, activation by mail, a PBX by e-mail, a visit, all in the log.
func TestMainJob(t *testing.T) {
	t.Parallel()
	h := Open(t, Options{Mail: true})
	op := h.SetUp()
	acme := op.Enterprise("Acme")
	admin := h.SignIn(acme.Email)
	x := admin.Connector(acme.Email, "369C2D0001")
	v := op.Visit(x.ID)
	if status, body := v.Get("/ui/"); status != 200 || body != "portal 369C2D0001 /ui/" {
		t.Fatal(status, body)
	}
	status, body := v.Post("/upload", strings.NewReader(strings.Repeat("x", 300_000)))
	if status != 200 || body != "300000 bytes, <nil>" {
		t.Fatal(status, body)
	}
	if n := op.Total("/visits"); n != 1 {
		t.Fatal("live visits", n)
	}
	op.Must(http.MethodDelete, "/visits/"+v.ID, nil, nil)
	if status, _ := v.Get("/ui/"); status != http.StatusGone {
		t.Fatal("the ended visit answers", status)
	}
	var log struct {
		Items []struct{ Action, Result string } `json:"items"`
	}
	op.Must(http.MethodGet, "/audit?limit=200", nil, &log)
	got := Text(log.Items)
	for _, action := range []string{"account.add", "pbx.enroll", "pbx.visit"} {
		if !strings.Contains(got, `"`+action+`"`) {
			t.Errorf("%s is not in the operation log: %s", action, got)
		}
	}
	t.Log(h.Verify())
}
