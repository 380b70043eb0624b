package pbx

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

const (
	// ParkedFor is how long a parked enrolment waits for approval.
	ParkedFor = 24 * time.Hour
	// MaxParked bounds the parked enrolments of an account.
	MaxParked = 10
	// CodeFor is how long an authentication code is good unless its maker says less.
	CodeFor = 7 * 24 * time.Hour
	// MaxCodes bounds the open codes of an account.
	MaxCodes = 100
)

// Actions of the access catalogue that this room writes to the operation log.
const (
	actEnroll = "pbx.enroll"
	actEdit   = "pbx.edit"
	actDelete = "pbx.delete"
)

const objectKind = "pbx"

var (
	// ErrNotFound says that there is no such PBX (or that the caller may not know).
	ErrNotFound = fault.NotFound("pbx")
	// ErrFrozen says that the account, or one above it, is frozen. Details: reason.
	ErrFrozen = fault.New(fault.KindDenied, "frozen", "the account is frozen")
	// ErrFirmware says that the firmware is too old. Details: have, need.
	ErrFirmware = fault.New(fault.KindConflict, "firmware_too_old", "the firmware is older than the minimum")
	// ErrParkedFull says that the account has MaxParked enrolments waiting.
	ErrParkedFull = fault.New(fault.KindConflict, "too_many_awaiting", "too many enrolments of this account wait for approval")
	// ErrState says that the PBX is not in the state that the action needs.
	ErrState = fault.New(fault.KindConflict, "wrong_state", "the PBX is not in a state for this")
	// ErrPair says that the two PBXs cannot be, or are not, a pair.
	ErrPair = fault.New(fault.KindConflict, "pair_refused", "these PBXs cannot be joined")
	// ErrKey says that the key belongs to another PBX.
	ErrKey = fault.New(fault.KindConflict, "key_in_use", "this key already speaks for another PBX")
	// ErrCodes says that the account has MaxCodes open codes.
	ErrCodes = fault.New(fault.KindConflict, "too_many_codes", "the account has too many open authentication codes")
)

// Person is a user whose credentials were right.
type Person struct {
	ID, Label string
	// SecondFactor is false when one is due and was not given: the enrolment is parked.
	SecondFactor bool
	Memberships  []Membership
}

// Membership is an account that the person works in, with his role there.
type Membership struct{ ID, Account, Role string }

// Verifier checks the credentials of an enrolment. A locked user and client get a fault of kind
// locked; any other refusal (unknown user, wrong password or code) a fault of kind unauthenticated.
type Verifier interface {
	VerifyEnrollment(ctx context.Context, by audit.Cause, email, password, code string) (Person, error)
}

// Rights tells whether a person may enrol a PBX in the account (action pbx.enroll); nil is yes.
type Rights interface {
	MayEnroll(r store.Reader, p Person, m Membership) error
}

// Accounts is what this room needs of the tree.
type Accounts interface {
	// Account returns the number and the name; ErrNotFound kinds when there is none.
	Account(r store.Reader, id string) (num uint32, name string, err error)
	// Frozen returns the reason when the account or one above it is frozen.
	Frozen(r store.Reader, id string) (reason string, frozen bool, err error)
}

// Ledger reserves pbx_connections for an object.
type Ledger interface {
	ReserveTx(tx store.Tx, by audit.Cause, account, object string, n int64) error
	ReleaseTx(tx store.Tx, by audit.Cause, account, object string) error
}

// Config is what the room needs; every field without a comment is required.
type Config struct {
	DB       *store.DB
	Clock    clock.Clock
	Logger   *slog.Logger
	Accounts Accounts
	Ledger   Ledger
	Rights   Rights
	Verifier Verifier
	// CodeText makes the text of an authentication code out of its secret (it adds the link CA's pin).
	CodeText func(secret [10]byte) string
	// Unsure tells that the clock cannot be believed: then nothing expires. Nil: never.
	Unsure func() bool
	// HotFile keeps the hot state across restarts; "" keeps none.
	HotFile string
}

// PBXs is the inventory. It is safe for concurrent use.
type PBXs struct {
	cfg     Config
	log     *slog.Logger
	devices deviceTable
	codes   codeTable
	hot     *Presence
}

