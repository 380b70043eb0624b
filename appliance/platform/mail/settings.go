package mail

import (
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	netmail "net/mail"
	"strings"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/secret"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// Security of the session with the mail server.
type Security string

// The ways to secure the session.
const (
	STARTTLS Security = "starttls"
	TLS      Security = "tls"
	None     Security = "none"
)

// Settings say how mail leaves. The zero value is "no mail server".
type Settings struct {
	Host     string   `json:"host"`
	Port     int      `json:"port"`
	Security Security `json:"security"`
	User     string   `json:"user,omitempty"`
	Password string   `json:"password,omitempty"` // write-only: View has none
	From     string   `json:"from"`               // "Name <address>" or an address
	CA       string   `json:"ca,omitempty"`       // PEM certificates trusted besides the system's
}

// View is what may be shown of Settings.
type View struct {
	Host        string    `json:"host"`
	Port        int       `json:"port"`
	Security    Security  `json:"security"`
	User        string    `json:"user"`
	HasPassword bool      `json:"has_password"`
	From        string    `json:"from"`
	CA          string    `json:"ca"`
	At          time.Time `json:"at"`
	Ver         uint64    `json:"ver"`
}

// ErrNotConfigured says that there is no mail server: the caller shows the link once instead.
var ErrNotConfigured = fault.New(fault.KindConflict, "mail_not_configured", "no mail server is configured")

const maxCA = 64 << 10

// Check returns what is wrong with the fields, as one fault.
func (s Settings) Check() error {
	var f fault.Fields
	if f.Require("host", s.Host) && (len(s.Host) > 253 || strings.ContainsAny(s.Host, " /\\@\r\n\t")) {
		f.Add("host", "malformed", "host is a name or an address, without a port")
	}
	if s.Port < 1 || s.Port > 65535 {
		f.Add("port", "out_of_range", "port is 1 to 65535")
	}
	switch s.Security {
	case STARTTLS, TLS:
	case None:
		if s.User != "" || s.Password != "" {
			f.Add("security", "needs_tls", "a user and password are not sent without TLS")
		}
	default:
		f.Add("security", "unknown", "security is starttls, tls or none")
	}
	if s.Password != "" && s.User == "" {
		f.Add("user", "required", "a password needs a user")
	}
	if f.Require("from", s.From) {
		if _, err := netmail.ParseAddress(s.From); err != nil {
			f.Add("from", "malformed", "from is no mail address")
		}
	}
	if s.CA != "" && (len(s.CA) > maxCA || !x509.NewCertPool().AppendCertsFromPEM([]byte(s.CA))) {
		f.Add("ca", "malformed", "ca holds no PEM certificate")
	}
	return f.Err()
}

func table() *store.Table[settingsRow, *settingsRow] {
	return store.NewTable(store.Spec[settingsRow]{
		Name: "mail_settings", Schema: 1,
		Key: func(r *settingsRow) []store.Part { return []store.Part{store.Text(r.ID)} },
	})
}

const rowID = "server"

// Tables are this room's tables for the catalogue.
func Tables() []store.Registered { return []store.Registered{table()} }

// Configured tells whether a mail server is set.
func Configured(r store.Reader) (bool, error) { return table().Has(r, store.Text(rowID)) }

// Load returns the settings with the password; ErrNotConfigured when there are none.
func Load(r store.Reader, k *secret.Keeper) (Settings, View, error) {
	row, err := table().Get(r, store.Text(rowID))
	if errors.Is(err, store.ErrNotFound) {
		return Settings{}, View{}, ErrNotConfigured
	}
	if err != nil {
		return Settings{}, View{}, err
	}
	plain, err := k.Open("mail_settings", rowID, "sealed", row.Sealed)
	if err != nil {
		return Settings{}, View{}, err
	}
	var s Settings
	if err := json.Unmarshal(plain, &s); err != nil {
		return Settings{}, View{}, fmt.Errorf("mail settings: %w", err)
	}
	return s, View{s.Host, s.Port, s.Security, s.User, s.Password != "", s.From, s.CA, row.At, row.Ver}, nil
}

// SaveTx stores the settings if the stored version still is ver (0: none yet). An empty password
// keeps the stored one as long as host and user stay the same.
func SaveTx(tx store.Tx, k *secret.Keeper, s Settings, ver uint64, at time.Time) (View, error) {
	old, have, err := Load(tx, k)
	if err != nil && !errors.Is(err, ErrNotConfigured) {
		return View{}, err
	}
	if have.Ver != ver {
		return View{}, fault.Stale(have.Ver)
	}
	if s.Password == "" && s.User != "" && s.User == old.User && s.Host == old.Host && s.Security != None {
		s.Password = old.Password
	}
	if err = s.Check(); err != nil {
		return View{}, err
	}
	plain, err := json.Marshal(s) //nolint:gosec // sealed with the password in it
	if err != nil {
		return View{}, err
	}
	sealed, err := k.Seal("mail_settings", rowID, "sealed", plain)
	if err != nil {
		return View{}, err
	}
	row := settingsRow{ID: rowID, Sealed: sealed, At: at.UTC(), Ver: ver + 1}
	if err := table().Put(tx, &row); err != nil {
		return View{}, err
	}
	return View{s.Host, s.Port, s.Security, s.User, s.Password != "", s.From, s.CA, row.At, row.Ver}, nil
}

// ClearTx removes the mail server.
func ClearTx(tx store.Tx) error { return table().Delete(tx, store.Text(rowID)) }
