package identity

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
)

func TestPasswordRules(t *testing.T) {
	t.Parallel()
	context := []string{"rosalind@bakery-blum.example", "Rosalind", "Blum", "Bakery Blum"}
	for p, want := range map[string]string{
		"":                                "required",
		"elevenchars":                     "too_short",
		"vgt7 kdl2 xq":                    "",
		strings.Repeat("aB3 xyz!", 16):    "",
		strings.Repeat("aB3 xyz!q", 15):   "too_long",
		"aaaaaaaaaaaaaaa":                 "common",
		"abababababab":                    "common",
		"123456789012":                    "common",
		"abcdefghijklmn":                  "common",
		"zyxwvutsrqpo":                    "common",
		"Password1234!":                   "common",
		"P@ssw0rd123!":                    "common",
		"Summer2026!!":                    "common",
		"qwertyuiopasdfghjkl":             "common",
		"1qaz2wsx3edc4rfv":                "common",
		"letmeinplease":                   "common",
		"asteriskasterisk":                "common",
		"Rosalind1234":                    "context",
		"bakeryblum2026":                  "context",
		"Switchkeep#123":                  "context",
		"Rosalind likes old clocks":       "",
		"пароль от балкона":               "",
		"四季花開富貴平安吉祥如意":                    "",
		"correct staple horse 77":         "",
		"kein einziges Wort aus der List": "",
	} {
		err := checkPassword("password", p, minPassword, context...)
		got := ""
		if e, ok := fault.As(err); ok {
			got = e.Fields[0].Code
		}
		if got != want {
			t.Errorf("%q: %q, want %q", p, got, want)
		}
		if err != nil && p != "" && strings.Contains(err.Error(), p) {
			t.Errorf("the refusal repeats the password: %v", err)
		}
	}
}

func TestListOfCommonPasswordsIsSortedAndFound(t *testing.T) {
	t.Parallel()
	lines := strings.Split(string(common), "\n")
	if len(lines) < 3000 || !slices.IsSorted(lines) || bytes.HasSuffix(common, []byte("\n")) {
		t.Fatalf("%d lines", len(lines))
	}
	for n := 0; n < len(lines); n += 7 {
		if !listed(lines[n]) {
			t.Errorf("%q is not found", lines[n])
		}
	}
	for _, p := range []string{"", "a", "zzzzzzzz", lines[0] + "\n" + lines[1], lines[5] + "~"} {
		if listed(p) {
			t.Errorf("%q is found", p)
		}
	}
}

func TestHashesAreArgon2idAtTheRightCost(t *testing.T) {
	t.Parallel()
	h, err := newHasher(DefaultCost(), clock.System{})
	if err != nil {
		t.Fatal(err)
	}
	phc, err := h.make(t.Context(), "ｐａｓｓword")
	if err != nil || !strings.HasPrefix(phc, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatal(phc, err)
	}
	for p, want := range map[string]bool{"ｐａｓｓword": true, "password": true /* NFKC */, "Password": false, "": false} {
		if ok, err := h.check(t.Context(), phc, p); err != nil || ok != want {
			t.Errorf("%q: %v %v", p, ok, err)
		}
	}
	for _, bad := range []string{"", "x", "$argon2id$v=19$m=99999999,t=2,p=1$AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA", strings.Replace(phc, "argon2id", "argon2i", 1)} {
		if ok, err := h.check(t.Context(), bad, "password"); ok || err != nil {
			t.Errorf("%q: %v %v", bad, ok, err)
		}
	}
	if _, err := newHasher(Cost{Memory: 1 << 30, Time: 1, Threads: 1}, clock.System{}); err == nil {
		t.Error("a cost out of bounds was taken")
	}
}

func TestFullQueueIsBusyAfterTwoSeconds(t *testing.T) {
	t.Parallel()
	clk := clock.NewManual(time.Unix(0, 0))
	h, err := newHasher(Cost{8, 1, 1}, clk)
	if err != nil {
		t.Fatal(err)
	}
	for range cap(h.slots) {
		h.slots <- struct{}{}
	}
	done := make(chan error)
	go func() { _, err := h.make(context.Background(), "x"); done <- err }()
	for {
		clk.Advance(hashQueue)
		select {
		case err := <-done:
			wantErr(t, err, ErrBusy)
		default:
			continue
		}
		break
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.make(ctx, "x"); err == nil {
		t.Fatal("hashed for nobody")
	}
	<-h.slots
	if _, err := h.make(t.Context(), "x"); err != nil {
		t.Fatal(err)
	}
}

func FuzzParsePHC(f *testing.F) {
	f.Add("$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Add("$argon2id$v=19$m=0,t=0,p=0$$")
	f.Add("$$$$$")
	f.Fuzz(func(t *testing.T, s string) {
		c, salt, key, ok := parsePHC(s)
		if ok && (c.Memory == 0 || c.Memory > maxMemory || c.Time == 0 || c.Time > maxPasses || c.Threads == 0 || len(salt) < 8 || len(key) < 16) {
			t.Fatalf("%+v %d %d", c, len(salt), len(key))
		}
	})
}

func FuzzCaptchaAndDevice(f *testing.F) {
	f.Add("")
	f.Add("bm8=")
	f.Add("AAAA.BBBB")
	f.Fuzz(func(t *testing.T, s string) {
		c := newCaptchas(clock.NewManual(time.Unix(0, 0)))
		if c.spend(s) == nil {
			t.Fatal("a made-up captcha was taken")
		}
		i := &Identity{device: make([]byte, 32)}
		if _, ok := i.openDevice("ann@example.com", s); ok {
			t.Fatal("a made-up cookie was taken")
		}
		if err := checkPassword("p", s, minPassword); err == nil && len(s) < minPassword {
			t.Fatal("short")
		}
		_ = network(s)
		_ = Fold(s)
	})
}