// New returns the inventory with every presence unknown.
func New(cfg Config) (*PBXs, error) {
	if cfg.DB == nil || cfg.Clock == nil || cfg.Logger == nil {
		return nil, errors.New("pbx: DB, Clock and Logger are required")
	}
	if cfg.Accounts == nil || cfg.Ledger == nil || cfg.Rights == nil || cfg.Verifier == nil || cfg.CodeText == nil {
		return nil, errors.New("pbx: Accounts, Ledger, Rights, Verifier and CodeText are required")
	}
	if cfg.Unsure == nil {
		cfg.Unsure = func() bool { return false }
	}
	log := cfg.Logger.With(slog.String("room", "pbx"))
	hot, err := newPresence(cfg.Clock, log, cfg.HotFile)
	if err != nil {
		return nil, err
	}
	return &PBXs{cfg: cfg, log: log, devices: devices(), codes: codes(), hot: hot}, nil
}

// Presence is the hot state.
func (p *PBXs) Presence() *Presence { return p.hot }

// Get returns a row, or ErrNotFound.
func (p *PBXs) Get(r store.Reader, id string) (PBX, error) {
	row, err := p.devices.Get(r, store.Text(id))
	if errors.Is(err, store.ErrNotFound) {
		return row, ErrNotFound
	}
	return row, err
}

// Read is Get in a View of its own.
func (p *PBXs) Read(ctx context.Context, id string) (row PBX, err error) {
	err = p.cfg.DB.View(ctx, func(r store.Reader) error {
		row, err = p.Get(r, id)
		return err
	})
	return row, err
}

// Half returns the other half of the PBX's pair; ErrNotFound when it has none.
func (p *PBXs) Half(r store.Reader, row PBX) (PBX, error) {
	if row.PairID == "" {
		return PBX{}, ErrNotFound
	}
	for it, err := range p.devices.Lookup(r, "pair", store.Page{}, store.Text(row.PairID)) {
		if err != nil {
			return PBX{}, err
		}
		if it.Row.ID != row.ID {
			return it.Row, nil
		}
	}
	return PBX{}, ErrNotFound
}

// List yields the PBXs of one account in order of their names. Lists for people come from the search index.
func (p *PBXs) List(r store.Reader, account string, page store.Page) ([]PBX, store.Cursor, error) {
	var out []PBX
	var at store.Cursor
	for it, err := range p.devices.Lookup(r, "account", page, store.Text(account)) {
		if err != nil {
			return nil, "", err
		}
		out, at = append(out, it.Row), it.At
	}
	return out, at, nil
}

// All yields every row, for the search index.
func (p *PBXs) All(r store.Reader, yield func(PBX) error) error {
	for it, err := range p.devices.List(r, store.Page{}) {
		if err != nil {
			return err
		}
		if err := yield(it.Row); err != nil {
			return err
		}
	}
	return nil
}

// Decode turns a Change of pbx_device into a row, for the search index.
func (p *PBXs) Decode(value []byte) (PBX, error) { return p.devices.Decode(value) }

// Kind implements tenant.Dependent.
func (p *PBXs) Kind() string { return objectKind }

// CountTx implements tenant.Dependent: the PBXs of an account, parked and revoked ones too.
func (p *PBXs) CountTx(r store.Reader, account string) (int, error) {
	n := 0
	for _, err := range p.devices.Lookup(r, "account", store.Page{}, store.Text(account)) {
		if err != nil {
			return 0, err
		}
		n++
	}
	return n, nil
}

func entry(row PBX, action string, detail map[string]string) audit.Entry {
	return audit.Entry{
		Account: row.AccountID, Action: action, ObjectKind: objectKind, ObjectID: row.ID, ObjectLabel: row.Name, Detail: detail,
	}
}

// refused writes what did not happen and why; the caller's error goes on.
func (p *PBXs) refused(ctx context.Context, by audit.Cause, e audit.Entry, why error) error {
	e.Result, e.Code = audit.Refused, fault.Code(why)
	if e.Code == "internal" {
		e.Result = audit.Failed
	}
	_, err := p.cfg.DB.Update(ctx, func(_ context.Context, tx store.Tx) error { return audit.Record(tx, by, e) })
	if err != nil {
		return errors.Join(why, fmt.Errorf("record refusal: %w", err))
	}
	return why
}

// frozen returns ErrFrozen with the reason when the account or one above it is.
func (p *PBXs) frozen(r store.Reader, account string) error {
	reason, yes, err := p.cfg.Accounts.Frozen(r, account)
	if err != nil || !yes {
		return err
	}
	return ErrFrozen.With(map[string]any{"reason": reason})
}

func object(id string) string { return "pbx/" + id }
func pair(id string) string   { return "pair/" + id }
