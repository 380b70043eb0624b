package appliance

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/schedule"
	"github.com/switchkeep/switchkeep/appliance/surface/backup"
)

// keepMail and keepOperations are how long ended rows stay in the mail log and the list of jobs.
const (
	keepMail       = 90 * 24 * time.Hour
	keepOperations = 30 * 24 * time.Hour
)

// runners are what goes on by itself, by name.
func (a *Appliance) runners() map[string]func(context.Context) error {
	r := a.rooms
	return map[string]func(context.Context) error{
		"store": r.stored, "clock": r.guard.Run, "audit": r.audit.Run, "outbox": r.outbox.Run, "operations": r.operations.Run,
		"tenants": r.tenants.Run, "identity": r.identity.Run, "pbxs": r.pbxs.Run, "presence": r.pbxs.Presence().Run,
		"link": r.link.Run, "visits": r.visits.Run, "list": a.front.index.Run, "signals": a.front.signals.Run,
		"api": a.api.Run,
	}
}

// addJobs registers the appliance's own jobs at their times.
func (a *Appliance) addJobs() error {
	r := a.rooms
	jobs := []schedule.Job{
		{Name: "backup", Spec: "30 2 * * *", Timeout: 6 * time.Hour, WhenUnsure: true, Run: func(ctx context.Context) error {
			err := r.backups.Nightly(ctx)
			if errors.Is(err, backup.NoRecovery()) {
				return nil // the overview says so
			}
			return err
		}},
		{Name: "certificates", Spec: "5 * * * *", WhenUnsure: true, Run: func(ctx context.Context) error {
			return errors.Join(r.certs.Reload(ctx), r.certs.Maintain(ctx))
		}},
		{Name: "expiry", Spec: "0 * * * *", Run: func(ctx context.Context) error {
			_, err := r.quota.Expire(ctx, audit.System(r.cfg.Clock.Now(), "end of a grant"))
			return err
		}},
		{Name: "ledger", Spec: "45 3 * * *", WhenUnsure: true, Run: r.checkLedger},
		{Name: "prune", Spec: "15 3 * * *", Run: r.prune},
	}
	for _, j := range jobs {
		if err := r.schedule.Add(j); err != nil {
			return fmt.Errorf("job %q: %w", j.Name, err)
		}
	}
	return nil
}

// checkLedger computes every counter of the ledger again and says what differs.
func (r *rooms) checkLedger(ctx context.Context) error {
	drift, err := r.quota.Fsck(ctx)
	for _, d := range drift {
		r.cfg.Logger.ErrorContext(ctx, "a counter of the ledger differs from its objects", slog.Any("drift", d))
	}
	if err == nil && len(drift) > 0 {
		err = fmt.Errorf("%d counters differ from their objects; see the service log", len(drift))
	}
	return err
}

// prune removes what has been kept long enough.
func (r *rooms) prune(ctx context.Context) error {
	now := r.cfg.Clock.Now()
	if _, err := r.outbox.Retain(ctx, now.Add(-keepMail)); err != nil {
		return err
	}
	for done := false; !done; {
		var err error
		if done, err = r.operations.Prune(ctx, now.Add(-keepOperations)); err != nil {
			return err
		}
	}
	return nil
}

// caFile is where the root certificate lies for those who want to trust it.
func (r *rooms) caFile() string { return filepath.Join(r.layout.Root, "ca.crt") }

// writeCA puts the root certificate (no secret) beside the data.
func (r *rooms) writeCA() error {
	if err := os.WriteFile(r.caFile(), r.certs.TrustPEM().Data, 0o644); err != nil { //nolint:gosec // a certificate is public
		return fmt.Errorf("write the root certificate: %w", err)
	}
	return nil
}
