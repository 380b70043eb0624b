package signal_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"go.uber.org/goleak"

	"github.com/switchkeep/switchkeep/appliance/platform/signal"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/bolt/bolttest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func table() *store.Table[thing, *thing] {
	return store.NewTable[thing](store.Spec[thing]{Name: "thing", Schema: 1, Key: func(r *thing) []store.Part {
		return []store.Part{store.Text(r.ID)}
	}})
}

type rig struct {
	t   *testing.T
	db  *store.DB
	hub *signal.Hub
}

func start(t *testing.T, ring, queue int) *rig {
	t.Helper()
	db := bolttest.Open(t, table())
	src := signal.Table(table(), "thing", func(r *thing) (string, string) { return r.ID, r.Account })
	hub, err := signal.New(signal.Config{DB: db, Sources: []signal.Source{src}, Ring: ring, Queue: queue})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- hub.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
	return &rig{t, db, hub}
}

func (r *rig) put(ids ...string) store.Rev {
	r.t.Helper()
	rev, err := r.db.Update(r.t.Context(), func(_ context.Context, tx store.Tx) error {
		for _, id := range ids {
			if err := table().Put(tx, &thing{ID: id, Account: "acct"}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return rev
}

// ids takes until n signals have come or the subscription says reload.
func ids(s *signal.Subscription, n int) (out []string, reload bool) {
	for len(out) < n {
		<-s.Ready()
		changes, again := s.Take()
		if again {
			return nil, true
		}
		for _, c := range changes {
			out = append(out, c.ID)
		}
	}
	return out, false
}

func TestTellsWhatChanged(t *testing.T) {
	t.Parallel()
	r := start(t, 0, 0)
	s := r.hub.Subscribe(0)
	defer s.Close()
	r.put("a", "b")
	if got, reload := ids(s, 2); reload || !slices.Equal(got, []string{"a", "b"}) {
		t.Fatal(got, reload)
	}
	rev, err := r.db.Update(t.Context(), func(_ context.Context, tx store.Tx) error { return table().Delete(tx, store.Text("a")) })
	if err != nil {
		t.Fatal(err)
	}
	<-s.Ready()
	got, _ := s.Take()
	want := []signal.Change{{Type: "thing", ID: "a", Account: "acct", Rev: rev, Deleted: true}}
	if !slices.Equal(got, want) {
		t.Fatalf("%+v", got)
	}
}

func TestOverflowSaysReload(t *testing.T) {
	t.Parallel()
	r := start(t, 0, 3)
	slow, quick := r.hub.Subscribe(0), r.hub.Subscribe(0)
	defer slow.Close()
	defer quick.Close()
	for _, id := range []string{"a", "b", "c", "d"} {
		r.put(id)
		if got, reload := ids(quick, 1); reload || got[0] != id {
			t.Fatal(got, reload)
		}
	}
	if _, reload := slow.Take(); !reload {
		t.Fatal("the slow one was not told")
	}
	<-slow.Ready()
	r.put("e")
	if got, reload := ids(slow, 1); reload || got[0] != "e" {
		t.Fatal(got, reload)
	}
}

func TestResumesFromARevision(t *testing.T) {
	t.Parallel()
	r := start(t, 4, 0)
	live := r.hub.Subscribe(0)
	defer live.Close()
	one := r.put("a", "b")
	r.put("c", "d")
	last := r.put("e")
	if _, reload := ids(live, 5); reload {
		t.Fatal("reload")
	}
	s := r.hub.Subscribe(one)
	defer s.Close()
	if got, reload := ids(s, 3); reload || !slices.Equal(got, []string{"c", "d", "e"}) {
		t.Fatal(got, reload)
	}
	future := r.hub.Subscribe(last + 9)
	defer future.Close()
	if _, reload := future.Take(); !reload {
		t.Error("this revision was never")
	}
	r.put("f", "g", "h")
	if _, reload := ids(live, 3); reload {
		t.Fatal("reload")
	}
	old := r.hub.Subscribe(one)
	defer old.Close()
	if _, reload := old.Take(); !reload {
		t.Error("the ring does not hold this any more")
	}
	current := r.hub.Subscribe(last)
	defer current.Close()
	if got, reload := ids(current, 3); reload || len(got) != 3 {
		t.Error(got, reload)
	}
}
