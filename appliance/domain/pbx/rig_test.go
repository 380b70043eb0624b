package pbx

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/switchkeep/switchkeep/appliance/domain/quota"
	"github.com/switchkeep/switchkeep/appliance/domain/tenant"
	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/ident"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/bolt/bolttest"
)

// rig is the room over the real tree and the real books, with people made up.
type rig struct {
	*testing.T
	*PBXs
	db       *store.DB
	clk      *clock.Manual
	books    *quota.Quota
	tenants  *tenant.Tenants
	op, acme string
	unsure   bool
	factor   bool
}

func (g *rig) VerifyEnrollment(_ context.Context, _ audit.Cause, email, password, _ string) (Person, error) {
	if password != "right" {
		return Person{}, fault.New(fault.KindUnauthenticated, "bad_credentials", "wrong")
	}
	return Person{ID: "u-" + email, Label: email, SecondFactor: g.factor, Memberships: []Membership{{ID: "m", Account: g.acme}}}, nil
}

func (*rig) MayEnroll(store.Reader, Person, Membership) error { return nil }

func newRig(t *testing.T, connections int64) *rig {
	t.Helper()
	g := &rig{T: t, clk: clock.NewManual(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)), op: ident.New(), acme: ident.New(), factor: true}
	g.db = bolttest.Open(t, slices.Concat(Tables(), tenant.Tables(), quota.Tables(), audit.Tables())...)
	var err error
	g.books, err = quota.New(quota.Config{DB: g.db})
	g.ok(err)
	g.tenants, err = tenant.New(tenant.Config{DB: g.db, Followers: []tenant.Follower{g.books}})
	g.ok(err)
	_, err = g.db.Update(t.Context(), func(_ context.Context, tx store.Tx) error {
		if _, err = tenant.CreateTx(tx, g.by(), tenant.Draft{ID: g.op, Kind: tenant.Operator, Name: "MSP"}); err != nil {
			return err
		}
		if _, err = tenant.CreateTx(tx, g.by(), tenant.Draft{ID: g.acme, Parent: g.op, Kind: tenant.Enterprise, Name: "Acme"}); err != nil {
			return err
		}
		return quota.AllocateTx(tx, g.by(), g.op, g.acme, map[quota.Kind]int64{quota.PBXConnections: connections})
	})
	g.ok(err)
	g.PBXs, err = New(Config{
		DB: g.db, Clock: g.clk, Logger: slog.New(slog.DiscardHandler), Accounts: Tree{}, Ledger: Books{}, Rights: g, Verifier: g,
		CodeText: secretText, Unsure: func() bool { return g.unsure }, HotFile: filepath.Join(t.TempDir(), "hot", "pbx.json"),
	})
	g.ok(err)
	return g
}

func (g *rig) ok(err error) {
	g.Helper()
	if err != nil {
		g.Fatal(err)
	}
}

func (g *rig) by() audit.Cause {
	return audit.Cause{At: g.clk.Now(), User: "u", UserLabel: "op", IP: "192.0.2.1"}
}

func (g *rig) request(serial string) Request {
	return Request{
		Email: "op@example.com", Password: "right", KeySPKI: "sha256/" + rand.Text(), PollSecret: rand.Text(),
		Device: Device{Serial: serial, Model: "P560", Firmware: "37.19.0.110", MachineID: "m-" + serial},
	}
}

func (g *rig) enrol(serial string) PBX {
	g.Helper()
	out, err := g.Enroll(g.Context(), g.by(), g.request(serial))
	g.ok(err)
	if out.Enrolled == nil {
		g.Fatal("not enrolled")
	}
	return *out.Enrolled
}

func (g *rig) used() int64 {
	g.Helper()
	var n int64
	g.ok(g.db.View(g.Context(), func(r store.Reader) error {
		v, err := quota.Read(r, g.acme)
		f := v.Of(quota.PBXConnections)
		n = f.Used
		return err
	}))
	return n
}

func (g *rig) all() []PBX {
	g.Helper()
	var out []PBX
	g.ok(g.db.View(g.Context(), func(r store.Reader) error {
		return g.All(r, func(p PBX) error { out = append(out, p); return nil })
	}))
	return out
}

// sound checks the store and that the books agree with the rows: one connection for each enrolled PBX
// that is alone, one for each pair.
func (g *rig) sound() {
	g.Helper()
	want := map[string]bool{}
	for _, p := range g.all() {
		switch {
		case p.State != Enrolled:
			if p.PairID != "" {
				g.Fatalf("a half that is not enrolled: %+v", p)
			}
		case p.PairID != "":
			want[p.PairID] = true
		default:
			want[p.ID] = true
		}
	}
	if n := g.used(); n != int64(len(want)) {
		g.Fatalf("%d connections are held, %d should be", n, len(want))
	}
	if d, err := g.books.Fsck(g.Context()); err != nil || len(d) > 0 {
		g.Fatal(d, err)
	}
	_, err := g.db.Verify(g.Context())
	g.ok(err)
}

func (g *rig) refuses(err error, want error) {
	g.Helper()
	if !errors.Is(err, want) {
		g.Fatalf("%v, want %v", err, want)
	}
}

func serialOf(i int) string { return fmt.Sprintf("S%03d", i) }
