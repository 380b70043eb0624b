package conformance

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"

	"github.com/switchkeep/switchkeep/appliance/platform/store/kv"
)

var errChosen = errors.New("chosen")

func counter(t *testing.T, e kv.Engine) {
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 25 {
				update(t, e, func(tx kv.Tx) error {
					n := 0
					if v, err := tx.Get([]byte("n")); err == nil {
						if n, err = strconv.Atoi(string(v)); err != nil {
							return err
						}
					}
					return tx.Put([]byte("n"), strconv.AppendInt(nil, int64(n+1), 10))
				})
			}
		})
	}
	wg.Wait()
	want(t, all(t, e), "n=200")
}

// Workers of several tenants insert while the tenant has fewer than five rows.
func phantomInsert(t *testing.T, e kv.Engine) {
	const most = 5
	var wg sync.WaitGroup
	for w := range 24 {
		tenant := fmt.Sprintf("t%d/", w%3)
		wg.Go(func() {
			err := tryTx(t, e, func(tx kv.Tx) error {
				have, err := list(tx, tenant, tenant+"\xff", 0, false)
				if err != nil {
					return err
				}
				if len(have) >= most {
					return errChosen
				}
				return tx.Put(fmt.Appendf(nil, "%s%02d", tenant, w), nil)
			})
			if err != nil && !errors.Is(err, errChosen) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := all(t, e); len(got) != 3*most {
		t.Errorf("%d rows, want %d: %q", len(got), 3*most, got)
	}
}

// Workers delete their own row as long as another one is left: the last may not go.
func phantomDelete(t *testing.T, e kv.Engine) {
	for tenant := range 3 {
		for w := range 4 {
			put(t, e, fmt.Sprintf("t%d/%d=", tenant, w))
		}
	}
	var wg sync.WaitGroup
	for tenant := range 3 {
		for w := range 4 {
			wg.Go(func() {
				prefix := fmt.Sprintf("t%d/", tenant)
				err := tryTx(t, e, func(tx kv.Tx) error {
					have, err := list(tx, prefix, prefix+"\xff", 0, false)
					if err != nil {
						return err
					}
					if len(have) < 2 {
						return errChosen
					}
					return tx.Delete(fmt.Appendf(nil, "%s%d", prefix, w))
				})
				if err != nil && !errors.Is(err, errChosen) {
					t.Error(err)
				}
			})
		}
	}
	wg.Wait()
	if got := all(t, e); len(got) != 3 {
		t.Errorf("left %q, want one row a tenant", got)
	}
}

func isolation(t *testing.T, e kv.Engine) {
	var wg sync.WaitGroup
	for i := range 60 {
		wg.Go(func() {
			defer func() {
				if v := recover(); (v != nil) != (i%3 == 1) {
					t.Errorf("%d: panic %v", i, v)
				}
			}()
			err := tryTx(t, e, func(tx kv.Tx) error {
				if err := tx.Put(fmt.Appendf(nil, "%02d", i), nil); err != nil {
					return err
				}
				switch i % 3 {
				case 1:
					panic(errChosen)
				case 2:
					return errChosen
				}
				return nil
			})
			if (i%3 == 2) != errors.Is(err, errChosen) {
				t.Errorf("%d: %v", i, err)
			}
		})
	}
	wg.Wait()
	got := all(t, e)
	for _, p := range got {
		if i, err := strconv.Atoi(p[:2]); err != nil || i%3 != 0 {
			t.Errorf("%q is there", p)
		}
	}
	if len(got) != 20 || e.Rev() != 20 {
		t.Errorf("%d rows, revision %d", len(got), e.Rev())
	}
}

func snapshot(t *testing.T, e kv.Engine) {
	put(t, e, "a=1", "b=1")
	inView, written := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		<-inView
		put(t, e, "a=2", "-b", "c=2")
		close(written)
	})
	if err := e.View(t.Context(), func(r kv.Reader) error {
		close(inView)
		<-written
		got, err := list(r, "", "", 0, false)
		want(t, got, "a=1", "b=1")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	want(t, all(t, e), "a=2", "c=2")
}

func ended(t *testing.T, e kv.Engine) {
	put(t, e, "a=1", "b=1")
	var reader kv.Reader
	if err := e.View(t.Context(), func(r kv.Reader) error {
		reader = r
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := reader.Get([]byte("a")); !errors.Is(err, kv.ErrClosed) {
		t.Errorf("get after the view: %v", err)
	}
	if _, err := list(reader, "", "", 0, false); !errors.Is(err, kv.ErrClosed) {
		t.Errorf("range after the view: %v", err)
	}
	var late kv.Tx
	update(t, e, func(tx kv.Tx) error {
		late = tx
		return nil
	})
	if err := late.Put([]byte("c"), nil); !errors.Is(err, kv.ErrClosed) {
		t.Errorf("put after the update: %v", err)
	}
	if _, err := late.Get([]byte("a")); !errors.Is(err, kv.ErrClosed) {
		t.Errorf("get after the update: %v", err)
	}
}

func revisions(t *testing.T, e kv.Engine) {
	if e.Rev() != 0 {
		t.Errorf("an empty engine has revision %d", e.Rev())
	}
	for i, step := range []struct {
		fn   func(kv.Tx) error
		want kv.Rev
	}{
		{func(tx kv.Tx) error { return tx.Put([]byte("a"), nil) }, 1},
		{func(kv.Tx) error { return nil }, 1},
		{func(tx kv.Tx) error { return tx.Delete([]byte("absent")) }, 1},
		{func(tx kv.Tx) error { return write(tx, "a=1", "b=1", "-c") }, 2},
		{func(tx kv.Tx) error { return write(tx, "d=1", "-d", "-a") }, 3},
	} {
		if got := update(t, e, step.fn); got != step.want || e.Rev() != step.want {
			t.Errorf("step %d: revision %d, engine %d, want %d", i, got, e.Rev(), step.want)
		}
	}
	if err := tryTx(t, e, func(tx kv.Tx) error { return errors.Join(tx.Put([]byte("x"), nil), errChosen) }); !errors.Is(err, errChosen) {
		t.Error(err)
	}
	if e.Rev() != 3 {
		t.Errorf("a failed update took revision %d", e.Rev())
	}
}

func claims(t *testing.T, e kv.Engine) {
	ctx := t.Context()
	one, err := e.Claim(ctx, "leader", "a")
	if err != nil {
		t.Fatal(err)
	}
	if _, err = e.Claim(ctx, "leader", "b"); !errors.Is(err, kv.ErrHeld) {
		t.Errorf("second owner: %v", err)
	}
	other, err := e.Claim(ctx, "other", "b")
	if err != nil {
		t.Fatal(err)
	}
	if err = one.Release(ctx); err != nil {
		t.Error(err)
	}
	two, err := e.Claim(ctx, "leader", "b")
	if err != nil {
		t.Fatal(err)
	}
	if two.Fence() <= one.Fence() || other.Fence() <= one.Fence() {
		t.Errorf("fences %d, %d, %d do not ascend", one.Fence(), other.Fence(), two.Fence())
	}
	if err = one.Release(ctx); err != nil {
		t.Error(err)
	}
	if _, err = e.Claim(ctx, "leader", "c"); !errors.Is(err, kv.ErrHeld) {
		t.Errorf("a late release took the claim from its new owner: %v", err)
	}
	select {
	case <-two.Lost():
		t.Error("lost without a cause")
	default:
	}
	var won int
	var mu sync.Mutex
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			if _, err := e.Claim(ctx, "race", strconv.Itoa(i)); err == nil {
				mu.Lock()
				won++
				mu.Unlock()
			} else if !errors.Is(err, kv.ErrHeld) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if won != 1 {
		t.Errorf("%d owners", won)
	}
}

func canceled(t *testing.T, e kv.Engine) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	fn := func(_ context.Context, tx kv.Tx) error { return tx.Put([]byte("a"), nil) }
	if _, err := e.Update(ctx, kv.Interactive, fn); !errors.Is(err, context.Canceled) {
		t.Errorf("update: %v", err)
	}
	if err := e.View(ctx, func(kv.Reader) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("view: %v", err)
	}
	// An end while the function runs does not hide that it was committed.
	ctx, cancel = context.WithCancel(t.Context())
	defer cancel()
	_, err := e.Update(ctx, kv.Interactive, func(_ context.Context, tx kv.Tx) error {
		cancel()
		return tx.Put([]byte("b"), nil)
	})
	got := all(t, e)
	if (err == nil) != (len(got) == 1) {
		t.Errorf("outcome %v, rows %q", err, got)
	}
}

func lanes(t *testing.T, e kv.Engine) {
	var wg sync.WaitGroup
	for i := range 300 {
		lane := kv.Interactive
		if i%2 == 0 {
			lane = kv.Bulk
		}
		wg.Go(func() {
			if _, err := e.Update(t.Context(), lane, func(_ context.Context, tx kv.Tx) error {
				return tx.Put(fmt.Appendf(nil, "%03d", i), nil)
			}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := len(all(t, e)); n != 300 {
		t.Errorf("%d rows", n)
	}
}

func closed(t *testing.T, e kv.Engine) {
	c, err := e.Claim(t.Context(), "a", "b")
	if err != nil {
		t.Fatal(err)
	}
	if err = e.Close(); err != nil {
		t.Fatal(err)
	}
	<-c.Lost()
	if err = tryTx(t, e, func(kv.Tx) error { return nil }); !errors.Is(err, kv.ErrClosed) {
		t.Errorf("update: %v", err)
	}
	if err = e.View(t.Context(), func(kv.Reader) error { return nil }); !errors.Is(err, kv.ErrClosed) {
		t.Errorf("view: %v", err)
	}
	for _, err = range e.Watch(t.Context(), nil, e.Rev()) {
		if !errors.Is(err, kv.ErrClosed) {
			t.Errorf("watch: %v", err)
		}
	}
}

func views(t *testing.T, e kv.Engine) {
	put(t, e, "a=0", "b=0")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 100 {
				got := all(t, e)
				if len(got) != 2 || got[0][2:] != got[1][2:] {
					t.Errorf("half of a transaction: %q", got)
				}
			}
		})
	}
	for i := range 100 {
		put(t, e, fmt.Sprintf("a=%d", i), fmt.Sprintf("b=%d", i))
	}
	wg.Wait()
}
