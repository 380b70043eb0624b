package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The whole proof with few points; `go run ./scripts/powercut` is the long one.
func TestPowerCut(t *testing.T) {
	t.Parallel()
	if err := exec.Command("strace", "-qq", "-o", os.DevNull, "true").Run(); err != nil {
		t.Skipf("strace does not run here (apt-get install strace): %v", err)
	}
	exe := filepath.Join(t.TempDir(), "powercut")
	if out, err := exec.Command("go", "build", "-o", exe, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var out strings.Builder
	err := run(&out, options{points: 20, kills: 3, writes: 40, seed: 1, exe: exe})
	t.Log(out.String())
	if err != nil {
		t.Fatal(err)
	}
}

// A write that was torn shows old and new sectors, nothing else.
func TestTruncatedImageIsZeroBehindItsEnd(t *testing.T) {
	t.Parallel()
	m := &image{pages: map[int64]*[page]byte{}}
	m.write(page-10, []byte(strings.Repeat("x", 20)))
	m.truncate(page - 5)
	m.write(page+100, []byte("y"))
	path := filepath.Join(t.TempDir(), "f")
	if err := m.save(path); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Repeat("\x00", page-10) + "xxxxx" + strings.Repeat("\x00", 105) + "y"
	if string(b) != want {
		t.Errorf("%d bytes, want %d", len(b), len(want))
	}
}
