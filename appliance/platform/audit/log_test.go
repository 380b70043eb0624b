package audit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/secret"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/bolt/bolttest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func noon() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }

func openLog(t *testing.T) (*Log, *clock.Manual) {
	t.Helper()
	k, err := secret.CreateKeeper(filepath.Join(t.TempDir(), "key"), noon())
	if err != nil {
		t.Fatal(err)
	}
	m := clock.NewManual(noon())
	l, err := New(Config{DB: bolttest.Open(t, Tables()...), Clock: m, Logger: slog.New(slog.DiscardHandler), Keeper: k})
	if err != nil {
		t.Fatal(err)
	}
	return l, m
}

func (l *Log) fill(t *testing.T, from, n int) {
	t.Helper()
	for i := from; i < from+n; i++ {
		by := Cause{At: noon().Add(time.Duration(i) * time.Hour), User: fmt.Sprint("u", i%3), UserLabel: fmt.Sprintf("user %d", i%3), IP: "192.0.2.7"}
		e := Entry{Account: fmt.Sprint("a", i%4), Action: "pbx.enroll", ObjectLabel: fmt.Sprint("PBX ", i), Detail: map[string]string{"n": fmt.Sprint(i)}}
		if i%5 == 0 {
			e.Result, e.Code = Refused, "quota_exceeded"
		}
		if err := l.Append(t.Context(), by, e); err != nil {
			t.Fatal(err)
		}
	}
}

func TestRecordSharesTheFateOfItsTransaction(t *testing.T) {
	t.Parallel()
	l, _ := openLog(t)
	boom := errors.New("boom")
	_, err := l.cfg.DB.Update(t.Context(), func(_ context.Context, tx store.Tx) error {
		if err := Record(tx, System(noon(), ""), Entry{Action: "account.add"}); err != nil {
			return err
		}
		return boom
	})
	if !errors.Is(err, boom) {
		t.Fatal(err)
	}
	_, err = l.cfg.DB.Update(t.Context(), func(_ context.Context, tx store.Tx) error {
		return Record(tx, System(noon(), ""), Entry{Action: "account.edit"})
	})
	if err != nil {
		t.Fatal(err)
	}
	got, _, err := l.Query(t.Context(), Filter{})
	if err != nil || len(got) != 1 || got[0].Action != "account.edit" {
		t.Fatalf("%+v %v", got, err)
	}
}

