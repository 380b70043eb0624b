package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"

	"github.com/switchkeep/switchkeep/appliance/platform/store/kv"
)

// A group closes at whichever comes first.
const (
	groupMax   = 512
	groupBytes = 4 << 20
	groupTime  = 10 * time.Millisecond
	bulkShare  = 4 // bulk functions are at most 1/bulkShare of a group
)

const (
	waiting int32 = iota
	running
	abandoned
)

var errAborted = errors.New("transaction function did not return")

type nestKey struct{}

// job is one Update. Until start is sent it belongs to the queue, then to the caller's goroutine
// until ran is closed, then to the writer until done is closed.
type job struct {
	ctx       context.Context //nolint:containedctx // lives as long as one Update
	fn        func(context.Context, kv.Tx) error
	bump      bool // take a revision without writing
	inline    bool // the caller runs the group
	state     atomic.Int32
	start     chan *overlay
	ran, done chan struct{}
	goroutine uint64

	rev kv.Rev
	err error
}

func (j *job) finish(rev kv.Rev, err error) {
	j.rev = rev
	if j.err == nil {
		j.err = err
	}
	close(j.done)
}

// write is the writer.
func (e *Engine) write() {
	defer close(e.done)
	for {
		j, bulk := e.wait()
		if j == nil {
			return
		}
		e.group(j, bulk)
	}
}

// wait returns the next job, nil after Close when the queues are empty.
func (e *Engine) wait() (j *job, bulk bool) {
	if j := e.poll(kv.Interactive); j != nil {
		return j, false
	}
	select {
	case j := <-e.lanes[kv.Interactive]:
		return j, false
	case j := <-e.lanes[kv.Bulk]:
		return j, true
	case <-e.closing:
	}
	if j := e.poll(kv.Interactive); j != nil {
		return j, false
	}
	return e.poll(kv.Bulk), true
}

func (e *Engine) poll(lane kv.Lane) *job {
	select {
	case j := <-e.lanes[lane]:
		return j
	default:
		return nil
	}
}

// group is the state of one commit.
type group struct {
	tx      *bbolt.Tx
	bucket  *bbolt.Bucket
	ran     []*job
	rev     kv.Rev
	batches []kv.Batch
	bytes   int
	bulk    [2]int // functions and bytes of the bulk lane
	began   time.Time
}

func (e *Engine) newGroup() *group { return &group{rev: e.Rev(), began: e.cfg.Now()} }

// group runs jobs, first the given one, until the group closes, and commits.
func (e *Engine) group(j *job, bulk bool) {
	e.leader.Lock()
	defer e.leader.Unlock()
	g := e.newGroup()
	e.take(g, j, bulk)
	e.rest(g)
}

// rest runs what is queued until the group closes, and commits.
func (e *Engine) rest(g *group) {
	for j, bulk := e.next(g); j != nil; j, bulk = e.next(g) {
		e.take(g, j, bulk)
	}
	e.commit(g)
}

// take runs one job in the group.
func (e *Engine) take(g *group, j *job, bulk bool) {
	if e.fatal.Load() != nil {
		j.finish(0, e.Err())
		return
	}
	if !j.state.CompareAndSwap(waiting, running) {
		return // its caller has gone
	}
	if g.tx == nil {
		if err := g.begin(e.db); err != nil {
			e.fail(err)
			j.finish(0, e.Err())
			return
		}
	}
	e.run(g, j, bulk)
}

func (e *Engine) next(g *group) (j *job, bulk bool) {
	if len(g.ran) >= groupMax || g.bytes >= groupBytes || e.cfg.Now().Sub(g.began) >= groupTime {
		return nil, false
	}
	if j = e.poll(kv.Interactive); j == nil && e.crowd {
		// Those whose group was just committed are about to ask again.
		runtime.Gosched()
		j = e.poll(kv.Interactive)
	}
	if j != nil {
		return j, false
	}
	if g.bulk[0] >= groupMax/bulkShare || g.bulk[1] >= groupBytes/bulkShare {
		return nil, false
	}
	return e.poll(kv.Bulk), true
}

