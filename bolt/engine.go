package bolt

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"github.com/switchkeep/switchkeep/appliance/platform/store/kv"
)

const (
	bucketKV   = "kv"
	bucketMeta = "meta"
	keyRev     = "rev"
)

// Config is what Open needs. Path and Now are required.
type Config struct {
	// Path is the database file; its folder must exist.
	Path string
	// Now bounds the time that a group of transactions is kept open.
	Now func() time.Time
	// Logger takes rare messages; nil drops them.
	Logger *slog.Logger
	// History bounds the bytes kept for Watch; 0 is 32 MiB.
	History int
	// Twice, for tests, tells whether the next function runs once for nothing first.
	Twice bool
	// UnsafeNoSync leaves out every fsync: for tests that need no durability, and for the
	// power-cut harness, which must lose data with it.
	UnsafeNoSync bool
}

// Engine implements kv.Engine.
type Engine struct {
	cfg   Config
	db    *bbolt.DB
	lanes [2]chan *job

	rev     atomic.Uint64
	history *history
	turn    atomic.Pointer[job] // the job whose function runs now
	leader  sync.Mutex          // held by who runs a group: the writer, or a caller that found it idle
	crowd   bool                // the last group had several jobs; under leader

	closing chan struct{} // closed by Close: no new jobs
	done    chan struct{} // closed when the writer has ended
	failed  chan struct{} // closed at the first failed commit
	fatal   atomic.Pointer[error]
	once    sync.Once
	closed  error

	claimsMu sync.Mutex
	claims   map[string]*claim
}

var _ kv.Engine = (*Engine)(nil)

