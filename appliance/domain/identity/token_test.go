package identity

import (
	"sync"
	"testing"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

func TestActivationLinkIsMailedOrShownOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	v, err := b.Invite(t.Context(), b.by(), Invite{Account: "ent", Email: "new@example.com", First: "N", Role: "admin", Letter: "enterprise"})
	if err != nil || !v.Mailed || v.Link != "" || v.Ends.Sub(b.clk.Now()) != ActivationEnds {
		t.Fatalf("%+v %v", v, err)
	}
	m := b.mails.last(t, "activation")
	if m.Data["kind"] != "enterprise" || m.Data["account"] != "Bakery Blum" || m.Data["inviter"] != "Ina Inviter" || b.mails.token(t, "activation") != v.Token {
		t.Fatalf("%+v", m)
	}
	b.mails.on = false
	v, err = b.Invite(t.Context(), b.by(), Invite{Account: "ent", Email: "cust@example.com", Kind: KindCustomer})
	if err != nil || v.Mailed || v.Link != "https://console.example/activate#t="+v.Token || v.Ends.Sub(b.clk.Now()) != CustomerActivationEnds {
		t.Fatalf("%+v %v", v, err)
	}
	_, err = b.Invite(t.Context(), b.by(), Invite{Account: "ent", Email: "Cust@example.com", Kind: KindCustomer})
	wantErr(t, err, ErrMember)
}

func TestResendKillsTheOldLink(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	v, err := b.Invite(t.Context(), b.by(), Invite{Account: "ent", Email: "new@example.com", Role: "admin"})
	if err != nil {
		t.Fatal(err)
	}
	b.clk.Advance(ActivationEnds)
	info, err := b.TokenInfo(t.Context(), b.by(), v.Token)
	if err != nil || info.State != TokenExpired || info.Account != "Bakery Blum" || info.Inviter != "Ina Inviter" {
		t.Fatalf("%+v %v", info, err)
	}
	again, err := b.Resend(t.Context(), b.by(), v.Member.ID)
	if err != nil || again.Member.State != StateInvited {
		t.Fatalf("%+v %v", again, err)
	}
	_, err = b.Activate(t.Context(), b.by(), Activation{v.Token, "N", "N", goodPassword})
	wantErr(t, err, ErrTokenExpired)
	if _, err = b.Activate(t.Context(), b.by(), Activation{again.Token, "New", "Person", goodPassword}); err != nil {
		t.Fatal(err)
	}
	_, err = b.Resend(t.Context(), b.by(), v.Member.ID)
	wantErr(t, err, ErrActivated)
	_, err = b.Activate(t.Context(), b.by(), Activation{again.Token, "New", "Person", goodPassword})
	wantErr(t, err, ErrTokenUsed)
	_, err = b.TokenInfo(t.Context(), b.by(), "nonsense")
	wantErr(t, err, ErrToken)
}

func TestNothingEndsWhileTheClockIsUnsure(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.person("ann@example.com", "ent")
	r := b.mustSignIn("ann@example.com")
	v, err := b.Invite(t.Context(), b.by(), Invite{Account: "ent", Email: "new@example.com", Role: "admin"})
	if err != nil {
		t.Fatal(err)
	}
	b.guard.set(false)
	b.clk.Set(b.clk.Now().Add(365 * 24 * time.Hour))
	if _, err := b.Session(t.Context(), r.Token, false); err != nil {
		t.Fatal("a session ended:", err)
	}
	if info, err := b.TokenInfo(t.Context(), b.by(), v.Token); err != nil || info.State != TokenOK {
		t.Fatal("a link ended:", info, err)
	}
	if err := b.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.clk.Set(b.clk.Now().Add(-365 * 24 * time.Hour))
	b.guard.set(true)
	if _, err := b.Session(t.Context(), r.Token, true); err != nil {
		t.Fatal("after the correction:", err)
	}
	if _, err := b.Activate(t.Context(), b.by(), Activation{v.Token, "New", "Person", goodPassword}); err != nil {
		t.Fatal(err)
	}
}

func TestTwoAtOnceUseOneLink(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for n := range 20 {
		v, err := b.Invite(t.Context(), b.by(), Invite{Account: "ent", Email: "new" + itoa(n) + "@example.com", Role: "admin"})
		if err != nil {
			t.Fatal(err)
		}
		won := race(func(k int) error {
			_, err := b.Activate(t.Context(), b.by(), Activation{v.Token, "P" + itoa(k), "", goodPassword})
			return err
		})
		if won != 1 {
			t.Fatalf("%d of two activations won", won)
		}
	}
	u := b.person("ann@example.com", "ent")
	b.clk.Advance(time.Hour)
	if err := b.RequestReset(t.Context(), b.by(), "ann@example.com", b.solve()); err != nil {
		t.Fatal(err)
	}
	tok := b.lastResetToken(u.ID)
	if won := race(func(k int) error {
		return b.Reset(t.Context(), b.by(), tok, otherPassword+itoa(k))
	}); won != 1 {
		t.Fatalf("%d of two resets won", won)
	}
}

