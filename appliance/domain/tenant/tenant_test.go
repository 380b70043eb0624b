package tenant_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/switchkeep/switchkeep/appliance/domain/tenant"
	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/bolt/bolttest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type bench struct {
	*testing.T
	db   *store.DB
	room *tenant.Tenants
	held map[string]int
	gone []string
	root tenant.Account
}

func (b *bench) Kind() string                                        { return "pbx" }
func (b *bench) CountTx(_ store.Reader, account string) (int, error) { return b.held[account], nil }
func (b *bench) AccountDeletedTx(_ store.Tx, _ audit.Cause, a tenant.Account) error {
	b.gone = append(b.gone, a.ID)
	return nil
}

func (b *bench) AccountMovedTx(_ store.Tx, _ audit.Cause, a tenant.Account, from, to string) error {
	if a.Name == "stuck" {
		return fault.New(fault.KindConflict, "no_room", "no room there")
	}
	return nil
}

func cause() audit.Cause {
	return audit.Cause{At: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), User: "u1", UserLabel: "ann@example.net"}
}

func open(t *testing.T) *bench {
	b := &bench{T: t, held: map[string]int{}}
	b.db = bolttest.Open(t, append(tenant.Tables(), audit.Tables()...)...)
	var err error
	if b.room, err = tenant.New(tenant.Config{DB: b.db, Dependents: []tenant.Dependent{b}, Followers: []tenant.Follower{b}}); err != nil {
		t.Fatal(err)
	}
	b.root = b.add(tenant.Draft{Kind: tenant.Operator, Name: "MSP", TimeZone: "Europe/Berlin", Lang: "en", Country: "DE", RealmSuffix: "pbx.example.net"})
	t.Cleanup(func() {
		if _, err := b.db.Verify(context.Background()); err != nil {
			t.Errorf("verify: %v", err)
		}
	})
	return b
}

func (b *bench) try(d tenant.Draft) (a tenant.Account, err error) {
	_, err = b.db.Update(b.Context(), func(_ context.Context, tx store.Tx) (err error) {
		a, err = tenant.CreateTx(tx, cause(), d)
		return err
	})
	return a, err
}

func (b *bench) add(d tenant.Draft) tenant.Account {
	b.Helper()
	a, err := b.try(d)
	if err != nil {
		b.Fatalf("create %q: %v", d.Name, err)
	}
	return a
}

func (b *bench) channel(parent, name string) tenant.Account {
	b.Helper()
	return b.add(tenant.Draft{Parent: parent, Kind: tenant.Channel, Name: name, MayAddChannels: true})
}

func (b *bench) enterprise(parent, name string) tenant.Account {
	b.Helper()
	return b.add(tenant.Draft{Parent: parent, Kind: tenant.Enterprise, Name: name})
}

func (b *bench) get(id string) (a tenant.Account) {
	b.Helper()
	if err := b.db.View(b.Context(), func(r store.Reader) (err error) {
		a, err = tenant.Get(r, id)
		return err
	}); err != nil {
		b.Fatal(err)
	}
	return a
}

func (b *bench) freeze(id string) (f *tenant.Freeze) {
	b.Helper()
	if err := b.db.View(b.Context(), func(r store.Reader) (err error) {
		f, err = tenant.EffectiveFreezeTx(r, id)
		return err
	}); err != nil {
		b.Fatal(err)
	}
	return f
}

func want(t *testing.T, err error, code string) {
	t.Helper()
	if fault.Code(err) != code {
		t.Fatalf("error %v, want code %q", err, code)
	}
}

func TestCreateGivesRealmNumberAndInheritedFields(t *testing.T) {
	t.Parallel()
	b := open(t)
	a := b.enterprise(b.root.ID, "  Müller   & Co ")
	if a.Name != "Müller & Co" || a.TimeZone != "Europe/Berlin" || a.Lang != "en" || a.Country != "DE" || a.Num != 2 || a.Permission != "dm" {
		t.Fatalf("%+v", a)
	}
	if !regexp.MustCompile(`^[a-z2-7]{8}\.pbx\.example\.net$`).MatchString(a.Realm) {
		t.Fatalf("realm %q", a.Realm)
	}
	c := b.add(tenant.Draft{Parent: b.root.ID, Kind: tenant.Channel, Name: "West", RealmSuffix: "west.example"})
	below := b.enterprise(c.ID, "x")
	if !strings.HasSuffix(below.Realm, ".west.example") {
		t.Fatalf("realm %q does not take the nearest suffix", below.Realm)
	}
}

