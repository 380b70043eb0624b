package setup

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"log/slog"
	"sync"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/mail"
	"github.com/switchkeep/switchkeep/appliance/surface/doctor"
)

const (
	// LinkFor is how long the link of the terminal opens the wizard.
	LinkFor = 30 * time.Minute
	// ConfirmWithin is how long the new listeners wait for the browser.
	ConfirmWithin = 120 * time.Second
)

// Refusals of the wizard.
var (
	ErrToken    = fault.New(fault.KindUnauthenticated, "setup_link", "this setup link is not valid any more; print a new one at the host with: switchkeep setup")
	ErrDone     = fault.New(fault.KindConflict, "setup_done", "the appliance is already set up")
	ErrWaiting  = fault.New(fault.KindConflict, "setup_waiting", "the new address waits for its confirmation")
	ErrTicket   = fault.New(fault.KindUnauthenticated, "setup_ticket", "this hand-over has ended; go back to the wizard and apply again")
	ErrFindings = fault.New(fault.KindConflict, "setup_findings", "a check failed")
)

// State is where the setup stands.
type State string

// The states.
const (
	Open      State = "open"       // a link is valid
	Waiting   State = "waiting"    // the new listeners wait for the browser
	Done      State = "done"       // applied in this run
	Closed    State = "closed"     // needed, but no valid link
	NotNeeded State = "not_needed" // an operator exists
)

// Sheet is the printable recovery sheet.
type Sheet struct {
	Product      string   `json:"product"`
	Installation string   `json:"installation"`
	Host         string   `json:"host"`
	Created      string   `json:"created"`
	Fingerprint  string   `json:"fingerprint"`
	How          []string `json:"how"`
}

// Enrolment is a new TOTP secret to be shown.
type Enrolment struct {
	Secret string `json:"secret"`
	URI    string `json:"uri"`
	QRSVG  string `json:"qr_svg"`
}

// Doors are listeners opened for a draft.
type Doors interface {
	// URL is the console's address behind the doors, such as https://host:8443.
	URL() string
	// Keep closes the old listeners and keeps these.
	Keep(ctx context.Context) error
	// Close gives up; the old listeners go on.
	Close(ctx context.Context) error
}

// Config is what the wizard asks of the other rooms. All functions must be set.
type Config struct {
	Clock  clock.Clock
	Logger *slog.Logger
	// Needed tells whether no operator exists yet.
	Needed func(ctx context.Context) (bool, error)
	// Defaults is the draft that the wizard starts from, and the host's own addresses.
	Defaults func(ctx context.Context) (Draft, []string, error)
	// Inspect looks at the host for a step; it changes nothing.
	Inspect func(ctx context.Context, step string, d Draft) ([]doctor.Finding, error)
	// MailTest sends a test mail and returns the server's answer.
	MailTest func(ctx context.Context, m mail.Settings, to string) (answer string, err error)
	// NewPassphrase makes a recovery passphrase; CheckRecipient refuses what is no age recipient.
	NewPassphrase  func() string
	CheckRecipient func(recipient string) error
	Sheet          func(host string) Sheet
	NewTOTP        func(email string) (Enrolment, error)
	// Open opens the listeners of the draft beside the present ones.
	Open func(ctx context.Context, d Draft) (Doors, error)
	// Commit stores the draft: settings, mail, recovery, operator. It returns the operator's recovery
	// codes when he enrolled a second factor.
	Commit func(ctx context.Context, by audit.Cause, d Draft) (codes []string, err error)
}

// Setup is the wizard's state. All methods are safe for concurrent use.
type Setup struct {
	cfg Config

	mu      sync.Mutex
	link    secret
	pending *pending
	done    bool
}

type secret struct {
	hash [sha256.Size]byte
	ends time.Time
}

type pending struct {
	draft  Draft
	doors  Doors
	ticket secret
	stop   chan struct{}
}

// New returns the wizard, without a valid link.
func New(cfg Config) *Setup { return &Setup{cfg: cfg} }

func (s *Setup) newSecret(d time.Duration) (string, secret) {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails (Go 1.24)
	text := base64.RawURLEncoding.EncodeToString(b[:])
	return text, secret{sha256.Sum256([]byte(text)), s.cfg.Clock.Now().Add(d)}
}

func (x secret) opens(text string, now time.Time) bool {
	h := sha256.Sum256([]byte(text))
	return subtle.ConstantTimeCompare(h[:], x.hash[:]) == 1 && now.Before(x.ends)
}

// NewLink voids the old link and returns the token of a new one; ErrDone when nothing is left to set up.
func (s *Setup) NewLink(ctx context.Context) (token string, ends time.Time, err error) {
	if err := s.needed(ctx); err != nil {
		return "", time.Time{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	token, s.link = s.newSecret(LinkFor)
	return token, s.link.ends, nil
}

// Needed tells whether the appliance still has to be set up.
func (s *Setup) Needed(ctx context.Context) (bool, error) { return s.cfg.Needed(ctx) }

func (s *Setup) needed(ctx context.Context) error {
	needed, err := s.cfg.Needed(ctx)
	if err != nil {
		return err
	}
	if !needed {
		return ErrDone
	}
	return nil
}

// Check refuses a token that does not open the wizard now.
func (s *Setup) Check(ctx context.Context, token string) error {
	if err := s.needed(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.link.opens(token, s.cfg.Clock.Now()) {
		return ErrToken
	}
	return nil
}

// State tells where the setup stands and until when.
func (s *Setup) State(ctx context.Context) (State, time.Time, error) {
	needed, err := s.cfg.Needed(ctx)
	if err != nil {
		return "", time.Time{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.cfg.Clock.Now()
	switch {
	case s.done:
		return Done, time.Time{}, nil
	case !needed:
		return NotNeeded, time.Time{}, nil
	case s.pending != nil:
		return Waiting, s.pending.ticket.ends, nil
	case now.Before(s.link.ends):
		return Open, s.link.ends, nil
	}
	return Closed, time.Time{}, nil
}

// Start returns the draft to begin with, the host's addresses, and the end of the link.
func (s *Setup) Start(ctx context.Context) (Draft, []string, time.Time, error) {
	d, addrs, err := s.cfg.Defaults(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	return d, addrs, s.link.ends, err
}

// Inspect checks one step, or all: form first, then the host. It changes nothing.
func (s *Setup) Inspect(ctx context.Context, step string, d Draft) ([]doctor.Finding, error) {
	if err := d.validate(step); err != nil {
		return nil, err
	}
	return s.cfg.Inspect(ctx, step, d)
}

// MailTest sends a test mail with the typed settings and returns the server's own answer.
func (s *Setup) MailTest(ctx context.Context, m mail.Settings, to string) (string, error) {
	if err := (Draft{Mail: &m}).validate(StepMail); err != nil {
		return "", err
	}
	return s.cfg.MailTest(ctx, m, to)
}

// Recovery makes a passphrase with its sheet, or checks a recipient.
func (s *Setup) Recovery(kind, recipient, host string) (passphrase string, sheet Sheet, err error) {
	switch kind {
	case "passphrase":
		return s.cfg.NewPassphrase(), s.cfg.Sheet(host), nil
	case "age":
		return "", s.cfg.Sheet(host), s.cfg.CheckRecipient(recipient)
	}
	return "", Sheet{}, fault.Invalid("kind", "unknown", "recovery is passphrase or age")
}

// TOTP makes a secret for the operator's authenticator.
func (s *Setup) TOTP(email string) (Enrolment, error) { return s.cfg.NewTOTP(email) }
