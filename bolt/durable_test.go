package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/store/kv"
)

func get(t *testing.T, e *Engine, key string) (string, error) {
	t.Helper()
	var v []byte
	err := e.View(t.Context(), func(r kv.Reader) (err error) {
		v, err = r.Get([]byte(key))
		return err
	})
	return string(v), err
}

// A function that closes over an outer context does not hang the writer.
func TestNestingThroughAnOuterContextIsRefused(t *testing.T) {
	t.Parallel()
	e := open(t, filepath.Join(t.TempDir(), "a.db"))
	for range 3 {
		_, err := e.Update(t.Context(), kv.Interactive, func(context.Context, kv.Tx) error {
			_, err := e.Update(t.Context(), kv.Interactive, put("a", "1"))
			return err
		})
		if !errors.Is(err, kv.ErrNested) {
			t.Fatal(err)
		}
	}
	if _, err := e.Update(t.Context(), kv.Interactive, put("a", "1")); err != nil {
		t.Fatal(err)
	}
}

// The end of a goroutine inside a function (t.FailNow does that) drops its writes and ends nothing else.
func TestGoexitInAFunction(t *testing.T) {
	t.Parallel()
	e := open(t, filepath.Join(t.TempDir(), "a.db"))
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			_, _ = e.Update(t.Context(), kv.Interactive, func(_ context.Context, tx kv.Tx) error {
				err := tx.Put(fmt.Appendf(nil, "%02d", i), nil)
				if i%2 == 0 {
					runtime.Goexit()
				}
				return err
			})
		})
	}
	wg.Wait()
	if _, err := e.Update(t.Context(), kv.Interactive, put("z", "1")); err != nil {
		t.Fatal(err)
	}
	if e.Rev() != 11 {
		t.Errorf("revision %d, want 11", e.Rev())
	}
}

