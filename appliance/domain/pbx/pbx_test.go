package pbx

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/switchkeep/switchkeep/appliance/domain/quota"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

func TestAPairTakesOneConnection(t *testing.T) {
	t.Parallel()
	g := newRig(t, 2)
	a, b := g.enrol("S1"), g.enrol("S2")
	if _, err := g.Enroll(t.Context(), g.by(), g.request("S3")); fault.Code(err) != "quota_exceeded" {
		t.Fatal(err)
	}
	id, err := g.Pair(t.Context(), g.by(), a.ID, b.ID, "192.168.5.2")
	g.ok(err)
	g.sound()
	c := g.enrol("S3")
	if g.used() != 2 {
		t.Fatal(g.used())
	}
	g.refuses(g.Unpair(t.Context(), g.by(), id), quota.ErrExceeded)
	g.sound()
	g.refuses(second(g.Pair(t.Context(), g.by(), c.ID, a.ID, "")), ErrPair)
	g.refuses(second(g.Pair(t.Context(), g.by(), c.ID, c.ID, "")), ErrPair)
	g.ok(g.Delete(t.Context(), g.by(), c.ID, 0))
	g.ok(g.Unpair(t.Context(), g.by(), id))
	g.sound()
	g.refuses(g.Unpair(t.Context(), g.by(), id), ErrNotFound)
}

func second(_ string, err error) error { return err }

// TestPairCodeNeedsOneConnectionOnly: with one connection left the other half could not enrol first and be joined later.
func TestPairCodeNeedsOneConnectionOnly(t *testing.T) {
	t.Parallel()
	g := newRig(t, 1)
	a := g.enrol("S1")
	_, text, err := g.CreateCode(t.Context(), g.by(), NewCode{Account: g.acme, Name: "Second half", PairWith: a.ID})
	g.ok(err)
	q := g.request("S2")
	q.Email, q.Password, q.AuthCode = "", "", text
	out, err := g.Enroll(t.Context(), g.by(), q)
	g.ok(err)
	b := out.Enrolled
	if b == nil || b.PairID == "" || b.PairRole != Secondary || b.Name != "Second half" {
		t.Fatalf("%+v", b)
	}
	a, err = g.Read(t.Context(), a.ID)
	if err != nil || a.PairID != b.PairID || a.PairRole != Primary {
		t.Fatal(a, err)
	}
	g.sound()
	// Deleting one half leaves the other with a connection of its own.
	g.ok(g.Delete(t.Context(), g.by(), a.ID, 0))
	left, err := g.Read(t.Context(), b.ID)
	if err != nil || left.PairID != "" || g.used() != 1 {
		t.Fatal(left, err)
	}
	g.sound()
	if _, _, err := g.CreateCode(t.Context(), g.by(), NewCode{Account: g.acme, Name: "x", PairWith: a.ID}); !errors.Is(err, ErrNotFound) {
		t.Fatal(err)
	}
}

// TestBooksAgreeAtRandom does what people do in any order.
func TestBooksAgreeAtRandom(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		g := newRig(t, 6)
		rng := rand.New(rand.NewPCG(seed, 1))
		for range 150 {
			rows := g.all()
			pick := func() PBX {
				if len(rows) == 0 {
					return PBX{ID: "none"}
				}
				return rows[rng.IntN(len(rows))]
			}
			a, b := pick(), pick()
			g.factor = rng.IntN(3) > 0
			var err error
			switch rng.IntN(9) {
			case 0, 1, 2:
				q := g.request(serialOf(rng.IntN(10)))
				q.Device.MachineID = []string{"m1", "m2"}[rng.IntN(2)]
				_, err = g.Enroll(t.Context(), g.by(), q)
			case 3:
				_, err = g.Pair(t.Context(), g.by(), a.ID, b.ID, "")
			case 4:
				err = g.Unpair(t.Context(), g.by(), a.PairID)
			case 5:
				err = g.Delete(t.Context(), g.by(), a.ID, 0)
			case 6:
				_, err = g.Revoke(t.Context(), g.by(), a.ID, 0)
			case 7:
				_, err = g.Approve(t.Context(), g.by(), a.ID, 0, "")
			case 8:
				err = g.Reject(t.Context(), g.by(), a.ID, 0)
			}
			if _, known := fault.As(err); err != nil && !known {
				t.Fatal(err)
			}
		}
		g.sound()
	}
}

