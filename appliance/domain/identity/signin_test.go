package identity

import (
	"errors"
	"testing"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

func TestSignInAndOut(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	u := b.person("Ann@Example.com", "ent")
	r := b.mustSignIn(" ANN@example.COM ")
	v, err := b.Session(t.Context(), r.Token, true)
	if err != nil || v.User.ID != u.ID || v.Acting.Account != "ent" || v.Acting.Role != "admin" || v.MFARequired {
		t.Fatalf("%+v %v", v, err)
	}
	if err = b.SignOut(t.Context(), b.by(), r.Token); err != nil {
		t.Fatal(err)
	}
	_, err = b.Session(t.Context(), r.Token, true)
	wantErr(t, err, ErrSignedOut)
	if got := b.reasons(); len(got) != 1 || got[0] != ReasonSignOut {
		t.Fatal(got)
	}
	if err := b.SignOut(t.Context(), b.by(), r.Token); err != nil {
		t.Fatal("a second sign-out:", err)
	}
	if n := b.logged("session.sign_in", "ok"); n != 1 {
		t.Fatalf("%d sign-ins logged", n)
	}
}

func TestUnknownUserAndWrongPasswordAnswerAlike(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.person("ann@example.com", "ent")
	for range 4 {
		_, unknown := b.signIn("nobody@example.com", "whatever it is 1")
		_, wrong := b.signIn("ann@example.com", "whatever it is 1")
		eu, _ := fault.As(unknown)
		ew, _ := fault.As(wrong)
		if !errors.Is(unknown, ErrCredentials) || eu.Message != ew.Message || eu.Details["captcha"] != ew.Details["captcha"] {
			t.Fatalf("%v %v beside %v %v", unknown, eu.Details, wrong, ew.Details)
		}
	}
	if n := b.logged("session.sign_in", "refused"); n != 8 {
		t.Fatalf("%d refusals logged", n)
	}
}

func TestInvitedPersonCannotSignIn(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	if _, err := b.Invite(t.Context(), b.by(), Invite{Account: "ent", Email: "new@example.com", Role: "admin"}); err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{"", goodPassword} {
		_, err := b.signIn("new@example.com", p)
		wantErr(t, err, ErrCredentials)
	}
}

func TestCaptchaAfterThreeFailures(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.person("ann@example.com", "ent")
	try := func(password, captcha string) error {
		_, err := b.SignIn(t.Context(), b.by(), Credentials{Email: "ann@example.com", Password: password, Captcha: captcha})
		return err
	}
	for n := range captchaAfter {
		err := try("wrong wrong wrong", "")
		wantErr(t, err, ErrCredentials)
		e, _ := fault.As(err)
		if e.Details["captcha"] != (n == captchaAfter-1) {
			t.Fatalf("failure %d: %v", n, e.Details)
		}
	}
	wantErr(t, try(goodPassword, ""), ErrCaptcha)
	wantErr(t, try(goodPassword, "bm8="), ErrCaptcha)
	c := b.solve()
	wantErr(t, try("wrong wrong wrong", c), ErrCredentials)
	wantErr(t, try(goodPassword, c), ErrCaptcha) // used
	old := b.solve()
	b.clk.Advance(4 * time.Minute)
	if err := try(goodPassword, b.solve()); err != nil {
		t.Fatal(err)
	}
	if err := try(goodPassword, ""); err != nil {
		t.Fatal("after a success:", err)
	}
	b.clk.Advance(captchaEnds)
	wantErr(t, b.Identity.captcha.spend(old), ErrCaptcha)
	b.restart()
	wantErr(t, b.Identity.captcha.spend(old), ErrCaptcha)
}

func TestFrozenAccountIsToldAfterTheRightPasswordOnly(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.person("ann@example.com", "ent")
	r := b.mustSignIn("ann@example.com")
	a := b.acc.m["ent"]
	a.Frozen = &Freeze{Reason: "unpaid"}
	b.acc.set(a)
	_, err := b.signIn("ann@example.com", "wrong wrong wrong")
	wantErr(t, err, ErrCredentials)
	_, err = b.signIn("ann@example.com", goodPassword)
	wantErr(t, err, ErrFrozen)
	if e, _ := fault.As(err); e.Details["reason"] != "unpaid" {
		t.Fatal(e.Details)
	}
	_, err = b.Session(t.Context(), r.Token, true)
	wantErr(t, err, ErrFrozen)
	a.Frozen = nil
	b.acc.set(a)
	if _, err = b.Session(t.Context(), r.Token, true); err != nil {
		t.Fatal(err)
	}
}

func TestRateLimitOfAnAddress(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.cfg.PerMinute = 5
	b.restart()
	at := func(ip string) error {
		_, err := b.SignIn(t.Context(), b.from(ip), Credentials{Email: ip + "@example.com", Password: "x", Captcha: b.solve()})
		return err
	}
	for range 5 {
		wantErr(t, at("2001:db8::1"), ErrCredentials)
	}
	err := at("2001:db8::2") // the same /64
	wantErr(t, err, ErrTooMany)
	if e, _ := fault.As(err); e.RetryAfter <= 0 || e.RetryAfter > time.Minute {
		t.Fatal(e.RetryAfter)
	}
	wantErr(t, at("2001:db8:0:1::1"), ErrCredentials)
	b.clk.Advance(12 * time.Second)
	wantErr(t, at("2001:db8::3"), ErrCredentials)
}

func TestRatesAreBounded(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := newRates(b.clk, 2)
	for n := range 3 * maxRates {
		ip := "10." + itoa(n>>16) + "." + itoa(n>>8&255) + "." + itoa(n&255)
		if err := r.take(ip); err != nil {
			t.Fatal(err)
		}
	}
	if len(r.of) > maxRates {
		t.Fatal(len(r.of))
	}
}

func TestRehashOnSignIn(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	u := b.person("ann@example.com", "ent")
	b.cfg.Cost = Cost{Memory: 16, Time: 1, Threads: 1}
	b.restart()
	phc := func() (s secretRow) {
		err := b.view(t.Context(), func(r store.Reader) (err error) { s, err = secretOf(r, u.ID); return err })
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	if !b.hash.stale(phc().PHC) {
		t.Fatal("the stored hash should be stale")
	}
	b.mustSignIn("ann@example.com")
	if b.hash.stale(phc().PHC) {
		t.Fatal("the hash was not renewed")
	}
	b.mustSignIn("ann@example.com")
}
