package wire

import (
	"fmt"
	"time"
	"unicode"
	"unicode/utf8"
)

// Limits of texts, in bytes.
const (
	MaxSerial  = 64
	MaxName    = 128
	MaxText    = 512
	MaxCaps    = 32
	MaxBlob    = 8 << 10 // PEM texts
	maxUptime  = 100 * 365 * 24 * 3600
	maxRetry   = 24 * 3600
	maxSerials = 8
)

// Portal is the PBX's own web portal as the connector sees it.
type Portal struct {
	// URL is the origin, "https://192.168.5.150:8088".
	URL string `json:"url,omitempty"`
	// SPKI is the pin of its certificate ("sha256/…"), empty for plain HTTP or a public chain.
	SPKI string `json:"spki,omitempty"`
	// Reachable is what the last probe said; Problem tells why not.
	Reachable bool   `json:"reachable,omitempty"`
	Problem   string `json:"problem,omitempty"`
}

// HA is what the connector saw of a hot-standby pair: evidence, no claim.
type HA struct {
	// VIP is the virtual IP that it asked, VIPSerial the serial that answered there.
	VIP       string `json:"vip,omitempty"`
	VIPSerial string `json:"vip_serial,omitempty"`
	// Seen are the serials of the other half that answered at their own address.
	Seen []string `json:"seen,omitempty"`
}

// Hello introduces a session.
type Hello struct {
	Major     int      `json:"major"`
	Minor     int      `json:"minor"`
	Caps      []string `json:"caps,omitempty"`
	Connector string   `json:"connector"` // version of the program
	Run       string   `json:"run"`       // random, one for each start of the program
	Data      string   `json:"data,omitempty"`
	Serial    string   `json:"serial"`
	Model     string   `json:"model"`
	Firmware  string   `json:"firmware"`
	MachineID string   `json:"machine_id"`
	Uptime    int64    `json:"uptime_s"`
	Portal    Portal   `json:"portal"`
	HA        *HA      `json:"ha,omitempty"`
}

// Welcome admits a session.
type Welcome struct {
	Major            int       `json:"major"`
	Minor            int       `json:"minor"`
	Caps             []string  `json:"caps,omitempty"`
	PBX              string    `json:"pbx"`
	Name             string    `json:"name"`
	HeartbeatSeconds int       `json:"heartbeat_s"`
	Now              time.Time `json:"now"`
	// Message is shown to the person at the PBX, "the account is frozen: …".
	Message string `json:"message,omitempty"`
}

// Beat says that the connector lives.
type Beat struct {
	Seq    uint64 `json:"seq"`
	Uptime int64  `json:"uptime_s"`
	HA     *HA    `json:"ha,omitempty"`
}

// Ack answers a Beat.
type Ack struct {
	Seq     uint64    `json:"seq"`
	Now     time.Time `json:"now"`
	Message string    `json:"message,omitempty"`
}

// Status reports a change of what Hello said.
type Status struct {
	Firmware string `json:"firmware,omitempty"`
	Portal   Portal `json:"portal"`
	HA       *HA    `json:"ha,omitempty"`
}

// Reason says why a session ends.
type Reason string

// Reasons of a GoAway.
const (
	ReasonStopping  Reason = "stopping"  // the appliance restarts: come back after RetrySeconds
	ReasonReplaced  Reason = "replaced"  // a newer session of the same PBX took over
	ReasonRevoked   Reason = "revoked"   // the PBX was deleted or its key revoked
	ReasonDuplicate Reason = "duplicate" // the same key was proved from two machines
	ReasonIdentity  Reason = "identity"  // serial or machine id are not those of the key
	ReasonVersion   Reason = "version"   // the protocol versions do not meet
	ReasonIdle      Reason = "idle"      // the data session was not used
	ReasonRefused   Reason = "refused"   // malformed or out of turn
)

// GoAway ends a session.
type GoAway struct {
	Reason       Reason `json:"reason"`
	Message      string `json:"message,omitempty"`
	RetrySeconds int    `json:"retry_s"`
}

// Renew asks for a new certificate.
type Renew struct {
	CSR string `json:"csr"` // PEM; the key must be the session's own
}

// Renewed brings it.
type Renewed struct {
	Certificate string `json:"certificate"` // PEM
	Problem     string `json:"problem,omitempty"`
}

// Data asks the connector to open its data session and to present the token in Hello.Data.
type Data struct {
	Token string `json:"token"`
}

// Kind implements Body.
func (*Hello) Kind() Kind { return KindHello }

// Kind implements Body.
func (*Welcome) Kind() Kind { return KindWelcome }

// Kind implements Body.
func (*Beat) Kind() Kind { return KindHeartbeat }

// Kind implements Body.
func (*Ack) Kind() Kind { return KindAck }

// Kind implements Body.
func (*Status) Kind() Kind { return KindStatus }

// Kind implements Body.
func (*GoAway) Kind() Kind { return KindGoAway }

// Kind implements Body.
func (*Renew) Kind() Kind { return KindRenew }

// Kind implements Body.
func (*Renewed) Kind() Kind { return KindRenewed }

