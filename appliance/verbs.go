package appliance

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/switchkeep/switchkeep/appliance/domain/identity"
	"github.com/switchkeep/switchkeep/appliance/domain/pbx"
	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/platform/config"
	"github.com/switchkeep/switchkeep/appliance/platform/operation"
	"github.com/switchkeep/switchkeep/appliance/platform/outbox"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/appliance/surface/backup"
	"github.com/switchkeep/switchkeep/appliance/surface/doctor"
	"github.com/switchkeep/switchkeep/appliance/surface/ops"
)

// BackupRequest is what the verb backup takes.
type BackupRequest struct {
	To             string `json:"to"` // folder or file; "" is the data folder's backups
	WithoutSecrets bool   `json:"without_secrets"`
}

// DoctorRequest is what the verb doctor takes.
type DoctorRequest struct {
	JSON bool `json:"json"`
}

// UserRequest names a user.
type UserRequest struct {
	Email string `json:"email"`
}

// RestoreRequest is what Restore takes: the archive and one of the two secrets.
type RestoreRequest struct {
	Archive, Passphrase, Identity string
}

// ErrFindings says that the doctor found an error.
var ErrFindings = errors.New("something is wrong, see above")

// verb turns a function on a typed request into an ops.Verb.
func verb[In any](fn func(ctx context.Context, in In, out io.Writer) error) ops.Verb {
	return func(ctx context.Context, raw json.RawMessage, out io.Writer) error {
		var in In
		if len(raw) > 0 {
			if err := json.Unmarshal(raw, &in); err != nil {
				return fmt.Errorf("read the request: %w", err)
			}
		}
		return fn(ctx, in, out)
	}
}

// verbs are what the command line asks of a running appliance.
func (a *Appliance) verbs() map[string]ops.Verb {
	v := a.rooms.verbs(true)
	v["setup-link"] = verb(func(ctx context.Context, _ struct{}, out io.Writer) error {
		link, err := a.setupLink(ctx)
		if err != nil {
			return err
		}
		_, err = io.WriteString(out, link)
		return err
	})
	return v
}

// verbs work on open rooms, running or not.
func (r *rooms) verbs(running bool) map[string]ops.Verb {
	return map[string]ops.Verb{
		"verify": verb(r.verify), "backup": verb(r.backup), "db-dump": verb(func(ctx context.Context, _ struct{}, out io.Writer) error {
			return r.db.Dump(ctx, out)
		}),
		"doctor": verb(func(ctx context.Context, in DoctorRequest, out io.Writer) error {
			return r.doctor(ctx, in, running, out)
		}),
		"admin-reset-password": verb(r.resetPassword), "admin-reset-mfa": verb(r.resetMFA),
	}
}

// Offline carries a verb out on the data folder of an appliance that does not run.
func Offline(ctx context.Context, cfg Config, name string, in any, out io.Writer) error {
	if _, err := os.Stat(config.Layout{Root: cfg.DataDir}.Store()); err != nil {
		return fmt.Errorf("no data in %q: %w", cfg.DataDir, err)
	}
	r, err := openRooms(ctx, cfg)
	if err != nil {
		return err
	}
	run, ok := r.verbs(false)[name]
	if !ok {
		return errors.Join(ops.ErrNotRunning, r.close())
	}
	raw, err := json.Marshal(in)
	if err != nil {
		return errors.Join(err, r.close())
	}
	return errors.Join(run(ctx, raw, out), r.close())
}

func (r *rooms) atHost() audit.Cause {
	by := audit.System(r.cfg.Clock.Now(), "command line at the host")
	by.UserLabel = "host"
	return by
}

func (r *rooms) verify(ctx context.Context, _ struct{}, out io.Writer) error {
	rep, err := r.backups.Verify(ctx)
	if err == nil {
		err = r.audit.VerifyTree(ctx)
	}
	if err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	_, err = fmt.Fprintf(out, "clean: %d rows, %d blobs, %d bytes, revision %d; the operation log's tree holds\n", rep.Rows, rep.Blobs, rep.Bytes, rep.Rev)
	return err
}

func (r *rooms) backup(ctx context.Context, in BackupRequest, out io.Writer) error {
	info, err := r.backups.Create(ctx, r.atHost(), backup.Options{To: in.To, WithoutSecrets: in.WithoutSecrets})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s: %d bytes, verified\n", info.Name, info.Size)
	return err
}

