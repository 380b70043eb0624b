package pbx

import (
	"strings"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

//go:generate go tool -modfile=../../../scripts/tools/go.mod msgp -io=false -tests=false
//msgp:timezone utc
//msgp:newtime

// States of a row.
const (
	Awaiting = "awaiting" // enrolled by nobody yet: a person must approve
	Enrolled = "enrolled"
	Revoked  = "revoked" // its key opens nothing; the row waits for a new enrolment or deletion
)

// Roles of the halves of a hot-standby pair. They are fixed; which half is active is hot state.
const (
	Primary   = "primary"
	Secondary = "secondary"
)

// PBX is a row of pbx_device.
type PBX struct {
	ID         string    `msg:"id" json:"id"`
	Account    uint32    `msg:"account" json:"account"`
	AccountID  string    `msg:"account_id" json:"account_id"`
	Name       string    `msg:"name" json:"name"`
	Serial     string    `msg:"serial" json:"serial"`
	Model      string    `msg:"model" json:"model"`
	Firmware   string    `msg:"firmware" json:"firmware"`
	MachineID  string    `msg:"machine_id" json:"machine_id"`
	KeySPKI    string    `msg:"key_spki,omitempty" json:"key_spki,omitempty"`
	KeyedAt    time.Time `msg:"keyed_at,omitempty" json:"keyed_at,omitzero"`
	State      string    `msg:"state" json:"state"`
	PairID     string    `msg:"pair_id,omitempty" json:"pair_id,omitempty"`
	PairRole   string    `msg:"pair_role,omitempty" json:"pair_role,omitempty"`
	VIP        string    `msg:"vip,omitempty" json:"vip,omitempty"`
	PortalURL  string    `msg:"portal_url,omitempty" json:"portal_url,omitempty"`
	PortalSPKI string    `msg:"portal_spki,omitempty" json:"portal_spki,omitempty"`
	// VisitAllowed is the owner's consent to remote visits.
	VisitAllowed bool      `msg:"visit_allowed" json:"visit_allowed"`
	CreatedAt    time.Time `msg:"created_at" json:"created_at"`
	EnrolledBy   string    `msg:"enrolled_by,omitempty" json:"enrolled_by,omitempty"`
	EnrolledName string    `msg:"enrolled_name,omitempty" json:"enrolled_name,omitempty"`
	// Address is where the enrolment came from.
	Address string `msg:"address,omitempty" json:"address,omitempty"`
	// PollHash is the SHA-256 of the secret with which a connector asks how its enrolment fares.
	PollHash []byte `msg:"poll_hash,omitempty" json:"-"`
	// Ends is when a parked enrolment dies.
	Ends time.Time `msg:"ends,omitempty" json:"ends,omitzero"`
	// Replaces is the id of the enrolled PBX of the same serial that this parked enrolment asks to re-key.
	Replaces string `msg:"replaces,omitempty" json:"replaces,omitempty"`
	// Rival is set while the identity is claimed by two machines; links are refused until a person decides.
	Rival *Rival `msg:"rival,omitempty" json:"rival,omitempty"`
	Ver   uint64 `msg:"ver" json:"ver"`
}

// Rival is the other machine that proved, or tried to use, the same key.
type Rival struct {
	Serial    string    `msg:"serial" json:"serial"`
	MachineID string    `msg:"machine_id" json:"machine_id"`
	Address   string    `msg:"address" json:"address"`
	At        time.Time `msg:"at" json:"at"`
}

// Code is a row of pbx_code: an authentication code.
type Code struct {
	ID          string    `msg:"id" json:"id"`
	AccountID   string    `msg:"account_id" json:"account_id"`
	Name        string    `msg:"name" json:"name"`
	Hash        []byte    `msg:"hash" json:"-"`
	CreatedAt   time.Time `msg:"created_at" json:"created_at"`
	CreatedBy   string    `msg:"created_by" json:"created_by"`
	CreatedName string    `msg:"created_name" json:"created_name"`
	Ends        time.Time `msg:"ends" json:"ends"`
	// PairWith is the enrolled PBX whose other half the code is for: both take one connection from the start.
	PairWith string    `msg:"pair_with,omitempty" json:"pair_with,omitempty"`
	UsedAt   time.Time `msg:"used_at,omitempty" json:"used_at,omitzero"`
	UsedFor  string    `msg:"used_for,omitempty" json:"used_for,omitempty"` // id of the PBX
	Ver      uint64    `msg:"ver" json:"ver"`
}

type (
	deviceTable = *store.Table[PBX, *PBX]
	codeTable   = *store.Table[Code, *Code]
)

func devices() deviceTable {
	return store.NewTable(store.Spec[PBX]{
		Name: "pbx_device", Schema: 1,
		Key: func(p *PBX) []store.Part { return []store.Part{store.Text(p.ID)} },
		Unique: []store.Index[PBX]{
			{Name: "key", Keys: func(p *PBX) [][]store.Part { return sparse(p.KeySPKI != "", store.Text(p.KeySPKI)) }},
			{Name: "serial", Keys: func(p *PBX) [][]store.Part {
				return sparse(p.State != Awaiting, store.Text(p.AccountID), store.Text(serialKey(p.Serial)))
			}},
			{Name: "poll", Keys: func(p *PBX) [][]store.Part {
				return sparse(len(p.PollHash) > 0, store.Text(string(p.PollHash)))
			}},
		},
		Lookup: []store.Index[PBX]{
			{Name: "account", Keys: func(p *PBX) [][]store.Part {
				return sparse(true, store.Text(p.AccountID), store.Text(strings.ToLower(p.Name)))
			}},
			{Name: "pair", Keys: func(p *PBX) [][]store.Part { return sparse(p.PairID != "", store.Text(p.PairID)) }},
			{Name: "parked", Keys: func(p *PBX) [][]store.Part {
				return sparse(p.State == Awaiting, store.Text(p.AccountID))
			}},
			{Name: "ends", Keys: func(p *PBX) [][]store.Part { return sparse(p.State == Awaiting, store.Time(p.Ends)) }},
		},
	})
}

func codes() codeTable {
	return store.NewTable(store.Spec[Code]{
		Name: "pbx_code", Schema: 1,
		Key: func(c *Code) []store.Part { return []store.Part{store.Text(c.ID)} },
		Unique: []store.Index[Code]{
			{Name: "hash", Keys: func(c *Code) [][]store.Part { return sparse(true, store.Text(string(c.Hash))) }},
		},
		Lookup: []store.Index[Code]{
			{Name: "account", Keys: func(c *Code) [][]store.Part { return sparse(true, store.Text(c.AccountID), store.Time(c.CreatedAt)) }},
			{Name: "ends", Keys: func(c *Code) [][]store.Part { return sparse(true, store.Time(c.Ends)) }},
		},
	})
}

func sparse(yes bool, parts ...store.Part) [][]store.Part {
	if !yes {
		return nil
	}
	return [][]store.Part{parts}
}

// serialKey folds a serial: people and firmwares differ in case and spaces.
func serialKey(s string) string { return strings.ToUpper(strings.ReplaceAll(s, " ", "")) }

// Tables is what this room adds to the catalogue.
func Tables() []store.Registered { return []store.Registered{devices(), codes()} }
