package outbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/mail"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// pollEvery finds what became due by time alone.
const pollEvery = 15 * time.Second

// backoff is the wait after the n-th failed try.
func backoff(n uint32) time.Duration {
	steps := []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}
	if int(n) <= len(steps) {
		return steps[n-1]
	}
	return 4 * time.Hour
}

// Run sends what is due until ctx ends: at once after a commit, else by polling.
func (o *Outbox) Run(ctx context.Context) error {
	wake := make(chan struct{}, 1)
	var wg sync.WaitGroup
	rev := o.c.DB.Rev() // before the first look, so that no commit falls between
	wg.Go(func() { o.watch(ctx, rev, wake) })
	defer wg.Wait()
	tick := o.c.Clock.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		if err := o.pass(ctx); err != nil && ctx.Err() == nil {
			o.c.Logger.ErrorContext(ctx, "outbox", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-wake:
		case <-tick.C():
		}
	}
}

// watch wakes Run when a row was committed after rev. A gap in the history only means one wake more.
func (o *Outbox) watch(ctx context.Context, rev store.Rev, wake chan<- struct{}) {
	for ctx.Err() == nil {
		for _, err := range o.c.DB.Watch(ctx, rev, table().Name(), "mail_settings") {
			if err != nil {
				break
			}
			nudge(wake)
		}
		rev = o.c.DB.Rev()
		nudge(wake)
		pause := o.c.Clock.NewTimer(time.Second)
		select {
		case <-ctx.Done():
		case <-pause.C():
		}
		pause.Stop()
	}
}

// pass sends everything that is due, one after the other. When the session with the server fails,
// the rest would too: it waits for the next pass.
func (o *Outbox) pass(ctx context.Context) error {
	for ctx.Err() == nil {
		var row Row
		var settings mail.Settings
		found := false
		err := o.c.DB.View(ctx, func(r store.Reader) (err error) {
			row, found, err = o.due(r)
			if err == nil && found {
				settings, _, err = mail.Load(r, o.c.Keeper)
			}
			return err
		})
		if errors.Is(err, mail.ErrNotConfigured) || err == nil && !found {
			return nil
		}
		if err != nil {
			return err
		}
		again, err := o.deliver(ctx, settings, row)
		if err != nil || !again {
			return err
		}
	}
	return nil
}

func (o *Outbox) due(r store.Reader) (Row, bool, error) {
	for it, err := range table().Lookup(r, "due", store.Page{Limit: 1}) {
		if err != nil {
			return Row{}, false, err
		}
		return it.Row, !it.Row.Next.After(o.c.Clock.Now()), nil
	}
	return Row{}, false, nil
}

// deliver makes one attempt and writes down what came of it. again is false when the session failed.
func (o *Outbox) deliver(ctx context.Context, s mail.Settings, row Row) (again bool, err error) {
	answer, err := o.send(ctx, s, row)
	if stop := ctx.Err(); stop != nil {
		return false, stop // in the middle: the row is as it was
	}
	now := o.c.Clock.Now()
	next := outcome(row, now, answer, err)
	log := o.c.Logger.With(slog.String("id", row.ID), slog.String("template", row.Template), slog.String("state", next.State))
	if err != nil {
		log.WarnContext(ctx, "mail not sent", slog.Any("error", err))
	} else {
		log.InfoContext(ctx, "mail sent")
	}
	_, werr := o.c.DB.Update(ctx, func(_ context.Context, tx store.Tx) error {
		cur, gerr := table().Get(tx, store.Text(row.ID))
		if errors.Is(gerr, store.ErrNotFound) || gerr == nil && !cur.Queued.Equal(row.Queued) {
			return nil // deleted, or queued again meanwhile
		}
		if gerr != nil {
			return gerr
		}
		return table().Put(tx, &next)
	})
	f := new(mail.Failure)
	return !errors.As(err, &f) || !f.Session, werr
}

func (o *Outbox) send(ctx context.Context, s mail.Settings, row Row) (answer string, err error) {
	// A letter that breaks its own making must not stop the queue.
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	plain, err := o.c.Keeper.Open("outbox", row.ID, "data", row.Data)
	if err != nil {
		return "", err
	}
	var data map[string]string
	if err = json.Unmarshal(plain, &data); err != nil {
		return "", err
	}
	c, err := mail.Render(row.Template, row.Lang, data)
	if err != nil {
		return "", err
	}
	return mail.Send(ctx, s, mail.Letter{ID: row.ID, To: row.To, Subject: c.Subject, Text: c.Text, HTML: c.HTML, At: row.Queued})
}

// outcome is the row after an attempt.
func outcome(row Row, now time.Time, answer string, err error) Row {
	row.Tries++
	row.Last = now
	row.Answer = answer
	f := new(mail.Failure)
	switch {
	case err == nil:
		row.State = Sent
	case !errors.As(err, &f):
		row.State, row.Answer = Refused, err.Error()
	case f.Temporary && now.Sub(row.Queued) < GiveUp:
		row.State, row.Answer = Deferred, f.Answer
		row.Next = now.Add(backoff(row.Tries))
	default:
		row.State, row.Answer = Refused, f.Answer
	}
	return row
}

func nudge(wake chan<- struct{}) {
	select {
	case wake <- struct{}{}:
	default:
	}
}
