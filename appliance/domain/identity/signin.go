package identity

import (
	"context"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// Credentials are what a person types at the sign-in page, and what his browser adds.
type Credentials struct {
	Email, Password string
	Device          string // the device cookie
	Captcha         string // base64 of a solved Captcha, when asked for
	Resume          string // token of a session of his that became idle: it goes on under its id
}

// State says what comes after a right password.
type State string

// The states of a sign-in.
const (
	StateOK     State = "ok"              // a session
	StateMFA    State = "mfa"             // a ticket for SignInCode
	StateChange State = "change_password" // a ticket for ChangeTemporary
)

// Result of a step of the sign-in.
type Result struct {
	State      State
	Ticket     string
	TicketEnds time.Time
	// MailCode tells that ChangeTemporary needs the code that was mailed.
	MailCode bool
	// Token is the session's, for the cookie; it cannot be read again.
	Token string
	// Device is for the device cookie of this browser.
	Device  string
	Session Session
	User    User
}

// attempt is a password that was tried, before the transaction that judges it.
type attempt struct {
	emailKey, tryKey string
	known            known
	right            bool
	rehashed         string
}

// SignIn checks a password. It answers an unknown user and a wrong password alike, with equal work.
func (i *Identity) SignIn(ctx context.Context, by audit.Cause, c Credentials) (Result, error) {
	if err := i.rate.take(by.IP); err != nil {
		return Result{}, err
	}
	a, err := i.try(ctx, by, c.Email, c.Password, c.Device, &c.Captcha)
	if err != nil {
		return Result{}, err
	}
	return i.conclude(ctx, func(tx store.Tx, o *outcome) error {
		k, err := i.judge(tx, by, "session.sign_in", a, o)
		if err != nil || o.refusal != nil {
			return err
		}
		if err := a.rehash(tx, &k); err != nil {
			return err
		}
		resume := ""
		if c.Resume != "" {
			resume = hashToken(c.Resume)
		}
		return i.proceed(tx, as(by, &k.user), step{known: k, emailKey: a.emailKey, device: c.Device, resume: resume}, o)
	})
}

// outcome of a transaction, which is committed with a refusal too: the count and the log row stay.
type outcome struct {
	refusal error
	result  Result
	ended   []ended
	newTry  int64
}

// conclude runs one step in a transaction. fn may run twice and begins from nothing.
func (i *Identity) conclude(ctx context.Context, fn func(tx store.Tx, o *outcome) error) (Result, error) {
	var o outcome
	err := i.update(ctx, func(tx store.Tx) error {
		o = outcome{}
		return fn(tx, &o)
	})
	if err != nil {
		return Result{}, err
	}
	i.tryRows.Add(o.newTry)
	i.fire(o.ended)
	if o.refusal != nil {
		return Result{}, o.refusal
	}
	return o.result, nil
}

// try looks the person up and does the work of a password check, whoever it is. captcha nil means
// that none can be asked for (a connector).
func (i *Identity) try(ctx context.Context, by audit.Cause, email, password, device string, captcha *string) (*attempt, error) {
	key := Fold(email)
	a := &attempt{emailKey: key, tryKey: i.tryKey(by.IP, key, device)}
	now := i.cfg.Clock.Now()
	var t tryRow
	err := i.view(ctx, func(r store.Reader) (err error) {
		if a.known, err = findByEmail(r, key); err != nil {
			return err
		}
		t, err = loadTry(r, a.tryKey, now)
		return err
	})
	if err != nil {
		return nil, err
	}
	if captcha != nil && len(t.Fails) >= captchaAfter {
		if err := i.captcha.spend(*captcha); err != nil {
			return nil, err
		}
	}
	return a, i.hashCheck(ctx, a, password)
}

func (i *Identity) hashCheck(ctx context.Context, a *attempt, password string) (err error) {
	phc := a.known.secret.PHC
	if len(password) > 4*maxPassword {
		password, phc = "", "" // never right, and not worth its length
	}
	if a.right, err = i.hash.check(ctx, phc, password); err != nil {
		return err
	}
	if a.right && i.hash.stale(phc) {
		a.rehashed, err = i.hash.make(ctx, password)
	}
	return err
}

// rehash stores the hash of the new cost.
func (a *attempt) rehash(tx store.Tx, k *known) error {
	if a.rehashed == "" {
		return nil
	}
	k.secret.PHC = a.rehashed
	return secrets().Put(tx, &k.secret)
}

// judge decides in the transaction, on the rows as they are now. A refusal is written down.
func (i *Identity) judge(tx store.Tx, by audit.Cause, action string, a *attempt, o *outcome) (known, error) {
	now := i.cfg.Clock.Now()
	k, err := findByEmail(tx, a.emailKey)
	if err != nil {
		return known{}, err
	}
	right := a.right && k.found && k.user.ID == a.known.user.ID && k.secret.Epoch == a.known.secret.Epoch &&
		k.user.State == StateActive && i.usable(&k.secret, now)
	if err := i.count(tx, a.tryKey, right, now, ErrCredentials, o); err != nil || o.refusal == nil {
		return k, err
	}
	return k, audit.Record(tx, by, refused(action, &k.user, label(a.emailKey), o.refusal))
}

// label is what the log shows of a typed e-mail; what is none may be a password in the wrong field.
func label(emailKey string) string {
	if shown, _, err := checkEmail(emailKey); err == nil {
		return shown
	}
	return "?"
}

// count enters one proof (password or code) into the pair's row; a lock refuses the right one too.
func (i *Identity) count(tx store.Tx, key string, right bool, now time.Time, wrong *fault.Error, o *outcome) error {
	t, err := loadTry(tx, key, now)
	if err != nil {
		return err
	}
	left := t.left(now.UnixMilli())
	if admits(left, right) {
		return nil
	}
	if err := i.makeRoom(tx, &t, now, o); err != nil || o.refusal != nil {
		return err
	}
	switch {
	case left > 0:
		o.refusal = ErrLocked.After(left)
	case t.fail(now.UnixMilli()):
		o.refusal = ErrLocked.After(lockFor)
	default:
		o.refusal = wrong.With(map[string]any{"captcha": len(t.Fails) >= captchaAfter})
	}
	return saveTry(tx, &t)
}

// makeRoom keeps the table bounded: rows that count no more go first, then the oldest that locks
// nothing. When all are locks, the attempt is refused uncounted.
func (i *Identity) makeRoom(tx store.Tx, t *tryRow, now time.Time, o *outcome) error {
	swept, err := sweepTries(tx, now, triesSwept)
	if err != nil {
		return err
	}
	o.newTry -= int64(swept)
	if had, err := tries().Has(tx, store.Text(t.Key)); err != nil || had {
		return err
	}
	o.newTry++
	if i.tryRows.Load() < i.maxTries {
		return nil
	}
	for it, err := range tries().Lookup(tx, "ends", store.Page{Limit: 1}, store.Bool(false)) {
		if err != nil {
			return err
		}
		o.newTry--
		return tries().Delete(tx, store.Text(it.Row.Key))
	}
	o.refusal = ErrTooMany.After(lockFor)
	return nil
}

// countTries counts the rows anew.
func (i *Identity) countTries(ctx context.Context) error {
	n := int64(0)
	err := i.view(ctx, func(r store.Reader) error {
		n = 0
		for _, err := range tries().List(r, store.Page{}) {
			if err != nil {
				return err
			}
			n++
		}
		return ctx.Err()
	})
	if err == nil {
		i.tryRows.Store(n)
	}
	return err
}
