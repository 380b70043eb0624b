package secret

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"
)

func TestRestoreWithThePassphraseOfTheSheet(t *testing.T) {
	t.Parallel()
	k := newKeeper(t)
	if _, err := k.Wrap(); !errors.Is(err, ErrNoRecovery) {
		t.Fatal(err)
	}
	phrase := NewRecoveryPassphrase()
	r, err := PassphraseRecovery(phrase, at())
	if err != nil {
		t.Fatal(err)
	}
	if err = k.SetRecovery(r); err != nil {
		t.Fatal(err)
	}
	sealed, err := k.Seal("t", "r", "f", []byte("v"))
	if err != nil {
		t.Fatal(err)
	}
	if err = k.Rotate(at()); err != nil { // a rotation needs no passphrase
		t.Fatal(err)
	}
	wrapped, err := k.Wrap()
	if err != nil {
		t.Fatal(err)
	}
	copied := strings.ToLower(strings.ReplaceAll(phrase, "-", " ")) + " "
	back, err := RestoreKeeper(filepath.Join(t.TempDir(), "k"), wrapped, r, copied)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := back.Open("t", "r", "f", sealed)
	if err != nil || string(plain) != "v" || back.Fingerprint() != k.Fingerprint() {
		t.Fatal(string(plain), err)
	}
	if _, ok := back.Recovery(); !ok {
		t.Fatal("the recovery was lost")
	}
	if _, err = RestoreKeeper(filepath.Join(t.TempDir(), "k"), wrapped, r, NewRecoveryPassphrase()); !errors.Is(err, ErrPhrase) {
		t.Fatal(err)
	}
	sheet, err := k.NewSheet("console.example", phrase)
	if err != nil || sheet.Phrase != phrase || sheet.Fingerprint != k.Fingerprint() {
		t.Fatalf("%+v %v", sheet, err)
	}
}

func TestRestoreWithAnAgeKey(t *testing.T) {
	t.Parallel()
	own, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	mine, err := RecipientRecovery(" "+own.Recipient().String()+"\n", at())
	if err != nil {
		t.Fatal(err)
	}
	printed, identity, err := KeyRecovery(at())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		r        Recovery
		identity string
	}{{mine, own.String()}, {printed, identity}} {
		k := newKeeper(t)
		if err := k.SetRecovery(c.r); err != nil {
			t.Fatal(err)
		}
		wrapped, err := k.Wrap()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := RestoreKeeper(filepath.Join(t.TempDir(), "k"), wrapped, c.r, c.identity); err != nil {
			t.Fatal(err)
		}
		if _, err := RestoreKeeper(filepath.Join(t.TempDir(), "k"), wrapped, c.r, "nonsense"); !errors.Is(err, ErrPhrase) {
			t.Fatal(err)
		}
	}
}

func TestRecoveryRefuses(t *testing.T) {
	t.Parallel()
	if _, err := PassphraseRecovery("short", at()); !errors.Is(err, ErrWeak) {
		t.Fatal(err)
	}
	if _, err := RecipientRecovery("ssh-ed25519 AAAA", at()); !errors.Is(err, ErrRecipient) {
		t.Fatal(err)
	}
	if err := newKeeper(t).SetRecovery(Recovery{Recipient: "x"}); !errors.Is(err, ErrRecipient) {
		t.Fatal(err)
	}
}
