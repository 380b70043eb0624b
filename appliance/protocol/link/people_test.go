package link

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/switchkeep/switchkeep/appliance/domain/access"
	"github.com/switchkeep/switchkeep/appliance/domain/identity"
	"github.com/switchkeep/switchkeep/appliance/domain/pbx"
	"github.com/switchkeep/switchkeep/appliance/domain/quota"
	"github.com/switchkeep/switchkeep/appliance/domain/tenant"
	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/platform/ident"
	"github.com/switchkeep/switchkeep/appliance/platform/secret"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/appliance/protocol/link/client"
	"github.com/switchkeep/switchkeep/appliance/protocol/link/wire"
	"github.com/switchkeep/switchkeep/bolt/bolttest"
)

const rightPassword = "correct staple horse 77"

// house is the link over the real rooms: tree, books, people, rights.
type house struct {
	*rig
	clk      *clock.Manual
	cfg      identity.Config
	people   *identity.Identity
	acme, op string
	client   string // address that requests seem to come from
}

type branches struct{}

func (branches) Account(r store.Reader, id string) (identity.Account, error) {
	a, err := tenant.Get(r, id)
	if err != nil {
		return identity.Account{}, err
	}
	out := identity.Account{ID: a.ID, Name: a.Name, Kind: string(a.Kind), Realm: a.Realm}
	f, err := tenant.EffectiveFreezeTx(r, id)
	if f != nil {
		out.Frozen = &identity.Freeze{Reason: f.Reason, At: f.At}
	}
	return out, err
}

type noMail struct{}

func (noMail) Ready(store.Reader) (bool, error)     { return false, nil }
func (noMail) MailTx(store.Tx, identity.Mail) error { return nil }
func (noMail) Sure() bool                           { return true }
func (h *house) by() audit.Cause {
	return audit.Cause{At: h.clk.Now(), User: "", UserLabel: "test", IP: "192.0.2.9"}
}

func (h *house) VerifyEnrollment(ctx context.Context, by audit.Cause, email, password, code string) (pbx.Person, error) {
	by.IP = h.client // the test has one loopback address for all its connectors
	return People{Identity: h.people, DB: h.db}.VerifyEnrollment(ctx, by, email, password, code)
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{clk: clock.NewManual(time.Now()), acme: ident.New(), op: ident.New(), client: "192.0.2.1"}
	db := bolttest.Open(t, slices.Concat(pbx.Tables(), audit.Tables(), tenant.Tables(), quota.Tables(), identity.Tables(), access.Tables())...)
	keeper, err := secret.CreateKeeper(filepath.Join(t.TempDir(), "master.key"), h.clk.Now())
	must(t, err)
	log, err := audit.New(audit.Config{DB: db, Clock: h.clk, Logger: quiet(t), Keeper: keeper})
	must(t, err)
	books, err := quota.New(quota.Config{DB: db})
	must(t, err)
	tenants, err := tenant.New(tenant.Config{DB: db, Followers: []tenant.Follower{books}})
	must(t, err)
	_, err = db.Update(t.Context(), func(_ context.Context, tx store.Tx) error {
		if _, err = tenant.CreateTx(tx, h.by(), tenant.Draft{ID: h.op, Kind: tenant.Operator, Name: "MSP"}); err != nil {
			return err
		}
		if _, err = tenant.CreateTx(tx, h.by(), tenant.Draft{ID: h.acme, Parent: h.op, Kind: tenant.Enterprise, Name: "Acme"}); err != nil {
			return err
		}
		return quota.AllocateTx(tx, h.by(), h.op, h.acme, map[quota.Kind]int64{quota.PBXConnections: 5, quota.Users: 10})
	})
	must(t, err)
	must(t, tenants.Load(t.Context()))
	rights, err := access.New(access.Config{DB: db, Tree: tenants.Tree(), Clock: h.clk})
	must(t, err)
	h.cfg = identity.Config{
		DB: db, Clock: h.clk, Guard: noMail{}, Logger: quiet(t), Keeper: keeper, Audit: log, Accounts: branches{}, Mail: noMail{},
		Base: func() string { return "https://console.example" }, Cost: identity.Cost{Memory: 8, Time: 1, Threads: 1}, PerMinute: 1 << 20,
	}
	h.restart(t)
	h.rig = newRigOn(t, db, func(c *pbx.Config) {
		c.Accounts, c.Ledger, c.Rights, c.Verifier = pbx.Tree{}, pbx.Books{}, pbx.Checker{Access: rights}, h
	})
	return h
}

// restart makes the room of the people anew on the same store.
func (h *house) restart(t *testing.T) {
	t.Helper()
	var err error
	h.people, err = identity.New(h.cfg)
	must(t, err)
}

func (h *house) person(t *testing.T, email, role string) identity.User {
	t.Helper()
	v, err := h.people.Invite(t.Context(), h.by(), identity.Invite{Account: h.acme, Email: email, First: "Ann", Last: "Other", Role: role})
	must(t, err)
	u, err := h.people.Activate(t.Context(), h.by(), identity.Activation{Token: v.Token, First: "Ann", Last: "Other", Password: rightPassword})
	must(t, err)
	return u
}

func (h *house) attempt(email, password, code string) (int, []byte) {
	h.t.Helper()
	b := newBox(h.t, "S-"+ident.New())
	b.req.Email, b.req.Password, b.req.Code = email, password, code
	status, head, body := h.post(wire.PathEnroll, b.req)
	head.Del("Date")
	return status, fmt.Appendf(body, "\n%v", head)
}

