package operation

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/bolt/bolttest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func noon() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }

type bench struct {
	t   *testing.T
	db  *store.DB
	clk *clock.Manual
	*Runner
	stop func()
}

func open(t *testing.T) *bench {
	t.Helper()
	tables := append(Tables(), audit.Tables()...)
	return &bench{t: t, db: bolttest.Open(t, tables...), clk: clock.NewManual(noon())}
}

func (b *bench) start(workers ...Worker) {
	b.t.Helper()
	r, err := New(Config{DB: b.db, Clock: b.clk, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.t.Fatal(err)
	}
	for _, w := range workers {
		if err = r.Register(w); err != nil {
			b.t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	b.Runner, b.stop = r, func() {
		cancel()
		if err := <-done; err != nil {
			b.t.Error(err)
		}
	}
}

func (b *bench) update(fn func(tx store.Tx) error) {
	b.t.Helper()
	if _, err := b.db.Update(b.t.Context(), func(_ context.Context, tx store.Tx) error { return fn(tx) }); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) enqueue(kind, id string, n int) {
	b.t.Helper()
	by := audit.Cause{At: noon(), User: "u1", UserLabel: "Ann"}
	b.update(func(tx store.Tx) error {
		_, err := b.EnqueueTx(tx, by, Plan{ID: id, Kind: kind, Account: "acc", Steps: n, Plan: []byte(id)})
		return err
	})
}

func (b *bench) get(id string) (op Operation) {
	b.t.Helper()
	if err := b.db.View(b.t.Context(), func(r store.Reader) (err error) { op, err = b.Get(r, id); return err }); err != nil {
		b.t.Fatal(err)
	}
	return op
}

func (b *bench) wait(id string, ok func(Operation) bool) Operation {
	b.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
		b.clk.Advance(time.Second)
		op := b.get(id)
		if ok(op) {
			return op
		}
		if time.Now().After(deadline) {
			b.t.Fatalf("%+v", op)
		}
	}
}

func ended(op Operation) bool { return !op.Ended.IsZero() }

// mark writes one audit row in the step: its count shows how often the step happened.
func mark(tx store.Tx, op Operation, i int) (string, error) {
	label := fmt.Sprint("target ", i)
	return label, audit.Record(tx, op.Cause(noon()), audit.Entry{Action: "test.step", ObjectID: label})
}

func (b *bench) marks() int {
	b.t.Helper()
	n := 0
	t := audit.Tables()[0].(*store.Table[audit.Row, *audit.Row])
	err := b.db.View(b.t.Context(), func(r store.Reader) error {
		for _, err := range t.List(r, store.Page{}) {
			if err != nil {
				return err
			}
			n++
		}
		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return n
}

func TestStepsRunAndRefusalsAreNoted(t *testing.T) {
	t.Parallel()
	b := open(t)
	full := fault.New(fault.KindConflict, "quota_exceeded", "not enough capacity")
	b.start(Worker{Kind: "import", Step: func(_ context.Context, tx store.Tx, op Operation, i int) (string, error) {
		label, err := mark(tx, op, i)
		if i%3 == 2 {
			return "", fmt.Errorf("row %d: %w", i, full)
		}
		return label, err
	}})
	b.enqueue("import", "op1", 10)
	op := b.wait("op1", ended)
	b.stop()
	if op.State != Done || op.Next != 10 || op.Failed != 3 || op.UserLabel != "Ann" || b.marks() != 7 {
		t.Fatalf("%+v, %d marks", op, b.marks())
	}
	var all, bad []Step
	err := b.db.View(t.Context(), func(r store.Reader) (err error) {
		all, err = b.Steps(r, "op1", false, 100)
		if err == nil {
			bad, err = b.Steps(r, "op1", true, 2)
		}
		return err
	})
	if err != nil || len(all) != 10 || all[0].Label != "target 0" || len(bad) != 2 || bad[0].Index != 2 || bad[0].Code != "quota_exceeded" {
		t.Fatal(all, bad, err)
	}
}

func TestAKilledOperationGoesOnAndNoStepHappensTwice(t *testing.T) {
	t.Parallel()
	b := open(t)
	var prepared atomic.Int32
	hold := make(chan struct{}, 100)
	w := Worker{
		Kind: "import",
		Prepare: func(ctx context.Context, _ Operation, i int) error {
			prepared.Add(1)
			if i%4 == 3 { // a kill comes here
				select {
				case <-hold:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
			return nil
		},
		Step: func(_ context.Context, tx store.Tx, op Operation, i int) (string, error) { return mark(tx, op, i) },
	}
	b.start(w)
	b.enqueue("import", "op1", 20)
	for kill := range uint32(5) {
		b.wait("op1", func(op Operation) bool { return op.Next == 4*kill+3 })
		b.stop()
		hold <- struct{}{}
		b.start(w)
	}
	op := b.wait("op1", ended)
	b.stop()
	if op.State != Done || b.marks() != 20 || prepared.Load() < 20 {
		t.Fatalf("%+v, %d marks, %d prepared", op, b.marks(), prepared.Load())
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	b := open(t)
	gate := make(chan struct{})
	b.start(Worker{
		Kind: "slow", Prepare: func(ctx context.Context, _ Operation, _ int) error {
			select {
			case <-gate:
			case <-ctx.Done():
			}
			return ctx.Err()
		},
		Step: func(context.Context, store.Tx, Operation, int) (string, error) { return "", nil },
	})
	for _, id := range []string{"a", "b", "c"} { // two run, one waits
		b.enqueue("slow", id, 5)
	}
	b.wait("a", func(op Operation) bool { return op.State == Running })
	b.wait("b", func(op Operation) bool { return op.State == Running })
	cancel := func(id string) {
		t.Helper()
		b.update(func(tx store.Tx) error { _, err := b.CancelTx(tx, id, noon()); return err })
	}
	cancel("c")
	if op := b.get("c"); op.State != Cancelled || !ended(op) {
		t.Fatalf("%+v", op)
	}
	cancel("a")
	close(gate)
	if op := b.wait("a", ended); op.State != Cancelled || op.Next > 1 {
		t.Fatalf("%+v", op)
	}
	if op := b.wait("b", ended); op.State != Done || op.Next != 5 {
		t.Fatalf("%+v", op)
	}
	_, err := b.db.Update(t.Context(), func(_ context.Context, tx store.Tx) error { _, err := b.CancelTx(tx, "b", noon()); return err })
	if !errors.Is(err, ErrEnded) {
		t.Fatal(err)
	}
	b.stop()
}

func TestABrokenWorkerEndsTheOperation(t *testing.T) {
	t.Parallel()
	b := open(t)
	var n atomic.Int32
	b.start(
		Worker{Kind: "panics", Step: func(context.Context, store.Tx, Operation, int) (string, error) { panic("boom") }},
		Worker{Kind: "fails", Prepare: func(context.Context, Operation, int) error { n.Add(1); return errors.New("disk") }, Step: func(context.Context, store.Tx, Operation, int) (string, error) { return "", nil }},
	)
	b.enqueue("fails", "f", 3)
	if op := b.wait("f", ended); op.State != Failed || op.Next != 0 || n.Load() != tries {
		t.Fatalf("%+v after %d tries", op, n.Load())
	}
	b.enqueue("panics", "p", 1)
	if op := b.wait("p", ended); op.State != Failed {
		t.Fatalf("%+v", op)
	}
	b.stop()
}

func TestListScopesPagesAndPrunes(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.start(Worker{Kind: "quick", Step: func(context.Context, store.Tx, Operation, int) (string, error) { return "", nil }})
	for i := range 9 {
		b.enqueue("quick", fmt.Sprint("op", i), i*30)
	}
	for i := range 9 {
		b.wait(fmt.Sprint("op", i), ended)
	}
	b.stop()
	f := Filter{Accounts: func(id string) bool { return id == "acc" }, User: "u1", Limit: 4}
	n := 0
	for more := true; more; more = f.After != "" {
		page, next, err := b.List(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		n += len(page)
		f.After = next
	}
	if n != 9 {
		t.Fatal(n)
	}
	if page, _, err := b.List(t.Context(), Filter{Open: true}); err != nil || len(page) != 0 {
		t.Fatal(page, err)
	}
	if _, _, err := b.List(t.Context(), Filter{After: "user\x00x"}); !fault.Is(err, fault.KindInvalid) {
		t.Fatal(err)
	}
	for done := false; !done; {
		var err error
		if done, err = b.Prune(t.Context(), b.clk.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	if rows, err := b.db.Verify(t.Context()); err != nil || rows != 0 {
		t.Fatal(rows, err)
	}
}

func TestVoidEndsWhatIsOpen(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.start(Worker{Kind: "slow", Prepare: func(ctx context.Context, _ Operation, _ int) error { <-ctx.Done(); return ctx.Err() }, Step: func(context.Context, store.Tx, Operation, int) (string, error) { return "", nil }})
	for i := range 25 {
		b.enqueue("slow", fmt.Sprintf("op%02d", i), 1)
	}
	b.stop()
	for _, want := range []int{20, 5, 0} {
		var n int
		b.update(func(tx store.Tx) (err error) { n, err = Void(t.Context(), tx, noon()); return err })
		if n != want {
			t.Fatal(n, want)
		}
	}
}
