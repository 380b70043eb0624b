package doctor

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/clock"
)

// Level of a finding.
type Level string

// The levels.
const (
	OK    Level = "ok"
	Warn  Level = "warn"
	Error Level = "error"
)

// Finding is what one check saw. TitleKey is translated by the console; Detail and Fix are plain
// English; Value is short, for the tiles of the overview.
type Finding struct {
	ID       string `json:"id"`
	Level    Level  `json:"level"`
	TitleKey string `json:"title_key"`
	Value    string `json:"value,omitempty"`
	Detail   string `json:"detail"`
	Fix      string `json:"fix,omitempty"`
}

// Resolver is net.Resolver's lookup.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// Certificate is one that the appliance shows.
type Certificate struct {
	Name     string
	NotAfter time.Time
}

// Backup is the state of the backups.
type Backup struct {
	Last     time.Time // zero: none yet
	Failed   string    // what the last attempt said, "" when it went well
	Recovery bool      // a recovery recipient is set
}

// Mail is the state of the mail queue.
type Mail struct {
	Configured bool
	Waiting    int
	Deferred   int
	Oldest     time.Time // when the oldest waiting letter was queued
	Answer     string    // the server's last "later"
}

// Input is what to look at; a zero field leaves its checks out.
type Input struct {
	Now          time.Time // required
	Data         string    // data folder
	Ports        []Port
	Host         string // the console's name
	VisitZone    string
	Addresses    []netip.Addr // where the names should lead
	Clock        *clock.GuardState
	Synced       bool // the operating system follows a time source; only with Clock
	Certificates []Certificate
	Backup       *Backup
	Mail         *Mail
}

// Config is what a Doctor needs.
type Config struct {
	Resolver Resolver
	Proc     string // "/proc"; "" leaves out who holds a port
}

// Doctor makes the checks. It holds no state.
type Doctor struct{ c Config }

// New returns a doctor.
func New(c Config) (*Doctor, error) {
	if c.Resolver == nil {
		return nil, fmt.Errorf("doctor: a resolver is needed")
	}
	return &Doctor{c}, nil
}

// Run makes all checks that the input asks for, in a fixed order.
func (d *Doctor) Run(ctx context.Context, in Input) []Finding {
	out := d.Ports(ctx, in.Ports)
	if in.Host != "" {
		out = append(out, d.Name(ctx, in.Host, in.Addresses))
	}
	if in.VisitZone != "" {
		out = append(out, d.Zone(ctx, in.VisitZone, in.Addresses))
	}
	if in.Clock != nil {
		out = append(out, Clock(*in.Clock, in.Synced))
	}
	if in.Data != "" {
		out = append(out, Folder(in.Data), Disk(in.Data))
	}
	if len(in.Certificates) > 0 {
		out = append(out, Certificates(in.Certificates, in.Now))
	}
	if in.Backup != nil {
		out = append(out, Backups(*in.Backup, in.Now))
	}
	if in.Mail != nil {
		out = append(out, MailQueue(*in.Mail, in.Now))
	}
	return out
}

// Worst is the highest level among the findings.
func Worst(findings []Finding) Level {
	worst := OK
	for _, f := range findings {
		if rank(f.Level) > rank(worst) {
			worst = f.Level
		}
	}
	return worst
}

func rank(l Level) int { return slices.Index([]Level{OK, Warn, Error}, l) }

// Write prints the findings as text, or as JSON {"worst":…,"findings":[…]}.
func Write(w io.Writer, findings []Finding, asJSON bool) error {
	if asJSON {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(map[string]any{"worst": Worst(findings), "findings": findings})
	}
	width := 0
	for _, f := range findings {
		width = max(width, len(f.ID))
	}
	for _, f := range findings {
		if _, err := fmt.Fprintf(w, "%-5s  %-*s  %s\n", f.Level, width, f.ID, f.Detail); err != nil {
			return err
		}
		if f.Fix != "" {
			if _, err := fmt.Fprintf(w, "%-5s  %-*s  → %s\n", "", width, "", f.Fix); err != nil {
				return err
			}
		}
	}
	return nil
}