// TestLockHoldsForEnrolment: the tenth wrong password locks this user and this client, nobody else; a restart does not forget.
func TestLockHoldsForEnrolment(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.person(t, "ann@example.com", "admin")
	h.person(t, "bob@example.com", "admin")
	for n := range 10 {
		status, body := h.attempt("ann@example.com", "wrong wrong wrong", "")
		if want := map[bool]int{true: 202, false: 423}[n < 9]; status != want {
			t.Fatalf("attempt %d: %d %s", n+1, status, body)
		}
	}
	if status, body := h.attempt("Ann@Example.com", rightPassword, ""); status != 423 || !bytes.Contains(body, []byte(`"retry_s":300`)) {
		t.Fatal(status, string(body))
	}
	h.restart(t)
	h.clk.Advance(time.Minute)
	if status, body := h.attempt("ann@example.com", rightPassword, ""); status != 423 || !bytes.Contains(body, []byte(`"retry_s":240`)) {
		t.Fatal("a restart forgot", status, string(body))
	}
	if status, body := h.attempt("bob@example.com", rightPassword, ""); status != 200 {
		t.Fatal("another user is locked", status, string(body))
	}
	h.client = "192.0.2.2"
	if status, body := h.attempt("ann@example.com", rightPassword, ""); status != 200 {
		t.Fatal("another client is locked", status, string(body))
	}
	h.client = "192.0.2.1"
	h.clk.Advance(4 * time.Minute)
	if status, body := h.attempt("ann@example.com", rightPassword, ""); status != 200 {
		t.Fatal("the lock did not end", status, string(body))
	}
}

// TestUniformAnswersOfTheRealRooms is TestUniformAnswers with real people.
func TestUniformAnswersOfTheRealRooms(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.person(t, "ann@example.com", "admin")
	h.person(t, "help@example.com", "helpdesk")
	u := h.person(t, "mfa@example.com", "admin")
	secretText := h.totp(t, u)
	var first []byte
	for _, c := range []struct{ email, password, code string }{
		{"ann@example.com", "wrong wrong wrong", ""},
		{"nobody@example.com", rightPassword, ""},
		{"help@example.com", rightPassword, ""},
		{"mfa@example.com", rightPassword, ""},
		{"mfa@example.com", rightPassword, "000000"},
	} {
		status, body := h.attempt(c.email, c.password, c.code)
		if status != 202 {
			t.Fatalf("%v: %d %s", c, status, body)
		}
		if first == nil {
			first = body
		} else if !bytes.Equal(first, body) {
			t.Errorf("%v differs:\n%s\n%s", c, first, body)
		}
	}
	if rows := h.rows(); len(rows) != 1 || rows[0].State != pbx.Awaiting || rows[0].EnrolledName != "mfa@example.com" {
		t.Fatalf("who has a second factor and gave none waits: %+v", rows)
	}
	h.clk.Advance(time.Minute)
	code, err := totp.GenerateCode(secretText, h.clk.Now())
	must(t, err)
	if status, body := h.attempt("mfa@example.com", rightPassword, code); status != 200 {
		t.Fatal(status, string(body))
	}
	// The operation log alone tells which was which.
	codes := map[string]int{}
	for _, row := range h.log() {
		if row.Action == "pbx.enroll" && row.Result == audit.Refused {
			codes[row.Code]++
		}
	}
	if len(codes) < 3 {
		t.Fatal(codes)
	}
}

// totp gives the user a second factor and returns its secret.
func (h *house) totp(t *testing.T, u identity.User) string {
	t.Helper()
	r, err := h.people.SignIn(t.Context(), h.by(), identity.Credentials{Email: u.Email, Password: rightPassword})
	must(t, err)
	s, err := h.people.BeginTOTP(t.Context(), h.by(), u.ID)
	must(t, err)
	code, err := totp.GenerateCode(s.Secret, h.clk.Now())
	must(t, err)
	_, _, err = h.people.ConfirmTOTP(t.Context(), h.by(), r.Session.ID, code)
	must(t, err)
	h.clk.Advance(time.Minute)
	return s.Secret
}

// TestChangedPasswordDropsNobody: the PBX has a key of its own.
func TestChangedPasswordDropsNobody(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.person(t, "ann@example.com", "admin")
	b := newBox(t, "S1")
	b.req.Email, b.req.Password = "ann@example.com", rightPassword
	if code, a := h.enroll(b); code != 200 {
		t.Fatal(code, a)
	}
	c, stop := h.connect(b, "127.0.0.1:1")
	h.until("connected", func() bool { return c.Status().State == client.Connected })
	_, err := h.people.AdminResetPassword(t.Context(), h.by(), "ann@example.com")
	must(t, err)
	if status, _ := h.attempt("ann@example.com", rightPassword, ""); status != 202 {
		t.Fatal("the old password still enrols", status, u.ID)
	}
	if c.Status().State != client.Connected || !h.srv.Online(b.got.ID) {
		t.Fatal("the link went down with the password")
	}
	stop()
	again, _ := h.connect(b, "127.0.0.1:1")
	h.until("back", func() bool { return again.Status().State == client.Connected })
	if strings.Contains(fmt.Sprint(h.rows()), rightPassword) {
		t.Fatal("a password was stored")
	}
}
