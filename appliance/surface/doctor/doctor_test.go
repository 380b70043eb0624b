package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/clock"
)

func now() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }

type names map[string]string

func (n names) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	a, ok := n[host]
	if !ok {
		return nil, errors.New("no such host")
	}
	return []netip.Addr{netip.MustParseAddr(a)}, nil
}

func doctor(t *testing.T, n names) *Doctor {
	t.Helper()
	d, err := New(Config{Resolver: n, Proc: "/proc"})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestPortsTellWhoHoldsThem(t *testing.T) {
	t.Parallel()
	d := doctor(t, nil)
	own, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := own.Addr().(*net.TCPAddr).Port
	check := func(p Port) Finding { return d.Ports(t.Context(), []Port{p})[0] }
	if f := check(Port{"tcp", "127.0.0.1", port, "console"}); f.Level != OK || !strings.Contains(f.Detail, "open here") {
		t.Fatalf("%+v", f)
	}
	own.Close()
	if f := check(Port{"tcp", "127.0.0.1", port, "console"}); f.Level != OK || !strings.Contains(f.Detail, "free") {
		t.Fatalf("%+v", f)
	}
	if f := check(Port{"tcp", "192.0.2.1", port, "console"}); f.Level != Error || !strings.Contains(f.Detail, "no address") {
		t.Fatalf("%+v", f)
	}
	if f := check(Port{"udp", "127.0.0.1", port, "dns"}); f.Level != OK {
		t.Fatalf("%+v", f)
	}
}

// Another process holds the port: a real one.
func TestPortsNameAnotherProcess(t *testing.T) {
	t.Parallel()
	const script = "import socket,sys\ns=socket.socket()\ns.bind(('127.0.0.1',0))\ns.listen()\nprint(s.getsockname()[1],flush=True)\nsys.stdin.read()"
	cmd := exec.CommandContext(t.Context(), "python3", "-c", script)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err = cmd.Start(); err != nil {
		t.Skipf("no python3 (apt install python3): %v", err)
	}
	defer func() { in.Close(); _ = cmd.Wait() }()
	b := make([]byte, 16)
	n, err := out.Read(b)
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(strings.TrimSpace(string(b[:n])))
	if err != nil {
		t.Fatal(err)
	}
	f := doctor(t, nil).Ports(t.Context(), []Port{{"tcp", "127.0.0.1", port, "console"}})[0]
	if f.Level != Error || !strings.Contains(f.Detail, "python3") || !strings.Contains(f.Detail, strconv.Itoa(cmd.Process.Pid)) {
		t.Fatalf("%+v", f)
	}
}

func TestParseLocal(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"0100007F:1F90":                         "127.0.0.1:8080",
		"00000000:0035":                         "0.0.0.0:53",
		"00000000000000000000000001000000:01BB": "[::1]:443",
		"0000000000000000FFFF00000100007F:01BB": "127.0.0.1:443",
	} {
		if got, err := parseLocal(in); err != nil || got.String() != want {
			t.Errorf("%s: %v %v, want %s", in, got, err, want)
		}
	}
	for _, bad := range []string{"", "x", "0100007F", "01:1F90", "0100007F:XX", "0100007F0000:0001"} {
		if _, err := parseLocal(bad); err == nil {
			t.Errorf("%q accepted", bad)
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	d := doctor(t, names{"console.example.org": "192.0.2.10", "switchkeep-check.visit.example.org": "192.0.2.99"})
	want := []netip.Addr{netip.MustParseAddr("192.0.2.10")}
	for name, c := range map[string]struct {
		f     Finding
		level Level
		text  string
	}{
		"good":      {d.Name(t.Context(), "console.example.org", want), OK, "192.0.2.10"},
		"any":       {d.Name(t.Context(), "console.example.org", nil), OK, ""},
		"none":      {d.Name(t.Context(), "other.example.org", want), Error, "does not resolve"},
		"localhost": {d.Name(t.Context(), "console.localhost", want), OK, "only there"},
		"elsewhere": {d.Zone(t.Context(), "visit.example.org", want), Warn, "none of the addresses"},
		"no zone":   {d.Zone(t.Context(), "v.example.org", want), Warn, "visit ports"},
	} {
		if c.f.Level != c.level || !strings.Contains(c.f.Detail, c.text) || (c.level != OK) != (c.f.Fix != "") {
			t.Errorf("%s: %+v", name, c.f)
		}
	}
}

func TestJudgements(t *testing.T) {
	t.Parallel()
	day := 24 * time.Hour
	cert := func(d time.Duration) Finding {
		return Certificates([]Certificate{{"far", now().Add(900 * day)}, {"console", now().Add(d)}}, now())
	}
	disk := func(percent uint64) Finding { return judgeDisk(Usage{Total: 100e9, Free: (100 - percent) * 1e9}) }
	back := func(age time.Duration) Finding { return Backups(Backup{Last: now().Add(-age), Recovery: true}, now()) }
	mail := func(n int, age time.Duration) Finding {
		return MailQueue(Mail{Configured: true, Waiting: n, Deferred: n, Oldest: now().Add(-age), Answer: "451 later"}, now())
	}
	for name, c := range map[string]struct {
		f    Finding
		want Level
	}{
		"cert fresh": {cert(60 * day), OK}, "cert soon": {cert(29 * day), Warn}, "cert now": {cert(6 * day), Error}, "cert over": {cert(-time.Hour), Error},
		"disk 84": {disk(84), OK}, "disk 85": {disk(85), Warn}, "disk 92": {disk(92), Error}, "disk 97": {disk(97), Error},
		"backup fresh": {back(20 * time.Hour), OK}, "backup late": {back(40 * time.Hour), Warn}, "backup old": {back(8 * day), Error},
		"backup none": {Backups(Backup{Recovery: true}, now()), Warn}, "backup failed": {Backups(Backup{Last: now(), Recovery: true, Failed: "disk full"}, now()), Error},
		"no recovery": {Backups(Backup{Last: now()}, now()), Error},
		"mail none":   {MailQueue(Mail{}, now()), OK}, "mail empty": {mail(0, 0), OK}, "mail new": {mail(1, time.Minute), OK},
		"mail late": {mail(1, 20*time.Minute), Warn}, "mail stuck": {mail(1, 25*time.Hour), Error},
		"clock": {Clock(clock.GuardState{Sure: true}, true), OK}, "unsynced": {Clock(clock.GuardState{Sure: true}, false), Warn}, "unsure": {Clock(clock.GuardState{}, true), Error},
	} {
		if c.f.Level != c.want || (c.want != OK && c.f.Fix == "") || c.f.Detail == "" || c.f.TitleKey == "" {
			t.Errorf("%s: %+v, want %s", name, c.f, c.want)
		}
	}
	for kind, want := range map[string]Level{"ext4": OK, "nfs": Error, "tmpfs": Warn, "overlay": Warn} {
		if got, _ := judgeType(kind); got != want {
			t.Errorf("%s: %s", kind, got)
		}
	}
}

func TestFolderAndDisk(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if f := Folder(dir); f.Level == Error {
		t.Errorf("%+v", f)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Error("the check left something behind", left, err)
	}
	if f := Folder(filepath.Join(dir, "none")); f.Level != Error || f.Fix == "" {
		t.Errorf("%+v", f)
	}
	if u, err := DiskUsage(dir); err != nil || u.Total == 0 || u.Percent() > 100 {
		t.Error(u, err)
	}
}

func TestRunAndWrite(t *testing.T) {
	t.Parallel()
	d := doctor(t, nil)
	all := d.Run(t.Context(), Input{
		Now: now(), Data: t.TempDir(), Host: "console.localhost", VisitZone: "visit.localhost", Clock: &clock.GuardState{Sure: true}, Synced: true,
		Certificates: []Certificate{{"console", now().Add(999 * time.Hour)}}, Backup: &Backup{}, Mail: &Mail{},
	})
	if len(all) != 8 || Worst(all) != Error || Worst(nil) != OK {
		t.Fatalf("%+v", all)
	}
	var text, raw strings.Builder
	if err := errors.Join(Write(&text, all, false), Write(&raw, all, true)); err != nil {
		t.Fatal(err)
	}
	var back struct {
		Worst    Level
		Findings []Finding
	}
	if err := json.Unmarshal([]byte(raw.String()), &back); err != nil || back.Worst != Error || len(back.Findings) != 8 || !strings.Contains(text.String(), "→") {
		t.Fatal(raw.String(), text.String(), err)
	}
}
