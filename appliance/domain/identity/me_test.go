package identity

import (
	"strings"
	"testing"

	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

func TestChangePasswordEndsAllSessionsAndGoesOn(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.person("ann@example.com", "ent")
	one, two := b.mustSignIn("ann@example.com"), b.mustSignIn("ann@example.com")
	for _, c := range []struct{ old, fresh, code string }{
		{"wrong wrong wrong", otherPassword, "wrong"},
		{goodPassword, goodPassword, "same"},
		{goodPassword, "short", "too_short"},
		{goodPassword, "", "required"},
	} {
		_, err := b.ChangePassword(t.Context(), b.by(), one.Session.ID, c.old, c.fresh)
		e, ok := fault.As(err)
		if !ok || len(e.Fields) != 1 || e.Fields[0].Code != c.code {
			t.Fatalf("%+v: %v", c, err)
		}
	}
	r, err := b.ChangePassword(t.Context(), b.by(), one.Session.ID, goodPassword, otherPassword)
	if err != nil {
		t.Fatal(err)
	}
	for _, tok := range []string{one.Token, two.Token} {
		_, err = b.Session(t.Context(), tok, true)
		wantErr(t, err, ErrSignedOut)
	}
	if _, err = b.Session(t.Context(), r.Token, true); err != nil {
		t.Fatal(err)
	}
	if got := b.reasons(); len(got) != 2 || got[0] != ReasonPassword {
		t.Fatal(got)
	}
	_, err = b.signIn("ann@example.com", goodPassword)
	wantErr(t, err, ErrCredentials)
}

func TestGuessingInAStolenSessionLocks(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.person("ann@example.com", "ent")
	r := b.mustSignIn("ann@example.com")
	var err error
	for range lockAfter {
		_, err = b.ChangePassword(t.Context(), b.by(), r.Session.ID, "wrong wrong wrong", otherPassword)
	}
	wantErr(t, err, ErrLocked)
	_, err = b.ChangePassword(t.Context(), b.by(), r.Session.ID, goodPassword, otherPassword)
	wantErr(t, err, ErrLocked)
}

func TestTemporaryPasswordOpensTheChangeFormOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.person("ann@example.com", "ent")
	r := b.mustSignIn("ann@example.com")
	m := r.Session.Membership
	if err := b.SetTemporary(t.Context(), b.by(), m, "typed by superior 1"); err != nil {
		t.Fatal(err)
	}
	if got := b.reasons(); len(got) != 1 || got[0] != ReasonAdmin {
		t.Fatal(got)
	}
	_, err := b.signIn("ann@example.com", goodPassword)
	wantErr(t, err, ErrCredentials)
	_, _, err = b.VerifyEnrollment(t.Context(), b.by(), "ann@example.com", "typed by superior 1", "")
	wantErr(t, err, ErrCredentials)
	r, err = b.signIn("ann@example.com", "typed by superior 1")
	if err != nil || r.State != StateChange || !r.MailCode || r.Token != "" {
		t.Fatalf("%+v %v", r, err)
	}
	_, err = b.signIn("ann@example.com", "typed by superior 1")
	wantErr(t, err, ErrCredentials)
	code := b.mails.last(t, "email_code").Data["code"]
	change := func(old, fresh, code string) (Result, error) {
		return b.ChangeTemporary(t.Context(), b.by(), ChangeTemporary{Ticket: r.Ticket, Old: old, New: fresh, Code: code})
	}
	if _, err = change("typed by superior 1", "typed by superior 1", code); !fault.Is(err, fault.KindInvalid) {
		t.Fatal(err)
	}
	_, err = change("typed by superior 1", otherPassword, "00000000x")
	wantErr(t, err, ErrCode)
	_, err = change("wrong wrong wrong", otherPassword, code)
	wantErr(t, err, ErrCredentials)
	done, err := change("typed by superior 1", otherPassword, code[:4]+" "+code[4:])
	if err != nil || done.State != StateOK {
		t.Fatalf("%+v %v", done, err)
	}
	_, err = change("typed by superior 1", otherPassword+"2", code)
	wantErr(t, err, ErrTicket)
	if _, err := b.signIn("ann@example.com", otherPassword); err != nil {
		t.Fatal(err)
	}
	if n := b.logged("user.reset", "ok"); n != 1 {
		t.Fatal(n)
	}
}

