package identity

import (
	"context"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// Reasons for which a session ends. Idle is none: it locks the tab and ends nothing.
const (
	ReasonSignOut  = "sign_out"
	ReasonRevoked  = "revoked"
	ReasonLimit    = "limit"
	ReasonAbsolute = "absolute"
	ReasonPassword = "password"
	ReasonMFA      = "mfa"
	ReasonRemoved  = "removed"
	ReasonFrozen   = "frozen"
	ReasonRights   = "rights"
	ReasonAdmin    = "admin"
)

// endBatch bounds the sessions that one transaction ends.
const endBatch = 50

type ended struct{ session, user, reason string }

// fire tells those who registered with OnEnd, after the commit.
func (i *Identity) fire(all []ended) {
	if len(all) == 0 || !reports() {
		return
	}
	i.mu.Lock()
	hooks := i.ends
	for _, e := range all {
		delete(i.seen, e.session)
	}
	i.mu.Unlock()
	for _, e := range all {
		for _, fn := range hooks {
			fn(e.session, e.user, e.reason)
		}
	}
}

// endTx removes the row; o carries it to fire.
func (i *Identity) endTx(tx store.Tx, by audit.Cause, s *Session, reason string, o *outcome) error {
	if err := sessions().Delete(tx, store.Text(s.ID)); err != nil {
		return err
	}
	o.ended = append(o.ended, ended{s.ID, s.User, reason})
	action := "session.end"
	if reason == ReasonSignOut {
		action = "session.sign_out"
	}
	return audit.Record(tx, by, audit.Entry{
		Account: s.Account, Action: action, ObjectKind: "session", ObjectID: s.ID,
		Detail: map[string]string{"reason": reason, "user": s.User},
	})
}

// endAllTx ends the sessions of a person.
func (i *Identity) endAllTx(tx store.Tx, by audit.Cause, user, reason string, o *outcome) error {
	all, err := i.sessionsOf(tx, user)
	if err != nil {
		return err
	}
	for n := range all {
		if err := i.endTx(tx, by, &all[n], reason, o); err != nil {
			return err
		}
	}
	return nil
}

// endOver ends a session that is past its absolute end.
func (i *Identity) endOver(ctx context.Context, now time.Time, id string) error {
	_, err := i.conclude(ctx, func(tx store.Tx, o *outcome) error {
		s, err := sessions().Get(tx, store.Text(id))
		if err != nil || !i.past(s.EndsAt, now) {
			return absent(err, nil)
		}
		return i.endTx(tx, audit.System(now, ReasonAbsolute), &s, ReasonAbsolute, o)
	})
	return err
}

// SignOut ends the session of the token; one that is over already is no error.
func (i *Identity) SignOut(ctx context.Context, by audit.Cause, token string) error {
	_, err := i.conclude(ctx, func(tx store.Tx, o *outcome) error {
		s, err := byToken(tx, token)
		if fault.Is(err, fault.KindUnauthenticated) {
			return nil
		}
		if err != nil {
			return err
		}
		return i.endTx(tx, by, &s, ReasonSignOut, o)
	})
	return err
}

// SessionInfo is a line of a person's list of sessions.
type SessionInfo struct {
	Session
	Current bool `json:"current"`
	Idle    bool `json:"idle"`
}

// ListSessions returns the sessions of a person, the one in use first marked by its id.
func (i *Identity) ListSessions(ctx context.Context, user, current string) ([]SessionInfo, error) {
	var all []Session
	err := i.view(ctx, func(r store.Reader) (err error) {
		all, err = i.sessionsOf(r, user)
		return err
	})
	if err != nil {
		return nil, err
	}
	now := i.cfg.Clock.Now()
	out := make([]SessionInfo, 0, len(all))
	for _, s := range all {
		if i.past(s.EndsAt, now) {
			continue
		}
		s.SeenAt = i.lastSeen(&s)
		out = append(out, SessionInfo{Session: s, Current: s.ID == current, Idle: i.past(idleEnd(s.SeenAt), now)})
	}
	return out, nil
}

// Revoke ends one session of a person.
func (i *Identity) Revoke(ctx context.Context, by audit.Cause, user, session string) error {
	_, err := i.conclude(ctx, func(tx store.Tx, o *outcome) error {
		s, err := sessions().Get(tx, store.Text(session))
		if err == nil && s.User != user {
			err = store.ErrNotFound
		}
		if err != nil {
			return absent(err, fault.NotFound("session"))
		}
		return i.endTx(tx, by, &s, ReasonRevoked, o)
	})
	return err
}

// EndUser ends all sessions of a person.
func (i *Identity) EndUser(ctx context.Context, by audit.Cause, user, reason string) error {
	_, err := i.conclude(ctx, func(tx store.Tx, o *outcome) error {
		return i.endAllTx(tx, by, user, reason, o)
	})
	return err
}

// EndAccount ends all sessions that work in an account.
func (i *Identity) EndAccount(ctx context.Context, by audit.Cause, account, reason string) error {
	for {
		n := 0
		_, err := i.conclude(ctx, func(tx store.Tx, o *outcome) error {
			var all []Session
			for it, err := range sessions().Lookup(tx, "account", store.Page{Limit: endBatch}, store.Text(account)) {
				if err != nil {
					return err
				}
				all = append(all, it.Row)
			}
			n = len(all)
			for k := range all {
				if err := i.endTx(tx, by, &all[k], reason, o); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || n < endBatch {
			return err
		}
	}
}