// Restore brings an archive back into the empty data folder. One-time links and sessions stay dead.
func Restore(ctx context.Context, cfg Config, in RestoreRequest, out io.Writer) error {
	secret := in.Passphrase
	if in.Identity != "" {
		secret = identityOf(in.Identity)
	}
	done, err := backup.Restore(ctx, backup.RestoreConfig{
		Archive: in.Archive, Layout: config.Layout{Root: cfg.DataDir}, Secret: secret, Tables: Tables(),
		Voiders: []backup.Voider{identity.VoidTx, pbx.Void, outbox.Void, operation.Void}, Clock: cfg.Clock, Logger: cfg.Logger,
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "restored the backup of %s (%s); %d sessions and one-time links ended.\nStart it with: switchkeep --data %s run\n",
		done.Made.Format("2006-01-02 15:04 UTC"), filepath.Base(in.Archive), done.Voided, cfg.DataDir)
	return err
}

// identityOf takes the key out of an age identity file, which has comments.
func identityOf(file string) string {
	for line := range strings.Lines(file) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			return line
		}
	}
	return ""
}

func (r *rooms) resetPassword(ctx context.Context, in UserRequest, out io.Writer) error {
	got, err := r.identity.AdminResetPassword(ctx, r.atHost(), in.Email)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s\nonce, until %s UTC; all sessions of %s ended\n", got.Link, got.Ends.Format("2006-01-02 15:04"), in.Email)
	return err
}

func (r *rooms) resetMFA(ctx context.Context, in UserRequest, out io.Writer) error {
	if err := r.identity.AdminResetMFA(ctx, r.atHost(), in.Email); err != nil {
		return err
	}
	_, err := fmt.Fprintf(out, "the second factor of %s is gone; all sessions ended\n", in.Email)
	return err
}

func (r *rooms) doctor(ctx context.Context, in DoctorRequest, running bool, out io.Writer) error {
	findings, err := r.findings(ctx, running)
	if err != nil {
		return err
	}
	if err := doctor.Write(out, findings, in.JSON); err != nil {
		return err
	}
	if doctor.Worst(findings) == doctor.Error {
		return ErrFindings
	}
	return nil
}

// findings looks at everything the appliance stands on.
func (r *rooms) findings(ctx context.Context, running bool) ([]doctor.Finding, error) {
	doc, err := doctor.New(doctor.Config{Resolver: net.DefaultResolver, Proc: "/proc"})
	if err != nil {
		return nil, err
	}
	in, err := r.health(ctx)
	if err != nil {
		return nil, err
	}
	s := r.now.Load()
	if !running {
		host, _, _ := net.SplitHostPort(r.httpsAddr(*s))
		in.Ports = []doctor.Port{
			{Network: "tcp", Addr: host, Port: s.HTTPSPort, Purpose: "console"}, {Network: "tcp", Addr: host, Port: s.HTTPPort, Purpose: "plain"},
		}
	}
	if !strings.HasSuffix(s.Host, ".localhost") {
		in.Host, in.VisitZone = s.Host, s.VisitZone
	}
	return doc.Run(ctx, in), nil
}

// health is the part that the overview shows too.
func (r *rooms) health(ctx context.Context) (doctor.Input, error) {
	state := r.guard.State()
	in := doctor.Input{Now: r.cfg.Clock.Now(), Data: r.layout.Root, Clock: &state, Synced: clock.Synchronized()}
	for _, e := range r.certs.Expiries() {
		if e.InUse {
			in.Certificates = append(in.Certificates, doctor.Certificate{Name: e.Name, NotAfter: e.NotAfter})
		}
	}
	last, _, err := r.backups.Newest()
	if err != nil {
		return in, err
	}
	_, recovery := r.keeper.Recovery()
	in.Backup = &doctor.Backup{Last: last.Made, Recovery: recovery}
	if _, failed := r.backups.Failure(); failed != nil {
		in.Backup.Failed = failed.Error()
	}
	err = r.db.View(ctx, func(rd store.Reader) error {
		set, readErr := r.outbox.Configured(rd)
		if readErr != nil {
			return readErr
		}
		stats, readErr := r.outbox.Stats(rd)
		in.Mail = &doctor.Mail{Configured: set, Waiting: stats.Waiting, Deferred: stats.Deferred, Oldest: stats.Oldest, Answer: stats.Answer}
		return readErr
	})
	return in, err
}
