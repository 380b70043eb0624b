package link

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/switchkeep/switchkeep/appliance/domain/pbx"
	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/appliance/protocol/link/client"
	"github.com/switchkeep/switchkeep/appliance/protocol/link/wire"
)

func (r *rig) rows() []pbx.PBX {
	r.t.Helper()
	var out []pbx.PBX
	must(r.t, r.db.View(context.Background(), func(rd store.Reader) error {
		return r.pbxs.All(rd, func(p pbx.PBX) error { out = append(out, p); return nil })
	}))
	return out
}

// log returns the operation log.
func (r *rig) log() []audit.Row {
	r.t.Helper()
	var dump bytes.Buffer
	must(r.t, r.db.Dump(context.Background(), &dump))
	var out []audit.Row
	for line := range strings.Lines(dump.String()) {
		var e struct {
			Table string
			Row   json.RawMessage
		}
		must(r.t, json.Unmarshal([]byte(line), &e))
		if e.Table != "audit_row" {
			continue
		}
		var row audit.Row
		must(r.t, json.Unmarshal(e.Row, &row))
		out = append(out, row)
	}
	return out
}

// TestUniformAnswers compares what a stranger sees: status, headers and bytes are the same for a wrong
// password, an unknown user, a missing right, a wrong code and an enrolment that waits.
func TestUniformAnswers(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var first []byte
	for i, spoil := range []func(*wire.EnrollRequest){
		func(q *wire.EnrollRequest) { q.Password = "wrong" },
		func(q *wire.EnrollRequest) { q.Email = "unknown@example.com" },
		func(q *wire.EnrollRequest) { q.Email = "helpdesk@example.com" },
		func(q *wire.EnrollRequest) { q.Email, q.Password, q.AuthCode = "", "", "0123456789ABCDEF" },
		func(q *wire.EnrollRequest) { q.Email = "mfa@example.com" },
		func(q *wire.EnrollRequest) { q.Email, q.Account = "op@example.com", "no such account" },
	} {
		b := newBox(t, fmt.Sprintf("S%d", i))
		spoil(&b.req)
		code, head, body := r.post(wire.PathEnroll, b.req)
		head.Del("Date")
		seen := fmt.Appendf(nil, "%d\n%v\n%s", code, head, body)
		if code != http.StatusAccepted {
			t.Fatalf("%d: %d %s", i, code, body)
		}
		if first == nil {
			first = seen
		} else if !bytes.Equal(first, seen) {
			t.Errorf("case %d differs:\n%s\n%s", i, first, seen)
		}
		// A poll tells nothing either.
		code, head, body = r.post(wire.PathPoll, wire.PollRequest{Poll: b.poll, CSR: b.csr})
		head.Del("Date")
		if seen := fmt.Appendf(nil, "%d\n%v\n%s", code, head, body); !bytes.Equal(first, seen) {
			t.Errorf("poll %d differs:\n%s\n%s", i, first, seen)
		}
	}
	if rows := r.rows(); len(rows) != 1 || rows[0].State != pbx.Awaiting {
		t.Fatalf("only the one without its code waits: %+v", rows)
	}
	if r.hashes != 5 {
		t.Fatalf("%d passwords were hashed, not 5", r.hashes)
	}
}

func TestParkedEnrolmentIsApproved(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	b := newBox(t, "S1")
	b.req.Email = "mfa@example.com"
	if code, a := r.enroll(b); code != 202 || a.State != wire.EnrollWait {
		t.Fatal(code, a)
	}
	row := r.rows()[0]
	if row.EnrolledName != "mfa@example.com" || row.Address != "127.0.0.1" || row.KeySPKI == "" {
		t.Fatalf("%+v", row)
	}
	_, err := r.pbxs.Approve(t.Context(), cause(), row.ID, row.Ver, "")
	must(t, err)
	// Another key does not get the certificate, nor does another secret.
	other := newBox(t, "S1")
	for _, q := range []wire.PollRequest{{Poll: b.poll, CSR: other.csr}, {Poll: other.poll, CSR: b.csr}} {
		if code, _, body := r.post(wire.PathPoll, q); code != 202 {
			t.Fatal(code, string(body))
		}
	}
	code, _, body := r.post(wire.PathPoll, wire.PollRequest{Poll: b.poll, CSR: b.csr})
	if a := r.take(b, body); code != 200 || a.ID != row.ID {
		t.Fatal(code, string(body))
	}
	c, _ := r.connect(b, "127.0.0.1:1")
	r.until("connected", func() bool { return c.Status().State == client.Connected })
	// The secret has done its work.
	if code, _, _ := r.post(wire.PathPoll, wire.PollRequest{Poll: b.poll, CSR: b.csr}); code != 202 {
		t.Fatal(code)
	}
}

