package identity

import (
	"context"
	"errors"
	"iter"
	"sync/atomic"
	"testing"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/appliance/platform/store/kv"
	"github.com/switchkeep/switchkeep/bolt/bolttest"
)

func (b *bench) try(ip, email, password, device string) (Result, error) {
	return b.SignIn(b.t.Context(), b.from(ip), Credentials{Email: email, Password: password, Device: device, Captcha: b.solve()})
}

func TestTenthWrongPasswordLocksThisUserAndClientOnly(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.person("ann@example.com", "ent")
	b.person("bob@example.com", "ent")
	for n := range lockAfter {
		_, err := b.try("192.0.2.1", "ann@example.com", "wrong wrong wrong", "")
		if n < lockAfter-1 {
			wantErr(t, err, ErrCredentials)
			continue
		}
		wantErr(t, err, ErrLocked)
		if e, _ := fault.As(err); e.RetryAfter != lockFor {
			t.Fatal(e.RetryAfter)
		}
	}
	locked := func(want time.Duration) {
		t.Helper()
		for _, p := range []string{goodPassword, "wrong wrong wrong"} {
			_, err := b.try("192.0.2.1", "Ann@example.com", p, "")
			wantErr(t, err, ErrLocked)
			if e, _ := fault.As(err); e.RetryAfter != want {
				t.Fatalf("%v left, want %v", e.RetryAfter, want)
			}
		}
	}
	b.clk.Advance(time.Minute)
	locked(4 * time.Minute)
	if _, err := b.try("192.0.2.2", "ann@example.com", goodPassword, ""); err != nil {
		t.Fatal("another address:", err)
	}
	if _, err := b.try("192.0.2.1", "bob@example.com", goodPassword, ""); err != nil {
		t.Fatal("another user:", err)
	}
	b.restart()
	locked(4 * time.Minute)
	b.clk.Advance(4*time.Minute - time.Second)
	locked(time.Second)
	b.clk.Advance(time.Second)
	if _, err := b.try("192.0.2.1", "ann@example.com", goodPassword, ""); err != nil {
		t.Fatal("after the lock:", err)
	}
}

func TestKnownBrowserIsNotLockedOutByOthersAtItsAddress(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.person("ann@example.com", "ent")
	b.person("eve@example.com", "ent")
	r, err := b.try("192.0.2.1", "ann@example.com", goodPassword, "")
	if err != nil {
		t.Fatal(err)
	}
	evil, err := b.try("192.0.2.1", "eve@example.com", goodPassword, "")
	if err != nil {
		t.Fatal(err)
	}
	// Eve's own cookie, a made-up one and none are one client for Ann.
	for n, device := range []string{"", evil.Device, "AAAA.BBBB", "", evil.Device, "x", "", "", "", ""} {
		_, err = b.try("192.0.2.1", "ann@example.com", "wrong wrong wrong", device)
		if errors.Is(err, ErrLocked) != (n == lockAfter-1) {
			t.Fatal(n, err)
		}
	}
	_, err = b.try("192.0.2.1", "ann@example.com", goodPassword, evil.Device)
	wantErr(t, err, ErrLocked)
	again, err := b.try("192.0.2.1", "ann@example.com", goodPassword, r.Device)
	if err != nil || again.Device != r.Device {
		t.Fatal(err)
	}
}

