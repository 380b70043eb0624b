package blob

import (
	"bufio"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/clock"
)

const killEnv = "SWITCHKEEP_TEST_BLOB_DIR"

// The process that is killed: it puts blobs and prints the name of each after Put returned.
func TestKillWriter(t *testing.T) {
	t.Parallel()
	dir := os.Getenv(killEnv)
	if dir == "" {
		return // not the child
	}
	f, err := New(Config{Dir: dir, Clock: clock.System{}, Logger: slog.New(slog.DiscardHandler), Sure: func() bool { return true }})
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; ; i++ {
		ref, err := f.Put(t.Context(), strings.NewReader(strings.Repeat(fmt.Sprint(os.Getpid(), i), 5000)), 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Printf("blob %s\n", ref.Hash)
	}
}

func TestAKilledWriterLosesNothingThatItPromised(t *testing.T) {
	t.Parallel()
	kills := 50
	if testing.Short() {
		kills = 5
	}
	dir := t.TempDir()
	var promised []string
	for range kills {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKillWriter$")
		cmd.Env = append(os.Environ(), killEnv+"="+dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err = cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for n := rand.IntN(12); n >= 0 && lines.Scan(); n-- {
			if hash, ok := strings.CutPrefix(lines.Text(), "blob "); ok {
				promised = append(promised, hash)
			}
		}
		time.Sleep(time.Duration(rand.IntN(2000)) * time.Microsecond)
		err = cmd.Process.Kill()
		_ = cmd.Wait() // it was killed
		if err != nil {
			t.Fatal(err)
		}
	}
	f, err := New(Config{Dir: dir, Clock: clock.System{}, Logger: slog.New(slog.DiscardHandler), Sure: func() bool { return true }})
	if err != nil {
		t.Fatal(err)
	}
	if len(promised) < kills {
		t.Fatalf("only %d blobs: this proves nothing", len(promised))
	}
	for _, h := range promised {
		if err = f.Verify(t.Context(), h); err != nil {
			t.Error(err)
		}
	}
	for ref, aerr := range f.All() { // what was not promised is whole as well
		if err = errors.Join(aerr, f.Verify(t.Context(), ref.Hash)); err != nil {
			t.Error(err)
		}
	}
}