func TestNameIsUniqueBelowOneParent(t *testing.T) {
	t.Parallel()
	b := open(t)
	first := b.enterprise(b.root.ID, "Straße")
	_, err := b.try(tenant.Draft{Parent: b.root.ID, Kind: tenant.Enterprise, Name: "STRASSE "})
	if e, ok := fault.As(err); !ok || len(e.Fields) != 1 || e.Fields[0].Path != "name" || e.Fields[0].Code != "taken" {
		t.Fatalf("%v", err)
	}
	b.enterprise(b.channel(b.root.ID, "West").ID, "straße") // another parent
	name := "West"
	_, err = b.room.Update(t.Context(), cause(), first.ID, first.Ver, tenant.Patch{Name: &name})
	want(t, err, "invalid")
}

func TestBadFieldsAreNamed(t *testing.T) {
	t.Parallel()
	b := open(t)
	_, err := b.try(tenant.Draft{
		Parent: b.root.ID, Kind: tenant.Enterprise, Name: "a\x07" + strings.Repeat("x", 200), TimeZone: "Local", Lang: "!!",
		Country: "ZZZ", Contact: strings.Repeat("c", 129), Email: "no", Permission: "x",
	})
	e, ok := fault.As(err)
	if !ok {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, f := range e.Fields {
		seen[f.Path] = true
	}
	for _, p := range []string{"name", "time_zone", "lang", "country", "contact", "email", "permission"} {
		if !seen[p] {
			t.Errorf("%s is not named in %v", p, e)
		}
	}
}

func TestShapeOfTheTree(t *testing.T) {
	t.Parallel()
	b := open(t)
	_, err := b.try(tenant.Draft{Kind: tenant.Operator, Name: "second"})
	want(t, err, "operator_account")
	ent := b.enterprise(b.root.ID, "E")
	_, err = b.try(tenant.Draft{Parent: ent.ID, Kind: tenant.Enterprise, Name: "below"})
	want(t, err, "may_not_add")
	plain := b.add(tenant.Draft{Parent: b.root.ID, Kind: tenant.Channel, Name: "plain"})
	_, err = b.try(tenant.Draft{Parent: plain.ID, Kind: tenant.Channel, Name: "below"})
	want(t, err, "may_not_add")
	at := b.root
	for i := range tenant.MaxDepth - 2 {
		at = b.channel(at.ID, fmt.Sprint("c", i))
	}
	_, err = b.try(tenant.Draft{Parent: at.ID, Kind: tenant.Channel, Name: "too deep"})
	want(t, err, "too_deep")
	b.enterprise(at.ID, "still fits")
	if h := b.get(b.root.ID).Height; h != tenant.MaxDepth-1 {
		t.Fatalf("height of the root %d", h)
	}
	_, err = b.try(tenant.Draft{Parent: "nowhere", Kind: tenant.Enterprise, Name: "x"})
	want(t, err, "not_found")
}

func TestChannelAndItsOwnEnterpriseGoTogether(t *testing.T) {
	t.Parallel()
	b := open(t)
	c := b.channel(b.root.ID, "West")
	own := b.own(c.ID)
	if own.Name != "West" || own.Kind != tenant.Enterprise || own.Parent != c.ID {
		t.Fatalf("%+v", own)
	}
	name := "East"
	if _, err := b.room.Update(t.Context(), cause(), own.ID, 0, tenant.Patch{Name: &name}); !errors.Is(err, tenant.ErrOwn) {
		t.Fatalf("rename of the own enterprise: %v", err)
	}
	want(t, b.room.Delete(t.Context(), cause(), own.ID, 0), "own_enterprise")
	c, err := b.room.Update(t.Context(), cause(), c.ID, c.Ver, tenant.Patch{Name: &name})
	if err != nil || b.own(c.ID).Name != "East" || c.Ver != 2 {
		t.Fatalf("%v %+v", err, b.own(c.ID))
	}
	b.held[own.ID] = 3
	want(t, b.room.Delete(t.Context(), cause(), c.ID, c.Ver), "account_in_use")
	b.held[own.ID] = 0
	below := b.enterprise(c.ID, "customer")
	err = b.room.Delete(t.Context(), cause(), c.ID, c.Ver)
	if e, _ := fault.As(err); e == nil || !strings.Contains(fmt.Sprint(e.Details), "customer") {
		t.Fatalf("the refusal does not name the child: %v", err)
	}
	b.gone = nil
	for _, id := range []string{below.ID, c.ID} {
		if err := b.room.Delete(t.Context(), cause(), id, 0); err != nil {
			t.Fatal(err)
		}
	}
	last := b.gone[len(b.gone)-2:] // functions may run twice
	if last[0] != own.ID || last[1] != c.ID || b.get(b.root.ID).Height != 0 {
		t.Fatalf("gone %v, height %d", b.gone, b.get(b.root.ID).Height)
	}
}

func (b *bench) own(channel string) (a tenant.Account) {
	b.Helper()
	if err := b.db.View(b.Context(), func(r store.Reader) (err error) {
		a, err = tenant.OwnEnterprise(r, channel)
		return err
	}); err != nil {
		b.Fatal(err)
	}
	return a
}

func TestFreezeIsDerivedNeverCopied(t *testing.T) {
	t.Parallel()
	b := open(t)
	c := b.channel(b.root.ID, "West")
	e := b.enterprise(c.ID, "E")
	if _, err := b.room.Freeze(t.Context(), cause(), c.ID, c.Ver, " "); fault.Code(err) != "invalid" {
		t.Fatalf("freeze without a reason: %v", err)
	}
	_, err := b.room.Freeze(t.Context(), cause(), e.ID, 0, "own")
	if err == nil {
		_, err = b.room.Freeze(t.Context(), cause(), c.ID, c.Ver, "unpaid")
	}
	if err != nil {
		t.Fatal(err)
	}
	if f := b.freeze(e.ID); f == nil || f.Reason != "own" {
		t.Fatalf("%+v", f)
	}
	_, err = b.try(tenant.Draft{Parent: c.ID, Kind: tenant.Enterprise, Name: "new"})
	want(t, err, "frozen")
	if _, err = b.room.Unfreeze(t.Context(), cause(), e.ID, 0); err != nil {
		t.Fatal(err)
	}
	if f := b.freeze(e.ID); f == nil || f.Reason != "unpaid" {
		t.Fatalf("the channel's freeze does not reach: %+v", f)
	}
	if _, err = b.room.Unfreeze(t.Context(), cause(), c.ID, 0); err != nil || b.freeze(e.ID) != nil {
		t.Fatalf("%v %+v", err, b.freeze(e.ID))
	}
	_, err = b.room.Freeze(t.Context(), cause(), b.root.ID, 0, "x")
	want(t, err, "operator_account")
	by := cause()
	by.Account = c.ID
	_, err = b.room.Freeze(t.Context(), by, c.ID, 0, "x")
	want(t, err, "own_account")
	_, err = b.room.Freeze(t.Context(), cause(), c.ID, 1, "x")
	want(t, err, "stale")
}

func TestMoveChecksCycleDepthAndFollowers(t *testing.T) {
	t.Parallel()
	b := open(t)
	west, east := b.channel(b.root.ID, "West"), b.channel(b.root.ID, "East")
	sub := b.channel(west.ID, "Sub")
	e := b.enterprise(sub.ID, "E")
	_, err := b.room.Move(t.Context(), cause(), west.ID, 0, sub.ID)
	want(t, err, "cycle")
	_, err = b.room.Move(t.Context(), cause(), b.root.ID, 0, sub.ID)
	want(t, err, "operator_account")
	_, err = b.room.Move(t.Context(), cause(), b.own(sub.ID).ID, 0, west.ID)
	want(t, err, "own_enterprise")
	_, err = b.room.Move(t.Context(), cause(), sub.ID, 0, e.ID)
	want(t, err, "may_not_add")
	b.enterprise(west.ID, "E")
	_, err = b.room.Move(t.Context(), cause(), e.ID, 0, west.ID)
	want(t, err, "invalid") // a name of that kind is there
	stuck := b.enterprise(west.ID, "stuck")
	_, err = b.room.Move(t.Context(), cause(), stuck.ID, 0, east.ID)
	want(t, err, "no_room")
	if b.get(stuck.ID).Parent != west.ID {
		t.Fatal("a refused move left something")
	}
	deep := east
	for i := range tenant.MaxDepth - 3 {
		deep = b.channel(deep.ID, fmt.Sprint(i))
	}
	_, err = b.room.Move(t.Context(), cause(), sub.ID, 0, deep.ID)
	want(t, err, "too_deep")
	moved, err := b.room.Move(t.Context(), cause(), sub.ID, sub.Ver, east.ID)
	if err != nil || moved.Parent != east.ID || moved.Realm != sub.Realm || b.get(west.ID).Height != 1 {
		t.Fatalf("%v %+v, height of west %d", err, moved, b.get(west.ID).Height)
	}
}

// The tree agrees with the store after random changes, through the watch.
func TestTreeFollowsTheStore(t *testing.T) {
	t.Parallel()
	b := open(t)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.room.Run(ctx) }()
	rng := rand.New(rand.NewPCG(1, 2))
	ids := []string{b.root.ID}
	for i := range 300 {
		pick := ids[rng.IntN(len(ids))]
		switch rng.IntN(6) {
		case 0, 1:
			if a, err := b.try(tenant.Draft{Parent: pick, Kind: tenant.Channel, Name: fmt.Sprint("c", i), MayAddChannels: true}); err == nil {
				ids = append(ids, a.ID)
			}
		case 2, 3:
			if a, err := b.try(tenant.Draft{Parent: pick, Kind: tenant.Enterprise, Name: fmt.Sprint("e", i)}); err == nil {
				ids = append(ids, a.ID)
			}
		case 4:
			_, _ = b.room.Move(t.Context(), cause(), pick, 0, ids[rng.IntN(len(ids))])
		case 5:
			if rng.IntN(2) == 0 {
				_, _ = b.room.Freeze(t.Context(), cause(), pick, 0, "why")
			} else {
				_, _ = b.room.Unfreeze(t.Context(), cause(), pick, 0)
			}
			_ = b.room.Delete(t.Context(), cause(), ids[rng.IntN(len(ids))], 0)
		}
	}
	for b.room.Tree().Rev() < b.db.Rev() {
		b.room.Tree().Wait(t.Context(), b.db.Rev())
	}
	b.compare(ids)
	stop()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
}

