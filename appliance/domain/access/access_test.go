package access_test

import (
	"context"
	"errors"
	"slices"
	"strings"
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

// house is root → channel → enterprise, and another enterprise of the root.
type house struct {
	*testing.T
	db                         *store.DB
	tree                       *tenant.Tenants
	clock                      *clock.Manual
	room                       *access.Access
	root, channel, firm, other string
}

func open(t *testing.T) *house {
	h := &house{T: t, clock: clock.NewManual(noon()), root: ident.New(), channel: ident.New(), firm: ident.New(), other: ident.New()}
	h.db = bolttest.Open(t, slices.Concat(tenant.Tables(), audit.Tables(), access.Tables())...)
	var err error
	if h.tree, err = tenant.New(tenant.Config{DB: h.db, Followers: []tenant.Follower{access.Forget{}}}); err != nil {
		t.Fatal(err)
	}
	if h.room, err = access.New(access.Config{DB: h.db, Tree: h.tree.Tree(), Clock: h.clock}); err != nil {
		t.Fatal(err)
	}
	_, err = h.db.Update(t.Context(), func(_ context.Context, tx store.Tx) (err error) {
		for _, d := range []tenant.Draft{
			{ID: h.root, Kind: tenant.Operator, Name: "MSP"},
			{ID: h.channel, Parent: h.root, Kind: tenant.Channel, Name: "West"},
			{ID: h.firm, Parent: h.channel, Kind: tenant.Enterprise, Name: "Firm"},
			{ID: h.other, Parent: h.root, Kind: tenant.Enterprise, Name: "Other"},
		} {
			if _, err = tenant.CreateTx(tx, cause(), d); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *house) check(account, role string, act access.Action, on string) error {
	h.Helper()
	var out error
	err := h.db.View(h.Context(), func(r store.Reader) error {
		out = h.room.Check(r, access.Who{User: "u", Membership: "m", Account: account, Role: role}, act, on)
		return nil
	})
	if err != nil {
		h.Fatal(err)
	}
	return out
}

func (h *house) want(err, want error) {
	h.Helper()
	if !errors.Is(err, want) {
		h.Fatalf("error %v, want %v", err, want)
	}
}

func TestAnothersObjectLooksAbsent(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.want(h.check(h.firm, access.Owner, access.PBXView, h.other), access.ErrHidden)
	h.want(h.check(h.firm, access.Owner, access.PBXView, h.channel), access.ErrHidden)
	h.want(h.check(h.firm, access.Owner, access.PBXView, "nowhere"), access.ErrHidden)
	h.want(h.check(h.channel, access.Owner, access.PBXView, h.firm), nil)
	h.want(h.check(h.channel, access.Auditor, access.PBXVisit, h.firm), access.ErrDenied)
	h.want(h.check(h.channel, access.Owner, access.SystemView, ""), access.ErrDenied)
	h.want(h.check(h.root, access.Owner, access.SystemView, ""), nil)
	h.want(h.check(h.root, access.Owner, "pbx.explode", ""), access.ErrDenied)
}

func TestNobodyRaisesHisOwnCapacity(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.want(h.check(h.firm, access.Owner, access.QuotaEdit, h.firm), access.ErrDenied)
	h.want(h.check(h.channel, access.Owner, access.QuotaEdit, h.channel), access.ErrDenied)
	h.want(h.check(h.channel, access.Owner, access.QuotaEdit, h.firm), nil)
	h.want(h.check(h.root, access.Owner, access.QuotaEdit, h.root), nil)
}

func TestAuthorizationIsTimeBoxed(t *testing.T) {
	t.Parallel()
	h := open(t)
	terms := access.Terms{Features: []string{"pbx"}, To: noon().Add(time.Hour)}
	z, err := h.room.Authorize(t.Context(), cause(), h.firm, 0, terms)
	if err != nil {
		t.Fatal(err)
	}
	for _, above := range []string{h.root, h.channel} {
		h.want(h.check(above, access.Owner, access.PBXVisit, h.firm), nil)
		h.want(h.check(above, access.Owner, access.UserAdd, h.firm), access.ErrNotAuthorized)
		h.want(h.check(above, access.Owner, access.QuotaEdit, h.firm), nil) // supply goes on
	}
	h.want(h.check(h.firm, access.Owner, access.UserAdd, h.firm), nil)
	h.clock.Advance(time.Hour)
	h.want(h.check(h.channel, access.Owner, access.PBXVisit, h.firm), access.ErrNotAuthorized)
	_, err = h.room.Authorize(t.Context(), cause(), h.firm, z.Ver+1, access.Terms{Full: true})
	if fault.Code(err) != "stale" {
		t.Fatalf("%v", err)
	}
	if _, err = h.room.Authorize(t.Context(), cause(), h.firm, z.Ver, access.Terms{Full: true}); err != nil {
		t.Fatal(err)
	}
	h.want(h.check(h.channel, access.Owner, access.PBXVisit, h.firm), nil)
	_, err = h.room.Authorize(t.Context(), cause(), h.channel, 0, access.Terms{Features: []string{"quota"}})
	if fault.Code(err) != "invalid" {
		t.Fatalf("%v", err)
	}
}

func TestTheFrozenSeeTheReasonAndNothingElse(t *testing.T) {
	t.Parallel()
	h := open(t)
	if _, err := h.tree.Freeze(t.Context(), cause(), h.channel, 0, "unpaid"); err != nil {
		t.Fatal(err)
	}
	err := h.check(h.firm, access.Owner, access.PBXView, h.firm)
	if e, ok := fault.As(err); !ok || !errors.Is(err, tenant.ErrFrozen) || e.Details["reason"] != "unpaid" {
		t.Fatalf("%v", err)
	}
	h.want(h.check(h.root, access.Owner, access.PBXView, h.firm), nil)
	h.want(h.check(h.root, access.Owner, access.AccountUnfreeze, h.channel), nil)
	h.want(h.check(h.root, access.Owner, access.PBXVisit, h.firm), tenant.ErrFrozen)
}

func TestNobodyGivesWhatHeHasNot(t *testing.T) {
	t.Parallel()
	h := open(t)
	for _, x := range []struct {
		account, role, gives, to string
		want                     error
	}{
		{h.firm, access.Owner, access.Owner, h.firm, nil},
		{h.firm, access.Admin, access.Admin, h.firm, nil},
		{h.firm, access.Operator, access.Admin, h.firm, access.ErrRole},
		{h.firm, access.Helpdesk, access.Operator, h.firm, access.ErrRole},
		{h.channel, access.Owner, access.Owner, h.firm, nil},
		{h.root, access.Owner, access.Owner, h.channel, nil},
		{h.channel, access.Owner, "made up", h.firm, access.ErrRole},
		{h.channel, access.Owner, access.Auditor, h.other, access.ErrRole},
	} {
		err := h.db.View(t.Context(), func(r store.Reader) error {
			h.want(h.room.MayGive(r, access.Who{Membership: "m", Account: x.account, Role: x.role}, x.gives, x.to), x.want)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestGrantsNarrowAndGoWithTheAccount(t *testing.T) {
	t.Parallel()
	h := open(t)
	assign := func(g access.Grant) error {
		_, err := h.db.Update(t.Context(), func(_ context.Context, tx store.Tx) error {
			_, err := access.AssignTx(tx, cause(), g)
			return err
		})
		return err
	}
	if err := assign(access.Grant{Membership: "m", Account: h.root, Scope: access.Listed, Accounts: []string{h.other}}); err != nil {
		t.Fatal(err)
	}
	h.want(h.check(h.root, access.Owner, access.PBXView, h.other), nil)
	h.want(h.check(h.root, access.Owner, access.PBXView, h.firm), access.ErrHidden)
	h.want(h.check(h.root, access.Owner, access.SystemView, ""), access.ErrDenied)
	if err := assign(access.Grant{Membership: "m", Scope: access.Listed}); fault.Code(err) != "invalid" {
		t.Fatalf("%v", err)
	}
	if err := assign(access.Grant{Membership: "x", Account: h.other, Scope: access.Own}); err != nil {
		t.Fatal(err)
	}
	if err := h.tree.Delete(t.Context(), cause(), h.other, 0); err != nil {
		t.Fatal(err)
	}
	err := h.db.View(t.Context(), func(r store.Reader) error {
		if left := access.AllGrants(r); len(left) != 1 {
			t.Errorf("%+v", left)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestCatalogueIsWhole(t *testing.T) {
	t.Parallel()
	seen := map[access.Action]bool{}
	for _, i := range access.Catalogue() {
		if seen[i.Action] || i.Feature == "" || i.Verb == "" || strings.Contains(i.Verb, ".") || !slices.Contains(i.Roles, access.Owner) {
			t.Errorf("%+v", i)
		}
		seen[i.Action] = true
		for _, r := range i.Roles {
			if !slices.ContainsFunc(access.Roles(), func(b access.Role) bool { return b.ID == r }) {
				t.Errorf("%s: role %q", i.Action, r)
			}
		}
		if i.Verb == "view" && !i.Cold {
			t.Errorf("%s cannot be seen of a frozen account", i.Action)
		}
	}
	for _, a := range access.Logged() {
		if seen[a] {
			t.Errorf("%s is a right and a mere word", a)
		}
	}
}

type counter struct{ got []string }

func (c *counter) EndSession(s, r string) { c.got = append(c.got, "session "+s+" "+r) }
func (c *counter) EndUser(s, r string)    { c.got = append(c.got, "user "+s+" "+r) }
func (c *counter) EndAccount(s, r string) { c.got = append(c.got, "account "+s+" "+r) }

func TestEndersHandOnToAll(t *testing.T) {
	t.Parallel()
	var e access.Enders
	a, b := &counter{}, &counter{}
	e.Add(a, b)
	e.EndSession("s", "out")
	e.EndUser("u", "gone")
	e.EndAccount("x", "frozen")
	want := []string{"session s out", "user u gone", "account x frozen"}
	if !slices.Equal(a.got, want) || !slices.Equal(b.got, want) {
		t.Fatalf("%v %v", a.got, b.got)
	}
}