// Open opens or creates the database file.
func Open(cfg Config) (*Engine, error) {
	if cfg.Path == "" || cfg.Now == nil {
		return nil, errors.New("bolt: path and now are required")
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.History == 0 {
		cfg.History = 32 << 20
	}
	db, err := openFile(cfg.Path, cfg.UnsafeNoSync)
	if err != nil {
		return nil, err
	}
	e := &Engine{
		cfg: cfg, db: db,
		lanes:   [2]chan *job{make(chan *job, groupMax), make(chan *job, groupMax)},
		closing: make(chan struct{}), done: make(chan struct{}), failed: make(chan struct{}),
		claims: map[string]*claim{},
	}
	if err := e.loadRev(); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	e.history = newHistory(e.Rev(), cfg.History)
	go e.write()
	return e, nil
}

func (e *Engine) loadRev() error {
	return e.db.View(func(tx *bbolt.Tx) error {
		meta := tx.Bucket([]byte(bucketMeta))
		if meta == nil || tx.Bucket([]byte(bucketKV)) == nil {
			return fmt.Errorf("bolt: %q is no database of this appliance", e.cfg.Path)
		}
		if b := meta.Get([]byte(keyRev)); len(b) == 8 {
			e.rev.Store(binary.BigEndian.Uint64(b))
		}
		return nil
	})
}

// Rev is the revision of the last commit.
func (e *Engine) Rev() kv.Rev { return kv.Rev(e.rev.Load()) }

// Failed is closed at the first write or sync that failed; the engine must then be opened again.
func (e *Engine) Failed() <-chan struct{} { return e.failed }

// Err tells why the engine accepts no more writes, nil while it does.
func (e *Engine) Err() error {
	if p := e.fatal.Load(); p != nil {
		return fmt.Errorf("%w: %w", kv.ErrClosed, *p)
	}
	select {
	case <-e.closing:
		return kv.ErrClosed
	default:
		return nil
	}
}

// View runs fn on a snapshot.
func (e *Engine) View(ctx context.Context, fn func(kv.Reader) error) error {
	if err := e.enter(ctx); err != nil {
		return err
	}
	err := e.db.View(func(tx *bbolt.Tx) error {
		s := &snapshot{bucket: tx.Bucket([]byte(bucketKV))}
		defer s.over.Store(true)
		return fn(s)
	})
	if errors.Is(err, berrors.ErrDatabaseNotOpen) {
		return kv.ErrClosed
	}
	return err
}

// Update queues fn for the next group and returns when the group is on disk. ctx bounds the wait in
// the queue; once fn has started, Update returns with its outcome.
func (e *Engine) Update(ctx context.Context, lane kv.Lane, fn func(context.Context, kv.Tx) error) (kv.Rev, error) {
	if lane != kv.Bulk {
		lane = kv.Interactive
	}
	return e.submit(ctx, lane, &job{fn: fn, ctx: ctx})
}

func (e *Engine) submit(ctx context.Context, lane kv.Lane, j *job) (kv.Rev, error) {
	if err := e.enter(ctx); err != nil {
		return 0, err
	}
	j.start, j.ran, j.done = make(chan *overlay, 1), make(chan struct{}), make(chan struct{})
	if err := e.Err(); err != nil {
		return 0, err
	}
	if e.leader.TryLock() {
		return e.lead(lane, j)
	}
	select {
	case e.lanes[lane] <- j:
	case <-ctx.Done():
		return 0, ctx.Err()
	case <-e.closing:
		return 0, kv.ErrClosed
	}
	select {
	case o := <-j.start:
		e.perform(j, o)
		<-j.done
	case <-j.done:
	case <-e.done: // queued while the writer was ending
		select {
		case <-j.done:
		default:
			return 0, kv.ErrClosed
		}
	case <-ctx.Done():
		if j.state.CompareAndSwap(waiting, abandoned) {
			return 0, ctx.Err()
		}
		select {
		case o := <-j.start:
			e.perform(j, o)
		case <-j.done:
		}
		<-j.done
	}
	return j.rev, j.err
}

// lead runs a group on the goroutine of a caller that found nobody at work: a lone writer waits for
// nobody. The group is finished also when the caller's function panics.
func (e *Engine) lead(lane kv.Lane, j *job) (kv.Rev, error) {
	defer e.leader.Unlock()
	if err := e.Err(); err != nil {
		return 0, err
	}
	j.inline = true
	g := e.newGroup()
	func() {
		defer e.rest(g)
		e.take(g, j, lane == kv.Bulk)
	}()
	return j.rev, j.err
}

// perform runs the function on the caller's goroutine, so that a panic, or the end of a test's
// goroutine, happens where it belongs and ends nothing else.
func (e *Engine) perform(j *job, o *overlay) {
	j.err = errAborted
	j.goroutine = goroutineID()
	e.turn.Store(j)
	defer func() {
		e.turn.Store(nil)
		o.over = true
		close(j.ran)
	}()
	if j.fn == nil {
		j.err = nil
		return
	}
	ctx := context.WithValue(j.ctx, nestKey{}, e)
	if e.cfg.Twice && rand.IntN(2) == 0 { //nolint:gosec // a coin for tests
		if err := j.fn(ctx, o); err != nil {
			j.err = err
			return
		}
		o.reset()
	}
	j.err = j.fn(ctx, o)
}

// enter refuses transactions inside a transaction: by the context that it handed to the function,
// and by the goroutine where a function closes over an outer context.
func (e *Engine) enter(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if ctx.Value(nestKey{}) == e {
		return kv.ErrNested
	}
	if j := e.turn.Load(); j != nil && j.goroutine == goroutineID() {
		return kv.ErrNested
	}
	return nil
}

// Close waits for running transactions, writes the free list and closes the file.
func (e *Engine) Close() error {
	e.once.Do(func() {
		close(e.closing)
		<-e.done
		e.leader.Lock() // for good
		e.history.close()
		e.loseClaims()
		if e.fatal.Load() == nil {
			// The writer has ended: nobody else reads this field.
			e.db.NoFreelistSync = false
			e.closed = e.db.Update(func(*bbolt.Tx) error { return nil })
		}
		e.closed = errors.Join(e.closed, e.db.Close())
	})
	return e.closed
}
