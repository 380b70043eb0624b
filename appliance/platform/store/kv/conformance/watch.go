package conformance

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/switchkeep/switchkeep/appliance/platform/store/kv"
)

// Every revision comes as one batch, in order, none twice, none missing, and it can be read.
func watchAtomic(t *testing.T, e kv.Engine) {
	put(t, e, "before=1")
	const writers, each = 8, 20
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var wg sync.WaitGroup
	for w := range 3 { // some begin late
		wg.Go(func() {
			if w > 0 {
				put(t, e, fmt.Sprintf("late%d=1", w))
			}
			next, pairs := kv.Rev(2), 0
			for b, err := range e.Watch(ctx, nil, 1) {
				if err != nil {
					t.Errorf("watch: %v", err)
					return
				}
				if b.Rev != next {
					t.Errorf("revision %d, want %d", b.Rev, next)
				}
				next = b.Rev + 1
				if e.Rev() < b.Rev {
					t.Errorf("revision %d is told before it is current (%d)", b.Rev, e.Rev())
				}
				if len(b.Events) == 2 {
					if string(b.Events[0].Value) != string(b.Events[1].Value) {
						t.Errorf("a batch of two transactions: %v", b.Events)
					}
					pairs++
				}
				if next == 1+1+2+writers*each {
					break
				}
			}
			if pairs != writers*each {
				t.Errorf("%d transactions seen, want %d", pairs, writers*each)
			}
		})
	}
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				put(t, e, fmt.Sprintf("x%d=%d.%d", w, w, i), fmt.Sprintf("y%d=%d.%d", w, w, i))
			}
		})
	}
	wg.Wait()
}

func watchPrefix(t *testing.T, e kv.Engine) {
	after := put(t, e, "p/0=0")
	put(t, e, "q/1=1")
	put(t, e, "p/1=1", "q/2=1", "p/2=1")
	put(t, e, "-q/1")
	last := put(t, e, "-p/1", "p/0=")
	var got []string
	for b, err := range e.Watch(t.Context(), []byte("p/"), after) {
		if err != nil {
			t.Fatal(err)
		}
		for _, ev := range b.Events {
			got = append(got, fmt.Sprintf("%d %s=%s %t", b.Rev, ev.Key, ev.Value, ev.Deleted))
			clear(ev.Key) // the slices are the caller's own
			clear(ev.Value)
		}
		if b.Rev == last {
			break
		}
	}
	want(t, got, "3 p/1=1 false", "3 p/2=1 false", "5 p/0= false", "5 p/1= true")
	for b, err := range e.Watch(t.Context(), []byte("p/1"), after) {
		if err != nil || string(b.Events[0].Key) != "p/1" {
			t.Errorf("%v %v: another watcher changed the history", b, err)
		}
		break
	}
	// It ends with its context, while it waits too.
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for b, err := range e.Watch(ctx, nil, e.Rev()) {
			t.Errorf("%v %v", b, err)
		}
	}()
	cancel()
	<-done
}

func watchUnknown(t *testing.T, e kv.Engine) {
	put(t, e, "a=1")
	n := 0
	for _, err := range e.Watch(t.Context(), nil, e.Rev()+5) {
		if !errors.Is(err, kv.ErrCompacted) {
			t.Errorf("a revision that was never: %v", err)
		}
		n++
	}
	if n != 1 {
		t.Errorf("%d ends", n)
	}
}

func deletedOld(t *testing.T, e kv.Engine) {
	rev := put(t, e, "a=1", "b=2")
	put(t, e, "-a")
	for b, err := range e.Watch(t.Context(), nil, rev) {
		if err != nil {
			t.Fatal(err)
		}
		if len(b.Events) != 1 || !b.Events[0].Deleted || string(b.Events[0].Old) != "1" || b.Events[0].Value != nil {
			t.Errorf("%+v", b.Events)
		}
		break
	}
}
