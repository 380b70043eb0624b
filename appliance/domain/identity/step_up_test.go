package identity

import (
	"testing"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/fault"
)

// TestStepUpProvesThePasswordAgain walks the proof of a session: a sign-in gives it, time takes it, the
// password gives it back, wrong ones count as in the sign-in.
func TestStepUpProvesThePasswordAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.person("ann@example.com", "ent")
	r := b.mustSignIn("ann@example.com")
	proved := func() bool {
		v, err := b.Session(t.Context(), r.Token, true)
		if err != nil {
			t.Fatal(err)
		}
		return v.Session.Proved(b.clk.Now())
	}
	if !proved() {
		t.Fatal("a sign-in is a proof")
	}
	b.clk.Advance(ProofFor)
	if proved() {
		t.Fatal("the proof has no end")
	}
	_, err := b.StepUp(t.Context(), b.by(), r.Session.ID, "wrong wrong wrong", "")
	if e, ok := fault.As(err); !ok || len(e.Fields) != 1 || e.Fields[0].Path != "password" || proved() {
		t.Fatalf("%v", err)
	}
	ends, err := b.StepUp(t.Context(), b.by(), r.Session.ID, goodPassword, "")
	if err != nil || !ends.Equal(b.clk.Now().Add(ProofFor)) || !proved() {
		t.Fatalf("%v %v", ends, err)
	}
	if b.logged("session.step_up", "ok") != 1 {
		t.Error("the proof is not logged")
	}
	b.clk.Advance(-2 * ProofFor)
	if proved() {
		t.Error("a proof of the future counts")
	}
	b.clk.Advance(2 * ProofFor)
	for range lockAfter {
		_, err = b.StepUp(t.Context(), b.by(), r.Session.ID, "wrong wrong wrong", "")
	}
	if !fault.Is(err, fault.KindLocked) && !fault.Is(err, fault.KindInvalid) {
		t.Fatal(err)
	}
	_, err = b.StepUp(t.Context(), b.by(), r.Session.ID, goodPassword, "")
	if !fault.Is(err, fault.KindLocked) {
		t.Fatalf("guessing goes on: %v", err)
	}
}

// TestStepUpWantsTheSecondFactor shows that enrolling one proves nothing, and that a proof needs it.
func TestStepUpWantsTheSecondFactor(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	u := b.person("ann@example.com", "ent")
	r := b.mustSignIn("ann@example.com")
	e, err := b.BeginTOTP(t.Context(), b.by(), u.ID)
	if err != nil {
		t.Fatal(err)
	}
	by := b.by()
	by.User = u.ID
	_, res, err := b.ConfirmTOTP(t.Context(), by, r.Session.ID, b.code(e.Secret, b.clk.Now()))
	if err != nil {
		t.Fatal(err)
	}
	if res.Session.Proved(b.clk.Now()) {
		t.Fatal("a session that enrols a factor proves no password by it")
	}
	_, err = b.StepUp(t.Context(), by, res.Session.ID, goodPassword, "")
	if f, ok := fault.As(err); !ok || len(f.Fields) != 1 || f.Fields[0].Path != "code" {
		t.Fatalf("without a code: %v", err)
	}
	_, err = b.StepUp(t.Context(), by, res.Session.ID, goodPassword, "000000")
	wantErr(t, err, ErrCode)
	b.clk.Advance(2 * totpPeriod * time.Second)
	if _, err = b.StepUp(t.Context(), by, res.Session.ID, goodPassword, b.code(e.Secret, b.clk.Now())); err != nil {
		t.Fatal(err)
	}
}
