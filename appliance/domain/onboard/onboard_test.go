package onboard

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/switchkeep/switchkeep/appliance/domain/identity"
	"github.com/switchkeep/switchkeep/appliance/domain/quota"
	"github.com/switchkeep/switchkeep/appliance/domain/tenant"
	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/mail"
	"github.com/switchkeep/switchkeep/appliance/platform/outbox"
	"github.com/switchkeep/switchkeep/appliance/platform/secret"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/bolt/bolttest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type people struct{}

func (people) Account(r store.Reader, id string) (identity.Account, error) {
	a, err := tenant.Get(r, id)
	return identity.Account{ID: a.ID, Name: a.Name, Kind: string(a.Kind)}, err
}

type noMail struct{}

func (noMail) Ready(store.Reader) (bool, error)     { return false, nil }
func (noMail) MailTx(store.Tx, identity.Mail) error { return outbox.ErrNotConfigured }

type sure struct{}

func (sure) Sure() bool { return true }

type bench struct {
	*Onboard
	db       *store.DB
	root     tenant.Account
	identity *identity.Identity
	by       audit.Cause
}

func setUp(t *testing.T) *bench {
	t.Helper()
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	clk := clock.NewManual(now)
	db := bolttest.Open(t, slices.Concat(tenant.Tables(), quota.Tables(), identity.Tables(), audit.Tables(), mail.Tables(), outbox.Tables())...)
	keeper, err := secret.CreateKeeper(filepath.Join(t.TempDir(), "master.key"), now)
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	trail, err := audit.New(audit.Config{DB: db, Clock: clk, Logger: log, Keeper: keeper})
	if err != nil {
		t.Fatal(err)
	}
	box, err := outbox.New(outbox.Config{DB: db, Clock: clk, Logger: log, Keeper: keeper})
	if err != nil {
		t.Fatal(err)
	}
	id, err := identity.New(identity.Config{
		DB: db, Clock: clk, Guard: sure{}, Logger: log, Keeper: keeper, Audit: trail, Accounts: people{}, Mail: noMail{},
		Base: func() string { return "https://console.example.com" }, Cost: identity.Cost{Memory: 64, Time: 1, Threads: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	o, err := New(Config{DB: db, People: id, Mail: box})
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{Onboard: o, db: db, identity: id, by: audit.Cause{At: now, UserLabel: "setup"}}
	_, err = b.Operator(t.Context(), b.by, identity.Operator{
		Organization: "Example Telecom", First: "Ada", Last: "Moss", Email: "ada@example.com", Password: "correct staple horse 77", Lang: "en", TimeZone: "UTC",
	}, func(store.Tx) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	b.view(t, func(r store.Reader) (err error) {
		b.root, err = tenant.Root(r)
		return err
	})
	return b
}

func (b *bench) view(t *testing.T, fn func(store.Reader) error) {
	t.Helper()
	if err := b.db.View(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

func (b *bench) dump(t *testing.T) string {
	t.Helper()
	var out bytes.Buffer
	if err := b.db.Dump(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func (b *bench) plan(name string) Plan {
	return Plan{
		Kind: tenant.Enterprise, Parent: b.root.ID, Account: Account{Name: name, TimeZone: "Europe/Berlin"},
		Admin: &Admin{First: "Eva", Last: "Holt", Email: "eva@" + strings.ToLower(name) + ".example"},
		Quota: map[quota.Kind]int64{quota.Extensions: 50, quota.PBXConnections: 2},
	}
}

func TestWizardMakesEverythingAtOnce(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	got, err := b.Create(t.Context(), b.by, b.plan("Acme"))
	if err != nil {
		t.Fatal(err)
	}
	if got.Account.Realm == "" || got.Account.Lang != "en" || got.Invited == nil || !strings.Contains(got.Invited.Link, "/activate#t=") {
		t.Fatalf("%+v", got)
	}
	b.view(t, func(r store.Reader) error {
		v, readErr := quota.Read(r, got.Account.ID)
		if f := v.Of(quota.Extensions); f.Granted != 50 || f.Left != 50 {
			t.Errorf("extensions %+v", f)
		}
		return readErr
	})
	_, err = b.identity.Activate(t.Context(), b.by, identity.Activation{Token: got.Invited.Token, First: "Eva", Last: "Holt", Password: "violet lamp battery 31"})
	if err != nil {
		t.Fatal(err)
	}
}

func TestReviewKeepsNothing(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	before := b.dump(t)
	r, err := b.Review(t.Context(), b.by, b.plan("Acme"))
	if err != nil || len(r.Lines) != 2 || !r.Lines[0].Unlimited || r.Mailed || !slices.Equal(r.Warnings, []string{"no_mail"}) {
		t.Fatalf("%+v, %v", r, err)
	}
	if b.dump(t) != before {
		t.Fatal("a dry run changed the store")
	}
}

func TestRefusalsNameTheFieldsOfAllSteps(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	q, err := quota.New(quota.Config{DB: b.db})
	if err != nil {
		t.Fatal(err)
	}
	if err = q.SetTotal(t.Context(), b.by, b.root.ID, quota.Extensions, 40); err != nil {
		t.Fatal(err)
	}
	before := b.dump(t)
	p := b.plan("Acme")
	p.Account.Name, p.Admin.Email, p.Quota[quota.Users] = " ", "nobody", -7
	_, err = b.Create(t.Context(), b.by, p)
	e, ok := fault.As(err)
	if !ok || e.Kind != fault.KindInvalid {
		t.Fatalf("%v", err)
	}
	var paths []string
	for _, f := range e.Fields {
		paths = append(paths, f.Path)
	}
	slices.Sort(paths)
	want := []string{"account.name", "admin.email", "quota.extensions", "quota.users"}
	if !slices.Equal(paths, want) {
		t.Fatalf("fields %v, want %v", paths, want)
	}
	if b.dump(t) != before {
		t.Fatal("a refused wizard left something")
	}
}

// The deepest line of channels, with every kind limited and with every kind unlimited.
func TestAllKindsFitOneTransaction(t *testing.T) {
	t.Parallel()
	for _, n := range []int64{100, quota.Unlimited} {
		b := setUp(t)
		parent := b.root.ID
		for level := range tenant.MaxDepth - 2 {
			p := b.plan(fmt.Sprint("Level", level))
			p.Kind, p.Parent, p.Account.MayAddChannels, p.Admin.Email = tenant.Channel, parent, true, fmt.Sprint("a", level, "@acme.example")
			for _, k := range quota.Catalogue() {
				p.Quota[k.Kind] = n
				if k.Class == quota.Flag {
					p.Quota[k.Kind] = 1
				} else if n > 0 {
					p.Quota[k.Kind] = n - 10*int64(level)
				}
			}
			got, err := b.Create(t.Context(), b.by, p)
			if err != nil {
				t.Fatalf("%d of each, level %d: %v", n, level, err)
			}
			parent = got.Account.ID
		}
	}
}

func TestSecondOperatorIsRefused(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	_, err := b.Operator(t.Context(), b.by, identity.Operator{
		Organization: "Other", First: "A", Last: "B", Email: "b@example.com", Password: "correct staple horse 77", Lang: "en", TimeZone: "UTC",
	}, func(store.Tx) error { return nil })
	if !errors.Is(err, tenant.ErrRoot) {
		t.Fatalf("got %v, want tenant.ErrRoot", err)
	}
}

func TestAccountWithoutAdministrator(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	p := b.plan("Acme")
	p.Admin = nil
	got, err := b.Create(t.Context(), b.by, p)
	if err != nil || got.Invited != nil || got.Account.Master {
		t.Fatalf("%+v, %v", got, err)
	}
}

func TestAnAccountTakesOneFromItsGiver(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	q, err := quota.New(quota.Config{DB: b.db})
	if err != nil {
		t.Fatal(err)
	}
	if err = q.SetTotal(t.Context(), b.by, b.root.ID, quota.Accounts, 1); err != nil {
		t.Fatal(err)
	}
	first, err := b.Create(t.Context(), b.by, b.plan("Acme"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.Create(t.Context(), b.by, b.plan("Bravo"))
	if e, ok := fault.As(err); !ok || len(e.Fields) != 1 || e.Fields[0].Path != "quota.accounts" {
		t.Fatalf("%v", err)
	}
	tree, err := tenant.New(tenant.Config{DB: b.db, Followers: []tenant.Follower{q}})
	if err != nil {
		t.Fatal(err)
	}
	if err = tree.Delete(t.Context(), b.by, first.Account.ID, 0); err != nil {
		t.Fatal(err)
	}
	if _, err = b.Create(t.Context(), b.by, b.plan("Charlie")); err != nil {
		t.Fatalf("a deleted account did not give back its place: %v", err)
	}
	if drift, err := q.Fsck(t.Context()); err != nil || len(drift) > 0 {
		t.Fatalf("%v %v", drift, err)
	}
}
