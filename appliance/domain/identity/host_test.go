package identity

import (
	"testing"

	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

func (b *bench) operator(v Operator) (u User, codes []string) {
	b.t.Helper()
	p, err := b.PrepareOperator(b.t.Context(), v)
	if err != nil {
		b.t.Fatal(err)
	}
	err = b.update(b.t.Context(), func(tx store.Tx) error {
		u, _, codes, err = b.CreateOperatorTx(tx, b.by(), "op", "owner", p)
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return u, codes
}

func TestFirstOperatorWithSecondFactor(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	e, err := b.NewTOTP("olga@example.com")
	if err != nil {
		t.Fatal(err)
	}
	v := Operator{
		First: "Olga", Last: "Op", Email: "olga@example.com", Password: goodPassword, Lang: "en", TimeZone: "UTC",
		Organization: "Northwind MSP", TOTPSecret: e.Secret, TOTPCode: "000000",
	}
	_, err = b.PrepareOperator(t.Context(), v)
	if f, _ := fault.As(err); f == nil || f.Fields[0].Path != "totp.code" {
		t.Fatal(err)
	}
	v.TOTPCode = b.code(e.Secret, b.clk.Now())
	u, codes := b.operator(v)
	if !u.MFA || len(codes) != recoveries {
		t.Fatalf("%+v %v", u, codes)
	}
	r, err := b.signIn("olga@example.com", goodPassword)
	if err != nil || r.State != StateMFA {
		t.Fatalf("%+v %v", r, err)
	}
	_, err = b.SignInCode(t.Context(), b.by(), Code{Ticket: r.Ticket, Code: v.TOTPCode})
	wantErr(t, err, ErrCode)
	r, err = b.SignInCode(t.Context(), b.by(), Code{Ticket: r.Ticket, Code: codes[0]})
	if err != nil {
		t.Fatal(err)
	}
	view, err := b.Session(t.Context(), r.Token, true)
	if err != nil || view.MFARequired || view.Acting.Role != "owner" {
		t.Fatalf("%+v %v", view, err)
	}
}

func TestOperatorsNeedFifteenCharactersAndABannerWithoutSecondFactor(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	v := Operator{First: "Olga", Email: "olga@example.com", Password: "vgt7 kdl2 xq9p", Lang: "en"}
	_, err := b.PrepareOperator(t.Context(), v)
	if f, _ := fault.As(err); f == nil || f.Fields[0].Code != "too_short" {
		t.Fatal(err)
	}
	v.Password = goodPassword
	b.operator(v)
	r := b.mustSignIn("olga@example.com")
	if view, err := b.Session(t.Context(), r.Token, true); err != nil || !view.MFARequired {
		t.Fatalf("%+v %v", view, err)
	}
}

func TestHostVerbs(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.operator(Operator{First: "Olga", Email: "olga@example.com", Password: goodPassword, Lang: "en"})
	wantErr(t, b.AdminResetMFA(t.Context(), b.by(), "olga@example.com"), ErrNoTOTP)
	b.enrolled("olga@example.com")
	b.reasons()
	if err := b.AdminResetMFA(t.Context(), b.by(), "Olga@example.com"); err != nil {
		t.Fatal(err)
	}
	if got := b.reasons(); len(got) != 1 || got[0] != ReasonMFA {
		t.Fatal(got)
	}
	b.mustSignIn("olga@example.com")
	out, err := b.AdminResetPassword(t.Context(), b.by(), "olga@example.com")
	if err != nil || out.Link != "https://console.example/reset#t="+out.Token || out.Ends.Sub(b.clk.Now()) != ResetEnds {
		t.Fatalf("%+v %v", out, err)
	}
	if err = b.Reset(t.Context(), b.by(), out.Token, "vgt7 kdl2 xq9p"); !fault.Is(err, fault.KindInvalid) {
		t.Fatal("an operator's password of 14 characters:", err)
	}
	if err = b.Reset(t.Context(), b.by(), out.Token, otherPassword); err != nil {
		t.Fatal(err)
	}
	_, err = b.AdminResetPassword(t.Context(), b.by(), "nobody@example.com")
	if !fault.Is(err, fault.KindNotFound) {
		t.Fatal(err)
	}
}

func TestEnrollmentHoldsLockoutAndSecondFactor(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.person("ann@example.com", "ent")
	verify := func(password, code string) ([]Member, error) {
		_, ms, err := b.VerifyEnrollment(t.Context(), b.by(), "ann@example.com", password, code)
		return ms, err
	}
	ms, err := verify(goodPassword, "")
	if err != nil || len(ms) != 1 || ms[0].Account != "ent" {
		t.Fatalf("%+v %v", ms, err)
	}
	_, codes, r := b.enrolled("ann@example.com")
	b.reasons()
	_, err = verify(goodPassword, "")
	wantErr(t, err, ErrMFANeeded)
	_, err = verify(goodPassword, "123 456")
	wantErr(t, err, ErrCode)
	if _, err = verify(goodPassword, codes[0]); err != nil {
		t.Fatal(err)
	}
	for range lockAfter {
		_, err = verify("wrong wrong wrong", "")
	}
	wantErr(t, err, ErrLocked)
	_, err = verify(goodPassword, codes[1])
	wantErr(t, err, ErrLocked)
	_, err = b.signIn("ann@example.com", goodPassword)
	wantErr(t, err, ErrLocked)
	if _, err := b.Session(t.Context(), r.Token, true); err != nil {
		t.Fatal("a lock ended a session:", err)
	}
}
