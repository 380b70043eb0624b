package identity

import (
	"context"
	"testing"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

func TestSweepTakesAwayWhatHasEnded(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.person("ann@example.com", "ent")
	for range 3 {
		b.mustSignIn("ann@example.com")
	}
	if _, err := b.signIn("ann@example.com", "wrong wrong wrong"); err == nil {
		t.Fatal("signed in")
	}
	if _, err := b.Invite(t.Context(), b.by(), Invite{Account: "ent", Email: "new@example.com", Role: "admin"}); err != nil {
		t.Fatal(err)
	}
	b.clk.Advance(SessionAbsolute)
	if err := b.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := b.reasons(); len(got) != 3 || got[0] != ReasonAbsolute {
		t.Fatal(got)
	}
	if n := b.tryRows.Load(); n != 0 {
		t.Fatalf("%d counters left", n)
	}
	links := func() (n int) {
		err := b.view(t.Context(), func(r store.Reader) error {
			n = 0
			for _, err := range tokens().List(r, store.Page{}) {
				if err != nil {
					return err
				}
				n++
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if links() != 2 {
		t.Fatal("links are kept for a while")
	}
	b.clk.Advance(ActivationEnds + tokensKept)
	if err := b.Sweep(t.Context()); err != nil || links() != 0 {
		t.Fatal(links(), err)
	}
}

func TestRunWritesTheActivityWhenItStops(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.person("ann@example.com", "ent")
	r := b.mustSignIn("ann@example.com")
	b.clk.Advance(40 * time.Second)
	if _, err := b.Session(t.Context(), r.Token, true); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.Run(ctx); err != nil {
		t.Fatal(err)
	}
	b.restart()
	b.clk.Advance(SessionIdle - time.Second)
	if _, err := b.Session(t.Context(), r.Token, false); err != nil {
		t.Fatal(err)
	}
	b.clk.Advance(time.Second)
	_, err := b.Session(t.Context(), r.Token, true)
	wantErr(t, err, ErrIdle)
}
