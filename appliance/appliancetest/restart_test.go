package appliancetest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/switchkeep/switchkeep/appliance"
)

// load signs in and out on several browsers until stop is called, which tells how often.
func (h *House) load(email string) (stop func() int64) {
	var done atomic.Bool
	var n atomic.Int64
	var wg sync.WaitGroup
	for range 4 {
		b := h.Browser()
		wg.Go(func() {
			for !done.Load() {
				h.Clock.Advance(time.Second)
				a := b.api(http.MethodPost, "/session", object{"email": email, "password": Password}, nil)
				if a.Status == http.StatusOK {
					b.api(http.MethodDelete, "/session", nil, nil)
					n.Add(1)
				}
			}
		})
	}
	h.Until("load", func() bool { return n.Load() > 20 })
	return func() int64 { done.Store(true); wg.Wait(); return n.Load() }
}

// TestShowRestore is A1-5 on the whole appliance: a backup under load, an empty folder, the archive and the passphrase.
func TestShowRestore(t *testing.T) {
	t.Parallel()
	show, h := showing(t), Open(t, Options{})
	k := h.fill()
	ann := h.SignIn(k.acme.Email)
	stop := h.load(k.acme.Email)
	var made struct{ Name string }
	k.op.Must(http.MethodPost, "/system/backups", object{}, &made)
	show("backup under load", made.Name != "", "%s while people signed in and out, %d times in all", made.Name, stop())
	// What happens after the backup: a session ends, a link is used.
	ann.Reset()
	dead := ann.Clone()
	ann.SignOut()
	h.Activate(k.beta.Link)

	archive := filepath.Join(t.TempDir(), "archive.skb")
	raw, err := os.ReadFile(filepath.Join(h.Layout().Backups(), made.Name))
	if err != nil {
		t.Fatal(err)
	}
	if err = os.WriteFile(archive, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	before := h.installation()
	h.Stop()
	h.Data = Folder(t)
	var out bytes.Buffer
	err = appliance.Restore(t.Context(), h.Config(), appliance.RestoreRequest{Archive: archive, Passphrase: Recovery + "x"}, &out)
	left, _ := os.ReadDir(h.Data)
	show("wrong passphrase", err != nil && len(left) == 0, "%v; %d files in the folder", err, len(left))
	if err = appliance.Restore(t.Context(), h.Config(), appliance.RestoreRequest{Archive: archive, Passphrase: Recovery}, &out); err != nil {
		t.Fatal(err)
	}
	show("restored from archive and passphrase", true, "%s", strings.Join(strings.Fields(out.String()), " "))
	h.Start()
	h.restored(show, k, dead, before)
}

func (h *House) installation() string {
	h.t.Helper()
	for _, row := range h.Rows("config_settings") {
		if _, rest, ok := strings.Cut(row, `"installation":"`); ok {
			id, _, _ := strings.Cut(rest, `"`)
			return id
		}
	}
	h.t.Fatal("no installation id")
	return ""
}

func (h *House) restored(show shower, k *kept, dead *Browser, before string) {
	h.t.Helper()
	a, b := k.op.Clone().API(http.MethodGet, "/session", nil), dead.API(http.MethodGet, "/session", nil)
	show("sessions stay dead", a.Status == 401 && b.Status == 401, "one of the backup: %d %s, one that was signed out after it: %d %s", a.Status, a.Code, b.Status, b.Code)
	var link struct{ State string }
	h.Browser().Must(http.MethodGet, "/tokens/"+LinkToken(k.beta.Link), nil, &link)
	use := h.Browser().API(http.MethodPost, "/activate", object{"token": LinkToken(k.beta.Link), "first": "A", "last": "B", "password": Password})
	show("links stay dead", link.State != "ok" && use.Status >= 400, "a link used after the backup: %s, using it: %d %s", link.State, use.Status, use.Code)
	again := h.Browser().API(http.MethodPost, "/activate", object{"token": LinkToken(k.acme.Link), "first": "A", "last": "B", "password": Password})
	show("used links too", again.Status >= 400, "a link used before the backup: %d %s", again.Status, again.Code)
	op := h.SignIn(OperatorEmail)
	admin := h.SignIn(k.acme.Email)
	show("people sign in", true, "operator and administrator, with their passwords")
	var codes struct{ Items []struct{ Open bool } }
	admin.Must(http.MethodGet, "/pbxs/codes", nil, &codes)
	show("authentication codes are void", len(codes.Items) == 1 && !codes.Items[0].Open, "%s", Text(codes.Items))
	h.Until("the connector is back", func() bool { return k.x.Connected() && admin.PBX(k.x.ID).State == "connected" })
	status, body := op.Visit(k.x.ID).Get("/ui/")
	show("the connector is back by itself", status == 200, "the same process and key; a visit answers %d %s", status, body)
	now := h.installation()
	show("a new installation id", now != before, "%s, was %s", now, before)
	show("verify", true, "%s", h.Verify())
}

// TestRestart: presence is unknown until seen, the pair's roles are evidence, and the store is clean.
func TestRestart(t *testing.T) {
	t.Parallel()
	show, h := showing(t), Open(t, Options{})
	op := h.SetUp()
	acme := op.Enterprise("Acme")
	admin := h.SignIn(acme.Email)
	one, two := admin.Connector(acme.Email, "PAIR-0001"), admin.Connector(acme.Email, "PAIR-0002")
	admin.Must(http.MethodPost, "/pbxs/pair", object{"primary": one.ID, "secondary": two.ID}, nil)
	used := func() (n int64) {
		var q struct {
			Kinds []struct {
				Kind string
				Used int64
			}
		}
		admin.Must(http.MethodGet, "/accounts/"+acme.ID+"/quota", nil, &q)
		for _, k := range q.Kinds {
			if k.Kind == "pbx_connections" {
				n = k.Used
			}
		}
		return n
	}
	show("a pair", used() == 1 && admin.Total("/pbxs") == 2, "two rows, %d connection", used())
	two.Unplug()
	h.Until("seen to be gone", func() bool { return admin.PBX(two.ID).State == "disconnected" })
	h.Restart()
	admin.Reset()
	p := admin.PBX(two.ID)
	show("after the start", p.State == "unknown" && p.Pair != nil && p.Pair.Role == "secondary", "the one that is off: %s, %s", p.State, Text(p.Pair))
	h.Until("back by itself", func() bool { return admin.PBX(one.ID).State == "connected" })
	show("the other one", true, "connected, unasked")
	h.Clock.Advance(4 * time.Minute)
	show("four minutes later", admin.PBX(two.ID).State == "unknown", "still %s", admin.PBX(two.ID).State)
	h.Clock.Advance(2 * time.Minute)
	h.Until("settled", func() bool { return admin.PBX(two.ID).State == "disconnected" })
	show("six minutes later", used() == 1, "disconnected; the pair still takes %d connection", used())
	show("verify", true, "%s", h.Verify())
	h.again(show)
}

// again: a second start on the same data.
func (h *House) again(show shower) {
	h.t.Helper()
	op := h.SignIn(OperatorEmail)
	rows := op.Total("/accounts")
	h.Restart()
	op.Reset()
	show("and again", op.Total("/accounts") == rows, "%d accounts; the session goes on", rows)
	show("verify", true, "%s", h.Verify())
	out, err := h.Verb("doctor", appliance.DoctorRequest{JSON: true})
	show("doctor", err == nil && json.Valid([]byte(out)), "%d bytes of findings, %v", len(out), err)
}
