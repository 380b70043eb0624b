package visit

import (
	"context"
	"errors"
	"log/slog"
	"sync"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

type checkFunc = func(r store.Reader, account string) error

// end stops a visit at once; the record follows.
func (v *Visits) end(vis *visit, by audit.Cause, reason string) {
	vis.mu.Lock()
	if vis.over {
		vis.mu.Unlock()
		return
	}
	vis.over = true
	vis.mu.Unlock()
	vis.cancel()
	v.mu.Lock()
	delete(v.live, vis.id)
	if vis.slot != nil {
		vis.slot.leave(v.cfg.Clock.Now())
	}
	v.mu.Unlock()
	v.wg.Go(func() {
		vis.idle()
		v.writeEnd(vis, by, reason)
	})
}

func (v *Visits) system(vis *visit, reason string) {
	v.end(vis, audit.System(v.cfg.Clock.Now(), reason), reason)
}

// writeEnd runs after the visit's context ended, and outlives Stop's cancel.
func (v *Visits) writeEnd(vis *visit, by audit.Cause, reason string) {
	defer close(vis.ended)
	ctx := context.WithoutCancel(v.base)
	row := vis.row
	vis.mu.Lock()
	row.OpenedAt = vis.opened
	vis.mu.Unlock()
	row.EndedAt, row.EndReason, row.EndedBy = v.cfg.Clock.Now(), reason, by.User
	row.BytesIn, row.BytesOut, row.Requests = vis.bytesIn.Load(), vis.bytesOut.Load(), vis.requests.Load()
	if _, err := v.cfg.DB.Update(ctx, func(_ context.Context, tx store.Tx) error { return putEnd(tx, by, &row) }); err != nil {
		v.log.ErrorContext(ctx, "end of a visit not recorded", slog.String("visit", vis.id), slog.Any("error", err))
		return
	}
	v.log.InfoContext(ctx, "visit ended", slog.String("visit", vis.id), slog.String("reason", reason))
}

func (v *Visits) each(match func(*visit) bool) []*visit {
	v.mu.Lock()
	defer v.mu.Unlock()
	var out []*visit
	for _, vis := range v.live {
		if match(vis) {
			out = append(out, vis)
		}
	}
	return out
}

func (v *Visits) endAll(match func(*visit) bool, reason string) {
	for _, vis := range v.each(match) {
		v.system(vis, reason)
	}
}

// EndSession ends the visits that a console session launched; access.Ender.
func (v *Visits) EndSession(session, reason string) {
	v.endAll(func(vis *visit) bool { return vis.row.Session == session }, or(reason, ReasonSession))
}

// EndUser ends a user's visits; access.Ender.
func (v *Visits) EndUser(user, reason string) {
	v.endAll(func(vis *visit) bool { return vis.row.User == user }, or(reason, ReasonUser))
}

// EndAccount ends the visits to PBXs of the account and those below it, and the visits of people who
// work there; access.Ender.
func (v *Visits) EndAccount(account, reason string) {
	v.endAll(func(vis *visit) bool {
		return v.cfg.Under(vis.row.Account, account) || vis.row.ActorAccount != "" && v.cfg.Under(vis.row.ActorAccount, account)
	}, or(reason, ReasonFrozen))
}

// EndPBX ends the visits to a PBX: its link is gone, or it is.
func (v *Visits) EndPBX(pbx, reason string) {
	v.endAll(func(vis *visit) bool { return vis.row.PBX == pbx }, or(reason, ReasonLink))
}

func or(s, def string) string {
	if s == "" {
		return def
	}
	return s
}

// Recheck asks again whether each live visit may go on. Only a refusal ends it; a failing store does not.
func (v *Visits) Recheck(ctx context.Context) error {
	lost := map[*visit]string{}
	err := v.cfg.DB.View(ctx, func(r store.Reader) error {
		clear(lost)
		for _, vis := range v.each(func(*visit) bool { return true }) {
			if reason := v.lost(r, vis); reason != "" {
				lost[vis] = reason
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for vis, reason := range lost {
		v.system(vis, reason)
	}
	return nil
}

func (v *Visits) lost(r store.Reader, vis *visit) string {
	t, err := v.cfg.PBXs.VisitTarget(r, vis.row.PBX)
	if refused(err) || err == nil && !t.Allowed {
		return ReasonRight
	}
	if err == nil {
		if refused(vis.check(r, t.Account)) {
			return ReasonRight
		}
		if refused(v.cfg.Freeze(r, t.Account)) {
			return ReasonFrozen
		}
	}
	return ""
}

func refused(err error) bool {
	var f *fault.Error
	return errors.As(err, &f)
}

// Run ends visits by the clock and after changes of rights, until ctx ends.
func (v *Visits) Run(ctx context.Context) error {
	var watching sync.WaitGroup
	defer watching.Wait()
	if len(v.cfg.Watch) > 0 {
		watching.Go(func() { v.watch(ctx) })
	}
	t := v.cfg.Clock.NewTicker(sweepEvery)
	defer t.Stop()
	asked := v.cfg.Clock.Now()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-t.C():
		}
		now := v.cfg.Clock.Now()
		if now.Sub(asked).Abs() >= recheckEvery { // rights run out without a change, and no signal is sure
			asked = now
			v.recheck(ctx)
		}
		for _, vis := range v.each(func(vis *visit) bool { return vis.due(now) != "" }) {
			v.system(vis, vis.due(now))
		}
		v.freePorts(now)
	}
}

// watch checks again after each commit that may have taken a right away.
func (v *Visits) watch(ctx context.Context) {
	from := v.cfg.DB.Rev()
	for ctx.Err() == nil {
		for _, err := range v.cfg.DB.Watch(ctx, from, v.cfg.Watch...) {
			if err != nil {
				break
			}
			v.recheck(ctx)
		}
		if ctx.Err() != nil {
			return
		}
		from = v.cfg.DB.Rev()
		if !v.recheck(ctx) {
			wait(ctx, v.cfg.Clock.NewTimer(sweepEvery))
		}
	}
}

func (v *Visits) recheck(ctx context.Context) bool {
	err := v.Recheck(ctx)
	if err != nil && ctx.Err() == nil {
		v.log.ErrorContext(ctx, "rights of visits not checked", slog.Any("error", err))
	}
	return err == nil
}

func wait(ctx context.Context, t clock.Timer) {
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C():
	}
}

// Stop ends all visits, closes the ports and waits until all is recorded.
func (v *Visits) Stop(ctx context.Context) error {
	v.mu.Lock()
	v.stopped = true
	v.mu.Unlock()
	v.endAll(func(*visit) bool { return true }, ReasonStop)
	v.cancel()
	v.closePorts()
	done := make(chan struct{})
	go func() { v.wg.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
