package backup

import "time"

//go:generate go tool -modfile=../../../scripts/tools/go.mod msgp -io=false -tests=false
//msgp:timezone utc
//msgp:newtime

// Restored says that the data came from a backup. Confirmed is zero while the appliance is in
// restored mode.
type Restored struct {
	At          time.Time `msg:"at" json:"at"`
	Made        time.Time `msg:"made" json:"made"` // when the backup was made
	Rev         uint64    `msg:"rev" json:"rev"`
	Host        string    `msg:"host" json:"host"`
	Secrets     bool      `msg:"secrets" json:"secrets"` // false: sealed values are lost
	Voided      int64     `msg:"voided" json:"voided"`
	Confirmed   time.Time `msg:"confirmed" json:"confirmed"`
	ConfirmedBy string    `msg:"confirmed_by" json:"confirmed_by"`
}
