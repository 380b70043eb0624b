package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/mail"
	"github.com/switchkeep/switchkeep/appliance/platform/mail/mailtest"
	"github.com/switchkeep/switchkeep/appliance/platform/secret"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/bolt/bolttest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func noon() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }

type bench struct {
	*Outbox
	t   *testing.T
	clk *clock.Manual
	srv *mailtest.Server
}

func open(t *testing.T) *bench {
	t.Helper()
	k, err := secret.CreateKeeper(filepath.Join(t.TempDir(), "key"), noon())
	if err != nil {
		t.Fatal(err)
	}
	m := clock.NewManual(noon())
	db := bolttest.Open(t, append(Tables(), mail.Tables()...)...)
	o, err := New(Config{DB: db, Clock: m, Logger: slog.New(slog.DiscardHandler), Keeper: k})
	if err != nil {
		t.Fatal(err)
	}
	return &bench{o, t, m, mailtest.Start(t)}
}

func (b *bench) update(fn func(tx store.Tx) error) error {
	_, err := b.c.DB.Update(b.t.Context(), func(_ context.Context, tx store.Tx) error { return fn(tx) })
	return err
}

func (b *bench) configure() {
	b.t.Helper()
	s := mail.Settings{Host: b.srv.Host, Port: b.srv.Port, Security: mail.None, From: "keep@example.org"}
	if err := b.update(func(tx store.Tx) error { _, err := mail.SaveTx(tx, b.c.Keeper, s, 0, noon()); return err }); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) enqueue(m Message) error {
	return b.update(func(tx store.Tx) error { return b.EnqueueTx(tx, m) })
}

func letter(id, to string) Message {
	return Message{ID: id, To: to, Account: "acc", Template: "password_reset", Lang: "en", At: noon(), Data: map[string]string{
		"email": to, "link": "https://console.example/r#t=SECRET", "ends": "2026-11-22T12:10:00Z",
	}}
}

func (b *bench) row(id string) (row Row) {
	b.t.Helper()
	err := b.c.DB.View(b.t.Context(), func(r store.Reader) (err error) { row, err = b.Get(r, id); return err })
	if err != nil {
		b.t.Fatal(err)
	}
	return row
}

func (b *bench) send() {
	b.t.Helper()
	if err := b.pass(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
}

func TestWithoutServerTheCallerIsTold(t *testing.T) {
	t.Parallel()
	b := open(t)
	if err := b.enqueue(letter("m1", "ann@example.com")); !errors.Is(err, ErrNotConfigured) {
		t.Fatal(err)
	}
	b.configure()
	for _, to := range []string{"", "ann", "Ann <ann@example.com>", "ann@example.com\r\nBcc: x@y.z"} {
		if err := b.enqueue(letter("m1", to)); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("%q: %v", to, err)
		}
	}
	bad := letter("m1", "ann@example.com")
	delete(bad.Data, "link")
	if b.enqueue(bad) == nil {
		t.Fatal("a letter without its link was queued")
	}
	if err := b.enqueue(letter("m1", "ann@example.com")); err != nil {
		t.Fatal(err)
	}
	if err := b.enqueue(letter("m1", "ann@example.com")); !errors.Is(err, store.ErrExists) {
		t.Fatal(err)
	}
	var dump strings.Builder
	if err := b.c.DB.Dump(t.Context(), &dump); err != nil || strings.Contains(dump.String(), "SECRET") {
		t.Fatal("the link is readable", err)
	}
}

func TestStatesFollowTheServersAnswers(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.configure()
	b.srv.Answer("250 ok", "550 5.1.1 No such user", "451 4.7.1 Greylisted", "451 4.7.1 Greylisted")
	for _, id := range []string{"m1", "m2", "m3"} {
		if err := b.enqueue(letter(id, id+"@example.com")); err != nil {
			t.Fatal(err)
		}
	}
	b.send()
	if r := b.row("m1"); r.State != Sent || !strings.Contains(r.Answer, "queued as T1") || r.Tries != 1 {
		t.Fatalf("%+v", r)
	}
	if r := b.row("m2"); r.State != Refused || r.Answer != "550 5.1.1 No such user" {
		t.Fatalf("%+v", r)
	}
	if r := b.row("m3"); r.State != Deferred || r.Answer != "451 4.7.1 Greylisted" || !r.Next.Equal(noon().Add(time.Minute)) {
		t.Fatalf("%+v", r)
	}
	b.clk.Advance(59 * time.Second)
	b.send()
	if r := b.row("m3"); r.Tries != 1 {
		t.Fatalf("tried before its time: %+v", r)
	}
	b.clk.Advance(time.Second)
	b.send()
	if r := b.row("m3"); r.Tries != 2 || r.State != Deferred || !r.Next.Equal(b.clk.Now().Add(5*time.Minute)) {
		t.Fatalf("%+v", r)
	}
	b.clk.Advance(5 * time.Minute)
	b.send()
	if r := b.row("m3"); r.State != Sent {
		t.Fatalf("%+v", r)
	}
	if err := b.update(func(tx store.Tx) error { _, err := b.ResendTx(tx, "m2", b.clk.Now()); return err }); err != nil {
		t.Fatal(err)
	}
	b.send()
	if r := b.row("m2"); r.State != Sent || r.Tries != 1 {
		t.Fatalf("%+v", r)
	}
	if l := b.srv.Letters(); len(l) != 3 || !strings.Contains(l[2].Text, "t=SECRET") {
		t.Fatalf("%+v", l)
	}
}

