package mail

import "time"

//go:generate go tool -modfile=../../../scripts/tools/go.mod msgp -io=false -tests=false -unexported
//msgp:timezone utc
//msgp:newtime

// settingsRow is the one row of mail_settings. Sealed is the JSON of Settings.
type settingsRow struct {
	ID     string    `msg:"id"`
	Sealed []byte    `msg:"sealed"`
	At     time.Time `msg:"at"`
	Ver    uint64    `msg:"ver"`
}
