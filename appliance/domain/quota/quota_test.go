package quota_test

import (
	"context"
	"errors"
	"testing"

	"github.com/switchkeep/switchkeep/appliance/domain/quota"
	"github.com/switchkeep/switchkeep/appliance/domain/tenant"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/ident"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

func (w *world) update(fn func(tx store.Tx) error) error {
	_, err := w.db.Update(w.Context(), func(_ context.Context, tx store.Tx) error { return fn(tx) })
	return err
}

func (w *world) child(parent string, kind tenant.Kind, grants map[quota.Kind]int64) string {
	w.Helper()
	id := ident.New()
	w.names++
	err := w.update(func(tx store.Tx) error {
		if _, err := tenant.CreateTx(tx, w.by(), tenant.Draft{ID: id, Parent: parent, Kind: kind, Name: id, MayAddChannels: true}); err != nil {
			return err
		}
		return quota.AllocateTx(tx, w.by(), parent, id, grants)
	})
	if err != nil {
		w.Fatal(err)
	}
	return id
}

func (w *world) figures(account string, k quota.Kind) (f quota.Figures) {
	w.Helper()
	err := w.db.View(w.Context(), func(r store.Reader) error {
		v, err := quota.Read(r, account)
		f = v.Of(k)
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return f
}

func details(t *testing.T, err error, code string) map[string]any {
	t.Helper()
	e, ok := fault.As(err)
	if !ok || e.Code != code {
		t.Fatalf("error %v, want %s", err, code)
	}
	return e.Details
}

func TestRefusalSaysKindNeededAndLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	e := w.child(w.m.root, tenant.Enterprise, map[quota.Kind]int64{quota.PBXConnections: 2})
	for i, want := range []string{"", "", "quota_exceeded"} {
		err := w.update(func(tx store.Tx) error {
			return quota.ReserveTx(tx, w.by(), e, quota.PBXConnections, string(rune('a'+i)), 1)
		})
		if fault.Code(err) != want {
			t.Fatalf("reserve %d: %v", i, err)
		}
		if want != "" {
			if d := details(t, err, want); d["kind"] != "pbx_connections" || d["needed"] != int64(1) || d["left"] != int64(0) || d["account"] != e {
				t.Fatalf("%v", d)
			}
		}
	}
	if err := w.update(func(tx store.Tx) error { return quota.ReleaseTx(tx, w.by(), quota.PBXConnections, "a") }); err != nil {
		t.Fatal(err)
	}
	if f := w.figures(e, quota.PBXConnections); f.Used != 1 || f.Left != 1 {
		t.Fatalf("%+v", f)
	}
	w.fsck()
}

func TestShrinkListsHoldersAndForceLeavesADeficit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2)
	c := w.child(w.m.root, tenant.Channel, map[quota.Kind]int64{quota.Extensions: 100})
	e := w.child(c, tenant.Enterprise, map[quota.Kind]int64{quota.Extensions: 60})
	if err := w.update(func(tx store.Tx) error { return quota.ReserveTx(tx, w.by(), e, quota.Extensions, "pbx1", 50) }); err != nil {
		t.Fatal(err)
	}
	_, err := w.room.Set(t.Context(), w.by(), c, 0, quota.Change{Grants: map[quota.Kind]int64{quota.Extensions: 40}}, false)
	held, _ := details(t, err, "quota_in_use")["held_by"].([]quota.Holder)
	if len(held) != 1 || held[0].ID != e || held[0].N != 60 || held[0].Label != e {
		t.Fatalf("%+v", held)
	}
	effects, err := w.room.Set(t.Context(), w.by(), c, 0, quota.Change{Grants: map[quota.Kind]int64{quota.Extensions: 40}, Force: true}, true)
	if err != nil || len(effects) != 1 || effects[0].Deficit != 20 {
		t.Fatalf("%v %+v", err, effects)
	}
	if f := w.figures(c, quota.Extensions); f.Granted != 100 {
		t.Fatalf("the preview changed something: %+v", f)
	}
	if _, err = w.room.Set(t.Context(), w.by(), c, 0, quota.Change{Grants: map[quota.Kind]int64{quota.Extensions: 40}, Force: true}, false); err != nil {
		t.Fatal(err)
	}
	if f := w.figures(w.m.root, quota.Extensions); f.Children != 60 {
		t.Fatalf("a forced shrink gave back what is held: %+v", f)
	}
	err = w.update(func(tx store.Tx) error { return quota.ReserveTx(tx, w.by(), e, quota.Extensions, "pbx2", 1) })
	details(t, err, "quota_deficit")
	if _, err = w.room.Set(t.Context(), w.by(), e, 0, quota.Change{Grants: map[quota.Kind]int64{quota.Extensions: 50}}, false); err != nil {
		t.Fatal(err)
	}
	if f := w.figures(w.m.root, quota.Extensions); f.Children != 50 {
		t.Fatalf("what was released did not follow: %+v", f)
	}
	w.fsck()
}

