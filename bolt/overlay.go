package bolt

import (
	"bytes"
	"fmt"
	"iter"
	"slices"

	"go.etcd.io/bbolt"

	"github.com/switchkeep/switchkeep/appliance/platform/store/kv"
)

// write is one buffered put or delete. The slices are never changed after Put.
type write struct {
	key, value []byte
	deleted    bool
}

// overlay holds the writes of one function, sorted by key, over what the group wrote before.
type overlay struct {
	bucket *bbolt.Bucket
	writes []write
	reads  map[string]struct{} // point reads that went below
	rows   int                 // rows that ranges yielded
	passed int                 // rows that ranges passed over
	bytes  int
	over   bool
}

func newOverlay(b *bbolt.Bucket) *overlay { return &overlay{bucket: b} }

func (o *overlay) reset() { *o = overlay{bucket: o.bucket} }

func (o *overlay) find(key []byte) (int, bool) {
	return slices.BinarySearchFunc(o.writes, key, func(w write, k []byte) int { return bytes.Compare(w.key, k) })
}

func checkKey(key []byte) error {
	if len(key) == 0 || len(key) > kv.MaxKey {
		return fmt.Errorf("%w: %d bytes, allowed are 1 to %d", kv.ErrKey, len(key), kv.MaxKey)
	}
	return nil
}

// Get implements kv.Reader.
func (o *overlay) Get(key []byte) ([]byte, error) {
	if o.over {
		return nil, kv.ErrClosed
	}
	if err := checkKey(key); err != nil {
		return nil, err
	}
	if i, ok := o.find(key); ok {
		if o.writes[i].deleted {
			return nil, kv.ErrNotFound
		}
		return clone(o.writes[i].value), nil
	}
	if _, seen := o.reads[string(key)]; !seen {
		if o.reads == nil {
			o.reads = map[string]struct{}{}
		}
		o.reads[string(key)] = struct{}{}
		if err := o.checkReads(); err != nil {
			return nil, err
		}
	}
	v := o.bucket.Get(key)
	if v == nil {
		return nil, kv.ErrNotFound
	}
	return clone(v), nil
}

func (o *overlay) checkReads() error {
	if n := len(o.reads) + o.rows; n > kv.MaxTxReads {
		return fmt.Errorf("%w: more than %d reads", kv.ErrLimit, kv.MaxTxReads)
	}
	if o.passed > kv.MaxTxScan {
		return fmt.Errorf("%w: more than %d rows scanned", kv.ErrLimit, kv.MaxTxScan)
	}
	return nil
}

// Put implements kv.Tx.
func (o *overlay) Put(key, value []byte) error {
	if len(value) > kv.MaxValue {
		return fmt.Errorf("%w: %d bytes, allowed are %d", kv.ErrValue, len(value), kv.MaxValue)
	}
	return o.set(write{key: key, value: value})
}

// Delete implements kv.Tx.
func (o *overlay) Delete(key []byte) error { return o.set(write{key: key, deleted: true}) }

func (o *overlay) set(w write) error {
	if o.over {
		return kv.ErrClosed
	}
	if err := checkKey(w.key); err != nil {
		return err
	}
	i, have := o.find(w.key)
	grow := len(w.key) + len(w.value)
	if have {
		grow -= len(o.writes[i].key) + len(o.writes[i].value)
	} else if len(o.writes) == kv.MaxTxWrites {
		return fmt.Errorf("%w: more than %d writes", kv.ErrLimit, kv.MaxTxWrites)
	}
	if o.bytes+grow > kv.MaxTxBytes {
		return fmt.Errorf("%w: more than %d bytes written", kv.ErrLimit, kv.MaxTxBytes)
	}
	o.bytes += grow
	w.key = bytes.Clone(w.key)
	if w.deleted {
		w.value = nil
	} else {
		w.value = clone(w.value)
	}
	if have {
		o.writes[i] = w
	} else {
		o.writes = slices.Insert(o.writes, i, w)
	}
	return nil
}

// Range implements kv.Reader. What the loop's body writes ahead of the current key is seen.
func (o *overlay) Range(start, end []byte, limit int, desc bool) iter.Seq2[kv.KV, error] {
	return func(yield func(kv.KV, error) bool) {
		if o.over {
			yield(kv.KV{}, kv.ErrClosed)
			return
		}
		below := newWalk(o.bucket, start, end, desc)
		var last []byte
		for n := 0; limit == 0 || n < limit; {
			p, own := o.step(below, start, end, last, desc)
			if p.key == nil {
				return
			}
			last = p.key
			if !own {
				o.passed++
			}
			if !p.deleted {
				n++
				if !own {
					o.rows++
				}
			}
			if err := o.checkReads(); err != nil {
				yield(kv.KV{}, err)
				return
			}
			if !p.deleted && !yield(kv.KV{Key: bytes.Clone(p.key), Value: clone(p.value)}, nil) {
				return
			}
			if o.over {
				yield(kv.KV{}, kv.ErrClosed)
				return
			}
		}
	}
}

// step returns what follows last in the merge of the overlay and the rows below; own tells that no
// row below was passed for it.
func (o *overlay) step(below *walk, start, end, last []byte, desc bool) (next write, own bool) {
	w, have := o.after(start, end, last, desc)
	k, v := below.key, below.value
	if k == nil || have && before(w.key, k, desc) {
		return w, true
	}
	below.advance()
	if have && bytes.Equal(w.key, k) {
		return w, false
	}
	return write{key: k, value: v}, false
}

func before(a, b []byte, desc bool) bool {
	if desc {
		return bytes.Compare(a, b) > 0
	}
	return bytes.Compare(a, b) < 0
}

// after returns the overlay's write that follows last within [start, end).
func (o *overlay) after(start, end, last []byte, desc bool) (write, bool) {
	var i int
	switch {
	case desc && last != nil:
		i, _ = o.find(last)
		i--
	case desc && len(end) > 0:
		i, _ = o.find(end)
		i--
	case desc:
		i = len(o.writes) - 1
	case last != nil:
		var same bool
		if i, same = o.find(last); same {
			i++
		}
	default:
		i, _ = o.find(start)
	}
	if i < 0 || i >= len(o.writes) {
		return write{}, false
	}
	w := o.writes[i]
	if bytes.Compare(w.key, start) < 0 || len(end) > 0 && bytes.Compare(w.key, end) >= 0 {
		return write{}, false
	}
	return w, true
}