func TestTemporaryPasswordWithoutMailAndItsEnd(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.mails.on = false
	b.person("ann@example.com", "ent")
	secret, _, first := b.enrolled("ann@example.com")
	set := func() {
		if err := b.SetTemporary(t.Context(), b.by(), first.Session.Membership, "typed by superior 1"); err != nil {
			t.Fatal(err)
		}
	}
	set()
	b.clk.Advance(TemporaryEnds)
	_, err := b.signIn("ann@example.com", "typed by superior 1")
	wantErr(t, err, ErrCredentials)
	b.guard.set(false)
	r, err := b.signIn("ann@example.com", "typed by superior 1") // nothing ends while the clock is unsure
	if err != nil || r.State != StateMFA {
		t.Fatalf("%+v %v", r, err)
	}
	b.guard.set(true)
	set()
	_, err = b.SignInCode(t.Context(), b.by(), Code{Ticket: r.Ticket, Code: b.code(secret, b.clk.Now())})
	wantErr(t, err, ErrTicket) // the password was changed under it
	r, err = b.signIn("ann@example.com", "typed by superior 1")
	if err != nil || r.State != StateMFA {
		t.Fatalf("%+v %v", r, err)
	}
	r, err = b.SignInCode(t.Context(), b.by(), Code{Ticket: r.Ticket, Code: b.code(secret, b.clk.Now())})
	if err != nil || r.State != StateChange || r.MailCode {
		t.Fatalf("%+v %v", r, err)
	}
	r, err = b.ChangeTemporary(t.Context(), b.by(), ChangeTemporary{Ticket: r.Ticket, Old: "typed by superior 1", New: otherPassword})
	if err != nil || r.State != StateOK || !r.Session.MFA {
		t.Fatalf("%+v %v", r, err)
	}
}

func TestEmailChangeIsConfirmedAtTheNewAddress(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	u := b.person("ann@example.com", "ent")
	b.person("bob@example.com", "ent")
	if err := b.RequestEmail(t.Context(), b.by(), u.ID, goodPassword, "Anna@example.com"); err != nil {
		t.Fatal(err)
	}
	m := b.mails.last(t, "operator_notice")
	if m.To != "Anna@example.com" {
		t.Fatal(m)
	}
	tok := m.Data["link"][strings.Index(m.Data["link"], "#t=")+3:]
	if got, err := b.ConfirmEmail(t.Context(), b.by(), tok); err != nil || got.Email != "Anna@example.com" {
		t.Fatal(got, err)
	}
	_, err := b.ConfirmEmail(t.Context(), b.by(), tok)
	wantErr(t, err, ErrTokenUsed)
	b.mustSignIn("anna@example.com")
	n := len(b.mails.sent)
	if err := b.RequestEmail(t.Context(), b.by(), u.ID, goodPassword, "bob@example.com"); err != nil {
		t.Fatal("the answer tells that the address is taken:", err)
	}
	for _, m := range b.mails.sent[n:] {
		if m.To == "bob@example.com" {
			t.Fatal("a letter to the owner of the address")
		}
	}
	b.mails.on = false
	wantErr(t, b.RequestEmail(t.Context(), b.by(), u.ID, goodPassword, "new@example.com"), ErrNoMail)
}

func TestProfile(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	u := b.person("ann@example.com", "ent")
	s := func(v string) *string { return &v }
	got, err := b.UpdateMe(t.Context(), b.by(), u.ID, u.Ver, Profile{First: s(" Anna "), Lang: s("zh-CN"), Theme: s("dark"), TimeZone: s("Europe/Berlin")})
	if err != nil || got.First != "Anna" || got.Lang != "zh-CN" || got.Theme != "dark" || got.Last != "Other" || got.Ver != u.Ver+1 {
		t.Fatalf("%+v %v", got, err)
	}
	_, err = b.UpdateMe(t.Context(), b.by(), u.ID, u.Ver, Profile{First: s("X")})
	if !fault.Is(err, fault.KindStale) {
		t.Fatal(err)
	}
	_, err = b.UpdateMe(t.Context(), b.by(), u.ID, got.Ver, Profile{
		First: s(""), Last: s(strings.Repeat("x", 65)), Phone: s("call me"), Lang: s("en us"), Theme: s("pink"), TimeZone: s("Mars/Olympus"),
	})
	if e, _ := fault.As(err); e == nil || len(e.Fields) != 6 {
		t.Fatal(err)
	}
}

