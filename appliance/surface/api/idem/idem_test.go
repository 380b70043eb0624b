package idem

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/platform/secret"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/bolt/bolttest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newConfig(t *testing.T) (Config, *clock.Manual) {
	t.Helper()
	c := clock.NewManual(time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC))
	k, err := secret.CreateKeeper(filepath.Join(t.TempDir(), "key"), c.Now())
	if err != nil {
		t.Fatal(err)
	}
	return Config{DB: bolttest.Open(t, Table()), Clock: c, Sealer: k}, c
}

func newKeep(t *testing.T, c Config) *Keep {
	t.Helper()
	k, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestOnce(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	cfg, _ := newConfig(t)
	k := newKeep(t, cfg)
	h := Hash("POST", "/a", []byte("body"))
	if a, err := k.Begin(ctx, "u", "key", h); a != nil || err != nil {
		t.Fatalf("%v %v", a, err)
	}
	if _, err := k.Begin(ctx, "u", "key", h); !errors.Is(err, ErrRunning) {
		t.Fatalf("while it runs: %v", err)
	}
	if _, err := newKeep(t, cfg).Begin(ctx, "u", "key", h); !errors.Is(err, ErrUnknown) {
		t.Fatalf("after a restart: %v", err)
	}
	if a, err := k.Begin(ctx, "other", "key", h); a != nil || err != nil {
		t.Fatalf("somebody else's key: %v %v", a, err)
	}
	if err := k.End(ctx, "u", "key", h, Answer{Status: 201, Type: "application/json", ETag: `"1"`, Body: []byte("once")}); err != nil {
		t.Fatal(err)
	}
	a, err := newKeep(t, cfg).Begin(ctx, "u", "key", h)
	if err != nil || a == nil || a.Status != 201 || string(a.Body) != "once" || a.ETag != `"1"` {
		t.Fatalf("%+v %v", a, err)
	}
	for _, other := range [][]byte{Hash("PUT", "/a", []byte("body")), Hash("POST", "/b", []byte("body")), Hash("POST", "/a", []byte("Body"))} {
		if _, err := k.Begin(ctx, "u", "key", other); !errors.Is(err, ErrOther) {
			t.Fatal(err)
		}
	}
}

func TestTheAnswerIsSealedAtRest(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	cfg, _ := newConfig(t)
	k := newKeep(t, cfg)
	h := Hash("POST", "/a", nil)
	if _, err := k.Begin(ctx, "u", "key", h); err != nil {
		t.Fatal(err)
	}
	if err := k.End(ctx, "u", "key", h, Answer{Status: 200, Body: []byte("recovery code")}); err != nil {
		t.Fatal(err)
	}
	err := cfg.DB.View(ctx, func(r store.Reader) error {
		row, err := rows().Get(r, store.Text("u"), store.Text("key"))
		if err == nil && string(row.Body) == "recovery code" {
			t.Error("plain in the row")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestARefusalIsForgotten(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	cfg, _ := newConfig(t)
	k := newKeep(t, cfg)
	h := Hash("POST", "/a", nil)
	for range 2 {
		if a, err := k.Begin(ctx, "u", "key", h); a != nil || err != nil {
			t.Fatalf("%v %v", a, err)
		}
		if err := k.End(ctx, "u", "key", h, Answer{Status: 409}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSweep(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	cfg, clk := newConfig(t)
	unsure := true
	cfg.Unsure = func() bool { return unsure }
	k := newKeep(t, cfg)
	for i := range 2*sweepStep + 50 {
		if i == 2*sweepStep+30 {
			clk.Advance(time.Hour)
		}
		if _, err := k.Begin(ctx, "u", string(rune('a'+i%26))+string(rune('a'+i/26)), Hash("POST", "/", nil)); err != nil {
			t.Fatal(err)
		}
	}
	count := func() (n int) {
		err := cfg.DB.View(ctx, func(r store.Reader) error {
			n = 0
			for _, err := range rows().List(r, store.Page{}) {
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
	clk.Advance(Life - 30*time.Minute)
	if err := k.Sweep(context.Background()); err != nil || count() != 2*sweepStep+50 {
		t.Fatalf("swept although the time is unsure: %d rows, %v", count(), err)
	}
	unsure = false
	if err := k.Sweep(ctx); err != nil || count() != 20 {
		t.Fatalf("%d rows, %v", count(), err)
	}
}
