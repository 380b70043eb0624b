package identity

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// sweepEvery is how often what has ended is taken away.
const sweepEvery = time.Minute

// Run takes away what has ended until ctx ends, then writes the activity that is only in memory.
func (i *Identity) Run(ctx context.Context) error {
	tick := i.cfg.Clock.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return i.flush(context.WithoutCancel(ctx))
		case <-tick.C():
			if err := i.Sweep(ctx); err != nil && ctx.Err() == nil {
				i.cfg.Logger.ErrorContext(ctx, "sweep of ended sessions and links", slog.Any("error", err))
			}
		}
	}
}

// flush writes the last activity of every session.
func (i *Identity) flush(ctx context.Context) error {
	i.mu.Lock()
	seen := maps.Clone(i.seen)
	i.mu.Unlock()
	var all error
	for id, at := range seen {
		all = errors.Join(all, i.writeSeen(ctx, id, at, 0))
	}
	return all
}

// Sweep takes away sessions past their absolute end, tickets, old links and counters. While the
// time is unsure it takes away counters only.
func (i *Identity) Sweep(ctx context.Context) error {
	now := i.cfg.Clock.Now()
	if err := i.sweepTries(ctx, now); err != nil {
		return err
	}
	if !i.cfg.Guard.Sure() {
		return nil
	}
	return errors.Join(i.sweepSessions(ctx, now), i.sweepTickets(ctx, now), i.sweepTokens(ctx, now))
}

func (i *Identity) sweepTries(ctx context.Context, now time.Time) error {
	for n := endBatch; n >= endBatch; {
		err := i.update(ctx, func(tx store.Tx) (err error) {
			n, err = sweepTries(tx, now, endBatch)
			return err
		})
		if err != nil {
			return err
		}
	}
	return i.countTries(ctx)
}

func (i *Identity) sweepSessions(ctx context.Context, now time.Time) error {
	for n := endBatch; n >= endBatch; {
		_, err := i.conclude(ctx, func(tx store.Tx, o *outcome) error {
			var over []Session
			for it, err := range sessions().Lookup(tx, "ends", store.Page{Limit: endBatch}) {
				if err != nil {
					return err
				}
				if now.Before(it.Row.EndsAt) {
					break
				}
				over = append(over, it.Row)
			}
			n = len(over)
			for k := range over {
				if err := i.endTx(tx, audit.System(now, ReasonAbsolute), &over[k], ReasonAbsolute, o); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (i *Identity) sweepTickets(ctx context.Context, now time.Time) error {
	for n := endBatch; n >= endBatch; {
		err := i.update(ctx, func(tx store.Tx) error {
			var over []string
			for it, err := range tickets().Lookup(tx, "ends", store.Page{Limit: endBatch}) {
				if err != nil {
					return err
				}
				if now.Before(it.Row.EndsAt) {
					break
				}
				over = append(over, it.Row.Hash)
			}
			n = len(over)
			return deleteAll(tx, over, tickets().Delete)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (i *Identity) sweepTokens(ctx context.Context, now time.Time) error {
	for n := endBatch; n >= endBatch; {
		err := i.update(ctx, func(tx store.Tx) error {
			var over []string
			for it, err := range tokens().Lookup(tx, "ends", store.Page{Limit: endBatch}) {
				if err != nil {
					return err
				}
				if now.Before(it.Row.EndsAt.Add(tokensKept)) {
					break
				}
				over = append(over, it.Row.Hash)
			}
			n = len(over)
			return deleteAll(tx, over, tokens().Delete)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func deleteAll(tx store.Tx, keys []string, del func(store.Tx, ...store.Part) error) error {
	for _, k := range keys {
		if err := del(tx, store.Text(k)); err != nil {
			return err
		}
	}
	return nil
}
