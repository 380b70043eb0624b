package operation

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// tries bounds how often a step is tried that fails by no fault of its target.
const tries = 3

// errStop says that the operation has ended meanwhile.
var errStop = errors.New("operation: stop")

// Run works until ctx ends. What was running when the process ended goes on with its next step.
func (r *Runner) Run(ctx context.Context) error {
	wake := make(chan struct{}, 1)
	work := make(chan Operation)
	idle := make(chan string, Workers)
	var wg sync.WaitGroup
	rev := r.c.DB.Rev() // before the first look, so that no commit falls between
	wg.Go(func() { r.watch(ctx, rev, wake) })
	for range Workers {
		wg.Go(func() {
			for op := range work {
				r.one(ctx, op)
				idle <- op.ID
			}
		})
	}
	defer wg.Wait()
	defer close(work)
	busy := map[string]bool{}
	for {
		if err := r.hand(ctx, work, busy); err != nil && ctx.Err() == nil {
			r.c.Logger.ErrorContext(ctx, "operations", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-wake:
		case id := <-idle:
			delete(busy, id)
		}
	}
}

// hand gives open operations to free workers.
func (r *Runner) hand(ctx context.Context, work chan<- Operation, busy map[string]bool) error {
	var open []Operation
	err := r.c.DB.View(ctx, func(rd store.Reader) error {
		open = nil
		for it, err := range table().Lookup(rd, "open", store.Page{Limit: Workers + len(busy)}) {
			if err != nil {
				return err
			}
			open = append(open, it.Row)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, op := range open {
		if busy[op.ID] || len(busy) == Workers {
			continue
		}
		select {
		case work <- op:
			busy[op.ID] = true
		case <-ctx.Done():
			return nil
		}
	}
	return nil
}

// watch wakes Run when operations changed after rev. A gap in the history only means one wake more.
func (r *Runner) watch(ctx context.Context, rev store.Rev, wake chan<- struct{}) {
	for ctx.Err() == nil {
		for _, err := range r.c.DB.Watch(ctx, rev, table().Name()) {
			if err != nil {
				break
			}
			nudge(wake)
		}
		rev = r.c.DB.Rev()
		nudge(wake)
		r.pause(ctx, time.Second)
	}
}

func nudge(wake chan<- struct{}) {
	select {
	case wake <- struct{}{}:
	default:
	}
}

func (r *Runner) pause(ctx context.Context, d time.Duration) {
	t := r.c.Clock.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C():
	}
}

// one runs an operation to its end, or until ctx ends.
func (r *Runner) one(ctx context.Context, op Operation) {
	log := r.c.Logger.With(slog.String("operation", op.ID), slog.String("kind", op.Kind))
	w, ok := r.workers[op.Kind]
	err := fmt.Errorf("no worker for %q", op.Kind)
	if ok {
		log.InfoContext(ctx, "operation runs", slog.Int("next", int(op.Next)), slog.Int("total", int(op.Total)))
		err = r.all(ctx, w, op.ID)
	}
	if ctx.Err() != nil || errors.Is(err, errStop) {
		return
	}
	state, text := Done, ""
	if err != nil {
		state, text = Failed, err.Error()
		log.ErrorContext(ctx, "operation failed", slog.Any("error", err))
	}
	if _, err := r.c.DB.UpdateBulk(ctx, func(_ context.Context, tx store.Tx) error { return r.end(tx, op.ID, state, text) }); err != nil {
		log.ErrorContext(ctx, "operation not ended", slog.Any("error", err))
		r.pause(ctx, time.Second) // it is still open: not at once again
	}
}

func (r *Runner) end(tx store.Tx, id, state, text string) error {
	op, err := table().Get(tx, store.Text(id))
	if err != nil || !op.Ended.IsZero() {
		return err
	}
	op.State, op.Error, op.Ended = state, text, r.c.Clock.Now()
	op.Ver++
	return table().Put(tx, &op)
}

// all runs the remaining steps.
func (r *Runner) all(ctx context.Context, w Worker, id string) error {
	for ctx.Err() == nil {
		op, err := r.begin(ctx, id)
		if err != nil {
			return err
		}
		if op.Next == op.Total {
			return nil
		}
		if err := r.step(ctx, w, op); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// begin reads the operation, marks it as running, and ends it when that was asked for.
func (r *Runner) begin(ctx context.Context, id string) (op Operation, err error) {
	err = r.c.DB.View(ctx, func(rd store.Reader) error {
		op, err = r.Get(rd, id)
		return err
	})
	if err != nil || op.State == Running && !op.Cancel && op.Ended.IsZero() {
		return op, err
	}
	stop := false
	_, err = r.c.DB.UpdateBulk(ctx, func(_ context.Context, tx store.Tx) error {
		var gerr error
		if op, gerr = r.Get(tx, id); gerr != nil {
			return gerr
		}
		if stop = !op.Ended.IsZero(); stop {
			return nil
		}
		if stop = op.Cancel; stop {
			return r.end(tx, id, Cancelled, "")
		}
		op.State, op.Started = Running, r.c.Clock.Now()
		op.Ver++
		return table().Put(tx, &op)
	})
	if err == nil && stop {
		err = errStop
	}
	return op, err
}

// step makes one step; what is no fault is tried again.
func (r *Runner) step(ctx context.Context, w Worker, op Operation) error {
	var err error
	for n := range tries {
		if n > 0 {
			r.pause(ctx, time.Duration(n)*time.Second)
		}
		err = r.try(ctx, w, op)
		if err == nil || ctx.Err() != nil || errors.Is(err, errStop) {
			return err
		}
		if f, ok := fault.As(err); ok {
			return r.refused(ctx, op, f)
		}
	}
	return fmt.Errorf("step %d: %w", op.Next, err)
}

func (r *Runner) try(ctx context.Context, w Worker, op Operation) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	if w.Prepare != nil {
		if err = w.Prepare(ctx, op, int(op.Next)); err != nil {
			return err
		}
	}
	_, err = r.c.DB.UpdateBulk(ctx, func(ctx context.Context, tx store.Tx) error {
		if ferr := r.forward(tx, op, func(*Operation) {}); ferr != nil {
			return ferr
		}
		label, serr := w.Step(ctx, tx, op, int(op.Next))
		if serr != nil {
			return serr
		}
		return steps().Put(tx, &Step{Operation: op.ID, Index: op.Next, Label: label})
	})
	return err
}

// refused notes that the target refused the step.
func (r *Runner) refused(ctx context.Context, op Operation, f *fault.Error) error {
	_, err := r.c.DB.UpdateBulk(ctx, func(_ context.Context, tx store.Tx) error {
		if err := r.forward(tx, op, func(o *Operation) { o.Failed++ }); err != nil {
			return err
		}
		return steps().Put(tx, &Step{Operation: op.ID, Index: op.Next, Code: f.Code, Message: f.Error()})
	})
	return err
}

// forward moves the progress past the step, if nobody else has.
func (r *Runner) forward(tx store.Tx, op Operation, change func(*Operation)) error {
	cur, err := r.Get(tx, op.ID)
	if err != nil {
		return err
	}
	if cur.Next != op.Next || !cur.Ended.IsZero() {
		return errStop
	}
	cur.Next++
	cur.Ver++
	change(&cur)
	return table().Put(tx, &cur)
}
