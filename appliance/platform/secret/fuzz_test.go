package secret

import (
	"path/filepath"
	"testing"
)

func FuzzOpen(f *testing.F) {
	k, err := CreateKeeper(filepath.Join(f.TempDir(), "k"), at())
	if err != nil {
		f.Fatal(err)
	}
	good, err := k.Seal("t", "r", "f", []byte("value"))
	if err != nil {
		f.Fatal(err)
	}
	for _, n := range []int{0, 1, 5, 16, 17, 33, len(good) - 1, len(good)} {
		f.Add(good[:n])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if plain, err := k.Open("t", "r", "f", b); err == nil && (string(plain) != "value" || string(b) != string(good)) {
			t.Fatalf("forged: %x", b)
		}
	})
}
