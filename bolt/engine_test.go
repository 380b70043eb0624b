package bolt

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/switchkeep/switchkeep/appliance/platform/store/kv"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t *testing.T, path string) *Engine {
	t.Helper()
	e, err := Open(Config{Path: path, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

func put(key, value string) func(context.Context, kv.Tx) error {
	return func(_ context.Context, tx kv.Tx) error { return tx.Put([]byte(key), []byte(value)) }
}

func TestWritesSurviveReopening(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.db")
	e := open(t, path)
	if _, err := e.Update(t.Context(), kv.Interactive, put("a", "1")); err != nil {
		t.Fatal(err)
	}
	rev, err := e.Update(t.Context(), kv.Bulk, put("b", ""))
	if err != nil || rev != 2 {
		t.Fatal(rev, err)
	}
	if err = e.Close(); err != nil {
		t.Fatal(err)
	}
	e = open(t, path)
	if e.Rev() != 2 {
		t.Fatalf("revision %d", e.Rev())
	}
	err = e.View(t.Context(), func(r kv.Reader) error {
		v, getErr := r.Get([]byte("b"))
		if getErr != nil || v == nil || len(v) != 0 {
			t.Errorf("%q %v", v, getErr)
		}
		_, getErr = r.Get([]byte("c"))
		return getErr
	})
	if !errors.Is(err, kv.ErrNotFound) {
		t.Fatal(err)
	}
	if err := e.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestPanicAndLostGoroutineDropOneTransactionOnly(t *testing.T) {
	t.Parallel()
	e := open(t, filepath.Join(t.TempDir(), "a.db"))
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() {
			defer func() { _ = recover() }()
			_, err := e.Update(t.Context(), kv.Interactive, func(_ context.Context, tx kv.Tx) error {
				key := fmt.Appendf(nil, "%02d", i)
				if err := tx.Put(key, key); err != nil {
					return err
				}
				switch i % 4 {
				case 0:
					panic("boom")
				case 1:
					return errors.New("no")
				}
				return nil
			})
			if (i%4 == 1) != (err != nil) {
				t.Errorf("%d: %v", i, err)
			}
		})
	}
	wg.Wait()
	n := 0
	if err := e.View(t.Context(), func(r kv.Reader) error {
		for p, err := range r.Range(nil, nil, 0, false) {
			if err != nil {
				return err
			}
			if i := (p.Key[0]-'0')*10 + p.Key[1] - '0'; i%4 < 2 {
				t.Errorf("%q is there", p.Key)
			}
			n++
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if n != 32 || e.Rev() != 32 {
		t.Fatalf("%d keys, revision %d", n, e.Rev())
	}
}
