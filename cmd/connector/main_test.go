package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func invoke(t *testing.T, stdin string, args ...string) (code int, out, errOut string) {
	t.Helper()
	in := filepath.Join(t.TempDir(), "stdin")
	if err := os.WriteFile(in, []byte(stdin), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(in)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var o, e strings.Builder
	code = run(t.Context(), args, f, &o, &e)
	return code, o.String(), e.String()
}

func TestVerbs(t *testing.T) {
	t.Parallel()
	state := filepath.Join(t.TempDir(), "state")
	for _, c := range []struct {
		args []string
		code int
		out  string
		err  string
	}{
		{[]string{"version"}, 0, "switchkeep-connector ", ""},
		{[]string{"status"}, exitDisconnected, "Not enrolled", ""},
		{[]string{"status", "--json"}, exitDisconnected, `"state":"not_enrolled"`, ""},
		{[]string{"portal"}, 0, "Portal", ""},
		{[]string{"nonsense"}, exitUsage, "", "nonsense"},
		{[]string{"enroll", "--server", "127.0.0.1:1"}, exitUsage, "", "--email"},
		{[]string{"enroll", "--server", "127.0.0.1:1", "--email", "a@b.c", "--code", "x"}, exitUsage, "", "--email"},
		{[]string{"enroll", "--server", "127.0.0.1:1", "--email", "a@b.c", "--pin", "sha256/x"}, 1, "", "not a pin"},
		{[]string{"enroll", "--server", "127.0.0.1:1", "--code", "x"}, 1, "", "32 letters and digits"},
		{[]string{"enroll", "--server", "127.0.0.1:1", "--email", "a@b.c"}, 1, "", "does not answer"},
		{[]string{"run", "--page", "0.0.0.0:1"}, 1, "", "loopback"},
	} {
		code, out, errOut := invoke(t, "", append([]string{"--state", state}, c.args...)...)
		if code != c.code || !strings.Contains(out, c.out) || !strings.Contains(errOut, c.err) {
			t.Errorf("%v: %d %q %q", c.args, code, out, errOut)
		}
	}
}

// TestNoPasswordArgument: a password on the command line would be seen by every user of the machine.
func TestNoPasswordArgument(t *testing.T) {
	t.Parallel()
	code, _, errOut := invoke(t, "", "enroll", "--server", "h", "--email", "a@b.c", "--password", "x")
	if code != exitUsage || !strings.Contains(errOut, "--password") {
		t.Fatal(code, errOut)
	}
}

func TestServiceUnit(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ctl := filepath.Join(dir, "systemctl")
	log := filepath.Join(dir, "log")
	if err := os.WriteFile(ctl, []byte("#!/bin/sh\necho \"$@\" >>"+log+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	s := &service{app: &app{ctx: t.Context(), folder: "/var/lib/x", out: &out}, folder: dir, exe: "/usr/bin/switchkeep-connector", ctl: ctl}
	s.app.folder = "" // not made by this test
	if err := os.WriteFile(filepath.Join(dir, unitName), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.uninstall(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(log)
	if err != nil || string(b) != "disable --now switchkeep-connector.service\ndaemon-reload\n" {
		t.Fatal(string(b), err)
	}
	if _, err := os.Stat(filepath.Join(dir, unitName)); !os.IsNotExist(err) {
		t.Fatal(err)
	}
}
