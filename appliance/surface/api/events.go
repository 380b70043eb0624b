package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/appliance/surface/api/problem"
	"github.com/switchkeep/switchkeep/appliance/surface/api/route"
	"github.com/switchkeep/switchkeep/appliance/surface/api/sse"
)

// events streams what the caller may view. Whether it may is asked again for each event, whether the
// session still is with every beat, without prolonging it.
func (a *API) events(w http.ResponseWriter, r *http.Request) {
	c := route.From(r.Context())
	err := a.c.Hub.Serve(w, r, sse.Subscriber{
		Session: c.Who.Session, User: c.Who.User,
		In: func(account string) bool {
			return account == c.Who.Account || a.c.Under != nil && a.c.Under(c.Who.Account, account)
		},
		May: func(ctx context.Context, e sse.Change) bool {
			return a.mayView(ctx, c.Who, e)
		},
		Alive: func(ctx context.Context) bool {
			_, err := a.c.Identity.Session(ctx, c.Token, false)
			return err == nil
		},
	})
	if errors.Is(err, sse.ErrFull) {
		problem.Write(w, problem.New(http.StatusTooManyRequests, "too_many_streams", "this session has too many event streams").After(30*time.Second))
	}
}

// viewAction is the right that each type of change is shown under.
func viewAction(kind string) route.Action {
	switch kind {
	case "account":
		return "account.view"
	case "quota":
		return "quota.view"
	case "user":
		return "user.view"
	case "pbx":
		return "pbx.view"
	case "visit":
		return "visit.view"
	case "mail":
		return "mail.view"
	case "audit":
		return "audit.view"
	case "operation":
		return "operation.view"
	case "backup", "certificate", "system":
		return "system.view"
	default:
		return ""
	}
}

func (a *API) mayView(ctx context.Context, who route.Who, e sse.Change) bool {
	if e.Type == "session" {
		return e.Account == who.User // a session belongs to a person
	}
	act := viewAction(e.Type)
	if act == "" {
		return false
	}
	return a.c.DB.View(ctx, func(r store.Reader) error { return a.c.Access.Check(r, who, act, e.Account) }) == nil
}

// feed hands what the store's signals say to the streams.
func (a *API) feed(ctx context.Context) {
	if a.c.Signals == nil {
		return
	}
	sub := a.c.Signals.Subscribe(0)
	defer sub.Close()
	for {
		select {
		case <-ctx.Done():
			return
		case <-sub.Ready():
		}
		changes, reload := sub.Take()
		if reload {
			a.c.Hub.Reload()
		}
		out := make([]sse.Change, len(changes))
		for i, c := range changes {
			out[i] = sse.Change{Type: c.Type, ID: c.ID, Rev: uint64(c.Rev), Account: c.Account}
		}
		a.c.Hub.Publish(out...)
	}
}