// Clock judges the state of the guard.
func Clock(s clock.GuardState, synced bool) Finding {
	f := Finding{ID: "clock", TitleKey: "doctor.clock", Level: OK, Value: s.Now.Format(time.RFC3339)}
	switch {
	case !s.Sure:
		f.Level = Error
		f.Detail = fmt.Sprintf("the time %s cannot be believed (%s): nothing expires and nothing is deleted", f.Value, s.Reason)
		f.Fix = "set the clock or switch on time synchronisation (timedatectl set-ntp true), or confirm the time in the console under System"
	case !synced:
		f.Level = Warn
		f.Detail = "the operating system does not follow a time source"
		f.Fix = "timedatectl set-ntp true, with a time server that this network reaches"
	default:
		f.Detail = "synchronised"
	}
	return f
}

// Certificates judges the one that ends first.
func Certificates(certs []Certificate, now time.Time) Finding {
	first := slices.MinFunc(certs, func(a, b Certificate) int { return cmp.Compare(a.NotAfter.Unix(), b.NotAfter.Unix()) })
	days := int(first.NotAfter.Sub(now).Hours() / 24)
	f := Finding{
		ID: "certificate", TitleKey: "doctor.certificate", Level: OK, Value: fmt.Sprintf("%d d", days),
		Detail: fmt.Sprintf("%s is valid until %s", first.Name, first.NotAfter.Format(time.DateOnly)),
	}
	switch {
	case !first.NotAfter.After(now):
		f.Level, f.Value = Error, "0 d"
		f.Detail = fmt.Sprintf("%s ended on %s", first.Name, first.NotAfter.Format(time.DateOnly))
	case days < 7:
		f.Level = Error
	case days < 30:
		f.Level = Warn
	}
	if f.Level != OK {
		f.Fix = "load a new certificate in the console under System, Certificates"
	}
	return f
}

// Backups judges age and outcome of the last backup.
func Backups(b Backup, now time.Time) Finding {
	f := Finding{ID: "backup", TitleKey: "doctor.backup", Level: OK}
	age := now.Sub(b.Last)
	if !b.Last.IsZero() {
		f.Value = fmt.Sprintf("%d h", int(age.Hours()))
		f.Detail = "the last backup is from " + b.Last.Format(time.RFC3339)
	}
	switch {
	case !b.Recovery:
		f.Level, f.Detail = Error, "no recovery recipient is set: backups are refused"
		f.Fix = "make the recovery sheet in the console under System, Backups"
	case b.Failed != "":
		f.Level, f.Detail = Error, "the last backup failed: "+b.Failed
		f.Fix = "switchkeep backup"
	case b.Last.IsZero():
		f.Level, f.Detail, f.Fix = Warn, "there is no backup yet", "switchkeep backup"
	case age > 7*24*time.Hour:
		f.Level, f.Fix = Error, "switchkeep backup"
	case age > 36*time.Hour:
		f.Level, f.Fix = Warn, "switchkeep backup"
	}
	return f
}

// MailQueue judges how long letters wait.
func MailQueue(m Mail, now time.Time) Finding {
	f := Finding{ID: "mail", TitleKey: "doctor.mail", Level: OK, Value: fmt.Sprint(m.Waiting), Detail: "the mail queue is empty"}
	if !m.Configured {
		f.Value, f.Detail = "", "no mail server is configured: links are shown once instead of being sent"
		return f
	}
	if m.Waiting > 0 {
		f.Detail = fmt.Sprintf("%d letters wait, the oldest since %s", m.Waiting, m.Oldest.Format(time.RFC3339))
	}
	switch age := now.Sub(m.Oldest); {
	case m.Waiting == 0:
	case age > 24*time.Hour:
		f.Level = Error
	case age > time.Hour, m.Deferred > 0 && age > 15*time.Minute:
		f.Level = Warn
	}
	if f.Level != OK {
		if m.Answer != "" {
			f.Detail += "; the server said: " + m.Answer
		}
		f.Fix = "test the mail server in the console under System, Mail"
	}
	return f
}