func (g *group) begin(db *bbolt.DB) error {
	tx, err := db.Begin(true)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	g.tx, g.bucket = tx, tx.Bucket([]byte(bucketKV))
	return nil
}

// run lets the job's caller run its function, and applies what it wrote.
func (e *Engine) run(g *group, j *job, bulk bool) {
	o := newOverlay(g.bucket)
	g.ran = append(g.ran, j)
	if j.inline {
		e.perform(j, o)
	} else {
		j.start <- o
		<-j.ran
	}
	if bulk {
		g.bulk[0]++
		g.bulk[1] += o.bytes
	}
	if j.err != nil {
		return
	}
	if err := g.apply(o, j.bump); err != nil {
		e.fail(err)
		return
	}
	j.rev = g.rev
}

// apply writes an overlay into the open transaction.
func (g *group) apply(o *overlay, bump bool) error {
	events := make([]kv.Event, 0, len(o.writes))
	for i := range o.writes {
		w := &o.writes[i]
		have := g.bucket.Get(w.key)
		if w.deleted {
			if have == nil {
				continue
			}
			old := clone(have)
			if err := g.bucket.Delete(w.key); err != nil {
				return fmt.Errorf("delete: %w", err)
			}
			events = append(events, kv.Event{Key: w.key, Old: old, Deleted: true})
			continue
		}
		if have == nil || !bytes.Equal(have, w.value) {
			if err := g.bucket.Put(w.key, w.value); err != nil {
				return fmt.Errorf("put: %w", err)
			}
		}
		events = append(events, kv.Event{Key: w.key, Value: w.value})
	}
	g.bytes += o.bytes
	if len(events) > 0 || bump {
		g.rev++
		g.batches = append(g.batches, kv.Batch{Rev: g.rev, Events: events})
	}
	return nil
}

// commit makes the group durable and tells everybody.
func (e *Engine) commit(g *group) {
	if g.tx == nil {
		return
	}
	switch {
	case e.fatal.Load() != nil:
		_ = g.tx.Rollback()
	case len(g.batches) == 0:
		if err := g.tx.Rollback(); err != nil {
			e.fail(err)
		}
	default:
		if err := g.save(); err != nil {
			e.fail(err)
			break
		}
		e.history.add(g.batches)
		e.rev.Store(uint64(g.rev))
		e.history.wake()
	}
	e.crowd = len(g.ran) > 1
	var err error
	if e.fatal.Load() != nil {
		err = e.Err()
	}
	for _, j := range g.ran {
		rev := j.rev
		if err != nil || j.err != nil {
			rev = 0
		}
		j.finish(rev, err)
	}
}

func (g *group) save() error {
	meta := g.tx.Bucket([]byte(bucketMeta))
	if err := meta.Put([]byte(keyRev), binary.BigEndian.AppendUint64(nil, uint64(g.rev))); err != nil {
		return fmt.Errorf("put revision: %w", errors.Join(err, g.tx.Rollback()))
	}
	if err := g.tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// fail notes the first failure, which is final until the engine is opened again: what the disk
// holds after a failed sync is unknown.
func (e *Engine) fail(err error) {
	if e.fatal.CompareAndSwap(nil, &err) {
		e.cfg.Logger.ErrorContext(context.Background(), "storage failed, no more writes until restart", slog.Any("error", err))
		close(e.failed)
	}
}

// goroutineID is the number in the first line of the goroutine's stack ("goroutine 18 [running]").
func goroutineID() uint64 {
	var buf [40]byte
	n := uint64(0)
	for _, c := range buf[len("goroutine "):runtime.Stack(buf[:], false)] {
		if c < '0' || c > '9' {
			break
		}
		n = n*10 + uint64(c-'0')
	}
	return n
}
