package identity

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"log/slog"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/ident"
	"github.com/switchkeep/switchkeep/appliance/platform/secret"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/bolt/bolttest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	goodPassword  = "correct staple horse 77"
	otherPassword = "battery lamp violet 31"
)

// accounts is a tree of tenants in memory.
type accounts struct {
	mu sync.Mutex
	m  map[string]Account
}

func (a *accounts) Account(_ store.Reader, id string) (Account, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	acc, ok := a.m[id]
	if !ok {
		return Account{}, fault.NotFound("account")
	}
	return acc, nil
}

func (a *accounts) set(acc Account) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.m[acc.ID] = acc
}

// mailSink keeps letters as rows of the log would; a letter of a rolled back transaction may be in it.
type mailSink struct {
	mu   sync.Mutex
	on   bool
	sent []Mail
}

func (s *mailSink) Ready(store.Reader) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.on, nil
}

func (s *mailSink) MailTx(_ store.Tx, m Mail) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sent = append(s.sent, m)
	return nil
}

func (s *mailSink) last(t testing.TB, template string) Mail {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range slices.Backward(s.sent) {
		if m.Template == template {
			return m
		}
	}
	t.Fatalf("no letter %q", template)
	return Mail{}
}

func (s *mailSink) token(t testing.TB, template string) string {
	t.Helper()
	_, tok, ok := strings.Cut(s.last(t, template).Data["link"], "#t=")
	if !ok {
		t.Fatal("the letter has no link")
	}
	return tok
}

type sureFlag struct {
	mu  sync.Mutex
	not bool
}

func (s *sureFlag) Sure() bool { s.mu.Lock(); defer s.mu.Unlock(); return !s.not }
func (s *sureFlag) set(v bool) { s.mu.Lock(); defer s.mu.Unlock(); s.not = !v }

type bench struct {
	*Identity
	t     testing.TB
	clk   *clock.Manual
	acc   *accounts
	mails *mailSink
	guard *sureFlag
	log   *audit.Log
	cfg   Config
	mu    sync.Mutex
	ended []ended
}

func newBench(t testing.TB) *bench {
	t.Helper()
	return benchOn(t, bolttest.Open(t, append(Tables(), audit.Tables()...)...))
}

func benchOn(t testing.TB, db *store.DB) *bench {
	t.Helper()
	b := &bench{t: t, clk: clock.NewManual(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC))}
	keeper, err := secret.CreateKeeper(filepath.Join(t.TempDir(), "master.key"), b.clk.Now())
	if err != nil {
		t.Fatal(err)
	}
	logger := slog.New(slog.DiscardHandler)
	b.log, err = audit.New(audit.Config{DB: db, Clock: b.clk, Logger: logger, Keeper: keeper})
	if err != nil {
		t.Fatal(err)
	}
	b.acc = &accounts{m: map[string]Account{
		"op":  {ID: "op", Name: "Northwind MSP", Kind: "operator"},
		"ent": {ID: "ent", Name: "Bakery Blum", Kind: "enterprise", Realm: "k3j4h5.sip.example"},
		"two": {ID: "two", Name: "Mill Ltd", Kind: "enterprise"},
	}}
	b.mails, b.guard = &mailSink{on: true}, &sureFlag{}
	b.cfg = Config{
		DB: db, Clock: b.clk, Guard: b.guard, Logger: logger, Keeper: keeper, Audit: b.log, Accounts: b.acc, Mail: b.mails,
		Base: func() string { return "https://console.example" }, Cost: Cost{Memory: 8, Time: 1, Threads: 1}, PerMinute: 1 << 20,
	}
	b.restart()
	return b
}

// restart makes the room anew on the same store.
func (b *bench) restart() {
	b.t.Helper()
	i, err := New(b.cfg)
	if err != nil {
		b.t.Fatal(err)
	}
	i.OnEnd(func(session, user, reason string) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.ended = append(b.ended, ended{session, user, reason})
	})
	b.Identity = i
}

func (b *bench) by() audit.Cause {
	return audit.Cause{At: b.clk.Now(), UserLabel: "Ina Inviter", User: "", IP: "192.0.2.7", UserAgent: "test"}
}

func (b *bench) from(ip string) audit.Cause {
	c := b.by()
	c.IP = ip
	return c
}

// person makes an active user of an account.
func (b *bench) person(email, account string) User {
	b.t.Helper()
	v, err := b.Invite(b.t.Context(), b.by(), Invite{Account: account, Email: email, First: "Ann", Last: "Other", Role: "admin"})
	if err != nil {
		b.t.Fatal(err)
	}
	u, err := b.Activate(b.t.Context(), b.by(), Activation{Token: v.Token, First: "Ann", Last: "Other", Password: goodPassword})
	if err != nil {
		b.t.Fatal(err)
	}
	return u
}

func (b *bench) signIn(email, password string) (Result, error) {
	return b.SignIn(b.t.Context(), b.by(), Credentials{Email: email, Password: password, Captcha: b.solve()})
}

func (b *bench) mustSignIn(email string) Result {
	b.t.Helper()
	r, err := b.signIn(email, goodPassword)
	if err != nil || r.State != StateOK {
		b.t.Fatalf("sign-in of %s: %+v %v", email, r, err)
	}
	return r
}

// solve does the browser's work.
func (b *bench) solve() string {
	c := b.Identity.captcha.make()
	return solution(b.t, c)
}

func solution(t testing.TB, c Captcha) string {
	t.Helper()
	for n := 0; n <= c.Max; n++ {
		sum := sha256.Sum256([]byte(c.Salt + strconv.Itoa(n)))
		if hex.EncodeToString(sum[:]) == c.Challenge {
			raw, err := json.Marshal(map[string]any{
				"salt": c.Salt, "expires": c.Expires, "challenge": c.Challenge, "signature": c.Signature, "number": n,
			})
			if err != nil {
				t.Fatal(err)
			}
			return base64.StdEncoding.EncodeToString(raw)
		}
	}
	t.Fatal("a captcha without solution")
	return ""
}

func (b *bench) reasons() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []string
	for _, e := range b.ended {
		out = append(out, e.reason)
	}
	b.ended = nil
	return out
}

func wantErr(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got %v, want %v", err, want)
	}
}

func (b *bench) logged(action, result string) int {
	b.t.Helper()
	rows, _, err := b.log.Query(b.t.Context(), audit.Filter{Action: action, Result: result, Limit: 1000})
	if err != nil {
		b.t.Fatal(err)
	}
	return len(rows)
}

func unknownID() string { return ident.New() }
