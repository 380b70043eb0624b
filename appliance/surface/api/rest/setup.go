package rest

import (
	"context"
	"net/http"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/mail"
	"github.com/switchkeep/switchkeep/appliance/surface/api/route"
	"github.com/switchkeep/switchkeep/appliance/surface/doctor"
	"github.com/switchkeep/switchkeep/appliance/surface/setup"
)

// SetupStart is what the wizard begins with.
type SetupStart struct {
	Defaults    setup.Draft `json:"defaults"`
	Interfaces  []string    `json:"interfaces" nullable:"false"`
	Ends        time.Time   `json:"ends"`
	Fingerprint string      `json:"fingerprint"`
	Version     string      `json:"version"`
}

// SetupStatus tells where the setup stands.
type SetupStatus struct {
	State setup.State `json:"state" enum:"open,waiting,done,closed,not_needed"`
	Ends  *time.Time  `json:"ends,omitempty"`
}

// Findings are the results of checks.
type Findings struct {
	Findings []doctor.Finding `json:"findings" nullable:"false"`
}

// MailAnswer is what the mail server said.
type MailAnswer struct {
	OK     bool   `json:"ok"`
	Answer string `json:"answer"`
}

// RecoveryMade is a new passphrase with its sheet.
type RecoveryMade struct {
	Passphrase string      `json:"passphrase,omitempty"`
	Sheet      setup.Sheet `json:"sheet"`
}

// SetupDone is the end of the setup.
type SetupDone struct {
	RecoveryCodes []string `json:"recovery_codes"`
	SignIn        string   `json:"sign_in"`
}

type setupCheckIn struct {
	Body struct {
		Step  string      `json:"step" enum:"names,certificate,mail,recovery,operator,all"`
		Draft setup.Draft `json:"draft"`
	}
}

type setupMailIn struct {
	Body struct {
		Mail mail.Settings `json:"mail"`
		To   string        `json:"to" maxLength:"254"`
	}
}

type setupRecoveryIn struct {
	Body struct {
		Kind      string `json:"kind" enum:"passphrase,age"`
		Recipient string `json:"recipient,omitempty" maxLength:"200"`
		Host      string `json:"host,omitempty" maxLength:"253"`
	}
}

type setupTOTPIn struct {
	Body struct {
		Email string `json:"email" maxLength:"254"`
	}
}

type setupApplyIn struct {
	Body struct {
		Draft setup.Draft `json:"draft"`
	}
}

type setupConfirmIn struct {
	Body struct {
		Ticket string `json:"ticket" maxLength:"200"`
	}
}

func (h *handlers) setup(r *route.Registry) {
	entry := func(method, path, id, summary string, need route.Need) route.Entry {
		kind := route.Object
		if method != http.MethodGet {
			kind = route.Change
		}
		// What a check answers changes nothing; Apply and Confirm guard themselves with one-time secrets.
		return route.Entry{Method: method, Path: path, ID: id, Summary: summary, Tag: "setup", Need: need, Kind: kind, Cap: 0, Plain: true, Early: true}
	}
	post := func(path, id, summary string) route.Entry {
		e := entry(http.MethodPost, path, id, summary, route.SetupToken)
		e.Cap = route.DefaultCap
		return e
	}
	route.Add(r, entry(http.MethodGet, "/setup", "setup_start", "What the wizard begins with", route.SetupToken), h.setupStart)
	route.Add(r, entry(http.MethodGet, "/setup/status", "setup_status", "Where the setup stands", route.Public),
		func(ctx context.Context, _ *route.Call, _ *struct{}) (SetupStatus, error) {
			s, ends, err := h.Setup.State(ctx)
			return SetupStatus{s, stamp(ends)}, err
		})
	route.Add(r, post("/setup/check", "setup_check", "Check a step without changing anything"),
		func(ctx context.Context, _ *route.Call, in *setupCheckIn) (Findings, error) {
			f, err := h.Setup.Inspect(ctx, in.Body.Step, in.Body.Draft)
			if f == nil {
				f = []doctor.Finding{}
			}
			return Findings{f}, err
		})
	route.Add(r, post("/setup/mail-test", "setup_mail_test", "Send a test mail with the typed settings"),
		func(ctx context.Context, _ *route.Call, in *setupMailIn) (MailAnswer, error) {
			answer, err := h.Setup.MailTest(ctx, in.Body.Mail, in.Body.To)
			return mailAnswer(answer, err)
		})
	route.Add(r, post("/setup/recovery", "setup_recovery", "Make a recovery passphrase, or check a recipient"),
		func(_ context.Context, _ *route.Call, in *setupRecoveryIn) (RecoveryMade, error) {
			p, sheet, err := h.Setup.Recovery(in.Body.Kind, in.Body.Recipient, in.Body.Host)
			return RecoveryMade{p, sheet}, err
		})
	route.Add(r, post("/setup/totp", "setup_totp", "Make a secret for the operator's authenticator"),
		func(_ context.Context, _ *route.Call, in *setupTOTPIn) (setup.Enrolment, error) {
			return h.Setup.TOTP(in.Body.Email)
		})
	route.Add(r, post("/setup/apply", "setup_apply", "Open the new listeners and wait for the browser there"),
		func(ctx context.Context, _ *route.Call, in *setupApplyIn) (setup.Handover, error) {
			return h.Setup.Apply(ctx, in.Body.Draft)
		})
	confirm := entry(http.MethodPost, "/setup/confirm", "setup_confirm", "Confirm from the new address; stores everything", route.Public)
	route.Add(r, confirm, func(ctx context.Context, c *route.Call, in *setupConfirmIn) (SetupDone, error) {
		codes, err := h.Setup.Confirm(ctx, c.By, in.Body.Ticket)
		return SetupDone{codes, "/sign-in"}, err
	})
}

func (h *handlers) setupStart(ctx context.Context, _ *route.Call, _ *struct{}) (SetupStart, error) {
	d, addresses, ends, err := h.Setup.Start(ctx)
	if addresses == nil {
		addresses = []string{}
	}
	return SetupStart{Defaults: d, Interfaces: addresses, Ends: ends, Fingerprint: h.Fingerprint(), Version: h.Version}, err
}
