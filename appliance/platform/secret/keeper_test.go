package secret

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func at() time.Time { return time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC) }

func newKeeper(t *testing.T) *Keeper {
	t.Helper()
	k, err := CreateKeeper(filepath.Join(t.TempDir(), "master.key"), at())
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestSealOpensOnlyInItsPlace(t *testing.T) {
	t.Parallel()
	k := newKeeper(t)
	sealed, err := k.Seal("mail", "r1", "password", []byte("hunter2"))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(sealed, []byte("hunter2")) {
		t.Fatal("the plain text is visible")
	}
	plain, err := k.Open("mail", "r1", "password", sealed)
	if err != nil || string(plain) != "hunter2" {
		t.Fatalf("%q %v", plain, err)
	}
	for _, p := range [][3]string{{"mail", "r2", "password"}, {"mail", "r1", "user"}, {"mai", "lr1", "password"}} {
		if _, err := k.Open(p[0], p[1], p[2], sealed); !errors.Is(err, ErrEnvelope) {
			t.Errorf("%v: %v", p, err)
		}
	}
	for i := range sealed {
		bad := bytes.Clone(sealed)
		bad[i] ^= 1
		if _, err := k.Open("mail", "r1", "password", bad); err == nil {
			t.Fatalf("byte %d flipped and it still opens", i)
		}
	}
	if _, err := k.Open("mail", "r1", "password", nil); !errors.Is(err, ErrEnvelope) {
		t.Fatal(err)
	}
}

func TestRotateKeepsOldValuesAndDerivedKeys(t *testing.T) {
	t.Parallel()
	k := newKeeper(t)
	old, err := k.Seal("t", "r", "f", []byte("v"))
	if err != nil {
		t.Fatal(err)
	}
	derived := k.Derive("turn")
	if bytes.Equal(derived, k.Derive("audit")) || len(derived) != 32 {
		t.Fatal("labels must give different keys")
	}
	if err = k.Rotate(at()); err != nil {
		t.Fatal(err)
	}
	again, err := OpenKeeper(k.path)
	if err != nil {
		t.Fatal(err)
	}
	if again.Generation() != 2 || !bytes.Equal(again.Derive("turn"), derived) {
		t.Fatal("generation or derived key")
	}
	fresh, changed, err := again.Reseal("t", "r", "f", old)
	if err != nil || !changed {
		t.Fatal(changed, err)
	}
	if _, changed, err = again.Reseal("t", "r", "f", fresh); err != nil || changed {
		t.Fatal(changed, err)
	}
	other := newKeeper(t)
	if _, err := other.Open("t", "r", "f", fresh); !errors.Is(err, ErrGeneration) {
		t.Fatal(err)
	}
	if _, err := other.Open("t", "r", "f", old); !errors.Is(err, ErrEnvelope) {
		t.Fatal(err)
	}
}

func TestKeyFileIsPrivateAndNeverOverwritten(t *testing.T) {
	t.Parallel()
	k := newKeeper(t)
	st, err := os.Stat(k.path)
	if err != nil || st.Mode().Perm() != 0o600 {
		t.Fatal(st.Mode(), err)
	}
	if _, err = CreateKeeper(k.path, at()); !errors.Is(err, ErrExists) {
		t.Fatal(err)
	}
	same, err := OpenOrCreateKeeper(k.path, at())
	if err != nil || same.Fingerprint() != k.Fingerprint() {
		t.Fatal(err)
	}
	if err = os.Chmod(k.path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err = OpenKeeper(k.path); !errors.Is(err, ErrKeyFile) {
		t.Fatal(err)
	}
	left, err := os.ReadDir(filepath.Dir(k.path))
	if err != nil || len(left) != 1 {
		t.Fatalf("left behind: %v %v", left, err)
	}
	for _, bad := range []string{"", "{}", "{\"version\":1,\"root\":\"AA==\"}", "null"} {
		p := filepath.Join(t.TempDir(), "k")
		if err := os.WriteFile(p, []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenKeeper(p); !errors.Is(err, ErrKeyFile) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
