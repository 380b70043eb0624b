package setup

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/surface/doctor"
)

// Handover tells the browser where to go, and until when.
type Handover struct {
	URL  string    `json:"handover_url"`
	Ends time.Time `json:"ends"`
}

// Apply checks the whole draft, opens its listeners and waits for the browser. Nothing is stored yet.
func (s *Setup) Apply(ctx context.Context, d Draft) (Handover, error) {
	findings, err := s.Inspect(ctx, StepAll, d)
	if err != nil {
		return Handover{}, err
	}
	for _, f := range findings {
		if f.Level == doctor.Error {
			return Handover{}, ErrFindings.With(map[string]any{"findings": findings})
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pending != nil {
		return Handover{}, ErrWaiting
	}
	doors, err := s.cfg.Open(context.WithoutCancel(ctx), d)
	if err != nil {
		return Handover{}, err
	}
	text, ticket := s.newSecret(ConfirmWithin)
	p := &pending{draft: d, doors: doors, ticket: ticket, stop: make(chan struct{})}
	s.pending = p
	timer := s.cfg.Clock.NewTimer(ConfirmWithin)
	go func() {
		defer timer.Stop()
		select {
		case <-timer.C():
			s.giveUp(context.WithoutCancel(ctx), p)
		case <-p.stop:
		}
	}()
	return Handover{doors.URL() + "/setup/confirm#c=" + text, ticket.ends}, nil
}

func (s *Setup) giveUp(ctx context.Context, p *pending) {
	s.mu.Lock()
	if s.pending != p {
		s.mu.Unlock()
		return
	}
	s.pending = nil
	s.mu.Unlock()
	if err := p.doors.Close(ctx); err != nil {
		s.cfg.Logger.WarnContext(ctx, "closing the unconfirmed listeners failed", slog.Any("error", err))
	}
	s.cfg.Logger.InfoContext(ctx, "nobody confirmed the new address; everything is as before", slog.String("url", p.doors.URL()))
}

// Confirm is called by the browser through the new listeners: it stores the draft and closes the old
// ones. When storing fails, the hand-over ends and the wizard is open again.
func (s *Setup) Confirm(ctx context.Context, by audit.Cause, ticket string) (codes []string, err error) {
	p, err := s.take(ticket)
	if err != nil {
		return nil, err
	}
	codes, err = s.cfg.Commit(ctx, by, p.draft)
	if err != nil {
		if closeErr := p.doors.Close(context.WithoutCancel(ctx)); closeErr != nil {
			s.cfg.Logger.WarnContext(ctx, "closing the new listeners failed", slog.Any("error", closeErr))
		}
		return nil, fmt.Errorf("store the setup: %w", err)
	}
	s.mu.Lock()
	s.done, s.link = true, secret{}
	s.mu.Unlock()
	if err := p.doors.Keep(context.WithoutCancel(ctx)); err != nil {
		s.cfg.Logger.WarnContext(ctx, "closing the old listeners failed", slog.Any("error", err))
	}
	return codes, nil
}

func (s *Setup) take(ticket string) (*pending, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.pending
	if p == nil || !p.ticket.opens(ticket, s.cfg.Clock.Now()) {
		return nil, ErrTicket
	}
	s.pending = nil
	close(p.stop)
	return p, nil
}

// Close ends a waiting hand-over; the appliance stops.
func (s *Setup) Close(ctx context.Context) error {
	s.mu.Lock()
	p := s.pending
	s.pending = nil
	s.mu.Unlock()
	if p == nil {
		return nil
	}
	close(p.stop)
	return p.doors.Close(ctx)
}