func TestRejectedAndExpiredEnrolments(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for i := range pbx.MaxParked + 2 {
		b := newBox(t, fmt.Sprintf("S%d", i))
		b.req.Email = "mfa@example.com"
		if code, _ := r.enroll(b); code != 202 {
			t.Fatal(code)
		}
	}
	rows := r.rows()
	if len(rows) != pbx.MaxParked {
		t.Fatalf("%d rows wait, at most %d may", len(rows), pbx.MaxParked)
	}
	must(t, r.pbxs.Reject(t.Context(), cause(), rows[0].ID, 0))
	if n := len(r.rows()); n != pbx.MaxParked-1 {
		t.Fatal(n)
	}
}

func TestRefusalsAfterRightCredentials(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for name, c := range map[string]struct {
		before func(b *box)
		status int
		code   string
		detail string
	}{
		"firmware": {func(b *box) { b.req.Firmware = "37.18.0.99" }, 409, "firmware_too_old", "37.19.0.110"},
		"locked":   {func(b *box) { b.req.Email = "locked@example.com" }, 423, "locked", ""},
	} {
		b := newBox(t, "S-"+name)
		c.before(b)
		status, a := r.enroll(b)
		if status != c.status || a.Code != c.code || c.detail != "" && a.Details["need"] != c.detail {
			t.Errorf("%s: %d %+v", name, status, a)
		}
		if name == "locked" && a.RetrySeconds != 200 {
			t.Errorf("%+v", a)
		}
	}
	r.freeze("unpaid")
	if status, a := r.enroll(newBox(t, "S1")); status != 403 || a.Code != "frozen" || a.Details["reason"] != "unpaid" {
		t.Fatal(status, a)
	}
	r.freeze("")
	r.mu.Lock()
	r.total = 0
	r.mu.Unlock()
	if status, a := r.enroll(newBox(t, "S1")); status != 409 || a.Code != "quota_exceeded" {
		t.Fatal(status, a)
	}
	// The console sees them all.
	log := map[string]int{}
	for _, row := range r.log() {
		if row.Action == "pbx.enroll" && row.Result == audit.Refused && row.Account == "acme" {
			log[row.Code]++
		}
	}
	if log["firmware_too_old"] != 1 || log["frozen"] != 1 || log["quota_exceeded"] != 1 {
		t.Fatal(log)
	}
}

func TestSecondFactorAndAccounts(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	b := newBox(t, "S1")
	b.req.Email, b.req.Code = "mfa@example.com", "123456"
	if code, a := r.enroll(b); code != 200 || a.Name != "P560 S1" {
		t.Fatal(code, a)
	}
	b = newBox(t, "S2")
	b.req.Email = "two@example.com"
	code, a := r.enroll(b)
	if code != 409 || a.State != wire.EnrollChoose || len(a.Accounts) != 2 {
		t.Fatal(code, a)
	}
	b.req.Account = "other"
	if code, _ = r.enroll(b); code != 200 {
		t.Fatal(code)
	}
	if row, err := r.pbxs.Read(t.Context(), b.got.ID); err != nil || row.AccountID != "other" || row.Account != 8 {
		t.Fatal(row, err)
	}
}

func TestAuthenticationCodeIsGoodOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	_, text, err := r.pbxs.CreateCode(t.Context(), cause(), pbx.NewCode{Account: "acme", Name: "Front desk"})
	must(t, err)
	code, err := wire.ParseCode(text)
	must(t, err)
	if !code.Vouches(r.ca.LinkCA()) {
		t.Fatal("the code does not carry the pin")
	}
	b := newBox(t, "S1")
	b.req.Email, b.req.Password, b.req.AuthCode = "", "", code.SecretText()
	if status, a := r.enroll(b); status != 200 || a.Name != "Front desk" {
		t.Fatal(status, a)
	}
	again := newBox(t, "S2")
	again.req.Email, again.req.Password, again.req.AuthCode = "", "", code.SecretText()
	if status, a := r.enroll(again); status != 202 {
		t.Fatal(status, a)
	}
	list, err := r.pbxs.Codes(t.Context(), "acme")
	if err != nil || len(list) != 1 || list[0].UsedFor != b.got.ID || list[0].Open(time.Now()) {
		t.Fatalf("%+v %v", list, err)
	}
}

// TestSameSerialAgain: a new installation on the same machine takes the PBX over, one on another machine waits.
func TestSameSerialAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	old := r.enrolled("S1")
	again := newBox(t, "S1")
	if code, a := r.enroll(again); code != 200 || a.ID != old.got.ID {
		t.Fatal(code, a)
	}
	if r.free() != 99 {
		t.Fatal("the same PBX took two connections")
	}
	c, _ := r.connect(old, "127.0.0.1:1")
	r.until("refused", func() bool { return c.Status().Message != "" && c.Status().State == client.Disconnected })
	moved := newBox(t, "S1")
	moved.req.MachineID = "another machine"
	if code, _ := r.enroll(moved); code != 202 {
		t.Fatal(code)
	}
	var parked pbx.PBX
	for _, row := range r.rows() {
		if row.State == pbx.Awaiting {
			parked = row
		}
	}
	out, err := r.pbxs.Approve(t.Context(), cause(), parked.ID, 0, "")
	if err != nil || out.ID != old.got.ID || out.MachineID != "another machine" {
		t.Fatal(out, err)
	}
	if len(r.rows()) != 1 || r.free() != 99 {
		t.Fatal(r.rows())
	}
}

func TestBodyCapsAndBrowsers(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	big := strings.Repeat("x", wire.MaxEnroll+1)
	for _, path := range []string{wire.PathEnroll, wire.PathPoll} {
		for _, body := range []io.Reader{strings.NewReader(big), io.MultiReader(strings.NewReader(big))} { // declared, chunked
			resp, err := r.web.Client().Post(r.web.URL+path, "application/json", body)
			must(t, err)
			_ = resp.Body.Close()
			if resp.StatusCode != http.StatusRequestEntityTooLarge {
				t.Errorf("%s: %s", path, resp.Status)
			}
		}
		for _, bad := range []string{"", "{", `{"serial":"x"}`, `[]`} {
			resp, err := r.web.Client().Post(r.web.URL+path, "application/json", strings.NewReader(bad))
			must(t, err)
			_ = resp.Body.Close()
			if resp.StatusCode != http.StatusUnprocessableEntity {
				t.Errorf("%s %q: %s", path, bad, resp.Status)
			}
		}
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.web.URL+wire.PathEnroll, strings.NewReader("{}"))
	must(t, err)
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	resp, err := r.web.Client().Do(req)
	must(t, err)
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusForbidden {
		t.Error(resp.Status)
	}
}

func FuzzEnrollRequest(f *testing.F) {
	b := newBox(f, "S1")
	seed, err := json.Marshal(b.req)
	must(f, err)
	f.Add(seed)
	f.Add([]byte(`{"email":"a","auth_code":"b"}`))
	f.Add([]byte(`{"portal":{"url":"http://x"},"details":null}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		var q wire.EnrollRequest
		if json.Unmarshal(in, &q) != nil || q.Check() != nil {
			return
		}
		_, _ = parseCSR(q.CSR)
	})
}
