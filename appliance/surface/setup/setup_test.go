package setup

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/surface/doctor"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type fakeDoors struct{ kept, closed chan struct{} }

func (f *fakeDoors) URL() string                 { return "https://console.example.com:443" }
func (f *fakeDoors) Keep(context.Context) error  { close(f.kept); return nil }
func (f *fakeDoors) Close(context.Context) error { close(f.closed); return nil }

type house struct {
	*Setup
	clock     *clock.Manual
	doors     *fakeDoors
	committed *Draft
	operator  bool
	commitErr error
	findings  []doctor.Finding
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{clock: clock.NewManual(time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC))}
	h.Setup = New(Config{
		Clock: h.clock, Logger: slog.New(slog.DiscardHandler),
		Needed:  func(context.Context) (bool, error) { return !h.operator, nil },
		Inspect: func(context.Context, string, Draft) ([]doctor.Finding, error) { return h.findings, nil },
		Open: func(context.Context, Draft) (Doors, error) {
			h.doors = &fakeDoors{make(chan struct{}), make(chan struct{})}
			return h.doors, nil
		},
		Commit: func(_ context.Context, _ audit.Cause, d Draft) ([]string, error) {
			if h.commitErr == nil {
				h.committed, h.operator = &d, true
			}
			return []string{"code"}, h.commitErr
		},
	})
	return h
}

func draft() Draft {
	return Draft{
		Names:       Names{Host: "console.example.com", HTTPSPort: 443, HTTPPort: 80, VisitZone: "visit.example.com"},
		Certificate: Certificate{Mode: "internal"}, Recovery: Recovery{Kind: "later"},
		Operator: Operator{Organization: "Example", First: "A", Last: "B", Email: "a@example.com", Password: "long enough to pass"},
	}
}

func (h *house) ticket(t *testing.T) string {
	t.Helper()
	o, err := h.Apply(t.Context(), draft())
	if err != nil {
		t.Fatal(err)
	}
	_, ticket, _ := strings.Cut(o.URL, "#c=")
	return ticket
}

func (h *house) state(t *testing.T) State {
	t.Helper()
	s, _, err := h.State(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestLinkEndsAfterThirtyMinutesAndReopens(t *testing.T) {
	h := newHouse(t)
	old, _, err := h.NewLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Check(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	h.clock.Advance(LinkFor)
	if err := h.Check(t.Context(), old); !errors.Is(err, ErrToken) || h.state(t) != Closed {
		t.Fatalf("%v, %s", err, h.state(t))
	}
	first, _, _ := h.NewLink(t.Context())
	second, _, _ := h.NewLink(t.Context())
	if h.Check(t.Context(), first) == nil || h.Check(t.Context(), second) != nil {
		t.Fatal("only the newest link opens the wizard")
	}
}

func TestConfirmStoresAndKeeps(t *testing.T) {
	h := newHouse(t)
	link, _, _ := h.NewLink(t.Context())
	ticket := h.ticket(t)
	if h.committed != nil {
		t.Fatal("Apply stored something before the browser arrived")
	}
	if _, err := h.Apply(t.Context(), draft()); !errors.Is(err, ErrWaiting) {
		t.Fatalf("second apply: %v", err)
	}
	if _, err := h.Confirm(t.Context(), audit.Cause{}, "wrong"); !errors.Is(err, ErrTicket) {
		t.Fatalf("wrong ticket: %v", err)
	}
	codes, err := h.Confirm(t.Context(), audit.Cause{}, ticket)
	if err != nil || len(codes) != 1 {
		t.Fatal(codes, err)
	}
	<-h.doors.kept
	if _, err := h.Confirm(t.Context(), audit.Cause{}, ticket); !errors.Is(err, ErrTicket) {
		t.Fatalf("replayed ticket: %v", err)
	}
	if err := h.Check(t.Context(), link); !errors.Is(err, ErrDone) || h.state(t) != Done {
		t.Fatalf("the link still opens: %v", err)
	}
}

func TestUnconfirmedGoesBack(t *testing.T) {
	h := newHouse(t)
	link, _, _ := h.NewLink(t.Context())
	ticket := h.ticket(t)
	h.clock.Advance(ConfirmWithin)
	<-h.doors.closed
	if _, err := h.Confirm(t.Context(), audit.Cause{}, ticket); !errors.Is(err, ErrTicket) {
		t.Fatalf("late ticket: %v", err)
	}
	if h.committed != nil || h.Check(t.Context(), link) != nil {
		t.Fatal("the wizard must be as before")
	}
	h.ticket(t) // apply again works
	if err := h.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestFailedCommitGoesBack(t *testing.T) {
	h := newHouse(t)
	ticket := h.ticket(t)
	h.commitErr = errors.New("disk full")
	if _, err := h.Confirm(t.Context(), audit.Cause{}, ticket); err == nil {
		t.Fatal("no error")
	}
	<-h.doors.closed
}

func TestApplyRefusesFindingsAndFields(t *testing.T) {
	h := newHouse(t)
	h.findings = []doctor.Finding{{ID: "port", Level: "error"}}
	if _, err := h.Apply(t.Context(), draft()); !errors.Is(err, ErrFindings) {
		t.Fatalf("%v", err)
	}
	d := draft()
	d.Names.VisitZone = "visit.console.example.com"
	d.Operator.Email = ""
	d.Names.InsideAddresses = []string{"ten"}
	_, err := h.Apply(t.Context(), d)
	var f *fault.Error
	if !errors.As(err, &f) || len(f.Fields) != 3 {
		t.Fatalf("%v", err)
	}
}
