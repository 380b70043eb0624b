package access_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/switchkeep/switchkeep/appliance/domain/access"
	"github.com/switchkeep/switchkeep/appliance/domain/tenant"
	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/ident"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/bolt/bolttest"
)

const (
	perWorld     = 5_000
	scopesPerOne = 60
)

type world struct {
	testing.TB
	db   *store.DB
	room *access.Access
	ref  *reference
	rng  *rand.Rand
	ids  []string
	whos []access.Who
	sure bool
}

func noon() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }

func cause() audit.Cause { return audit.Cause{At: noon(), User: "u", UserLabel: "ann"} }

func newWorld(t testing.TB, seed uint64) *world {
	t.Helper()
	w := &world{TB: t, rng: rand.New(rand.NewPCG(seed, 11)), sure: seed%5 != 0}
	w.db = bolttest.Open(t, slices.Concat(tenant.Tables(), audit.Tables(), access.Tables())...)
	tree, err := tenant.New(tenant.Config{DB: w.db})
	if err != nil {
		t.Fatal(err)
	}
	w.grow(tree)
	w.people()
	if err = tree.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.room, err = access.New(access.Config{
		DB: w.db, Tree: tree.Tree(), Clock: clock.NewManual(noon()), Sure: func() bool { return w.sure },
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) update(fn func(tx store.Tx) error) {
	w.Helper()
	if _, err := w.db.Update(w.Context(), func(_ context.Context, tx store.Tx) error { return fn(tx) }); err != nil {
		w.Fatal(err)
	}
}

// grow makes a random tree, then freezes some of it.
func (w *world) grow(tree *tenant.Tenants) {
	root := ident.New()
	w.update(func(tx store.Tx) error {
		_, err := tenant.CreateTx(tx, cause(), tenant.Draft{ID: root, Kind: tenant.Operator, Name: "root"})
		return err
	})
	w.ids = []string{root}
	parents := []string{root}
	for i := range 14 {
		d := tenant.Draft{ID: ident.New(), Parent: w.pick(parents), Kind: tenant.Enterprise, Name: fmt.Sprint(i), MayAddChannels: true}
		if w.rng.IntN(2) == 0 {
			d.Kind = tenant.Channel
		}
		_, err := w.db.Update(w.Context(), func(_ context.Context, tx store.Tx) error {
			_, err := tenant.CreateTx(tx, cause(), d)
			return err
		})
		if errors.Is(err, tenant.ErrTooDeep) {
			continue
		}
		if err != nil {
			w.Fatal(err)
		}
		w.ids = append(w.ids, d.ID)
		if d.Kind == tenant.Channel {
			parents = append(parents, d.ID)
		}
	}
	for range w.rng.IntN(4) {
		if id := w.pick(w.ids[1:]); w.rng.IntN(2) == 0 {
			if _, err := tree.Freeze(w.Context(), cause(), id, 0, "why"); err != nil {
				w.Fatal(err)
			}
		}
	}
}

func (w *world) pick(from []string) string { return from[w.rng.IntN(len(from))] }

// people makes callers with roles, grants and authorizations.
func (w *world) people() {
	builtIn := []string{"owner", "admin", "operator", "helpdesk", "auditor", "billing", "nonsense", ""}
	ends := []time.Time{{}, {}, noon(), noon().Add(time.Second), noon().Add(-time.Hour)}
	var g []access.Grant
	var c []access.CustomRole
	var z []access.Authorization
	for i := range 3 {
		r := access.CustomRole{ID: ident.New(), Account: w.pick(w.ids), Name: fmt.Sprint(i), NameKey: fmt.Sprint(i)}
		for _, a := range access.Catalogue() {
			if w.rng.IntN(2) == 0 {
				r.Actions = append(r.Actions, a.Action)
			}
		}
		c = append(c, r)
		builtIn = append(builtIn, r.ID)
	}
	for i := range 30 {
		who := access.Who{User: fmt.Sprint("u", i), Membership: ident.New(), Account: w.pick(w.ids), Role: w.pick(builtIn), Kind: "console"}
		if i%10 == 9 {
			who.Kind = "enroll"
		}
		if i < 3 {
			who.Account, who.Role = c[i].Account, c[i].ID
		}
		if i == 29 {
			who.Account = "gone"
		}
		for range w.rng.IntN(3) * w.rng.IntN(2) {
			one := access.Grant{ID: ident.New(), Membership: who.Membership, Account: who.Account, Role: w.pick(builtIn), Ends: ends[w.rng.IntN(len(ends))]}
			one.Scope = w.pick([]string{access.Subtree, access.Own, access.Listed, "odd"})
			if one.Scope == access.Listed {
				one.Accounts = []string{w.pick(w.ids), w.pick(w.ids), "gone"}
			}
			if w.rng.IntN(8) == 0 {
				one.Account = w.pick(w.ids)
			}
			g = append(g, one)
		}
		w.whos = append(w.whos, who)
	}
	for _, id := range w.ids[1:] {
		if w.rng.IntN(3) > 0 {
			continue
		}
		a := access.Authorization{Account: id, Full: w.rng.IntN(3) == 0, To: ends[w.rng.IntN(len(ends))]}
		if !a.Full {
			a.Features = []string{w.pick([]string{"pbx", "user", "visit", "audit"}), w.pick([]string{"pbx", "mail"})}
		}
		if w.rng.IntN(6) == 0 {
			a.State = "revoked"
		}
		if w.rng.IntN(6) == 0 {
			a.From = noon().Add(time.Duration(w.rng.IntN(3)-1) * time.Minute)
		}
		z = append(z, a)
	}
	w.update(func(tx store.Tx) error { return access.Rows(tx, g, c, z) })
}

func verdict(t testing.TB, err error) string {
	t.Helper()
	switch {
	case err == nil:
		return yes
	case fault.Is(err, fault.KindNotFound):
		return hidden
	case fault.Is(err, fault.KindDenied):
		return refused
	}
	t.Fatalf("no verdict: %v", err)
	return ""
}

// The room decides as the slow evaluator does, one by one and as sets.
func TestAgainstTheSlowEvaluator(t *testing.T) {
	t.Parallel()
	n := worlds
	if testing.Short() {
		n = 4
	}
	counts := map[string]int{}
	sets := 0
	for seed := range n {
		w := newWorld(t, uint64(seed))
		sets += w.run(counts)
		if t.Failed() {
			t.Fatalf("seed %d: violation", seed)
		}
	}
	t.Logf("%d decisions (%d allowed, %d refused, %d hidden) and %d sets, 0 violations",
		counts[yes]+counts[refused]+counts[hidden], counts[yes], counts[refused], counts[hidden], sets)
}

// run asks the room and the evaluator; it returns how many places in sets were compared.
func (w *world) run(counts map[string]int) (sets int) {
	err := w.db.View(w.Context(), func(r store.Reader) (err error) {
		if w.ref, err = read(r); err != nil {
			return err
		}
		w.ref.now, w.ref.sure = noon(), w.sure
		w.decisions(r, counts)
		sets = w.scopes(r)
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
	return sets
}

func (w *world) decisions(r store.Reader, counts map[string]int) {
	actions := access.Catalogue()
	for range perWorld {
		who, i := w.whos[w.rng.IntN(len(w.whos))], actions[w.rng.IntN(len(actions))]
		account := w.pick(w.ids)
		switch w.rng.IntN(20) {
		case 0:
			account = ""
		case 1:
			account = "gone"
		case 2, 3:
			account = who.Account
		default:
			if below := w.below(who.Account); len(below) > 0 && w.rng.IntN(4) > 0 {
				account = w.pick(below)
			}
		}
		want, got := w.ref.answer(who, i, account), verdict(w.TB, w.room.Check(r, who, i.Action, account))
		counts[got]++
		if want != got {
			steps, _ := w.room.Explain(r, who, i.Action, account)
			w.Errorf("%+v %s on %s: %s, want %s; %+v", who, i.Action, account, got, want, steps)
			return
		}
	}
}

func (w *world) below(top string) (out []string) {
	for _, id := range w.ids {
		if w.ref.descends(id, top) {
			out = append(out, id)
		}
	}
	return out
}

func (w *world) scopes(r store.Reader) int {
	actions := access.Catalogue()
	n := 0
	for range scopesPerOne {
		who, i := w.whos[w.rng.IntN(len(w.whos))], actions[w.rng.IntN(len(actions))]
		s, err := w.room.Scope(r, who, i.Action)
		if err != nil {
			verdict(w.TB, err)
		}
		for _, id := range append([]string{""}, w.ids...) {
			n++
			want := w.ref.answer(who, i, id) == yes
			if got := err == nil && s.Has(id); got != want {
				w.Errorf("%+v %s: %q in the scope is %t, want %t (%v)", who, i.Action, id, got, want, err)
			}
		}
		account := w.pick(w.ids)
		may, err := w.room.May(r, who, account)
		if err != nil {
			w.Fatal(err)
		}
		for _, x := range actions {
			if want := w.ref.answer(who, x, account) == yes; want != slices.Contains(may, x.Action) {
				w.Errorf("%+v may %s on %s: want %t", who, x.Action, account, want)
			}
		}
	}
	return n
}
