package operation

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/ident"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// States of an operation.
const (
	Queued    = "queued"
	Running   = "running"
	Done      = "done"
	Failed    = "failed"
	Cancelled = "cancelled"
)

const (
	// MaxStepWrites is what a step may write, in engine keys; the rest of the portable limit is ours.
	MaxStepWrites = 300
	// MaxPlan is the longest plan in bytes.
	MaxPlan = 256 << 10
	// Workers is how many operations run side by side.
	Workers = 2
)

// ErrEnded says that an operation cannot be cancelled any more.
var ErrEnded = fault.New(fault.KindConflict, "operation_ended", "the operation has ended")

// Worker does one kind of operation.
type Worker struct {
	Kind string
	// Prepare does the I/O of a step before its transaction; it may run again. nil: none.
	Prepare func(ctx context.Context, op Operation, index int) error
	// Step does one step in its transaction. label names its target. A fault is the target's own failure.
	Step func(ctx context.Context, tx store.Tx, op Operation, index int) (label string, err error)
}

// Config is what a Runner needs; all fields are required.
type Config struct {
	DB     *store.DB
	Clock  clock.Clock
	Logger *slog.Logger
}

// Runner runs operations. Register comes before Run; the other methods are safe for concurrent use.
type Runner struct {
	c       Config
	workers map[string]Worker
}

// New returns a runner without workers.
func New(c Config) (*Runner, error) {
	if c.DB == nil || c.Clock == nil || c.Logger == nil {
		return nil, errors.New("operation: incomplete configuration")
	}
	return &Runner{c, map[string]Worker{}}, nil
}

// Register adds a worker.
func (r *Runner) Register(w Worker) error {
	if _, twice := r.workers[w.Kind]; twice || w.Kind == "" || w.Step == nil {
		return fmt.Errorf("operation: worker %q is incomplete or there already", w.Kind)
	}
	r.workers[w.Kind] = w
	return nil
}

// Table is the table of operations; others follow and read it only.
func Table() *store.Table[Operation, *Operation] { return table() }

// Tables are this room's tables for the catalogue.
func Tables() []store.Registered { return []store.Registered{table(), steps()} }

func table() *store.Table[Operation, *Operation] {
	return store.NewTable(store.Spec[Operation]{
		Name: "operation", Schema: 1,
		Key: func(o *Operation) []store.Part { return []store.Part{store.Text(o.ID)} },
		Lookup: []store.Index[Operation]{{Name: "open", Keys: func(o *Operation) [][]store.Part {
			if o.Ended.IsZero() {
				return [][]store.Part{{}}
			}
			return nil
		}}},
	})
}

func steps() *store.Table[Step, *Step] {
	return store.NewTable(store.Spec[Step]{
		Name: "operation_step", Schema: 1,
		Key: func(s *Step) []store.Part {
			return []store.Part{store.Text(s.Operation), store.Uint(uint64(s.Index))}
		},
	})
}

// Plan is a new operation.
type Plan struct {
	ID      string // "" makes one
	Kind    string
	Account string            // owner, for who may see it
	Params  map[string]string // for the title
	Plan    []byte            // the worker's own, at most MaxPlan
	Steps   int
}

// EnqueueTx puts an operation in the transaction of the request that asks for it.
func (r *Runner) EnqueueTx(tx store.Tx, by audit.Cause, p Plan) (Operation, error) {
	if _, ok := r.workers[p.Kind]; !ok || len(p.Plan) > MaxPlan || p.Steps < 0 {
		return Operation{}, fmt.Errorf("operation: kind %q unknown, or a plan of %d bytes and %d steps", p.Kind, len(p.Plan), p.Steps)
	}
	if p.ID == "" {
		p.ID = ident.New()
	}
	op := Operation{
		ID: p.ID, Kind: p.Kind, Account: p.Account, User: by.User, UserLabel: by.UserLabel, Session: by.Session, Request: by.Request, IP: by.IP,
		Params: p.Params, Plan: p.Plan, State: Queued, Total: uint32(p.Steps), Created: by.At.UTC(), Ver: 1,
	}
	return op, table().Insert(tx, &op)
}

// Cause is who asked for the operation, for what its steps record.
func (o Operation) Cause(at time.Time) audit.Cause {
	return audit.Cause{At: at, User: o.User, UserLabel: o.UserLabel, Session: o.Session, Account: o.Account, IP: o.IP, Request: o.Request}
}