// lastResetToken takes the plain token from the letters; of a transaction that ran twice the last counts.
func (b *bench) lastResetToken(string) string { return b.mails.token(b.t, "password_reset") }

func race(fn func(k int) error) (won int) {
	var wg sync.WaitGroup
	errs := make([]error, 2)
	start := make(chan struct{})
	for k := range errs {
		wg.Go(func() { <-start; errs[k] = fn(k) })
	}
	close(start)
	wg.Wait()
	for _, err := range errs {
		if err == nil {
			won++
		}
	}
	return won
}

func TestResetKeepsQuietAndEndsSessions(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.person("ann@example.com", "ent")
	r := b.mustSignIn("ann@example.com")
	wantErr(t, b.RequestReset(t.Context(), b.by(), "ann@example.com", ""), ErrCaptcha)
	for _, email := range []string{"nobody@example.com", "ann@example.com", "ann@example.com", "no address"} {
		if err := b.RequestReset(t.Context(), b.by(), email, b.solve()); err != nil {
			t.Fatal(email, err)
		}
	}
	tok := b.mails.token(t, "password_reset")
	err := b.Reset(t.Context(), b.by(), tok, "short")
	if !fault.Is(err, fault.KindInvalid) {
		t.Fatal(err)
	}
	if err = b.Reset(t.Context(), b.by(), tok, otherPassword); err != nil {
		t.Fatal(err)
	}
	_, err = b.Session(t.Context(), r.Token, true)
	wantErr(t, err, ErrSignedOut)
	if got := b.reasons(); len(got) != 1 || got[0] != ReasonPassword {
		t.Fatal(got)
	}
	b.mails.last(t, "password_changed")
	_, err = b.signIn("ann@example.com", goodPassword)
	wantErr(t, err, ErrCredentials)
	if _, err = b.signIn("ann@example.com", otherPassword); err != nil {
		t.Fatal(err)
	}
	b.clk.Advance(time.Hour)
	if err := b.RequestReset(t.Context(), b.by(), "ann@example.com", b.solve()); err != nil {
		t.Fatal(err)
	}
	tok = b.mails.token(t, "password_reset")
	b.clk.Advance(ResetEnds)
	wantErr(t, b.Reset(t.Context(), b.by(), tok, otherPassword+"x"), ErrTokenExpired)
}

func TestInviterCannotTellWhoExists(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.mails.on = false
	ann := b.person("ann@example.com", "ent")
	ask := Invite{Account: "two", First: "Typed", Last: "Name", Role: "auditor"}
	ask.Email = "Ann@Example.com"
	old, err := b.Invite(t.Context(), b.by(), ask)
	if err != nil {
		t.Fatal(err)
	}
	ask.Email = "fresh@example.com"
	fresh, err := b.Invite(t.Context(), b.by(), ask)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []Invited{old, fresh} {
		m := v.Member
		if m.First != "Typed" || m.MFA || !m.SignedInAt.IsZero() || m.State != StateInvited || m.Managed || v.Mailed || v.Link == "" {
			t.Fatalf("%+v", v)
		}
		var info TokenInfo
		info, err = b.TokenInfo(t.Context(), b.by(), v.Token)
		if err != nil || info.Existing || info.First != "Typed" {
			t.Fatalf("%+v %v", info, err)
		}
	}
	// The link alone does not make him a member: his own password does.
	_, err = b.Activate(t.Context(), b.by(), Activation{old.Token, "Evil", "Twin", otherPassword})
	wantErr(t, err, ErrCredentials)
	wantErr(t, b.Accept(t.Context(), b.by(), unknownID(), old.Token), ErrToken)
	if _, err = b.Activate(t.Context(), b.by(), Activation{old.Token, "", "", goodPassword}); err != nil {
		t.Fatal(err)
	}
	r := b.mustSignIn("ann@example.com")
	v, err := b.Switch(t.Context(), b.by(), r.Token, old.Member.ID)
	if err != nil || v.Account.ID != "two" || v.User.ID != ann.ID || v.User.First != "Ann" {
		t.Fatalf("%+v %v", v, err)
	}
	var ms []Member
	err = b.view(t.Context(), func(r store.Reader) (err error) { ms, err = b.Members(r, "two"); return err })
	if err != nil || len(ms) != 2 || ms[0].First != "Ann" || ms[0].State != StateActive || ms[1].State != StateInvited {
		t.Fatalf("%+v %v", ms, err)
	}
	r = b.mustSignIn("ann@example.com")
	if r.Session.Account != "two" {
		t.Fatal("the last account is not remembered")
	}
}