// Kind implements Body.
func (*Data) Kind() Kind { return KindData }

// Check implements Body.
func (h *Hello) Check() error {
	if h.Major < 1 || h.Minor < 0 || h.Major > 1000 || h.Minor > 1000 {
		return fmt.Errorf("version %d.%d: %w", h.Major, h.Minor, ErrMalformed)
	}
	if h.Uptime < 0 || h.Uptime > maxUptime {
		return fmt.Errorf("uptime %d: %w", h.Uptime, ErrMalformed)
	}
	if err := checkCaps(h.Caps); err != nil {
		return err
	}
	if err := checkHA(h.HA); err != nil {
		return err
	}
	if err := checkPortal(h.Portal); err != nil {
		return err
	}
	return texts(
		text{"connector", h.Connector, 1, MaxName}, text{"run", h.Run, 1, MaxSerial},
		text{"data", h.Data, 0, MaxSerial},
		text{"serial", h.Serial, 1, MaxSerial}, text{"model", h.Model, 0, MaxName},
		text{"firmware", h.Firmware, 0, MaxSerial}, text{"machine_id", h.MachineID, 1, MaxName},
	)
}

// Check implements Body.
func (w *Welcome) Check() error {
	if w.HeartbeatSeconds < 1 || w.HeartbeatSeconds > 3600 {
		return fmt.Errorf("heartbeat %d s: %w", w.HeartbeatSeconds, ErrMalformed)
	}
	if err := checkCaps(w.Caps); err != nil {
		return err
	}
	return texts(text{"pbx", w.PBX, 1, MaxSerial}, text{"name", w.Name, 0, MaxText}, text{"message", w.Message, 0, MaxText})
}

// Check implements Body.
func (b *Beat) Check() error {
	if b.Uptime < 0 || b.Uptime > maxUptime {
		return fmt.Errorf("uptime %d: %w", b.Uptime, ErrMalformed)
	}
	return checkHA(b.HA)
}

// Check implements Body.
func (a *Ack) Check() error { return texts(text{"message", a.Message, 0, MaxText}) }

// Check implements Body.
func (s *Status) Check() error {
	if err := checkHA(s.HA); err != nil {
		return err
	}
	if err := checkPortal(s.Portal); err != nil {
		return err
	}
	return texts(text{"firmware", s.Firmware, 0, MaxSerial})
}

// Check implements Body.
func (g *GoAway) Check() error {
	if g.RetrySeconds < 0 || g.RetrySeconds > maxRetry {
		return fmt.Errorf("retry %d s: %w", g.RetrySeconds, ErrMalformed)
	}
	return texts(text{"reason", string(g.Reason), 1, MaxSerial}, text{"message", g.Message, 0, MaxText})
}

// Check implements Body.
func (r *Renew) Check() error { return blob("csr", r.CSR) }

// Check implements Body.
func (r *Renewed) Check() error {
	if err := texts(text{"problem", r.Problem, 0, MaxText}); err != nil {
		return err
	}
	return blob("certificate", r.Certificate)
}

// Check implements Body.
func (d *Data) Check() error { return texts(text{"token", d.Token, 1, MaxSerial}) }

func checkCaps(caps []string) error {
	if len(caps) > MaxCaps {
		return fmt.Errorf("%d capabilities: %w", len(caps), ErrTooLong)
	}
	for _, c := range caps {
		if err := texts(text{"caps", c, 1, MaxSerial}); err != nil {
			return err
		}
	}
	return nil
}

func checkHA(h *HA) error {
	if h == nil {
		return nil
	}
	if len(h.Seen) > maxSerials {
		return fmt.Errorf("%d serials: %w", len(h.Seen), ErrTooLong)
	}
	for _, s := range h.Seen {
		if err := texts(text{"seen", s, 1, MaxSerial}); err != nil {
			return err
		}
	}
	return texts(text{"vip", h.VIP, 0, MaxSerial}, text{"vip_serial", h.VIPSerial, 0, MaxSerial})
}

func checkPortal(p Portal) error {
	return texts(text{"portal.url", p.URL, 0, MaxText}, text{"portal.spki", p.SPKI, 0, MaxSerial},
		text{"portal.problem", p.Problem, 0, MaxText})
}

type text struct {
	name, value string
	least, most int
}

func texts(list ...text) error {
	for _, t := range list {
		if len(t.value) < t.least {
			return fmt.Errorf("%s is missing: %w", t.name, ErrMalformed)
		}
		if len(t.value) > t.most {
			return fmt.Errorf("%s has %d bytes, at most %d: %w", t.name, len(t.value), t.most, ErrTooLong)
		}
		if !Clean(t.value) {
			return fmt.Errorf("%s has bytes that are no text: %w", t.name, ErrMalformed)
		}
	}
	return nil
}

// Clean tells whether s is valid UTF-8 without control characters or characters that turn the
// direction of writing (they make a serial look like another one).
func Clean(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return false
		}
	}
	return true
}

func blob(name, s string) error {
	if len(s) > MaxBlob {
		return fmt.Errorf("%s has %d bytes, at most %d: %w", name, len(s), MaxBlob, ErrTooLong)
	}
	return nil
}
