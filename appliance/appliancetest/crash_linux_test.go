package appliancetest

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/switchkeep/switchkeep/appliance"
)

// TestStartAfterAKill starts on what a killed process leaves: its files as they were, and its control socket.
func TestStartAfterAKill(t *testing.T) {
	t.Parallel()
	show, h := showing(t), Open(t, Options{})
	op := h.SetUp()
	acme := op.Enterprise("Acme")
	left := Folder(t)
	if err := os.CopyFS(left, files{os.DirFS(h.Data)}); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(left, "master.key"), 0o600); err != nil { // CopyFS copies no modes
		t.Fatal(err)
	}
	ln, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(left, "control.sock"), Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	ln.SetUnlinkOnClose(false)
	_ = ln.Close()
	_ = os.WriteFile(filepath.Join(left, "tmp", "half"), []byte("half a backup"), 0o600)
	h.Stop()
	h.Data = left
	h.Start()
	op.Reset()
	show("after a kill", op.Session().User.Email == OperatorEmail && h.SignIn(acme.Email).Session().Acting.Account.ID == acme.ID, "starts over the old socket; the session goes on")
	show("verify", true, "%s", h.Verify())
}

// files hides what can not be copied.
type files struct{ fs.FS }

// ReadDir implements fs.ReadDirFS.
func (f files) ReadDir(name string) (out []fs.DirEntry, err error) {
	all, err := fs.ReadDir(f.FS, name)
	for _, e := range all {
		if e.IsDir() || e.Type().IsRegular() {
			out = append(out, e)
		}
	}
	return out, err
}

const childEnv = "SWITCHKEEP_STORAGE_CHILD"

// TestStorageFailureStopsTheAppliance runs in a process of its own, whose files may not grow any more.
func TestStorageFailureStopsTheAppliance(t *testing.T) {
	t.Parallel()
	if os.Getenv(childEnv) != "" {
		storageChild(t)
		return
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestStorageFailureStopsTheAppliance$", "-test.v")
	cmd.Env = append(os.Environ(), childEnv+"=1")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "stops with:") {
		t.Fatalf("%v\n%s", err, out)
	}
	_, said, _ := strings.Cut(string(out), "stops with:")
	said, _, _ = strings.Cut(said, "\n")
	t.Logf("ok   storage fails                      the appliance stops with:%s", said)
}

func storageChild(t *testing.T) {
	t.Helper()
	h := Open(t, Options{})
	op := h.SetUp()
	signal.Ignore(syscall.SIGXFSZ)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 0, Max: ^uint64(0)}); err != nil {
		t.Fatal(err)
	}
	a := op.API("POST", "/accounts", object{"kind": "enterprise", "account": object{"name": "Lost"}})
	if a.Status < 500 {
		t.Fatalf("a write was acknowledged on a full disk: %s", a)
	}
	select {
	case err := <-h.Failed():
		if !errors.Is(err, appliance.ErrStorage) {
			t.Fatal(err)
		}
		t.Logf("stops with: %v", err)
	case <-time.After(20 * time.Second):
		t.Fatal("it goes on")
	}
	if b := op.API("GET", "/session", nil); b.Status >= 500 {
		t.Fatalf("reading ended too: %s", b)
	}
	ctx := t.Context()
	_ = h.Appliance.Stop(ctx) // the end can not be written either
	h.stopped = true
	_ = syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: ^uint64(0), Max: ^uint64(0)})
	h.Start()
	op.Reset()
	if op.Session().User.Email != OperatorEmail || op.Total("/accounts") != 1 {
		t.Fatal("the next start lost something")
	}
	h.Verify()
}