func TestSealVerifyAndDetectAChange(t *testing.T) {
	t.Parallel()
	l, _ := openLog(t)
	if err := l.VerifyTree(t.Context()); err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, n := range []int{1, 2, 170, 27} { // below, across and between batches
		l.fill(t, total, n)
		total += n
		if got, err := l.Seal(t.Context()); err != nil || got != n {
			t.Fatalf("sealed %d, want %d: %v", got, n, err)
		}
		if err := l.VerifyTree(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := l.Seal(t.Context()); err != nil || n != 0 {
		t.Fatal(n, err)
	}
	if rows, err := l.cfg.DB.Verify(t.Context()); err != nil || rows < total {
		t.Fatal(rows, err)
	}
	cp, err := l.Checkpoint(t.Context())
	if err != nil || !strings.HasPrefix(string(cp), l.origin+"\n200\n") || !strings.HasPrefix(l.VerifierKey(), l.origin+"+") {
		t.Fatalf("%q %v", cp, err)
	}
	l.tamper(t)
}

// tamper flips one thing after another and expects each to be found.
func (l *Log) tamper(t *testing.T) {
	t.Helper()
	change := func(fn func(tx store.Tx) error) {
		t.Helper()
		if _, err := l.cfg.DB.Update(t.Context(), func(_ context.Context, tx store.Tx) error { return fn(tx) }); err != nil {
			t.Fatal(err)
		}
	}
	found := func(what string) {
		t.Helper()
		if err := l.VerifyTree(t.Context()); !errors.Is(err, ErrTampered) {
			t.Fatalf("%s: %v", what, err)
		}
	}
	all, _, err := l.Query(t.Context(), Filter{Limit: MaxLimit})
	if err != nil {
		t.Fatal(err)
	}
	row := all[41]
	bad := row
	bad.IP = "192.0.2.8"
	change(func(tx store.Tx) error { return rows().Put(tx, &bad) })
	found("a changed row")
	change(func(tx store.Tx) error {
		return rows().Delete(tx, store.Uint(dayOf(row.At)), store.Time(row.At), store.Text(row.ID))
	})
	found("a deleted row")
	change(func(tx store.Tx) error { return rows().Put(tx, &row) })
	for _, at := range []uint64{0, 2, 6, 20} { // leaves and inner nodes
		var h hashRow
		change(func(tx store.Tx) (err error) {
			if h, err = hashes().Get(tx, store.Uint(at)); err != nil {
				return err
			}
			flipped := hashRow{at, slices.Clone(h.Hash)}
			flipped.Hash[7] ^= 0x10
			return hashes().Put(tx, &flipped)
		})
		found(fmt.Sprint("stored hash ", at))
		change(func(tx store.Tx) error { return hashes().Put(tx, &h) })
	}
	if err := l.VerifyTree(t.Context()); err != nil {
		t.Fatal("all put back: ", err)
	}
	change(func(tx store.Tx) error {
		tr, err := treeOf(tx)
		tr.Note[len(l.origin)+3] ^= 1
		return errors.Join(err, tree().Put(tx, &tr))
	})
	found("the checkpoint")
}

func TestRunSealsOnTheTickAndOnStop(t *testing.T) {
	t.Parallel()
	l, m := openLog(t)
	var told strings.Builder
	l.cfg.Logger = slog.New(slog.NewTextHandler(&told, nil))
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- l.Run(ctx) }()
	l.fill(t, 0, 3)
	deadline := time.Now().Add(10 * time.Second)
	for {
		m.Advance(SealEvery)
		if cp, err := l.Checkpoint(t.Context()); err != nil || time.Now().After(deadline) {
			t.Fatal("not sealed", err)
		} else if cp != nil {
			break
		}
		time.Sleep(time.Millisecond)
	}
	l.fill(t, 3, 1)
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if n, err := l.Seal(t.Context()); n != 0 || err != nil {
		t.Fatal("left unsealed on stop: ", n, err)
	}
	if strings.Count(told.String(), "audit checkpoint") != 1 || !strings.Contains(told.String(), l.origin) {
		t.Fatalf("the checkpoint was not told once: %s", told.String())
	}
}

func TestQueryFiltersPagesAndScopes(t *testing.T) {
	t.Parallel()
	l, _ := openLog(t)
	l.fill(t, 0, 100)
	count := func(f Filter) int {
		t.Helper()
		n := 0
		for _, err := range l.All(t.Context(), f) {
			if err != nil {
				t.Fatal(err)
			}
			n++
		}
		return n
	}
	for name, c := range map[string]struct {
		f Filter
		n int
	}{
		"all":     {Filter{}, 100},
		"scope":   {Filter{Accounts: func(id string) bool { return id == "a1" }}, 25},
		"user":    {Filter{User: "u0"}, 34},
		"result":  {Filter{Result: Refused}, 20},
		"text":    {Filter{Text: "pBX 9"}, 11},
		"detail":  {Filter{Text: "99"}, 1},
		"from":    {Filter{From: noon().Add(90 * time.Hour)}, 10},
		"to":      {Filter{To: noon().Add(90 * time.Hour), Desc: true}, 90},
		"between": {Filter{From: noon().Add(10 * time.Hour), To: noon().Add(40 * time.Hour), User: "u1"}, 10},
		"none":    {Filter{Action: "x.y"}, 0},
		"later":   {Filter{From: noon().Add(9000 * time.Hour)}, 0},
	} {
		if n := count(c.f); n != c.n {
			t.Errorf("%s: %d rows, want %d", name, n, c.n)
		}
	}
	for _, desc := range []bool{false, true} {
		var seen []time.Time
		f := Filter{Limit: 7, Desc: desc}
		for more := true; more; more = f.After != "" {
			page, next, err := l.Query(t.Context(), f)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range page {
				seen = append(seen, r.At)
			}
			f.After = next
		}
		if desc {
			slices.Reverse(seen)
		}
		if len(seen) != 100 || !slices.IsSortedFunc(seen, time.Time.Compare) {
			t.Fatalf("desc %v: %d rows, or out of order", desc, len(seen))
		}
	}
	for _, bad := range []store.Cursor{"x", "1.", "12.user\x00abc", "-1.audit_row\x00"} {
		if _, _, err := l.Query(t.Context(), Filter{After: bad}); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
