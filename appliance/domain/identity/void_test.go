package identity

import (
	"context"
	"testing"

	"github.com/switchkeep/switchkeep/appliance/domain/tenant"
	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/bolt/bolttest"
)

func TestVoidLeavesNoSessionTicketOrLink(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.person("ann@example.com", "ent")
	_, _, r := b.enrolled("ann@example.com")
	half, err := b.signIn("ann@example.com", goodPassword)
	if err != nil || half.State != StateMFA {
		t.Fatal(half, err)
	}
	var links []Invited
	for n := range voidBatch + 5 {
		var v Invited
		v, err = b.Invite(t.Context(), b.by(), Invite{Account: "ent", Email: itoa(n) + "@example.com", Role: "admin"})
		if err != nil {
			t.Fatal(err)
		}
		links = append(links, v)
	}
	rounds := 0
	for n := 1; n > 0; rounds++ {
		_, err = b.cfg.DB.Update(t.Context(), func(ctx context.Context, tx store.Tx) (err error) {
			n, err = VoidTx(ctx, tx, b.clk.Now())
			return err
		})
		if err != nil || rounds > 20 {
			t.Fatal(rounds, err)
		}
	}
	b.guard.set(false) // voided is voided, whatever the clock says
	_, err = b.Session(t.Context(), r.Token, true)
	wantErr(t, err, ErrSignedOut)
	_, err = b.SignInCode(t.Context(), b.by(), Code{Ticket: half.Ticket, Code: "123456"})
	wantErr(t, err, ErrTicket)
	for _, v := range links {
		_, err = b.Activate(t.Context(), b.by(), Activation{v.Token, "N", "", goodPassword})
		wantErr(t, err, ErrTokenExpired)
	}
	if _, err := b.Resend(t.Context(), b.by(), links[0].Member.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := b.cfg.DB.Verify(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// tree shows real tenants, as the assembly does.
type tree struct{}

func (tree) Account(r store.Reader, id string) (Account, error) {
	a, err := tenant.Get(r, id)
	return Account{ID: a.ID, Name: a.Name, Kind: string(a.Kind), Realm: a.Realm}, err
}

func TestPeopleGoWithTheirAccountAndActivateIt(t *testing.T) {
	t.Parallel()
	db := bolttest.Open(t, append(append(Tables(), audit.Tables()...), tenant.Tables()...)...)
	b := benchOn(t, db)
	b.cfg.Accounts = tree{}
	b.restart()
	tenants, err := tenant.New(tenant.Config{DB: db, Logger: b.cfg.Logger, Followers: []tenant.Follower{b.Identity}})
	if err != nil {
		t.Fatal(err)
	}
	root := b.tenant("", tenant.Operator, "MSP")
	ent := b.tenant(root.ID, tenant.Enterprise, "Bakery Blum")
	if !ent.ActivatedAt.IsZero() {
		t.Fatal("activated before anybody came")
	}
	b.person("ann@example.com", ent.ID)
	r := b.mustSignIn("ann@example.com")
	err = b.view(t.Context(), func(r store.Reader) (err error) { ent, err = tenant.Get(r, ent.ID); return err })
	if err != nil || ent.ActivatedAt.IsZero() {
		t.Fatalf("the account is not activated: %+v %v", ent, err)
	}
	by := b.by()
	by.Account = root.ID
	if err = tenants.Delete(t.Context(), by, ent.ID, ent.Ver); err != nil {
		t.Fatal(err)
	}
	_, err = b.Session(t.Context(), r.Token, true)
	wantErr(t, err, ErrSignedOut)
	_, err = b.signIn("ann@example.com", goodPassword)
	wantErr(t, err, ErrCredentials)
	if _, err := db.Verify(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (b *bench) tenant(parent string, kind tenant.Kind, name string) (a tenant.Account) {
	b.t.Helper()
	err := b.update(b.t.Context(), func(tx store.Tx) (err error) {
		a, err = tenant.CreateTx(tx, b.by(), tenant.Draft{Parent: parent, Kind: kind, Name: name, TimeZone: "UTC", Lang: "en", Master: true})
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return a
}