// The first failed write is final: what the disk holds is unknown, so nothing more is acknowledged.
func TestFirstFailedWriteIsFinal(t *testing.T) {
	t.Parallel()
	e, err := Open(Config{Path: filepath.Join(t.TempDir(), "a.db"), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = e.Update(t.Context(), kv.Interactive, put("a", "1")); err != nil {
		t.Fatal(err)
	}
	e.db.MaxSize = 1 // the next growth of the file fails
	e.db.AllocSize = 4096
	big := func(_ context.Context, tx kv.Tx) error {
		for i := range 2 {
			if putErr := tx.Put([]byte{'b', byte(i)}, make([]byte, kv.MaxValue)); putErr != nil {
				return putErr
			}
		}
		return nil
	}
	for i := 0; err == nil && i < 100; i++ {
		_, err = e.Update(t.Context(), kv.Interactive, func(_ context.Context, tx kv.Tx) error {
			return tx.Put([]byte{'c', byte(i)}, make([]byte, kv.MaxValue))
		})
	}
	if !errors.Is(err, kv.ErrClosed) {
		t.Fatal(err)
	}
	<-e.Failed()
	if _, err = e.Update(t.Context(), kv.Interactive, big); !errors.Is(err, kv.ErrClosed) {
		t.Error(err)
	}
	if _, err = e.Claim(t.Context(), "a", "b"); !errors.Is(err, kv.ErrClosed) {
		t.Error(err)
	}
	if v, getErr := get(t, e, "a"); v != "1" || getErr != nil {
		t.Error("what is on disk cannot be read any more", getErr)
	}
	if err = e.Close(); err != nil {
		t.Error(err)
	}
}

// A file that was not closed well opens, by a scan; one that was closed well has its free list.
func TestOpensAfterACrash(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	e := open(t, filepath.Join(dir, "a.db"))
	for i := range 100 {
		if _, err := e.Update(t.Context(), kv.Interactive, put(fmt.Sprint("key", i%7), fmt.Sprint(i))); err != nil {
			t.Fatal(err)
		}
	}
	crashed, closed := filepath.Join(dir, "crashed.db"), filepath.Join(dir, "a.db")
	b, err := os.ReadFile(closed)
	if err != nil {
		t.Fatal(err)
	}
	if err = os.WriteFile(crashed, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if err = e.Close(); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]bool{crashed: false, closed: true} {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := hasFreelist(f); got != want {
			t.Errorf("%s has its free list: %t", path, got)
		}
		_ = f.Close()
		e := open(t, path)
		if v, err := get(t, e, "key1"); v != "99" || err != nil || e.Rev() != 100 {
			t.Error(v, err, e.Rev())
		}
		if err := e.Check(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

func TestSecondProcessIsRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.db")
	open(t, path)
	if _, err := Open(Config{Path: path, Now: time.Now}); !errors.Is(err, ErrBusy) {
		t.Fatal(err)
	}
}

func TestForeignFilesAreRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.db")
	if err := os.WriteFile(path, bytes.Repeat([]byte("no database "), 2000), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(Config{Path: path, Now: time.Now}); err == nil {
		t.Fatal("no error")
	}
	if _, err := Open(Config{Path: filepath.Join(path, "x"), Now: time.Now}); err == nil {
		t.Fatal("no error")
	}
	if err := explain("open", path, &os.PathError{Op: "flock", Err: syscall.ENOLCK}); !bytes.Contains([]byte(err.Error()), []byte("local disk")) {
		t.Error(err)
	}
}

// A copy taken while everything is being written is a whole database of one revision.
func TestCopyUnderLoad(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	e := open(t, filepath.Join(dir, "a.db"))
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				_, err := e.Update(t.Context(), kv.Bulk, func(_ context.Context, tx kv.Tx) error {
					if err := tx.Put(fmt.Appendf(nil, "x%d", w), fmt.Append(nil, i)); err != nil {
						return err
					}
					return tx.Put(fmt.Appendf(nil, "y%d.%d", w, i%50), fmt.Append(nil, i))
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range 5 {
		path := filepath.Join(dir, fmt.Sprint("copy", i))
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		rev, n, err := e.WriteTo(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		if st, statErr := f.Stat(); statErr != nil || st.Size() != n {
			t.Error(n, statErr)
		}
		_ = f.Close()
		c := open(t, path)
		if c.Rev() != rev {
			t.Errorf("revision %d, want %d", c.Rev(), rev)
		}
		if err := c.Check(t.Context()); err != nil {
			t.Error(err)
		}
		for w := range 4 {
			x, err := get(t, c, fmt.Sprint("x", w))
			if err != nil {
				continue // not yet written
			}
			var last int
			if _, err := fmt.Sscan(x, &last); err != nil {
				t.Fatal(err)
			}
			if y, err := get(t, c, fmt.Sprintf("y%d.%d", w, last%50)); y != x {
				t.Errorf("half of a transaction: %s and %s %v", x, y, err)
			}
		}
	}
	close(stop)
	wg.Wait()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := e.WriteTo(ctx, &bytes.Buffer{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestCompact(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.db")
	e := open(t, path)
	for i := range 40 {
		if _, err := e.Update(t.Context(), kv.Interactive, put(fmt.Sprint(i), string(make([]byte, 500<<10)))); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 38 {
		if _, err := e.Update(t.Context(), kv.Interactive, func(_ context.Context, tx kv.Tx) error { return tx.Delete(fmt.Append(nil, i)) }); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := Compact(path); !errors.Is(err, ErrBusy) {
		t.Errorf("a running database is compacted: %v", err)
	}
	rev := e.Rev()
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	before, after, err := Compact(path)
	if err != nil || before < 20<<20 || after > 4<<20 {
		t.Fatal(before, after, err)
	}
	e = open(t, path)
	if v, err := get(t, e, "39"); len(v) != 500<<10 || err != nil || e.Rev() != rev {
		t.Error(len(v), err, e.Rev())
	}
	if err := e.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

// The history is bounded, and empty after a start: who asks for more reloads.
func TestHistoryIsBounded(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.db")
	e, err := Open(Config{Path: path, Now: time.Now, History: 10_000})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 50 {
		if _, err = e.Update(t.Context(), kv.Interactive, put(fmt.Sprint(i), string(make([]byte, 1000)))); err != nil {
			t.Fatal(err)
		}
	}
	first := func(after kv.Rev) (b kv.Batch, err error) {
		for b, err = range e.Watch(t.Context(), nil, after) {
			break
		}
		return b, err
	}
	if _, err = first(10); !errors.Is(err, kv.ErrCompacted) {
		t.Error(err)
	}
	if b, lastErr := first(49); lastErr != nil || b.Rev != 50 {
		t.Error(b.Rev, lastErr)
	}
	if err = e.Close(); err != nil {
		t.Fatal(err)
	}
	e = open(t, path)
	if _, err = first(49); !errors.Is(err, kv.ErrCompacted) {
		t.Error(err)
	}
}

// A bulk job never has more than its quarter of a group while others wait.
func TestBulkLaneLeavesRoom(t *testing.T) {
	t.Parallel()
	e := &Engine{cfg: Config{Now: time.Now}, lanes: [2]chan *job{make(chan *job, 4), make(chan *job, 4)}}
	g := e.newGroup()
	g.bulk[0] = groupMax / bulkShare
	e.lanes[kv.Bulk] <- &job{}
	if j, _ := e.next(g); j != nil {
		t.Error("a bulk job beyond its share")
	}
	e.lanes[kv.Interactive] <- &job{}
	if j, bulk := e.next(g); j == nil || bulk {
		t.Error("an interactive job has to wait")
	}
	g = e.newGroup()
	if j, bulk := e.next(g); j == nil || !bulk {
		t.Error("a bulk job has to wait for nothing")
	}
	g.bytes = groupBytes
	e.lanes[kv.Interactive] <- &job{}
	if j, _ := e.next(g); j != nil {
		t.Error("a full group goes on")
	}
	<-e.lanes[kv.Interactive]
}
