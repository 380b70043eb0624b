package vault

import "time"

//go:generate go tool -modfile=../../../scripts/tools/go.mod msgp -io=false -tests=false
//msgp:timezone utc
//msgp:newtime

// Row is one sealed value.
type Row struct {
	Name    string    `msg:"name"`
	Sealed  []byte    `msg:"sealed"`
	Changed time.Time `msg:"changed"`
}