func TestFrozenAncestorRefuses(t *testing.T) {
	t.Parallel()
	g := newRig(t, 5)
	a := g.enrol("S1")
	_, err := g.tenants.Freeze(t.Context(), g.by(), g.acme, 0, "unpaid")
	g.ok(err)
	_, err = g.Enroll(t.Context(), g.by(), g.request("S2"))
	g.refuses(err, ErrFrozen)
	if f, _ := fault.As(err); f.Details["reason"] != "unpaid" {
		t.Fatal(f.Details)
	}
	g.refuses(g.Startable(t.Context(), a.ID), ErrFrozen)
	if text, nerr := g.Notice(t.Context(), a.ID); nerr != nil || text == "" {
		t.Fatal("the PBX is told nothing", nerr)
	}
	// It may come back, and says why nothing starts.
	ad, err := g.Admit(t.Context(), a.ID, Hello{Device: a.device(), KeySPKI: a.KeySPKI})
	if err != nil || !strings.Contains(ad.Message, "unpaid") {
		t.Fatal(ad, err)
	}
	_, _, err = g.CreateCode(t.Context(), g.by(), NewCode{Account: g.acme, Name: "x"})
	g.refuses(err, ErrFrozen)
}

func TestFirmwareMinimum(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		model, firmware string
		ok              bool
	}{
		{"P560", "37.19.0.110", true},
		{"P560", "37.19.0.109", false},
		{"P560", "37.20.0.1", true},
		{"P560", "37.9.0.200", false},
		{"p550 ", "", false},
		{"P570", "unknown", false},
		{"P-Series Software Edition", "83.19.0.110", true},
		{"P-Series Software Edition", "83.19.0.19", false},
		{"Yeastar P-Series Appliance", "37.18", false},
		{"FreePBX", "", true},
		{"P5000", "1.0", true},
	} {
		if err := checkFirmware(c.model, c.firmware); (err == nil) != c.ok {
			t.Errorf("%s %s: %v", c.model, c.firmware, err)
		}
	}
}

func TestSweepAndUnsureClock(t *testing.T) {
	t.Parallel()
	g := newRig(t, 5)
	g.factor = false
	_, err := g.Enroll(t.Context(), g.by(), g.request("S1"))
	g.ok(err)
	_, text, err := g.CreateCode(t.Context(), g.by(), NewCode{Account: g.acme, Name: "Desk"})
	g.ok(err)
	g.clk.Advance(8 * 24 * time.Hour)
	g.unsure = true
	g.ok(g.Sweep(t.Context()))
	if len(g.all()) != 1 {
		t.Fatal("an unsure clock made an enrolment die")
	}
	g.unsure = false
	g.refuses(third(g.Approve(t.Context(), g.by(), g.all()[0].ID, 0, "")), ErrState)
	g.ok(g.Sweep(t.Context()))
	if len(g.all()) != 0 {
		t.Fatal("an enrolment outlived its day")
	}
	q := g.request("S2")
	q.Email, q.Password, q.AuthCode = "", "", text
	if out, err := g.Enroll(t.Context(), g.by(), q); err != nil || out.Enrolled != nil {
		t.Fatal("a code outlived its week", err)
	}
	g.unsure = true
	if out, err := g.Enroll(t.Context(), g.by(), q); err != nil || out.Enrolled == nil {
		t.Fatal("with an unsure clock nothing expires", err)
	}
}

func third(_ PBX, err error) error { return err }

