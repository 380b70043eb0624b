package appliance

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/switchkeep/switchkeep/appliance/domain/identity"
	"github.com/switchkeep/switchkeep/appliance/domain/tenant"
	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/platform/config"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/ident"
	"github.com/switchkeep/switchkeep/appliance/platform/mail"
	"github.com/switchkeep/switchkeep/appliance/platform/secret"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/appliance/surface/doctor"
	"github.com/switchkeep/switchkeep/appliance/surface/setup"
	"github.com/switchkeep/switchkeep/certs"
)

func (a *Appliance) newSetup() *setup.Setup {
	r := a.rooms
	return setup.New(setup.Config{
		Clock: r.cfg.Clock, Logger: r.cfg.Logger, Needed: r.setupNeeded, Defaults: r.setupDefaults, Inspect: r.setupInspect,
		MailTest: func(ctx context.Context, m mail.Settings, to string) (string, error) {
			return mail.Test(ctx, m, to, "en", r.cfg.Clock.Now())
		},
		NewPassphrase: secret.NewRecoveryPassphrase,
		CheckRecipient: func(recipient string) error {
			_, err := secret.RecipientRecovery(recipient, r.cfg.Clock.Now())
			return recoveryFault(err)
		},
		Sheet: r.setupSheet,
		NewTOTP: func(email string) (setup.Enrolment, error) {
			e, err := r.identity.NewTOTP(email)
			return setup.Enrolment{Secret: e.Secret, URI: e.URI, QRSVG: e.QRSVG}, err
		},
		Open: a.openForSetup, Commit: r.setupCommit,
	})
}

// setupNeeded tells whether no operator exists yet.
func (r *rooms) setupNeeded(ctx context.Context) (needed bool, err error) {
	err = r.db.View(ctx, func(rd store.Reader) error {
		_, err = tenant.Root(rd)
		if needed = fault.Is(err, fault.KindNotFound); needed {
			return nil
		}
		return err
	})
	return needed, err
}

func (r *rooms) setupDefaults(context.Context) (setup.Draft, []string, error) {
	s := *r.now.Load()
	addrs, err := ownAddresses()
	inside := []string{}
	for _, a := range addrs {
		if a.IsPrivate() && a.Is4() {
			inside = append(inside, a.String())
		}
	}
	var all []string
	for _, a := range addrs {
		all = append(all, a.String())
	}
	return setup.Draft{
		Names: setup.Names{
			Host: s.Host, HTTPSPort: s.HTTPSPort, HTTPPort: s.HTTPPort, VisitZone: s.VisitZone,
			PublicAddresses: []string{}, InsideAddresses: inside,
		},
		Certificate: setup.Certificate{Mode: config.CertInternal}, Recovery: setup.Recovery{Kind: secret.KindPassphrase},
		Operator: setup.Operator{Lang: "en", TimeZone: "UTC"},
	}, all, err
}

// ownAddresses are the host's addresses but loopback and link-local ones.
func ownAddresses() ([]netip.Addr, error) {
	list, err := net.InterfaceAddrs()
	if err != nil {
		return nil, fmt.Errorf("list the host's addresses: %w", err)
	}
	var out []netip.Addr
	for _, a := range list {
		p, err := netip.ParsePrefix(a.String())
		if err == nil && p.Addr().IsGlobalUnicast() {
			out = append(out, p.Addr())
		}
	}
	return out, nil
}

func (r *rooms) setupSheet(host string) setup.Sheet {
	return setup.Sheet{
		Product: "Switchkeep", Installation: r.keeper.Fingerprint(), Host: host, Created: r.cfg.Clock.Now().Format("2006-01-02 15:04 UTC"),
		Fingerprint: certs.Fingerprint(r.certs.Root()),
		How: []string{
			"Install the same or a newer version on a new host.",
			"Copy the newest archive of the backups folder to it.",
			"Run: switchkeep --data FOLDER restore ARCHIVE, and type this passphrase.",
		},
	}
}