func (b *bench) compare(ids []string) {
	tree := b.room.Tree()
	live := 0
	err := b.db.View(b.Context(), func(r store.Reader) error {
		for it, err := range tenant.Table().List(r, store.Page{}) {
			if err != nil {
				return err
			}
			live++
			chain, err := tenant.ChainTx(r, it.Row.ID)
			if err != nil {
				return err
			}
			b.checkHeight(r, it.Row)
			have := tree.Chain(it.Row.ID)
			if len(have) != len(chain) || len(chain) > tenant.MaxDepth {
				b.Errorf("chain of %q: tree %v, store %d levels", it.Row.Name, have, len(chain))
			}
			for i := range have {
				if have[i] != chain[i].ID || !tree.Under(it.Row.ID, have[i]) || !tree.Subtree(have[i]).Has(it.Row.Num) {
					b.Errorf("chain of %q differs at %d", it.Row.Name, i)
				}
			}
			f, err := tenant.EffectiveFreezeTx(r, it.Row.ID)
			if g, _ := tree.EffectiveFreeze(it.Row.ID); err != nil || (f == nil) != (g == nil) {
				b.Errorf("freeze of %q: tree %v, store %v", it.Row.Name, g, f)
			}
			if n, ok := tree.ByNum(it.Row.Num); !ok || n.ID != it.Row.ID {
				b.Errorf("number %d", it.Row.Num)
			}
		}
		return nil
	})
	if err != nil || live != tree.Len() || tree.Subtree(b.root.ID).Len() != live {
		b.Errorf("%v: %d accounts in the store, %d in the tree", err, live, tree.Len())
	}
	b.Logf("%d accounts made, %d live", len(ids), live)
}

