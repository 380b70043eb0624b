package identity

import (
	"testing"
	"time"
)

func TestSessionIdleAndAbsoluteEnd(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.person("ann@example.com", "ent")
	r := b.mustSignIn("ann@example.com")
	look := func(active bool) error {
		_, err := b.Session(t.Context(), r.Token, active)
		return err
	}
	for range 20 {
		b.clk.Advance(29 * time.Minute)
		if err := look(true); err != nil {
			t.Fatal(err)
		}
	}
	b.clk.Advance(29 * time.Minute)
	if err := look(false); err != nil { // live updates are no activity
		t.Fatal(err)
	}
	b.clk.Advance(time.Minute)
	wantErr(t, look(true), ErrIdle)
	if alive, err := b.Alive(t.Context(), r.Session.ID); !alive || err != nil {
		t.Fatal("idle ends nothing:", alive, err)
	}
	wantErr(t, b.Touch(t.Context(), r.Session.ID), ErrIdle)
	if len(b.reasons()) != 0 {
		t.Fatal("idle was reported as an end")
	}
	// The same person types the password: the session goes on under its id.
	again, err := b.SignIn(t.Context(), b.by(), Credentials{Email: "ann@example.com", Password: goodPassword, Resume: r.Token})
	if err != nil || again.Session.ID != r.Session.ID || again.Token == r.Token {
		t.Fatalf("%+v %v", again, err)
	}
	wantErr(t, look(true), ErrSignedOut)
	r = again
	for range 24 {
		b.clk.Advance(29 * time.Minute)
		if err := look(true); err != nil {
			t.Fatal(err)
		}
	}
	b.clk.Advance(24 * time.Minute)
	wantErr(t, look(true), ErrSignedOut)
	if got := b.reasons(); len(got) != 1 || got[0] != ReasonAbsolute {
		t.Fatal(got)
	}
	if alive, err := b.Alive(t.Context(), r.Session.ID); alive || err != nil {
		t.Fatal(alive, err)
	}
}

func TestAnotherPersonDoesNotResumeMySession(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.person("ann@example.com", "ent")
	b.person("bob@example.com", "ent")
	r := b.mustSignIn("ann@example.com")
	other, err := b.SignIn(t.Context(), b.by(), Credentials{Email: "bob@example.com", Password: goodPassword, Resume: r.Token})
	if err != nil || other.Session.ID == r.Session.ID {
		t.Fatalf("%+v %v", other, err)
	}
	if v, err := b.Session(t.Context(), r.Token, true); err != nil || v.User.Email != "ann@example.com" {
		t.Fatal(err)
	}
}

func TestActivityInAVisitCounts(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.person("ann@example.com", "ent")
	r := b.mustSignIn("ann@example.com")
	for range 5 {
		b.clk.Advance(20 * time.Minute)
		if err := b.Touch(t.Context(), r.Session.ID); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.Session(t.Context(), r.Token, false); err != nil {
		t.Fatal(err)
	}
}

func TestEleventhSessionEndsTheOneUnusedLongest(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	u := b.person("ann@example.com", "ent")
	var all []Result
	for range sessionsPerUser {
		all = append(all, b.mustSignIn("ann@example.com"))
		b.clk.Advance(time.Second)
	}
	if _, err := b.Session(t.Context(), all[0].Token, true); err != nil { // only in memory yet
		t.Fatal(err)
	}
	last := b.mustSignIn("ann@example.com")
	if got := b.reasons(); len(got) != 1 || got[0] != ReasonLimit {
		t.Fatal(got)
	}
	_, err := b.Session(t.Context(), all[1].Token, true)
	wantErr(t, err, ErrSignedOut)
	list, err := b.ListSessions(t.Context(), u.ID, last.Session.ID)
	if err != nil || len(list) != sessionsPerUser || !list[len(list)-1].Current || list[0].Current {
		t.Fatalf("%+v %v", list, err)
	}
	if err := b.Revoke(t.Context(), b.by(), u.ID, all[2].Session.ID); err != nil {
		t.Fatal(err)
	}
	if err := b.Revoke(t.Context(), b.by(), unknownID(), all[3].Session.ID); err == nil {
		t.Fatal("revoked a session of somebody else")
	}
	if err := b.EndUser(t.Context(), b.by(), u.ID, ReasonRights); err != nil {
		t.Fatal(err)
	}
	if got := b.reasons(); len(got) != sessionsPerUser {
		t.Fatal(got)
	}
}

func TestEndAccountEndsWhoWorksThere(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.person("ann@example.com", "ent")
	b.person("bob@example.com", "two")
	for range 8 {
		b.mustSignIn("ann@example.com")
	}
	keep := b.mustSignIn("bob@example.com")
	if err := b.EndAccount(t.Context(), b.by(), "ent", ReasonFrozen); err != nil {
		t.Fatal(err)
	}
	if got := b.reasons(); len(got) != 8 || got[0] != ReasonFrozen {
		t.Fatal(got)
	}
	if _, err := b.Session(t.Context(), keep.Token, true); err != nil {
		t.Fatal(err)
	}
}

func TestActivityIsWrittenOnceAMinute(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.person("ann@example.com", "ent")
	r := b.mustSignIn("ann@example.com")
	rev := b.cfg.DB.Rev()
	for range 59 {
		b.clk.Advance(time.Second)
		if _, err := b.Session(t.Context(), r.Token, true); err != nil {
			t.Fatal(err)
		}
	}
	if got := b.cfg.DB.Rev(); got != rev {
		t.Fatalf("%d writes within a minute", got-rev)
	}
	b.clk.Advance(time.Second)
	if _, err := b.Session(t.Context(), r.Token, true); err != nil {
		t.Fatal(err)
	}
	if got := b.cfg.DB.Rev(); got != rev+1 {
		t.Fatalf("%d writes after a minute", got-rev)
	}
}
