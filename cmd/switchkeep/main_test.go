package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

func call(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	in, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close() }()
	return run(args, streams{in, &o, &e}), o.String(), e.String()
}

func TestHelpAllNamesEveryVerb(t *testing.T) {
	t.Parallel()
	code, out, errs := call(t, "help", "all")
	if code != 0 {
		t.Fatal(code, errs)
	}
	for _, verb := range []string{"run", "backup", "restore", "verify", "doctor", "admin reset-password", "admin reset-mfa", "db dump", "setup", "version"} {
		if !strings.Contains(out, "switchkeep "+verb+"\n") {
			t.Errorf("%q is missing in:\n%s", verb, out)
		}
	}
}

func TestWrongCommandLine(t *testing.T) {
	t.Parallel()
	if code, _, errs := call(t, "fly"); code != 2 || !strings.Contains(errs, "fly") {
		t.Fatal(code, errs)
	}
}

func TestVerbsWithoutData(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, verb := range [][]string{{"verify"}, {"db", "dump"}, {"setup"}, {"admin", "reset-password", "a@example.com"}} {
		code, _, errs := call(t, append([]string{"--data", dir}, verb...)...)
		if code != 1 || errs == "" {
			t.Errorf("%v: %d %q", verb, code, errs)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
			t.Errorf("%v left %v in the folder, %v", verb, left, err)
		}
	}
}