func (b *bench) checkHeight(r store.Reader, a tenant.Account) {
	kids, err := tenant.Children(r, a.ID, 0)
	if err != nil {
		b.Fatal(err)
	}
	var h uint8
	for i := range kids {
		h = max(h, kids[i].Height+1)
	}
	if h != a.Height {
		b.Errorf("height of %q is %d, want %d", a.Name, a.Height, h)
	}
}

func TestOwnerIsTheNextLevelBelowTheViewer(t *testing.T) {
	t.Parallel()
	b := open(t)
	c := b.channel(b.root.ID, "B")
	d := b.channel(c.ID, "C")
	e := b.enterprise(d.ID, "A")
	if err := b.room.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	tree := b.room.Tree()
	for _, x := range []struct{ viewer, want string }{{b.root.ID, c.ID}, {c.ID, d.ID}, {d.ID, e.ID}, {e.ID, e.ID}, {b.own(c.ID).ID, ""}} {
		if got := tree.OwnerBelow(x.viewer, e.ID); got != x.want {
			t.Errorf("owner seen by %s is %s, want %s", x.viewer, got, x.want)
		}
	}
}

func TestMarkActiveCountsOnce(t *testing.T) {
	t.Parallel()
	b := open(t)
	a := b.add(tenant.Draft{Parent: b.root.ID, Kind: tenant.Enterprise, Name: "E", Master: true})
	if !a.ActivatedAt.IsZero() {
		t.Fatal("an account that waits for its administrator is active")
	}
	at := cause().At.Add(time.Hour)
	for _, when := range []time.Time{at, at.Add(time.Hour)} {
		if _, err := b.db.Update(t.Context(), func(_ context.Context, tx store.Tx) error { return tenant.MarkActiveTx(tx, a.ID, when) }); err != nil {
			t.Fatal(err)
		}
	}
	if got := b.get(a.ID).ActivatedAt; !got.Equal(at) {
		t.Fatalf("activated at %v", got)
	}
}