// setupInspect looks at the host for one step of the wizard. It changes nothing.
func (r *rooms) setupInspect(ctx context.Context, step string, d setup.Draft) ([]doctor.Finding, error) {
	doc, err := doctor.New(doctor.Config{Resolver: net.DefaultResolver, Proc: "/proc"})
	if err != nil {
		return nil, err
	}
	var out []doctor.Finding
	s := d.Settings()
	all := step == setup.StepAll
	if all || step == setup.StepNames {
		out = append(out, r.inspectNames(ctx, doc, s)...)
	}
	if all || step == setup.StepCertificate {
		f, err := r.inspectCertificate(d)
		if err != nil {
			return nil, err
		}
		out = append(out, f...)
	}
	if step == setup.StepMail && d.Mail == nil {
		out = append(out, doctor.Finding{ID: "mail", Level: doctor.Warn, TitleKey: "doctor.mail", Detail: "without a mail server, links are shown once instead of being sent"})
	}
	if all || step == setup.StepRecovery {
		if _, err := draftRecovery(d.Recovery, r.cfg.Clock.Now()); err != nil {
			return nil, err
		}
		if d.Recovery.Kind == recoveryLater {
			out = append(out, doctor.Finding{ID: "recovery", Level: doctor.Warn, TitleKey: "doctor.recovery", Detail: "without a recovery recipient no backup is made that can be restored on a new host", Fix: "make the recovery sheet now"})
		}
	}
	if all || step == setup.StepOperator {
		if err := r.inspectOperator(d.Operator); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (r *rooms) inspectNames(ctx context.Context, doc *doctor.Doctor, s config.Settings) []doctor.Finding {
	var want []netip.Addr
	for _, a := range slices.Concat(s.InsideAddresses, s.PublicAddresses) {
		if ip, err := netip.ParseAddr(a); err == nil {
			want = append(want, ip)
		}
	}
	host, _, _ := net.SplitHostPort(r.httpsAddr(s))
	ports := []doctor.Port{
		{Network: "tcp", Addr: host, Port: s.HTTPSPort, Purpose: "console"}, {Network: "tcp", Addr: host, Port: s.HTTPPort, Purpose: "plain"},
	}
	state := r.guard.State()
	in := doctor.Input{
		Now: r.cfg.Clock.Now(), Data: r.layout.Root, Ports: ports, Clock: &state, Synced: clock.Synchronized(),
	}
	if !strings.HasSuffix(s.Host, ".localhost") {
		in.Host, in.Addresses = s.Host, want
	}
	if !strings.HasSuffix(s.VisitZone, ".localhost") {
		in.VisitZone = s.VisitZone
	}
	out := doc.Run(ctx, in)
	for i := range out {
		if out[i].ID == "clock" && out[i].Level == doctor.Error { // a board without a clock is set up first
			out[i].Level = doctor.Warn
		}
	}
	return out
}

func (r *rooms) inspectCertificate(d setup.Draft) ([]doctor.Finding, error) {
	if d.Certificate.Mode != config.CertOwn {
		return nil, nil
	}
	e, err := r.certs.CheckFor(names(d.Settings()), certs.Console, []byte(d.Certificate.Chain), []byte(d.Certificate.Key))
	if err != nil {
		return nil, ownFault(err)
	}
	return []doctor.Finding{{ID: "certificate", Level: doctor.OK, TitleKey: "doctor.certificate", Value: strconv.Itoa(e.DaysLeft), Detail: e.Subject}}, nil
}

// ownFault points at the field that an own certificate fails by.
func ownFault(err error) error {
	var own *certs.OwnError
	if !errors.As(err, &own) {
		return err
	}
	path := "certificate.chain"
	if strings.Contains(own.Code, "key") {
		path = "certificate.key"
	}
	return fault.Invalid(path, own.Code, own.Detail)
}

func (r *rooms) inspectOperator(o setup.Operator) error {
	_, err := r.identity.CheckOperator(operatorOf(o))
	return fault.Under("operator", err)
}

func operatorOf(o setup.Operator) identity.Operator {
	v := identity.Operator{
		Organization: o.Organization, First: o.First, Last: o.Last, Email: o.Email, Password: o.Password, Lang: o.Lang, TimeZone: o.TimeZone,
	}
	if o.TOTP != nil {
		v.TOTPSecret, v.TOTPCode = o.TOTP.Secret, o.TOTP.Code
	}
	return v
}

const recoveryLater = "later"

func draftRecovery(d setup.Recovery, at time.Time) (rec secret.Recovery, err error) {
	switch d.Kind {
	case "passphrase":
		rec, err = secret.PassphraseRecovery(d.Passphrase, at)
	case "age":
		rec, err = secret.RecipientRecovery(d.Recipient, at)
	}
	return rec, recoveryFault(err)
}

func recoveryFault(err error) error {
	switch {
	case errors.Is(err, secret.ErrWeak):
		return fault.Invalid("recovery.passphrase", "too_short", "the recovery passphrase has at least 16 characters")
	case errors.Is(err, secret.ErrRecipient):
		return fault.Invalid("recovery.recipient", "age", "this is not an age recipient (age1…)")
	}
	return err
}

// setupCommit stores the draft: settings, mail server and operator in one transaction; what lies in
// files (the recovery recipient, an own certificate) before it, where a repetition does no harm.
func (r *rooms) setupCommit(ctx context.Context, by audit.Cause, d setup.Draft) (codes []string, err error) {
	now := r.cfg.Clock.Now()
	rec, err := draftRecovery(d.Recovery, now)
	if err != nil {
		return nil, err
	}
	if rec.Recipient != "" {
		if err = r.keeper.SetRecovery(rec); err != nil {
			return nil, err
		}
	}
	if d.Certificate.Mode == config.CertOwn {
		if err = r.certs.SetOwn(ctx, certs.Console, []byte(d.Certificate.Chain), []byte(d.Certificate.Key)); err != nil {
			return nil, ownFault(err)
		}
	}
	s := d.Settings()
	s.Installation = ident.New()
	var stored config.Settings
	codes, err = r.onboard.Operator(ctx, by, operatorOf(d.Operator), func(tx store.Tx) error {
		var saveErr error
		if stored, saveErr = config.SaveTx(tx, s, now); saveErr != nil || d.Mail == nil {
			return saveErr
		}
		_, saveErr = mail.SaveTx(tx, r.keeper, *d.Mail, 0, now)
		return saveErr
	})
	if err != nil {
		return nil, err
	}
	r.now.Store(&stored)
	return codes, nil
}
