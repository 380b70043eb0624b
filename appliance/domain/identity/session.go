package identity

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/ident"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// Lifetimes of a session.
const (
	SessionIdle     = 30 * time.Minute
	SessionAbsolute = 12 * time.Hour
	// sessionsPerUser is how many one person may have; the one unused longest makes room.
	sessionsPerUser = 10
	// seenEvery is how often activity is written.
	seenEvery = time.Minute
)

// View is a session with all that a request needs.
type View struct {
	Session     Session
	User        User
	Memberships []Member
	Acting      Member
	Account     Account
	// MFARequired tells that people of this account need a second factor and this one has none.
	MFARequired bool
	IdleEnds    time.Time
	Ends        time.Time
}

// open makes the session, or goes on with an idle one of the same person, under a new token.
func (i *Identity) open(tx store.Tx, by audit.Cause, u *User, m Membership, st *step, now time.Time, o *outcome) (Result, error) {
	plain, hash := newToken()
	s := Session{
		ID: ident.New(), Hash: hash, User: u.ID, Membership: m.ID, Account: m.Account, MFA: st.mfa,
		IP: by.IP, UserAgent: short(by.UserAgent), CreatedAt: now, SeenAt: now, EndsAt: absoluteEnd(now),
	}
	if !st.unproved {
		s.ProvedAt = now
	}
	old, err := sessions().ByUnique(tx, "token", store.Text(st.resume))
	switch {
	case err == nil && old.User == u.ID && !i.past(old.EndsAt, now):
		s.ID = old.ID
	case err != nil && !errors.Is(err, store.ErrNotFound):
		return Result{}, err
	default:
		if err := i.limit(tx, by, u, o); err != nil {
			return Result{}, err
		}
	}
	if err := sessions().Put(tx, &s); err != nil {
		return Result{}, err
	}
	return Result{State: StateOK, Token: plain, Device: i.deviceFor(u.EmailKey, st.device), Session: s, User: *u}, nil
}

// limit ends what was unused longest until there is room for one more.
func (i *Identity) limit(tx store.Tx, by audit.Cause, u *User, o *outcome) error {
	all, err := i.sessionsOf(tx, u.ID)
	if err != nil {
		return err
	}
	slices.SortFunc(all, func(a, b Session) int { return i.lastSeen(&a).Compare(i.lastSeen(&b)) })
	for n := range surplus(len(all)) {
		if err := i.endTx(tx, by, &all[n], ReasonLimit, o); err != nil {
			return err
		}
	}
	return nil
}

func (i *Identity) sessionsOf(r store.Reader, user string) ([]Session, error) {
	var all []Session
	for it, err := range sessions().Lookup(r, "user", store.Page{}, store.Text(user)) {
		if err != nil {
			return nil, err
		}
		all = append(all, it.Row)
	}
	return all, nil
}

func short(s string) string {
	const most = 256
	if len(s) > most {
		s = s[:most]
	}
	return s
}

// Session returns the session of a token. active says whether the request counts as activity of
// the person: live updates and polls do not.
func (i *Identity) Session(ctx context.Context, token string, active bool) (View, error) {
	v, err := i.look(ctx, func(r store.Reader) (Session, error) { return byToken(r, token) })
	if err != nil {
		return View{}, err
	}
	if prolongs(active) {
		if err := i.touch(ctx, &v.Session); err != nil {
			return View{}, err
		}
		v.IdleEnds = idleEnd(v.Session.SeenAt)
	}
	return v, nil
}

func byToken(r store.Reader, token string) (Session, error) {
	if token == "" {
		return Session{}, ErrSignedOut
	}
	s, err := sessions().ByUnique(r, "token", store.Text(hashToken(token)))
	return s, absent(err, ErrSignedOut)
}

// look reads a session and everything beside it, and ends it when its time has come.
func (i *Identity) look(ctx context.Context, find func(store.Reader) (Session, error)) (v View, err error) {
	now := i.cfg.Clock.Now()
	var over error
	err = i.view(ctx, func(r store.Reader) (err error) {
		v = View{}
		if v.Session, err = find(r); err != nil {
			return err
		}
		if over = i.state(&v.Session, now); over == nil {
			err = i.fill(r, &v)
		}
		return err
	})
	if err == nil && errors.Is(over, ErrSignedOut) {
		err = i.endOver(ctx, now, v.Session.ID)
	}
	if err == nil {
		err = over
	}
	if err != nil {
		return View{}, err
	}
	v.Session.SeenAt = i.lastSeen(&v.Session)
	v.IdleEnds, v.Ends = idleEnd(v.Session.SeenAt), v.Session.EndsAt
	if v.Account.Frozen != nil {
		return View{}, frozenError(v.Account)
	}
	return v, nil
}

// state tells whether the session may be used now.
func (i *Identity) state(s *Session, now time.Time) error {
	switch {
	case i.past(s.EndsAt, now):
		return ErrSignedOut
	case i.past(idleEnd(i.lastSeen(s)), now):
		return ErrIdle
	}
	return nil
}

