// Package kv is the ground floor of storage: the interface of an ordered
// key-value engine with serializable transactions, and the conformance suite
// (kv/conformance) that every engine passes.
//
// An engine keeps one ordered space of keys. Keys are 1 to MaxKey bytes, values
// 0 to MaxValue bytes. Only appliance/platform/store builds and splits keys.
package kv

import (
	"context"
	"errors"
	"iter"
)

// Portable limits, counted in engine keys and the same on every engine, so that
// what runs on one node also runs on a cluster.
const (
	// MaxTxWrites bounds puts and deletes of one Update.
	MaxTxWrites = 400
	// MaxTxReads bounds point reads and ranges of one Update, a range counting its rows.
	MaxTxReads = 400
	// MaxTxScan bounds the rows that one Update may pass over in ranges.
	MaxTxScan = 1000
	// MaxTxBytes bounds the bytes of keys and values written by one Update.
	MaxTxBytes = 1 << 20
	// MaxKey is the longest key in bytes.
	MaxKey = 1024
	// MaxValue is the longest value in bytes.
	MaxValue = 512 << 10
)

var (
	// ErrNotFound says that the key is absent.
	ErrNotFound = errors.New("key not found")
	// ErrKey says that a key is empty or too long.
	ErrKey = errors.New("key refused")
	// ErrValue says that a value is too long.
	ErrValue = errors.New("value refused")
	// ErrLimit says that a transaction exceeds the portable limits.
	ErrLimit = errors.New("transaction limit exceeded")
	// ErrNested says that a transaction was opened inside another one.
	ErrNested = errors.New("nested transaction")
	// ErrReadOnly says that a write was tried in a View.
	ErrReadOnly = errors.New("read-only transaction")
	// ErrClosed says that the engine is closed, or that an earlier write failed for good.
	ErrClosed = errors.New("engine closed")
	// ErrCompacted says that the history from the asked revision is gone: reload, then watch from now.
	ErrCompacted = errors.New("history compacted")
	// ErrHeld says that a claim is held by another owner.
	ErrHeld = errors.New("claim held")
)

// Rev is a revision: it grows by one with each committed Update that wrote something.
type Rev uint64

// KV is one pair. The slices are the caller's own.
type KV struct{ Key, Value []byte }

// Reader reads one consistent snapshot.
type Reader interface {
	// Get returns a copy of the value, or ErrNotFound.
	Get(key []byte) ([]byte, error)
	// Range yields the pairs of [start, end) in order of bytes, at most limit (0: no limit);
	// an empty end means up to the last key; desc turns the order round.
	Range(start, end []byte, limit int, desc bool) iter.Seq2[KV, error]
}

// Tx reads its own writes; they become visible to others together, or never.
type Tx interface {
	Reader
	// Put checks key, value and limits at once, so that a refused write is the caller's error alone.
	Put(key, value []byte) error
	// Delete removes the key; an absent key is no error.
	Delete(key []byte) error
}

// Event is one changed key.
type Event struct {
	Key, Value []byte
	Old        []byte // the value before, when Deleted
	Deleted    bool
}

// Batch is all that one revision changed under the watched prefix.
type Batch struct {
	Rev    Rev
	Events []Event
}

// Claim is an exclusive lease on a name.
type Claim interface {
	// Fence is the revision at which the claim was taken; later owners have a higher one.
	Fence() Rev
	// Lost is closed when the claim ends without Release.
	Lost() <-chan struct{}
	// Release gives the claim back.
	Release(ctx context.Context) error
}

// Lane says how an Update shares the commit with others.
type Lane int

const (
	// Interactive is for requests.
	Interactive Lane = iota
	// Bulk is for imports and jobs: at most a quarter of a group.
	Bulk
)

// Engine is an ordered store. All methods are safe for concurrent use.
type Engine interface {
	// View runs fn on a snapshot. It must be short: seconds, not minutes.
	View(ctx context.Context, fn func(Reader) error) error
	// Update runs fn serializably; fn may be run more than once and has no effect outside tx.
	// It returns when the writes are durable, with the revision (the current one if nothing was
	// written). A nested Update or View inside fn is refused with ErrNested where the engine can see
	// it (the context that fn closes over is the one handed to Update).
	Update(ctx context.Context, lane Lane, fn func(ctx context.Context, tx Tx) error) (Rev, error)
	// Rev is the current revision.
	Rev() Rev
	// Watch yields, after the commit and in order, the batches of revisions > after that touch
	// prefix, until ctx ends. ErrCompacted ends it when the history is gone.
	Watch(ctx context.Context, prefix []byte, after Rev) iter.Seq2[Batch, error]
	// Claim takes the name, or fails with ErrHeld.
	Claim(ctx context.Context, name, owner string) (Claim, error)
	// Close waits for running transactions and syncs.
	Close() error
}