func TestADeadServerDefersOneAndGivesUpInTheEnd(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.configure()
	b.srv.Stop()
	for _, id := range []string{"m1", "m2"} {
		if err := b.enqueue(letter(id, "ann@example.com")); err != nil {
			t.Fatal(err)
		}
	}
	b.send()
	if r := b.row("m2"); r.Tries != 0 {
		t.Fatalf("the dead server was asked twice in one pass: %+v", r)
	}
	for range 60 {
		b.clk.Advance(2 * time.Hour)
		b.send()
		b.send()
	}
	if r := b.row("m1"); r.State != Refused || !strings.Contains(r.Answer, "refused") {
		t.Fatalf("%+v", r)
	}
	var s Stats
	err := b.c.DB.View(t.Context(), func(r store.Reader) (err error) { s, err = b.Stats(r); return err })
	if err != nil || s.Waiting != 0 {
		t.Fatal(s, err)
	}
	if done, err := b.Prune(t.Context(), b.clk.Now()); !done || err != nil {
		t.Fatal(done, err)
	}
	if rows, _, err := b.List(t.Context(), Filter{}); len(rows) != 0 || err != nil {
		t.Fatal(rows, err)
	}
}

func TestRunSendsAtOnceAfterTheCommit(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.configure()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- b.Run(ctx) }()
	for i := range 3 { // the clock stands still: only the commit can have woken it
		if err := b.enqueue(letter(string(rune('a'+i)), "ann@example.com")); err != nil {
			t.Fatal(err)
		}
		select {
		case <-b.srv.Arrived():
		case <-time.After(20 * time.Second):
			t.Fatal("nothing arrived")
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func TestListFiltersAndPages(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.configure()
	for i := range 30 {
		m := letter(string(rune('A'+i)), "ann@example.com")
		if i%3 == 0 {
			m.Account, m.To = "other", "bob@example.com"
		}
		if err := b.enqueue(m); err != nil {
			t.Fatal(err)
		}
	}
	n := 0
	f := Filter{Accounts: func(id string) bool { return id == "acc" }, State: Queued, Text: "ANN", Limit: 7, Desc: true}
	for {
		rows, next, err := b.List(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		n += len(rows)
		if f.After = next; next == "" {
			break
		}
	}
	if n != 20 {
		t.Fatalf("%d rows, want 20", n)
	}
	if _, _, err := b.List(t.Context(), Filter{After: "user\x00abc"}); !fault.Is(err, fault.KindInvalid) {
		t.Fatal(err)
	}
}

func TestVoidSettlesWhatWaits(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.configure()
	for i := range 120 {
		if err := b.enqueue(letter(fmt.Sprintf("m%03d", i), "ann@example.com")); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []int{100, 20, 0} {
		var n int
		err := b.update(func(tx store.Tx) (err error) { n, err = Void(t.Context(), tx, noon()); return err })
		if err != nil || n != want {
			t.Fatal(n, err)
		}
	}
	b.send()
	if r := b.row("m007"); r.State != Refused || len(b.srv.Letters()) != 0 {
		t.Fatalf("%+v", r)
	}
}

func TestALetterKnowsItsAddressAndTime(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.configure()
	if err := b.enqueue(Message{ID: "m1", To: "ann@example.com", Template: "password_changed", Lang: "zh-CN", At: noon()}); err != nil {
		t.Fatal(err)
	}
	b.send()
	if l := b.srv.Letters(); len(l) != 1 || !strings.Contains(l[0].Text, "ann@example.com") || !strings.Contains(l[0].Text, "2026-11-22 12:00 UTC") {
		t.Fatalf("%+v", l)
	}
}

func TestRetainRemovesTwoDaysWorthInOneRun(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.configure()
	const day = 24 * time.Hour
	for i := range 10 {
		m := letter(fmt.Sprintf("m%02d", i), "ann@example.com")
		m.At = noon().Add(time.Duration(i-20) * day)
		if err := b.enqueue(m); err != nil {
			t.Fatal(err)
		}
	}
	b.send()
	for _, want := range []int{2, 2, 2, 1, 0} {
		if n, err := b.Retain(t.Context(), noon().Add(-13*day)); n != want || err != nil {
			t.Fatalf("%d removed, want %d: %v", n, want, err)
		}
	}
	if rows, _, err := b.List(t.Context(), Filter{}); len(rows) != 3 || err != nil {
		t.Fatal(rows, err)
	}
}
