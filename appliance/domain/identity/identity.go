package identity

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/platform/secret"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// Account is what this room needs to know of a tenant.
type Account struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Kind  string `json:"kind"` // operator, channel, enterprise
	Realm string `json:"-"`
	// Frozen is set when the account or one above it is frozen.
	Frozen *Freeze `json:"frozen,omitempty"`
}

// Freeze says why an account may not be worked in.
type Freeze struct {
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
}

// Accounts looks tenants up.
type Accounts interface {
	Account(r store.Reader, id string) (Account, error)
}

// Mailer queues letters in the transaction of their cause.
type Mailer interface {
	// Ready tells whether a mail server is set; without one links are shown once.
	Ready(r store.Reader) (bool, error)
	MailTx(tx store.Tx, m Mail) error
}

// Mail is a letter; Template and Data are those of platform/mail.
type Mail struct {
	ID, Account, To, Template, Lang string
	Data                            map[string]string
	At                              time.Time
}

// Guard tells whether the time may be believed.
type Guard interface{ Sure() bool }

// Config is what Identity needs; fields without a default are required.
type Config struct {
	DB       *store.DB
	Clock    clock.Clock
	Guard    Guard
	Logger   *slog.Logger
	Keeper   *secret.Keeper
	Audit    *audit.Log
	Accounts Accounts
	Mail     Mailer
	// Base is the console's public address without a slash at the end.
	Base func() string
	// Issuer names the appliance in authenticator apps.
	Issuer string
	// Cost of password hashes; the zero value is DefaultCost.
	Cost Cost
	// PerMinute bounds the attempts of one address before sign-in; 0 is 60.
	PerMinute int
}

// Identity is the room. It is safe for concurrent use.
type Identity struct {
	cfg     Config
	hash    *hasher
	rate    *rates
	captcha *captchas
	device  []byte // key of the device cookies
	codeKey []byte // key of the codes sent by mail

	tryRows  atomic.Int64 // rows of signin_try, about
	maxTries int64

	mu   sync.Mutex
	seen map[string]time.Time // session id → activity younger than its row
	ends []func(session, user, reason string)
}

// New returns the room.
func New(c Config) (*Identity, error) {
	if c.DB == nil || c.Clock == nil || c.Guard == nil || c.Logger == nil || c.Keeper == nil || c.Audit == nil ||
		c.Accounts == nil || c.Mail == nil || c.Base == nil {
		return nil, errors.New("identity: a required field of the configuration is missing")
	}
	if c.Cost == (Cost{}) {
		c.Cost = DefaultCost()
	}
	if c.PerMinute == 0 {
		c.PerMinute = 60
	}
	if c.Issuer == "" {
		c.Issuer = "Switchkeep"
	}
	h, err := newHasher(c.Cost, c.Clock)
	if err != nil {
		return nil, fmt.Errorf("identity: %w", err)
	}
	i := &Identity{
		cfg: c, maxTries: maxTries, hash: h, rate: newRates(c.Clock, c.PerMinute), captcha: newCaptchas(c.Clock),
		device: c.Keeper.Derive("identity/device"), codeKey: c.Keeper.Derive("identity/mail-code"),
		seen: map[string]time.Time{},
	}
	return i, i.countTries(context.Background())
}

// OnEnd registers a function that is called after a session has ended, with the reason. An idle
// session has not ended. It must be called before the appliance serves, and fn must not block.
func (i *Identity) OnEnd(fn func(session, user, reason string)) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.ends = append(i.ends, fn)
}

func (i *Identity) view(ctx context.Context, fn func(store.Reader) error) error {
	return i.cfg.DB.View(ctx, fn)
}

func (i *Identity) update(ctx context.Context, fn func(store.Tx) error) error {
	_, err := i.cfg.DB.Update(ctx, func(_ context.Context, tx store.Tx) error { return fn(tx) })
	return err
}

// past tells whether something that ends then has ended: never while the time is unsure.
func (i *Identity) past(ends, now time.Time) bool {
	return !now.Before(ends) && i.cfg.Guard.Sure()
}

// newToken returns 256 random bits as text, and the hash under which they are stored.
func newToken() (plain, hash string) {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails: crypto/rand ends the program instead
	plain = base64.RawURLEncoding.EncodeToString(b)
	return plain, hashToken(plain)
}

func hashToken(plain string) string {
	sum := sha256.Sum256([]byte(plain))
	return hex.EncodeToString(sum[:])
}

// absent turns "no such row" into the given refusal.
func absent(err, refusal error) error {
	if errors.Is(err, store.ErrNotFound) {
		return refusal
	}
	return err
}