func TestChangeNeedsTheVersion(t *testing.T) {
	t.Parallel()
	g := newRig(t, 5)
	a := g.enrol("S1")
	name, no := "Front desk", false
	row, err := g.Change(t.Context(), g.by(), a.ID, a.Ver, Edit{Name: &name, VisitAllowed: &no})
	if err != nil || row.Name != name || row.VisitAllowed {
		t.Fatal(row, err)
	}
	if _, err := g.Change(t.Context(), g.by(), a.ID, a.Ver, Edit{Name: &name}); fault.Code(err) != "stale" {
		t.Fatal(err)
	}
	empty := " "
	if _, err := g.Change(t.Context(), g.by(), a.ID, 0, Edit{Name: &empty}); !fault.Is(err, fault.KindInvalid) {
		t.Fatal(err)
	}
	g.refuses(g.Startable(t.Context(), a.ID), ErrState)
	g.refuses(third(g.Change(t.Context(), g.by(), "none", 0, Edit{})), ErrNotFound)
	g.ok(g.db.View(t.Context(), func(r store.Reader) error {
		n, err := g.CountTx(r, g.acme)
		if n != 1 {
			t.Error(n)
		}
		return err
	}))
}

func TestRevokedKeyAndNewerKey(t *testing.T) {
	t.Parallel()
	g := newRig(t, 5)
	a := g.enrol("S1")
	ctx := t.Context()
	g.ok(g.Judge(ctx, a.ID, a.KeySPKI, a.KeyedAt))
	g.refuses(g.Judge(ctx, a.ID, "sha256/other", a.KeyedAt), ErrRevoked)
	g.refuses(g.Judge(ctx, "none", a.KeySPKI, a.KeyedAt), ErrRevoked)
	// A certificate that was signed after the row's state: the row came out of a backup.
	later := a.KeyedAt.Add(time.Hour)
	g.ok(g.Judge(ctx, a.ID, "sha256/later", later))
	_, err := g.Admit(ctx, a.ID, Hello{Device: a.device(), KeySPKI: "sha256/later", Issued: later})
	g.ok(err)
	g.refuses(g.Judge(ctx, a.ID, a.KeySPKI, a.KeyedAt), ErrRevoked)
	_, err = g.Revoke(ctx, g.by(), a.ID, 0)
	g.ok(err)
	g.refuses(g.Judge(ctx, a.ID, "sha256/later", later), ErrRevoked)
	// A new enrolment revives the row.
	if b := g.enrol("S1"); b.ID != a.ID || b.State != Enrolled {
		t.Fatal(b)
	}
	g.sound()
}

func TestSettlingADuplicate(t *testing.T) {
	t.Parallel()
	g := newRig(t, 5)
	a := g.enrol("S1")
	h := Hello{Device: Device{Serial: "S1", MachineID: "thief"}, Address: "198.51.100.7"}
	g.refuses(g.Contest(t.Context(), a.ID, h, ErrDuplicate), ErrDuplicate)
	_, err := g.Admit(t.Context(), a.ID, Hello{Device: a.device(), KeySPKI: a.KeySPKI})
	g.refuses(err, ErrDuplicate)
	if _, err = g.Approve(t.Context(), g.by(), a.ID, 0, "third"); !fault.Is(err, fault.KindInvalid) {
		t.Fatal(err)
	}
	row, err := g.Approve(t.Context(), g.by(), a.ID, 0, "thief")
	if err != nil || row.MachineID != "thief" || row.Rival != nil {
		t.Fatal(row, err)
	}
}

func TestWatchTellsChangesAndDeletions(t *testing.T) {
	t.Parallel()
	g := newRig(t, 5)
	ctx, cancel := context.WithCancel(t.Context())
	got := make(chan string, 16)
	done := make(chan error, 1)
	started := g.enrol("S0")
	go func() {
		done <- g.Watch(ctx, func(id string, row *PBX) {
			if row == nil {
				got <- "gone " + id
			} else {
				got <- row.State + " " + id
			}
		})
	}()
	time.Sleep(50 * time.Millisecond)
	g.ok(g.Delete(t.Context(), g.by(), started.ID, 0))
	if s := <-got; s != "gone "+started.ID {
		t.Fatal(s)
	}
	a := g.enrol("S1")
	if s := <-got; s != "enrolled "+a.ID {
		t.Fatal(s)
	}
	cancel()
	g.ok(<-done)
}