func TestATotalTurnsUnlimitedChildrenIntoHeldNow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	unlimited := map[quota.Kind]int64{quota.SIPDevices: quota.Unlimited}
	c := w.child(w.m.root, tenant.Channel, unlimited)
	e := w.child(c, tenant.Enterprise, unlimited)
	if err := w.update(func(tx store.Tx) error { return quota.ReserveTx(tx, w.by(), e, quota.SIPDevices, "site", 7) }); err != nil {
		t.Fatal(err)
	}
	_, err := w.room.Set(t.Context(), w.by(), w.m.root, 0, quota.Change{Grants: map[quota.Kind]int64{quota.SIPDevices: 6}}, false)
	details(t, err, "quota_in_use")
	effects, err := w.room.Set(t.Context(), w.by(), w.m.root, 0, quota.Change{Grants: map[quota.Kind]int64{quota.SIPDevices: 10}}, false)
	if err != nil || len(effects) != 3 {
		t.Fatalf("%v %+v", err, effects)
	}
	for id, want := range map[string]int64{w.m.root: 10, c: 7, e: 7} {
		if f := w.figures(id, quota.SIPDevices); f.Granted != want || f.Unlimited {
			t.Errorf("%s: %+v, want %d", id, f, want)
		}
	}
	if err := w.room.SetTotal(t.Context(), w.by(), c, quota.SIPDevices, quota.Unlimited); !errors.Is(err, quota.ErrUnlimited) {
		t.Fatalf("unlimited below a limit: %v", err)
	}
	w.fsck()
}

func TestDeletedAccountLeavesItsConsumptionToItsGiver(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 4)
	if err := w.room.SetTotal(t.Context(), w.by(), w.m.root, quota.RecordingMinutes, 100); err != nil {
		t.Fatal(err)
	}
	e := w.child(w.m.root, tenant.Enterprise, map[quota.Kind]int64{quota.RecordingMinutes: 80})
	if err := w.update(func(tx store.Tx) error { return quota.ConsumeTx(tx, w.by(), e, quota.RecordingMinutes, 30, "") }); err != nil {
		t.Fatal(err)
	}
	_, err := w.room.Set(t.Context(), w.by(), e, 0, quota.Change{Grants: map[quota.Kind]int64{quota.RecordingMinutes: 20}, Force: true}, false)
	details(t, err, "quota_in_use")
	if err := w.tree.Delete(t.Context(), w.by(), e, 0); err != nil {
		t.Fatal(err)
	}
	if f := w.figures(w.m.root, quota.RecordingMinutes); f.Used != 30 || f.Children != 0 || f.Left != 70 {
		t.Fatalf("%+v", f)
	}
	w.fsck()
}

func TestFsckFindsAndRebuildMends(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	e := w.child(w.m.root, tenant.Enterprise, map[quota.Kind]int64{quota.Extensions: 60})
	if err := w.update(func(tx store.Tx) error { return quota.ReserveTx(tx, w.by(), e, quota.Extensions, "pbx1", 50) }); err != nil {
		t.Fatal(err)
	}
	if err := w.update(func(tx store.Tx) error { return quota.Spoil(tx, e, quota.Extensions, 3) }); err != nil {
		t.Fatal(err)
	}
	drift, err := w.room.Fsck(t.Context())
	if err != nil || len(drift) == 0 {
		t.Fatalf("%v: the drift was not found", err)
	}
	if n, err := w.room.Rebuild(t.Context(), w.by()); err != nil || n != 1 {
		t.Fatalf("%d rows mended, %v", n, err)
	}
	w.fsck()
	if f := w.figures(e, quota.Extensions); f.Used != 50 {
		t.Fatalf("%+v", f)
	}
}

func TestLedgerNamesWhoAndWhat(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 6)
	e := w.child(w.m.root, tenant.Enterprise, map[quota.Kind]int64{quota.Extensions: 60, quota.HA: 1})
	err := w.db.View(t.Context(), func(r store.Reader) error {
		ops, _, err := quota.Ledger(r, e, "", 10)
		if err == nil && (len(ops) != 1 || ops[0].Op != "grant" || len(ops[0].Lines) != 3) {
			t.Errorf("%+v", ops)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(quota.Catalogue()) != 17 {
		t.Fatalf("%d kinds", len(quota.Catalogue()))
	}
	for _, k := range quota.Catalogue() {
		if quota.ClassOf(k.Kind) != k.Class {
			t.Errorf("%s is %s", k.Kind, k.Class)
		}
	}
}
