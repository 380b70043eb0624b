package pbx

import (
	"context"
	"log/slog"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

const (
	sweepEvery = 5 * time.Minute
	keepCodes  = 30 * 24 * time.Hour
)

// Run lets parked enrolments and old codes die, and saves the hot state, until ctx ends.
func (p *PBXs) Run(ctx context.Context) error {
	done := make(chan error, 1)
	go func() { done <- p.hot.Run(ctx) }()
	t := p.cfg.Clock.NewTicker(sweepEvery)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return <-done
		case <-t.C():
			if err := p.Sweep(ctx); err != nil && ctx.Err() == nil {
				p.log.ErrorContext(ctx, "sweep failed", slog.Any("error", err))
			}
		}
	}
}

// Sweep deletes parked enrolments that ended and codes that ended long ago. While the clock is
// unsure it deletes nothing.
func (p *PBXs) Sweep(ctx context.Context) error {
	if p.cfg.Unsure() {
		return nil
	}
	now := p.cfg.Clock.Now()
	_, err := p.cfg.DB.UpdateBulk(ctx, func(_ context.Context, tx store.Tx) error {
		if err := p.sweepParked(tx, now); err != nil {
			return err
		}
		var old []string
		for it, err := range p.codes.Lookup(tx, "ends", store.Page{Limit: 40}) {
			if err != nil {
				return err
			}
			if it.Row.Ends.After(now.Add(-keepCodes)) {
				break
			}
			old = append(old, it.Row.ID)
		}
		for _, id := range old {
			if err := p.codes.Delete(tx, store.Text(id)); err != nil {
				return err
			}
		}
		return nil
	})
	return err
}

func (p *PBXs) sweepParked(tx store.Tx, now time.Time) error {
	var ended []PBX
	for it, err := range p.devices.Lookup(tx, "ends", store.Page{Limit: 20}) {
		if err != nil {
			return err
		}
		if it.Row.Ends.After(now) {
			break
		}
		ended = append(ended, it.Row)
	}
	for i := range ended {
		if err := p.devices.Delete(tx, store.Text(ended[i].ID)); err != nil {
			return err
		}
		if err := audit.Record(tx, audit.System(now, "24 h without approval"), entry(ended[i], "pbx.expire", nil)); err != nil {
			return err
		}
	}
	return nil
}