// Get returns one operation.
func (r *Runner) Get(rd store.Reader, id string) (Operation, error) {
	op, err := table().Get(rd, store.Text(id))
	if errors.Is(err, store.ErrNotFound) {
		return Operation{}, fault.NotFound("operation")
	}
	return op, err
}

// Steps returns the results from index on, at most limit.
func (r *Runner) Steps(rd store.Reader, id string, onlyFailed bool, limit int) ([]Step, error) {
	var out []Step
	for it, err := range steps().List(rd, store.Page{}, store.Text(id)) {
		if err != nil {
			return nil, err
		}
		if onlyFailed && it.Row.Code == "" {
			continue
		}
		if len(out) == limit {
			break
		}
		out = append(out, it.Row)
	}
	return out, nil
}

// CancelTx asks for the end of an operation; a step that runs is finished. ErrEnded when it is over.
func (r *Runner) CancelTx(tx store.Tx, id string, at time.Time) (Operation, error) {
	op, err := r.Get(tx, id)
	if err != nil {
		return Operation{}, err
	}
	if !op.Ended.IsZero() {
		return Operation{}, ErrEnded
	}
	op.Cancel = true
	op.Ver++
	if op.State == Queued {
		op.State, op.Ended = Cancelled, at.UTC()
	}
	return op, table().Put(tx, &op)
}

// Filter selects operations; a zero field selects all.
type Filter struct {
	Accounts func(id string) bool // may the caller see operations of this account
	User     string
	Open     bool // only what has not ended
	After    store.Cursor
	Limit    int // 0: 50, at most 500
}

// List returns a page, newest first, and where the next one begins ("" at the end).
func (r *Runner) List(ctx context.Context, f Filter) ([]Operation, store.Cursor, error) {
	if f.Limit <= 0 {
		f.Limit = 50
	}
	f.Limit = min(f.Limit, 500)
	if f.After != "" {
		if name, err := store.TableOf([]byte(f.After)); err != nil || name != table().Name() {
			return nil, "", fault.Invalid("after", "malformed", "after is no cursor of this list")
		}
	}
	var out []Operation
	var next store.Cursor
	err := r.c.DB.View(ctx, func(rd store.Reader) error {
		out, next = nil, ""
		for it, err := range table().List(rd, store.Page{After: f.After, Desc: true}) {
			if err != nil {
				return err
			}
			op := it.Row
			if (f.Accounts == nil || f.Accounts(op.Account)) && (f.User == "" || f.User == op.User) && (!f.Open || op.Ended.IsZero()) {
				if len(out) == f.Limit {
					return nil
				}
				out = append(out, op)
			}
			next = it.At
		}
		next = ""
		return nil
	})
	return out, next, err
}

// Void ends at most 20 open operations of a restored backup; it returns how many.
func Void(_ context.Context, tx store.Tx, at time.Time) (int, error) {
	var open []Operation
	for it, err := range table().Lookup(tx, "open", store.Page{Limit: 20}) {
		if err != nil {
			return 0, err
		}
		open = append(open, it.Row)
	}
	for i := range open {
		op := &open[i]
		op.State, op.Ended, op.Error = Failed, at.UTC(), "ended: the appliance was restored from a backup"
		op.Ver++
		if err := table().Put(tx, op); err != nil {
			return 0, err
		}
	}
	return len(open), nil
}

// Prune removes the oldest operation that ended before the given time, at most 100 of its steps in
// one call; done says that none is left.
func (r *Runner) Prune(ctx context.Context, before time.Time) (done bool, err error) {
	_, err = r.c.DB.UpdateBulk(ctx, func(_ context.Context, tx store.Tx) error {
		done = true
		for it, err := range table().List(tx, store.Page{Limit: 100}) {
			if err != nil {
				return err
			}
			if it.Row.Ended.IsZero() || !it.Row.Ended.Before(before) {
				continue
			}
			done = false
			return prune(tx, it.Row.ID)
		}
		return nil
	})
	return done, err
}

func prune(tx store.Tx, id string) error {
	var indexes []uint32
	for it, err := range steps().List(tx, store.Page{Limit: 100}, store.Text(id)) {
		if err != nil {
			return err
		}
		indexes = append(indexes, it.Row.Index)
	}
	for _, i := range indexes {
		if err := steps().Delete(tx, store.Text(id), store.Uint(uint64(i))); err != nil {
			return err
		}
	}
	if len(indexes) == 100 {
		return nil
	}
	return table().Delete(tx, store.Text(id))
}
