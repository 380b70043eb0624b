package identity

import (
	"encoding/xml"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// code is what an authenticator app that we did not write shows.
func (b *bench) code(secret string, at time.Time) string {
	b.t.Helper()
	c, err := totp.GenerateCodeCustom(secret, at, totp.ValidateOpts{Period: 30, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
	if err != nil {
		b.t.Fatal(err)
	}
	return c
}

// enrolled signs a person in with a fresh second factor.
func (b *bench) enrolled(email string) (secret string, codes []string, r Result) {
	b.t.Helper()
	r = b.mustSignIn(email)
	e, err := b.BeginTOTP(b.t.Context(), b.by(), r.User.ID)
	if err != nil {
		b.t.Fatal(err)
	}
	codes, r, err = b.ConfirmTOTP(b.t.Context(), b.by(), r.Session.ID, b.code(e.Secret, b.clk.Now()))
	if err != nil {
		b.t.Fatal(err)
	}
	return e.Secret, codes, r
}

// RFC 6238 appendix B, the SHA-1 column, cut to six digits.
func TestTOTPVectors(t *testing.T) {
	t.Parallel()
	secret := b32().EncodeToString([]byte("12345678901234567890"))
	for at, code := range map[int64]string{
		59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130",
	} {
		now := time.Unix(at, 0)
		for _, off := range []time.Duration{-30 * time.Second, 0, 30 * time.Second} {
			step, ok, err := matchTOTP(secret, code, now.Add(off), 0)
			if err != nil || !ok || step != at/totpPeriod {
				t.Errorf("%d%+v: step %d %v %v", at, off, step, ok, err)
			}
		}
		if _, ok, _ := matchTOTP(secret, code, now.Add(time.Minute), 0); ok {
			t.Errorf("%d: a code two steps old was taken", at)
		}
		if _, ok, _ := matchTOTP(secret, code, now, at/totpPeriod); ok {
			t.Errorf("%d: a used step was taken", at)
		}
	}
}

func TestSignInWithSecondFactor(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.person("ann@example.com", "ent")
	first := b.mustSignIn("ann@example.com")
	secret, codes, fresh := b.enrolled("ann@example.com")
	if len(codes) != recoveries || !fresh.Session.MFA {
		t.Fatalf("%v %+v", codes, fresh)
	}
	if got := b.reasons(); len(got) != 2 || got[0] != ReasonMFA {
		t.Fatal(got)
	}
	_, gone := b.Session(t.Context(), first.Token, true)
	wantErr(t, gone, ErrSignedOut)
	b.mails.last(t, "mfa_changed")

	step := func() string {
		r, err := b.signIn("ann@example.com", goodPassword)
		if err != nil || r.State != StateMFA || r.Token != "" || r.Ticket == "" {
			t.Fatalf("%+v %v", r, err)
		}
		return r.Ticket
	}
	_, err := b.SignInCode(t.Context(), b.by(), Code{Ticket: step(), Code: b.code(secret, b.clk.Now())})
	wantErr(t, err, ErrCode) // the code that confirmed the factor is used
	b.clk.Advance(30 * time.Second)
	code := b.code(secret, b.clk.Now())
	r, err := b.SignInCode(t.Context(), b.by(), Code{Ticket: step(), Code: code[:3] + " " + code[3:]})
	if err != nil || r.State != StateOK || !r.Session.MFA {
		t.Fatalf("%+v %v", r, err)
	}
	ticket := step()
	_, err = b.SignInCode(t.Context(), b.by(), Code{Ticket: ticket, Code: code})
	wantErr(t, err, ErrCode)
	if _, err = b.SignInCode(t.Context(), b.by(), Code{Ticket: ticket, Code: strings.ToUpper(codes[3])}); err != nil {
		t.Fatal(err)
	}
	if m := b.mails.last(t, "mfa_changed"); m.Data["change"] != "recovery_used" {
		t.Fatal(m.Data)
	}
	_, err = b.SignInCode(t.Context(), b.by(), Code{Ticket: ticket, Code: codes[4]})
	wantErr(t, err, ErrTicket) // used
	_, err = b.SignInCode(t.Context(), b.by(), Code{Ticket: step(), Code: codes[3]})
	wantErr(t, err, ErrCode)
	ticket = step()
	b.clk.Advance(ticketEnds)
	_, err = b.SignInCode(t.Context(), b.by(), Code{Ticket: ticket, Code: codes[4]})
	wantErr(t, err, ErrTicket)
}

func TestWrongCodesEndTheTicketAndLock(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.person("ann@example.com", "ent")
	_, codes, _ := b.enrolled("ann@example.com")
	var tickets []string
	for range 2 {
		r, err := b.signIn("ann@example.com", goodPassword)
		if err != nil {
			t.Fatal(err)
		}
		tickets = append(tickets, r.Ticket)
	}
	wrong := func(ticket string) error {
		_, err := b.SignInCode(t.Context(), b.by(), Code{Ticket: ticket, Code: "aaaaaa"})
		return err
	}
	for range ticketTries {
		wantErr(t, wrong(tickets[0]), ErrCode)
	}
	wantErr(t, wrong(tickets[0]), ErrTicket)
	for range ticketTries - 1 {
		wantErr(t, wrong(tickets[1]), ErrCode) // a right password between does not reset the count
	}
	wantErr(t, wrong(tickets[1]), ErrLocked)
	_, err := b.signIn("ann@example.com", goodPassword)
	wantErr(t, err, ErrLocked)
	b.clk.Advance(lockFor)
	r, err := b.signIn("ann@example.com", goodPassword)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.SignInCode(t.Context(), b.by(), Code{Ticket: r.Ticket, Code: codes[0]}); err != nil {
		t.Fatal(err)
	}
}

func TestOneCodeOpensOneSession(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.person("ann@example.com", "ent")
	secret, codes, _ := b.enrolled("ann@example.com")
	for n := range 8 {
		b.clk.Advance(time.Minute)
		code := b.code(secret, b.clk.Now())
		if n%2 == 1 {
			code = codes[n]
		}
		var tickets [2]string
		for k := range tickets {
			r, err := b.signIn("ann@example.com", goodPassword)
			if err != nil {
				t.Fatal(err)
			}
			tickets[k] = r.Ticket
		}
		won := race(func(k int) error {
			_, err := b.SignInCode(t.Context(), b.by(), Code{Ticket: tickets[k], Code: code})
			return err
		})
		if won != 1 {
			t.Fatalf("%d of two sign-ins with one code won", won)
		}
	}
}

func TestTheSeedIsSealed(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	u := b.person("ann@example.com", "ent")
	secret, codes, _ := b.enrolled("ann@example.com")
	var dump strings.Builder
	if err := b.cfg.DB.Dump(t.Context(), &dump); err != nil {
		t.Fatal(err)
	}
	for _, s := range append(codes, secret, goodPassword) {
		if strings.Contains(dump.String(), s) {
			t.Fatalf("the store holds %q", s)
		}
	}
	var row secretRow
	err := b.view(t.Context(), func(r store.Reader) (err error) { row, err = secretOf(r, u.ID); return err })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.openTOTP(unknownID(), row.TOTP); err == nil {
		t.Fatal("the seed opens in another row")
	}
}

func TestRemoveTOTPAndRecoveryCodesAskForThePassword(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	u := b.person("ann@example.com", "ent")
	_, codes, r := b.enrolled("ann@example.com")
	_, err := b.BeginTOTP(t.Context(), b.by(), u.ID)
	wantErr(t, err, ErrTOTP)
	if _, err = b.RecoveryCodes(t.Context(), b.by(), u.ID, "wrong wrong wrong"); err == nil {
		t.Fatal("codes without the password")
	}
	fresh, err := b.RecoveryCodes(t.Context(), b.by(), u.ID, goodPassword)
	if err != nil || len(fresh) != recoveries || fresh[0] == codes[0] {
		t.Fatal(fresh, err)
	}
	if _, err = b.RemoveTOTP(t.Context(), b.by(), r.Session.ID, "wrong wrong wrong"); err == nil {
		t.Fatal("removed without the password")
	}
	r, err = b.RemoveTOTP(t.Context(), b.by(), r.Session.ID, goodPassword)
	if err != nil || r.Session.MFA {
		t.Fatal(err)
	}
	if plain := b.mustSignIn("ann@example.com"); plain.Session.MFA {
		t.Fatal(r)
	}
	_, err = b.RemoveTOTP(t.Context(), b.by(), r.Session.ID, goodPassword)
	wantErr(t, err, ErrNoTOTP)
	_, _, err = b.ConfirmTOTP(t.Context(), b.by(), r.Session.ID, "123456")
	wantErr(t, err, ErrNoTOTP)
}

func TestQRCodeIsASVGOfTheURI(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	e, err := b.NewTOTP("ann@example.com")
	if err != nil {
		t.Fatal(err)
	}
	k, err := otp.NewKeyFromURL(e.URI)
	if err != nil || k.Secret() != e.Secret || k.Issuer() != "Switchkeep" || k.AccountName() != "ann@example.com" {
		t.Fatalf("%s %v", e.URI, err)
	}
	var v struct {
		ViewBox string `xml:"viewBox,attr"`
		Path    struct {
			D string `xml:"d,attr"`
		} `xml:"path"`
	}
	if err := xml.Unmarshal([]byte(e.QRSVG), &v); err != nil || v.ViewBox == "" {
		t.Fatal(err, e.QRSVG)
	}
	// The three finders: each has a row of seven dark modules at its edge.
	for _, edge := range []string{"M4 4h7v1h-7z"} {
		if !strings.Contains(v.Path.D, edge) {
			t.Errorf("no finder %q", edge)
		}
	}
	if strings.ContainsAny(e.QRSVG, "\n") || strings.Contains(e.QRSVG, "script") {
		t.Error("more than a picture")
	}
}

func TestGuessingCodesFromManyAddressesIsSlow(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.person("ann@example.com", "ent")
	_, codes, mine := b.enrolled("ann@example.com")
	guess := func(ip, device, code string) (Result, error) {
		r, err := b.SignIn(t.Context(), b.from(ip), Credentials{Email: "ann@example.com", Password: goodPassword, Device: device})
		if err != nil {
			return r, err
		}
		return b.SignInCode(t.Context(), b.from(ip), Code{Ticket: r.Ticket, Code: code, Device: device})
	}
	for n := range codeFails {
		_, err := guess("198.51.100."+itoa(n), "", "000000")
		wantErr(t, err, ErrCode)
	}
	_, err := guess("198.51.100.99", "", codes[0])
	wantErr(t, err, ErrTooMany)
	if r, err := guess("192.0.2.77", mine.Device, codes[0]); err != nil || r.State != StateOK {
		t.Fatal("the person's own browser is held up:", err)
	}
	if _, err := guess("198.51.100.99", "", codes[1]); err != nil {
		t.Fatal(err)
	}
}
