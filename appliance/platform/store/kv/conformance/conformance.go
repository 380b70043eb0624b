// Package conformance is the suite that every engine passes. It holds an engine to the
// words of package kv: serializable transactions, limits, order, history, claims.
package conformance

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/switchkeep/switchkeep/appliance/platform/store/kv"
)

// Run runs the suite. open returns an empty engine, closed at the end of the test. It may run each
// function twice at random: the suite's functions have no effect outside their transaction.
func Run(t *testing.T, open func(t testing.TB) kv.Engine) {
	for name, test := range map[string]func(t *testing.T, e kv.Engine){
		"empty value is not absence":          emptyValue,
		"keys of any byte":                    anyByte,
		"refused keys in mid-transaction":     refusedKeys,
		"limits":                              limits,
		"nested transactions are refused":     nested,
		"counter":                             counter,
		"phantom insert":                      phantomInsert,
		"phantom delete":                      phantomDelete,
		"errors and panics drop one only":     isolation,
		"view is a snapshot":                  snapshot,
		"readers and transactions end":        ended,
		"ranges see the overlay":              overlay,
		"ranges against a model":              model,
		"watch is atomic and in order":        watchAtomic,
		"watch of a prefix":                   watchPrefix,
		"watch of an unknown revision":        watchUnknown,
		"revisions":                           revisions,
		"claims":                              claims,
		"a context that ended is no outcome":  canceled,
		"both lanes":                          lanes,
		"a closed engine refuses":             closed,
		"a deleted key says what it was":      deletedOld,
		"concurrent views while writing":      views,
		"range may be left and started again": leaveRange,
	} {
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

// update runs fn in a transaction that must succeed.
func update(t testing.TB, e kv.Engine, fn func(tx kv.Tx) error) kv.Rev {
	t.Helper()
	rev, err := e.Update(t.Context(), kv.Interactive, func(_ context.Context, tx kv.Tx) error { return fn(tx) })
	if err != nil {
		t.Fatalf("update: %v", err)
	}
	return rev
}

// put writes pairs "key=value" and deletes "-key".
func put(t testing.TB, e kv.Engine, pairs ...string) kv.Rev {
	t.Helper()
	return update(t, e, func(tx kv.Tx) error { return write(tx, pairs...) })
}

func write(tx kv.Tx, pairs ...string) error {
	for _, p := range pairs {
		k, v, _ := strings.Cut(p, "=")
		var err error
		if del, ok := strings.CutPrefix(k, "-"); ok {
			err = tx.Delete([]byte(del))
		} else {
			err = tx.Put([]byte(k), []byte(v))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// list returns a range as "key=value".
func list(r kv.Reader, start, end string, limit int, desc bool) ([]string, error) {
	var out []string
	for p, err := range r.Range([]byte(start), []byte(end), limit, desc) {
		if err != nil {
			return nil, err
		}
		out = append(out, string(p.Key)+"="+string(p.Value))
	}
	return out, nil
}

func all(t testing.TB, e kv.Engine) (out []string) {
	t.Helper()
	if err := e.View(t.Context(), func(r kv.Reader) (err error) {
		out, err = list(r, "", "", 0, false)
		return err
	}); err != nil {
		t.Fatalf("view: %v", err)
	}
	return out
}

func want(t testing.TB, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func emptyValue(t *testing.T, e kv.Engine) {
	update(t, e, func(tx kv.Tx) error { return tx.Put([]byte("a"), nil) })
	if err := e.View(t.Context(), func(r kv.Reader) error {
		v, err := r.Get([]byte("a"))
		if err != nil || v == nil || len(v) != 0 {
			t.Errorf("got %v %v, want an empty value", v, err)
		}
		_, err = r.Get([]byte("b"))
		return err
	}); !errors.Is(err, kv.ErrNotFound) {
		t.Errorf("absent key: %v", err)
	}
	put(t, e, "-a", "-b") // an absent key is no error
	want(t, all(t, e))
}

func anyByte(t *testing.T, e kv.Engine) {
	update(t, e, func(tx kv.Tx) error {
		for b := range 256 {
			for _, k := range [][]byte{{byte(b)}, {'x', byte(b)}, {byte(b), 0}, {byte(b), 0xff}} {
				if len(k) == 2 && k[0] != 'x' && b%4 != 0 {
					continue
				}
				if err := tx.Put(k, k); err != nil {
					return err
				}
			}
			if b == 60 {
				break // the limits of one transaction
			}
		}
		return nil
	})
	for _, desc := range []bool{false, true} {
		var last []byte
		if err := e.View(t.Context(), func(r kv.Reader) error {
			for p, err := range r.Range(nil, nil, 0, desc) {
				if err != nil {
					return err
				}
				if string(p.Key) != string(p.Value) {
					t.Errorf("key %x has value %x", p.Key, p.Value)
				}
				if last != nil && (string(last) < string(p.Key)) == desc {
					t.Errorf("%x comes after %x", p.Key, last)
				}
				last = p.Key
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	put(t, e, "a\x00b=1", "a\xffb=2", "a\x00=3", "\xff\xff=4")
	var got []string
	if err := e.View(t.Context(), func(r kv.Reader) (err error) {
		got, err = list(r, "a\x00", "a\x01", 0, false)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	want(t, got, "a\x00=3", "a\x00b=1")
}

// A refused key is the error of its transaction alone, and never half of it is written.
func refusedKeys(t *testing.T, e kv.Engine) {
	bad := map[string]func(tx kv.Tx) error{
		"empty key":       func(tx kv.Tx) error { return tx.Put(nil, nil) },
		"long key":        func(tx kv.Tx) error { return tx.Put(make([]byte, kv.MaxKey+1), nil) },
		"long value":      func(tx kv.Tx) error { return tx.Put([]byte("k"), make([]byte, kv.MaxValue+1)) },
		"delete no key":   func(tx kv.Tx) error { return tx.Delete(nil) },
		"delete long key": func(tx kv.Tx) error { return tx.Delete(make([]byte, kv.MaxKey+1)) },
		"get no key": func(tx kv.Tx) error {
			_, err := tx.Get(nil)
			return err
		},
	}
	var wg sync.WaitGroup
	for name, fn := range bad {
		for _, ignore := range []bool{false, true} {
			wg.Go(func() {
				_, err := e.Update(t.Context(), kv.Interactive, func(_ context.Context, tx kv.Tx) error {
					key := fmt.Sprintf("%s %t", name, ignore)
					if err := tx.Put([]byte("first "+key), nil); err != nil {
						return err
					}
					err := fn(tx)
					if !errors.Is(err, kv.ErrKey) && !errors.Is(err, kv.ErrValue) {
						t.Errorf("%s: %v", name, err)
					}
					if err != nil && !ignore {
						return err
					}
					return tx.Put([]byte("second "+key), nil)
				})
				if (err == nil) != ignore {
					t.Errorf("%s: %v", name, err)
				}
			})
		}
		wg.Go(func() { put(t, e, "good "+name+"=") })
	}
	wg.Wait()
	var firsts, seconds, good int
	for _, p := range all(t, e) {
		switch {
		case strings.Contains(p, "false"):
			t.Errorf("%q of a failed transaction is there", p)
		case strings.HasPrefix(p, "first"):
			firsts++
		case strings.HasPrefix(p, "second"):
			seconds++
		default:
			good++
		}
	}
	if firsts != len(bad) || seconds != len(bad) || good != len(bad) {
		t.Errorf("%d, %d, %d pairs, want %d each", firsts, seconds, good, len(bad))
	}
	update(t, e, func(tx kv.Tx) error {
		return tx.Put(make([]byte, kv.MaxKey), make([]byte, kv.MaxValue))
	})
}

// tryTx runs fn and returns its outcome.
func tryTx(t testing.TB, e kv.Engine, fn func(tx kv.Tx) error) error {
	t.Helper()
	_, err := e.Update(t.Context(), kv.Interactive, func(_ context.Context, tx kv.Tx) error { return fn(tx) })
	return err
}

func limits(t *testing.T, e kv.Engine) {
	writes := func(n int) func(kv.Tx) error {
		return func(tx kv.Tx) error {
			for i := range n {
				key := fmt.Appendf(nil, "k%05d", i)
				if err := tx.Put(key, []byte("v")); err != nil {
					return err
				}
				if err := tx.Put(key, []byte("w")); err != nil { // the same key counts once
					return err
				}
			}
			return nil
		}
	}
	reads := func(n int) func(kv.Tx) error {
		return func(tx kv.Tx) error {
			for i := range n {
				for range 2 {
					if _, err := tx.Get(fmt.Appendf(nil, "k%05d", i)); err != nil && !errors.Is(err, kv.ErrNotFound) {
						return err
					}
				}
			}
			return nil
		}
	}
	ranges := func(limit int) func(kv.Tx) error {
		return func(tx kv.Tx) error {
			_, err := list(tx, "", "", limit, false)
			return err
		}
	}
	size := func(n int) func(kv.Tx) error {
		return func(tx kv.Tx) error {
			if err := tx.Put([]byte("size-a"), make([]byte, n/2-6)); err != nil {
				return err
			}
			return tx.Put([]byte("size-b"), make([]byte, n-n/2-6))
		}
	}
	for _, step := range []struct {
		name string
		fn   func(kv.Tx) error
		ok   bool
	}{
		{"writes", writes(kv.MaxTxWrites), true},
		{"too many writes", writes(kv.MaxTxWrites + 1), false},
		{"reads", reads(kv.MaxTxReads), true},
		{"too many reads", reads(kv.MaxTxReads + 1), false},
		{"range", ranges(0), true},
		{"one row more", func(tx kv.Tx) error { return tx.Put([]byte("z"), nil) }, true},
		{"too long a range", ranges(0), false},
		{"limited range", ranges(kv.MaxTxReads), true},
		{"bytes", size(kv.MaxTxBytes), true},
		{"too many bytes", size(kv.MaxTxBytes + 1), false},
	} {
		err := tryTx(t, e, step.fn)
		if step.ok && err != nil || !step.ok && !errors.Is(err, kv.ErrLimit) {
			t.Errorf("%s: %v", step.name, err)
		}
	}
}

func nested(t *testing.T, e kv.Engine) {
	_, err := e.Update(t.Context(), kv.Interactive, func(ctx context.Context, tx kv.Tx) error {
		if _, err := e.Update(ctx, kv.Interactive, func(context.Context, kv.Tx) error { return nil }); !errors.Is(err, kv.ErrNested) {
			t.Errorf("nested update: %v", err)
		}
		if err := e.View(ctx, func(kv.Reader) error { return nil }); !errors.Is(err, kv.ErrNested) {
			t.Errorf("nested view: %v", err)
		}
		if _, err := e.Claim(ctx, "name", "owner"); !errors.Is(err, kv.ErrNested) {
			t.Errorf("nested claim: %v", err)
		}
		return tx.Put([]byte("a"), []byte("1"))
	})
	if err != nil {
		t.Fatal(err)
	}
	want(t, all(t, e), "a=1")
}
