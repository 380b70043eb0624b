package identity

import (
	"context"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// ProofFor is how long a proved password opens what asks for it again.
const ProofFor = 5 * time.Minute

// ErrStepUp asks a signed-in person for the password again before something grave is done.
var ErrStepUp = fault.New(fault.KindDenied, "step_up_required", "type your password again first")

// ProofEnds is when the session's proof ends; it may have ended long ago.
func (s *Session) ProofEnds() time.Time { return s.ProvedAt.Add(ProofFor) }

// Proved tells whether the person proved the password a short while ago. A proof of the future counts
// for nothing: the clock went back.
func (s *Session) Proved(now time.Time) bool {
	since := now.Sub(s.ProvedAt)
	return since >= 0 && since < ProofFor
}

// StepUp proves a signed-in person's password again, and the second factor where there is one. It
// returns when the proof ends.
func (i *Identity) StepUp(ctx context.Context, by audit.Cause, session, password, code string) (time.Time, error) {
	s, err := i.own(ctx, session)
	if err != nil {
		return time.Time{}, err
	}
	u, err := i.User(ctx, s.User)
	if err != nil {
		return time.Time{}, err
	}
	if u.MFA && code == "" {
		return time.Time{}, fault.Invalid("code", "required", "the code of the second factor is needed, too")
	}
	res, err := i.confirm(ctx, by, s.User, "password", password, "session.step_up", func(tx store.Tx, k *known, o *outcome) (failed error) {
		if len(k.secret.TOTP) > 0 {
			if _, failed = i.factorTx(tx, k, by.IP, "", code, o); failed != nil {
				return failed
			}
			if o.refusal != nil {
				return audit.Record(tx, by, refused("session.step_up", &k.user, k.user.Email, o.refusal))
			}
		}
		row, failed := sessions().Get(tx, store.Text(s.ID))
		if failed != nil {
			return absent(failed, ErrSignedOut)
		}
		row.ProvedAt = i.cfg.Clock.Now()
		o.result.Session = row
		if failed = sessions().Put(tx, &row); failed != nil {
			return failed
		}
		return audit.Record(tx, by, entry("session.step_up", &k.user, nil))
	})
	if err != nil {
		return time.Time{}, err
	}
	return res.Session.ProofEnds(), nil
}
