package quota_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/switchkeep/switchkeep/appliance/domain/quota"
	"github.com/switchkeep/switchkeep/appliance/domain/tenant"
	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/ident"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/bolt/bolttest"
)

const (
	opsPerSeed = 10_500
	batch      = 6 // operations in one transaction
)

type world struct {
	testing.TB
	db    *store.DB
	tree  *tenant.Tenants
	room  *quota.Quota
	m     *model
	rng   *rand.Rand
	seed  uint64
	names int
	ops   map[string][2]int // done, refused
}

func (w *world) by() audit.Cause {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(w.m.hour) * time.Hour)
	return audit.Cause{At: at, UserLabel: "system", Reason: "property"}
}

func newWorld(t testing.TB, seed uint64) *world {
	t.Helper()
	w := &world{TB: t, rng: rand.New(rand.NewPCG(seed, 7)), seed: seed, ops: map[string][2]int{}}
	tables := slices.Concat(tenant.Tables(), audit.Tables(), quota.Tables())
	w.db = bolttest.Open(t, tables...)
	var err error
	if w.room, err = quota.New(quota.Config{DB: w.db}); err != nil {
		t.Fatal(err)
	}
	if w.tree, err = tenant.New(tenant.Config{DB: w.db, Followers: []tenant.Follower{w.room}}); err != nil {
		t.Fatal(err)
	}
	root := ident.New()
	w.m = newModel(root)
	_, err = w.db.Update(t.Context(), func(_ context.Context, tx store.Tx) (err error) {
		_, err = tenant.CreateTx(tx, w.by(), tenant.Draft{ID: root, Kind: tenant.Operator, Name: "root"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// The room accepts exactly what the slow model accepts, and shows the same figures.
func TestAgainstTheSlowModel(t *testing.T) {
	t.Parallel()
	n := seeds
	if testing.Short() {
		n = 2
	}
	var mu sync.Mutex
	total := map[string][2]int{}
	t.Cleanup(func() {
		sum := 0
		for _, op := range slices.Sorted(maps.Keys(total)) {
			t.Logf("%-10s %7d done %7d refused", op, total[op][0], total[op][1])
			sum += total[op][0] + total[op][1]
		}
		t.Logf("%d operations, failed: %t", sum, t.Failed())
	})
	for seed := range n {
		t.Run(strconv.Itoa(seed), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, uint64(seed))
			w.run(opsPerSeed)
			mu.Lock()
			defer mu.Unlock()
			for op, c := range w.ops {
				total[op] = [2]int{total[op][0] + c[0], total[op][1] + c[1]}
			}
		})
	}
}

// run does so many random operations and compares.
func (w *world) run(ops int) {
	for done := 0; done < ops && !w.Failed(); {
		if w.rng.IntN(4) == 0 {
			w.structural()
			done++
			continue
		}
		w.batch()
		done += batch
		if w.rng.IntN(20) == 0 {
			w.compare()
		}
	}
	w.compare()
	w.fsck()
}

// step is one operation: done by the room in the transaction, and by the model.
type step struct {
	op    string
	text  string
	room  func(tx store.Tx, by audit.Cause) error
	model func(m *model) (*model, bool)
}

func (w *world) batch() {
	steps := make([]step, batch)
	for i := range steps {
		steps[i] = w.step()
	}
	by := w.by()
	var got []error
	_, err := w.db.Update(w.Context(), func(_ context.Context, tx store.Tx) error {
		got = got[:0]
		for _, s := range steps {
			got = append(got, s.room(tx, by))
		}
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
	for i, s := range steps {
		w.judge(s, got[i])
	}
}

func (w *world) judge(s step, got error) {
	if got != nil {
		if _, ok := fault.As(got); !ok && !errors.Is(got, store.ErrNotFound) {
			w.Fatalf("seed %d: %s: %v", w.seed, s.text, got)
		}
	}
	next, ok := s.model(w.m)
	c := w.ops[s.op]
	if ok {
		w.m = next
		c[0]++
	} else {
		c[1]++
	}
	w.ops[s.op] = c
	if ok != (got == nil) {
		w.Fatalf("seed %d: %s: the model says %t, the room %v", w.seed, s.text, ok, got)
	}
}

func (w *world) account() string {
	ids := slices.Sorted(maps.Keys(w.m.acc))
	return ids[w.rng.IntN(len(ids))]
}

func (w *world) amount() int64 {
	if w.rng.IntN(4) == 0 {
		return -1
	}
	return int64(w.rng.IntN(60))
}

func (w *world) step() step {
	k := kindsUsed()[w.rng.IntN(3)]
	id := w.account()
	n := w.amount()
	object := fmt.Sprint("o", w.rng.IntN(40))
	hk := []quota.Kind{quota.Extensions, quota.PBXConnections}[w.rng.IntN(2)]
	switch x := w.rng.IntN(100); {
	case x < 30:
		force := w.rng.IntN(8) == 0
		if w.rng.IntN(6) == 0 {
			k = quota.Accounts
		}
		return w.setStep(id, k, n, force)
	case x < 34:
		return w.setStep(id, quota.HA, int64(w.rng.IntN(2)), false)
	case x < 60:
		n = max(n, 0) // none is refused
		return step{
			"reserve", fmt.Sprintf("reserve %d %s for %s in %s", n, hk, object, id),
			func(tx store.Tx, by audit.Cause) error { return quota.ReserveTx(tx, by, id, hk, object, n) },
			func(m *model) (*model, bool) { return m.reserve(id, hk, object, n) },
		}
	case x < 75:
		return step{
			"release", fmt.Sprintf("release %s %s", hk, object),
			func(tx store.Tx, by audit.Cause) error { return quota.ReleaseTx(tx, by, hk, object) },
			func(m *model) (*model, bool) { return m.release(hk, object) },
		}
	case x < 81:
		return step{
			"transfer", fmt.Sprintf("transfer %s %s to %s", hk, object, id),
			func(tx store.Tx, by audit.Cause) error { return quota.TransferTx(tx, by, hk, object, id) },
			func(m *model) (*model, bool) { return m.transfer(hk, object, id) },
		}
	case x < 89:
		n = max(n, 0) / 4
		return step{
			"consume", fmt.Sprintf("consume %d in %s", n, id),
			func(tx store.Tx, by audit.Cause) error {
				return quota.ConsumeTx(tx, by, id, quota.RecordingMinutes, n, "")
			},
			func(m *model) (*model, bool) { return m.consume(id, n) },
		}
	case x < 92:
		least, most := int64(w.rng.IntN(12)), int64(w.rng.IntN(2)*(5+w.rng.IntN(60)))
		return step{
			"bounds", fmt.Sprintf("bounds %d–%d of %s", least, most, id),
			func(tx store.Tx, by audit.Cause) error {
				_, err := quota.SetTx(tx, by, id, 0, quota.Change{MinExt: &least, MaxExt: &most})
				return err
			},
			func(m *model) (*model, bool) { return m.setBounds(id, least, most) },
		}
	default:
		return w.grantStep(id, hk)
	}
}

func (w *world) setStep(id string, k quota.Kind, n int64, force bool) step {
	op := "allocate"
	if force {
		op = "force"
	}
	return step{
		op, fmt.Sprintf("set %s of %s to %d, force %t", k, id, n, force),
		func(tx store.Tx, by audit.Cause) error {
			_, err := quota.SetTx(tx, by, id, 0, quota.Change{Grants: map[quota.Kind]int64{k: n}, Force: force})
			return err
		},
		func(m *model) (*model, bool) { return m.set(id, k, n, force) },
	}
}

func (w *world) grantStep(id string, k quota.Kind) step {
	qty, to := int64(1+w.rng.IntN(30)), w.m.hour+1+w.rng.IntN(40)
	end := w.by().At.Add(time.Duration(to-w.m.hour) * time.Hour)
	return step{
		"grant", fmt.Sprintf("grant %d %s to %s until %d", qty, k, id, to),
		func(tx store.Tx, by audit.Cause) error {
			return quota.GrantTx(tx, by, quota.Dated{Account: id, Kind: k, Qty: qty, To: end, Source: "manual"})
		},
		func(m *model) (*model, bool) { return m.grant(id, k, qty, to) },
	}
}

// structural changes the tree or the time, in a transaction of its own.
func (w *world) structural() {
	ctx, by := w.Context(), w.by()
	id, to := w.account(), w.account()
	switch x := w.rng.IntN(20); {
	case x < 6 && len(w.m.acc) < 24:
		w.create(to)
	case x < 9:
		w.judge(step{"delete", "delete " + id, nil, func(m *model) (*model, bool) { return m.remove(id) }}, w.tree.Delete(ctx, by, id, 0))
	case x < 13:
		_, err := w.tree.Move(ctx, by, id, 0, to)
		w.judge(step{"move", "move " + id + " to " + to, nil, func(m *model) (*model, bool) { return m.move(id, to) }}, err)
	case x < 16:
		w.freeze(id)
	default:
		w.m.hour += w.rng.IntN(12)
		if w.rng.IntN(3) > 0 {
			_, err := w.room.Expire(ctx, w.by())
			w.judge(step{"expire", "expire", nil, func(m *model) (*model, bool) { return m.expire(), true }}, err)
		}
	}
}

func (w *world) create(parent string) {
	leaf := w.rng.IntN(2) == 0
	kind := tenant.Channel
	if leaf {
		kind = tenant.Enterprise
	}
	w.names++
	d := tenant.Draft{ID: ident.New(), Parent: parent, Kind: kind, Name: fmt.Sprint("a", w.names), MayAddChannels: true}
	var own string
	_, err := w.db.Update(w.Context(), func(_ context.Context, tx store.Tx) error {
		if _, err := tenant.CreateTx(tx, w.by(), d); err != nil {
			return err
		}
		if !leaf {
			o, err := tenant.OwnEnterprise(tx, d.ID)
			if err != nil {
				return err
			}
			own = o.ID
		}
		return quota.ReserveTx(tx, w.by(), parent, quota.Accounts, d.ID, 1)
	})
	w.judge(step{"create", "create below " + parent, nil, func(m *model) (*model, bool) { return m.create(d.ID, own, parent, leaf) }}, err)
}

func (w *world) freeze(id string) {
	a := w.m.acc[id]
	if a.own || id == w.m.root {
		return
	}
	var err error
	if a.frozen {
		_, err = w.tree.Unfreeze(w.Context(), w.by(), id, 0)
	} else if w.rng.IntN(3) == 0 {
		_, err = w.tree.Freeze(w.Context(), w.by(), id, 0, "why")
	} else {
		return
	}
	w.judge(step{"freeze", "freeze or unfreeze " + id, nil, func(m *model) (*model, bool) {
		next := m.clone()
		next.acc[id].frozen = !a.frozen
		return next, true
	}}, err)
}

func (w *world) compare() {
	err := w.db.View(w.Context(), func(r store.Reader) error {
		for id := range w.m.acc {
			v, err := quota.Read(r, id)
			if err != nil {
				return err
			}
			for _, k := range kindsUsed() {
				f := v.Of(k)
				want := [4]int64{w.m.acc[id].g[k], w.m.promised(id, k), w.m.used(id, k), w.m.deficit(id, k)}
				if got := [4]int64{f.Granted, f.Children, f.Used, f.Deficit}; got != want {
					w.Errorf("seed %d: %s of %s: granted, children, used, deficit %v, want %v", w.seed, k, id, got, want)
				}
			}
			if has := v.Of(quota.HA).Offered; has != w.m.flag(id) {
				w.Errorf("seed %d: flag of %s is %t", w.seed, id, has)
			}
		}
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) fsck() {
	drift, err := w.room.Fsck(w.Context())
	if err != nil {
		w.Fatal(err)
	}
	for _, d := range drift {
		w.Errorf("seed %d: %s", w.seed, d)
	}
	if _, err := w.db.Verify(w.Context()); err != nil {
		w.Errorf("seed %d: %v", w.seed, err)
	}
}
