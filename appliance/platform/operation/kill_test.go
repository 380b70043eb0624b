package operation

import (
	"bufio"
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/bolt"
)

const (
	killEnv   = "SWITCHKEEP_TEST_OPERATION_DB"
	killSteps = 800
)

func openFile(t *testing.T, path string) (*store.DB, *bolt.Engine) {
	t.Helper()
	e, err := bolt.Open(bolt.Config{Path: path, Now: clock.System{}.Now})
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.New(e, append(Tables(), audit.Tables()...)...)
	if err != nil {
		t.Fatal(err)
	}
	return db, e
}

// The process that is killed: it runs what is open in the store.
func TestKillRunner(t *testing.T) {
	t.Parallel()
	path := os.Getenv(killEnv)
	if path == "" {
		return // not the child
	}
	db, e := openFile(t, path)
	r, err := New(Config{DB: db, Clock: clock.System{}, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	err = r.Register(Worker{
		Kind: "count",
		Prepare: func(context.Context, Operation, int) error {
			_, werr := os.Stdout.WriteString("step\n")
			return werr
		},
		Step: func(_ context.Context, tx store.Tx, op Operation, i int) (string, error) { return mark(tx, op, i) },
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = db.Update(ctx, func(_ context.Context, tx store.Tx) error {
		_, eerr := r.EnqueueTx(tx, audit.Cause{At: noon(), UserLabel: "test"}, Plan{ID: "op1", Kind: "count", Steps: killSteps})
		if errors.Is(eerr, store.ErrExists) {
			return nil
		}
		return eerr
	}); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	for end := false; !end; time.Sleep(2 * time.Millisecond) {
		if err = db.View(ctx, func(rd store.Reader) error {
			op, gerr := r.Get(rd, "op1")
			end = !op.Ended.IsZero()
			return gerr
		}); err != nil {
			t.Fatal(err)
		}
	}
	cancel()
	if err = errors.Join(<-done, e.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestKillsNeitherLoseNorRepeatAStep(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	kills := 0
	for ended := false; !ended; {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKillRunner$")
		cmd.Env = append(os.Environ(), killEnv+"="+path)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err = cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for n := rand.IntN(40); n >= 0 && lines.Scan() && lines.Text() == "step"; n-- {
		}
		if kills < 20 {
			kills++
			err = cmd.Process.Kill()
			_ = cmd.Wait() // it was killed
		} else {
			for lines.Scan() { // let it come to its end
			}
			err = cmd.Wait()
			ended = true
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	db, e := openFile(t, path)
	b := &bench{t: t, db: db}
	b.Runner = &Runner{c: Config{DB: db}}
	if op := b.get("op1"); op.State != Done || op.Next != killSteps || b.marks() != killSteps {
		t.Errorf("%+v, %d marks", op, b.marks())
	}
	if _, err := db.Verify(t.Context()); err != nil {
		t.Error(err)
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
}
