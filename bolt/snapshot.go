package bolt

import (
	"bytes"
	"iter"
	"sync/atomic"

	"go.etcd.io/bbolt"

	"github.com/switchkeep/switchkeep/appliance/platform/store/kv"
)

// clone copies a value; an empty one is never nil.
func clone(b []byte) []byte { return append(make([]byte, 0, len(b)), b...) }

// walk goes through the pairs of a bucket within [start, end).
type walk struct {
	c          *bbolt.Cursor
	start, end []byte
	desc       bool
	key, value []byte // the current pair, nil at the end; bbolt's memory
}

func newWalk(b *bbolt.Bucket, start, end []byte, desc bool) *walk {
	w := &walk{c: b.Cursor(), start: start, end: end, desc: desc}
	switch {
	case !desc && len(start) == 0:
		w.key, w.value = w.c.First()
	case !desc:
		w.key, w.value = w.c.Seek(start)
	case len(end) == 0:
		w.key, w.value = w.c.Last()
	default:
		if k, _ := w.c.Seek(end); k == nil {
			w.key, w.value = w.c.Last()
		} else {
			w.key, w.value = w.c.Prev()
		}
	}
	w.clip()
	return w
}

func (w *walk) advance() {
	if w.desc {
		w.key, w.value = w.c.Prev()
	} else {
		w.key, w.value = w.c.Next()
	}
	w.clip()
}

func (w *walk) clip() {
	if w.desc && bytes.Compare(w.key, w.start) < 0 || !w.desc && len(w.end) > 0 && bytes.Compare(w.key, w.end) >= 0 {
		w.key, w.value = nil, nil
	}
}

// snapshot is the Reader of a View. It refuses to be used after the View.
type snapshot struct {
	bucket *bbolt.Bucket
	over   atomic.Bool
}

// Get implements kv.Reader.
func (s *snapshot) Get(key []byte) ([]byte, error) {
	if s.over.Load() {
		return nil, kv.ErrClosed
	}
	if err := checkKey(key); err != nil {
		return nil, err
	}
	v := s.bucket.Get(key)
	if v == nil {
		return nil, kv.ErrNotFound
	}
	return clone(v), nil
}

// Range implements kv.Reader.
func (s *snapshot) Range(start, end []byte, limit int, desc bool) iter.Seq2[kv.KV, error] {
	return func(yield func(kv.KV, error) bool) {
		if s.over.Load() {
			yield(kv.KV{}, kv.ErrClosed)
			return
		}
		n := 0
		for w := newWalk(s.bucket, start, end, desc); w.key != nil && (limit == 0 || n < limit); w.advance() {
			n++
			if !yield(kv.KV{Key: bytes.Clone(w.key), Value: clone(w.value)}, nil) {
				return
			}
			if s.over.Load() {
				yield(kv.KV{}, kv.ErrClosed)
				return
			}
		}
	}
}