func TestMembersAreManagedByTheirHome(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.person("ann@example.com", "ent")
	v, err := b.Invite(t.Context(), b.by(), Invite{Account: "two", Email: "ann@example.com", Role: "auditor"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.ResetMember(t.Context(), b.by(), v.Member.ID)
	wantErr(t, err, ErrNotActivated)
	r := b.mustSignIn("ann@example.com")
	if err = b.Accept(t.Context(), b.by(), r.User.ID, v.Token); err != nil {
		t.Fatal(err)
	}
	_, err = b.ResetMember(t.Context(), b.by(), v.Member.ID)
	wantErr(t, err, ErrNotHome)
	wantErr(t, b.SetTemporary(t.Context(), b.by(), v.Member.ID, otherPassword), ErrNotHome)
	home := r.Session.Membership
	out, err := b.ResetMember(t.Context(), b.by(), home)
	if err != nil || !out.Mailed || out.Ends.Sub(b.clk.Now()) != ActivationEnds {
		t.Fatalf("%+v %v", out, err)
	}
	_, err = b.signIn("ann@example.com", goodPassword)
	wantErr(t, err, ErrCredentials)
	if err = b.Reset(t.Context(), b.by(), b.mails.token(t, "activation"), otherPassword); err != nil {
		t.Fatal(err)
	}
	if _, err = b.signIn("ann@example.com", otherPassword); err != nil {
		t.Fatal(err)
	}
	got, err := b.UpdateMember(t.Context(), b.by(), v.Member.ID, v.Member.Ver+1, "admin")
	if err != nil || got.Role != "admin" {
		t.Fatal(got, err)
	}
}

// Out of its home, the person goes on in the other account, which manages him now.
func TestRemovedPersonGoesOnElsewhereAndIsForgottenAtLast(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.person("ann@example.com", "ent")
	v, err := b.Invite(t.Context(), b.by(), Invite{Account: "two", Email: "ann@example.com", Role: "auditor"})
	if err != nil {
		t.Fatal(err)
	}
	r := b.mustSignIn("ann@example.com")
	home := r.Session.Membership
	if err = b.Accept(t.Context(), b.by(), r.User.ID, v.Token); err != nil {
		t.Fatal(err)
	}
	if err = b.RemoveMember(t.Context(), b.by(), home); err != nil {
		t.Fatal(err)
	}
	if got := b.reasons(); len(got) != 1 || got[0] != ReasonRemoved {
		t.Fatal(got)
	}
	r, err = b.signIn("ann@example.com", goodPassword)
	if err != nil || r.Session.Account != "two" {
		t.Fatal(err)
	}
	if err = b.RemoveMember(t.Context(), b.by(), v.Member.ID); err != nil {
		t.Fatal(err)
	}
	_, err = b.User(t.Context(), r.User.ID)
	if !fault.Is(err, fault.KindNotFound) {
		t.Fatal(err)
	}
	rows, err := b.cfg.DB.Verify(t.Context())
	if err != nil || rows == 0 {
		t.Fatal(err)
	}
	b.person("ann@example.com", "ent") // the e-mail is free again
	n := 0
	err = b.view(t.Context(), func(r store.Reader) (err error) { n, err = Dependent().CountTx(r, "ent"); return err })
	if err != nil || n != 1 || Dependent().Kind() != "user" {
		t.Fatal(n, err)
	}
}

func TestAskForANewLink(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	inv := b.person("inviter@example.com", "ent")
	by := b.by()
	by.User, by.UserLabel = inv.ID, inv.Email
	v, err := b.Invite(t.Context(), by, Invite{Account: "ent", Email: "new@example.com", Role: "admin"})
	if err != nil {
		t.Fatal(err)
	}
	wantErr(t, b.AskResend(t.Context(), b.by(), v.Token), ErrTokenUsed)
	b.clk.Advance(ActivationEnds)
	info, err := b.TokenInfo(t.Context(), b.by(), v.Token)
	if err != nil || info.ResendBy != inv.Email || info.State != TokenExpired {
		t.Fatalf("%+v %v", info, err)
	}
	if err := b.AskResend(t.Context(), b.by(), v.Token); err != nil {
		t.Fatal(err)
	}
	if m := b.mails.last(t, "operator_notice"); m.To != inv.Email || !strings.Contains(m.Data["text"], "new@example.com") {
		t.Fatal(m)
	}
	wantErr(t, b.AskResend(t.Context(), b.by(), v.Token), ErrTooMany)
	b.clk.Advance(askEvery)
	if err := b.AskResend(t.Context(), b.by(), v.Token); err != nil {
		t.Fatal(err)
	}
}