func (i *Identity) fill(r store.Reader, v *View) (err error) {
	if v.User, err = Users().Get(r, store.Text(v.Session.User)); err != nil {
		return absent(err, ErrSignedOut)
	}
	if v.Memberships, err = i.membersOf(r, &v.User); err != nil {
		return err
	}
	at := slices.IndexFunc(v.Memberships, func(m Member) bool {
		return m.ID == v.Session.Membership && m.State == StateActive
	})
	if at < 0 {
		return ErrSignedOut
	}
	v.Acting = v.Memberships[at]
	if v.Account, err = i.cfg.Accounts.Account(r, v.Acting.Account); err != nil {
		return err
	}
	v.MFARequired = isStaff(v.Account) && !v.User.MFA
	return nil
}

// isStaff tells whether the account's people need long passwords and a second factor.
func isStaff(a Account) bool { return a.Kind == "operator" || a.Kind == "channel" }

// lastSeen is the last activity, with what is not written yet. One that was noted while the clock was
// ahead counts from now on: else the session would not go idle before that day.
func (i *Identity) lastSeen(s *Session) time.Time {
	now := i.cfg.Clock.Now()
	i.mu.Lock()
	defer i.mu.Unlock()
	at, ok := i.seen[s.ID]
	if !ok || s.SeenAt.After(at) && !s.SeenAt.After(now) {
		at = s.SeenAt
	}
	if at.After(now) && i.cfg.Guard.Sure() {
		at = now
		i.seen[s.ID] = now
	}
	return at
}

// touch notes activity now; it is written once a minute.
func (i *Identity) touch(ctx context.Context, s *Session) error {
	now := i.cfg.Clock.Now()
	i.mu.Lock()
	i.seen[s.ID] = now
	i.mu.Unlock()
	s.SeenAt = now
	return i.writeSeen(ctx, s.ID, now, seenEvery)
}

// writeSeen writes the activity when the row is older than that.
func (i *Identity) writeSeen(ctx context.Context, id string, at time.Time, older time.Duration) error {
	due := false
	err := i.view(ctx, func(r store.Reader) error {
		s, err := sessions().Get(r, store.Text(id))
		due = err == nil && (at.Sub(s.SeenAt) >= older || i.ahead(&s))
		return absent(err, nil)
	})
	if err != nil || !due {
		return err
	}
	gone := false
	err = i.update(ctx, func(tx store.Tx) (err error) {
		s, err := sessions().Get(tx, store.Text(id))
		if gone = errors.Is(err, store.ErrNotFound); err != nil {
			return absent(err, nil)
		}
		if !at.After(s.SeenAt) && !i.ahead(&s) {
			return nil
		}
		s.SeenAt = at
		if latest := absoluteEnd(at); i.cfg.Guard.Sure() && s.EndsAt.After(latest) { // begun while the clock was ahead
			s.EndsAt = latest
		}
		return sessions().Put(tx, &s)
	})
	if gone {
		i.forget(id)
	}
	return err
}

// ahead tells whether the session was last seen by a clock that has been set back since.
func (i *Identity) ahead(s *Session) bool {
	return s.SeenAt.After(i.cfg.Clock.Now()) && i.cfg.Guard.Sure()
}

func (i *Identity) forget(id string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	delete(i.seen, id)
}

// Touch notes activity of a session by its id: work in a visit counts for the session that launched it.
func (i *Identity) Touch(ctx context.Context, session string) error {
	v, err := i.look(ctx, byID(session))
	if err != nil {
		return err
	}
	return i.touch(ctx, &v.Session)
}

func byID(id string) func(store.Reader) (Session, error) {
	return func(r store.Reader) (Session, error) {
		s, err := sessions().Get(r, store.Text(id))
		return s, absent(err, ErrSignedOut)
	}
}

// Alive tells whether the session has not ended; an idle one is alive.
func (i *Identity) Alive(ctx context.Context, session string) (bool, error) {
	_, err := i.look(ctx, byID(session))
	if err == nil || errors.Is(err, ErrIdle) {
		return true, nil
	}
	if _, ok := fault.As(err); ok {
		return false, nil
	}
	return false, err
}

// Switch makes the session work in another account of its user.
func (i *Identity) Switch(ctx context.Context, by audit.Cause, token, membership string) (View, error) {
	now := i.cfg.Clock.Now()
	err := i.update(ctx, func(tx store.Tx) error {
		s, err := byToken(tx, token)
		if err != nil {
			return err
		}
		if err = i.state(&s, now); err != nil {
			return err
		}
		m, err := Memberships().Get(tx, store.Text(membership))
		if err != nil || m.User != s.User || m.State != StateActive {
			return errors.Join(absent(err, nil), fault.NotFound("membership"))
		}
		a, err := i.cfg.Accounts.Account(tx, m.Account)
		if err != nil {
			return err
		}
		if a.Frozen != nil {
			return frozenError(a)
		}
		return i.switchTx(tx, by, s, m)
	})
	if err != nil {
		return View{}, err
	}
	return i.Session(ctx, token, true)
}

func (i *Identity) switchTx(tx store.Tx, by audit.Cause, s Session, m Membership) error {
	from := s.Account
	s.Membership, s.Account = m.ID, m.Account
	if err := sessions().Put(tx, &s); err != nil {
		return err
	}
	u, err := Users().Get(tx, store.Text(s.User))
	if err != nil {
		return err
	}
	u.Acting = m.ID
	if err := Users().Put(tx, &u); err != nil {
		return err
	}
	e := entry("session.switch", &u, map[string]string{"from": from, "to": m.Account})
	e.Account = m.Account
	return audit.Record(tx, by, e)
}