func TestNetworkOfAnAddress(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"192.0.2.7": "192.0.2.7/32", "::ffff:192.0.2.7": "192.0.2.7/32", "2001:db8:1:2:3::4": "2001:db8:1:2::/64",
		"fe80::1%eth0": "fe80::/64", "": "?", "host": "?",
	} {
		if got := network(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestClockSetBackMakesNoLockLonger(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.person("ann@example.com", "ent")
	for range lockAfter {
		if _, err := b.try("192.0.2.1", "ann@example.com", "wrong wrong wrong", ""); err == nil {
			t.Fatal("signed in")
		}
	}
	b.clk.Set(b.clk.Now().Add(-24 * time.Hour))
	_, err := b.try("192.0.2.1", "ann@example.com", goodPassword, "")
	wantErr(t, err, ErrLocked)
	if e, _ := fault.As(err); e.RetryAfter != lockFor {
		t.Fatal(e.RetryAfter)
	}
	b.clk.Advance(lockFor)
	if _, err := b.try("192.0.2.1", "ann@example.com", goodPassword, ""); err != nil {
		t.Fatal(err)
	}
}

func TestTableOfFailuresIsBounded(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.person("ann@example.com", "ent")
	b.maxTries = 20
	for range lockAfter {
		if _, err := b.try("192.0.2.1", "ann@example.com", "wrong wrong wrong", ""); err == nil {
			t.Fatal("signed in")
		}
	}
	for n := range 60 {
		b.clk.Advance(time.Millisecond)
		_, err := b.try("192.0.2.1", "nobody"+itoa(n)+"@example.com", "x", "")
		wantErr(t, err, ErrCredentials)
	}
	count := b.tryRows.Load()
	if err := b.countTries(t.Context()); err != nil || b.tryRows.Load() != count || count > 20 {
		t.Fatalf("%d rows, counted %d: %v", b.tryRows.Load(), count, err)
	}
	_, err := b.try("192.0.2.1", "ann@example.com", goodPassword, "")
	wantErr(t, err, ErrLocked) // a flood drives out no lock
	b.maxTries = 1
	_, err = b.try("192.0.2.9", "fresh@example.com", "x", "")
	wantErr(t, err, ErrCredentials)
	b.clk.Advance(lockFor)
	if err := b.Sweep(t.Context()); err != nil || b.tryRows.Load() != 0 {
		t.Fatal(b.tryRows.Load(), err)
	}
}

// counting is the engine with its reads counted.
type counting struct {
	kv.Engine
	reads atomic.Int64
}

type countReader struct {
	kv.Reader
	n *atomic.Int64
}

func (r countReader) Get(k []byte) ([]byte, error) { r.n.Add(1); return r.Reader.Get(k) }
func (r countReader) Range(a, z []byte, limit int, desc bool) iter.Seq2[kv.KV, error] {
	r.n.Add(1)
	return r.Reader.Range(a, z, limit, desc)
}

type countTx struct {
	kv.Tx
	n *atomic.Int64
}

func (r countTx) Get(k []byte) ([]byte, error) { r.n.Add(1); return r.Tx.Get(k) }
func (r countTx) Range(a, z []byte, limit int, desc bool) iter.Seq2[kv.KV, error] {
	r.n.Add(1)
	return r.Tx.Range(a, z, limit, desc)
}

func (c *counting) View(ctx context.Context, fn func(kv.Reader) error) error {
	return c.Engine.View(ctx, func(r kv.Reader) error { return fn(countReader{r, &c.reads}) })
}

func (c *counting) Update(ctx context.Context, lane kv.Lane, fn func(context.Context, kv.Tx) error) (kv.Rev, error) {
	// A function that runs twice counts once: the last run.
	before := c.reads.Load()
	return c.Engine.Update(ctx, lane, func(ctx context.Context, tx kv.Tx) error {
		c.reads.Store(before)
		return fn(ctx, countTx{tx, &c.reads})
	})
}

// Equal time is shown by structure: the same hash calls and store reads, whoever it is.
func TestEqualWorkForUnknownWrongAndLocked(t *testing.T) {
	t.Parallel()
	c := &counting{Engine: bolttest.Engine(t)}
	db, err := store.New(c, append(Tables(), audit.Tables()...)...)
	if err != nil {
		t.Fatal(err)
	}
	b := benchOn(t, db)
	b.person("ann@example.com", "ent")
	b.person("locked@example.com", "ent")
	if _, err := b.Invite(t.Context(), b.by(), Invite{Account: "ent", Email: "new@example.com", Role: "admin"}); err != nil {
		t.Fatal(err)
	}
	for _, who := range []string{"locked@example.com", "locked-nobody@example.com"} {
		for range lockAfter {
			if _, err := b.try("192.0.2.1", who, "wrong wrong wrong", ""); err == nil {
				t.Fatal("signed in")
			}
		}
	}
	// One failure of a stranger, so that the sweep finds the same rows whoever comes next.
	if _, err := b.try("192.0.2.8", "stranger@example.com", "x", ""); err == nil {
		t.Fatal("signed in")
	}
	type work struct {
		hashes uint64
		reads  int64
	}
	measure := func(email, password string, want error) work {
		h, r := b.hash.calls.Load(), c.reads.Load()
		_, err := b.try("192.0.2.1", email, password, "")
		wantErr(t, err, want)
		return work{b.hash.calls.Load() - h, c.reads.Load() - r}
	}
	for round := range 3 {
		unknown := measure("nobody@example.com", "wrong wrong wrong", ErrCredentials)
		wrong := measure("ann@example.com", "wrong wrong wrong", ErrCredentials)
		invited := measure("new@example.com", "wrong wrong wrong", ErrCredentials)
		t.Logf("round %d: %d hash calls, %d reads", round, wrong.hashes, wrong.reads)
		if unknown != wrong || invited != wrong || wrong.hashes != 1 {
			t.Fatalf("unknown %+v, wrong %+v, invited %+v", unknown, wrong, invited)
		}
		if round > 0 {
			continue // the first failure of a pair finds no row; the locked pairs have one
		}
		right := measure("locked@example.com", goodPassword, ErrLocked)
		lockedWrong := measure("locked@example.com", "wrong wrong wrong", ErrLocked)
		lockedNobody := measure("locked-nobody@example.com", "wrong wrong wrong", ErrLocked)
		if right != lockedWrong || lockedNobody != right || right.hashes != 1 {
			t.Fatalf("locked: right %+v, wrong %+v, nobody %+v", right, lockedWrong, lockedNobody)
		}
	}
	second := measure("ann@example.com", "wrong wrong wrong", ErrCredentials)
	locked := measure("locked@example.com", goodPassword, ErrLocked)
	if second != locked {
		t.Fatalf("wrong %+v, locked %+v", second, locked)
	}
}
