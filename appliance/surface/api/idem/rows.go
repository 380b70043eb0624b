package idem

import "time"

//go:generate go tool -modfile=../../../../scripts/tools/go.mod msgp -io=false -tests=false
//msgp:timezone utc
//msgp:newtime

// Row is one kept request.
type Row struct {
	Scope  string    `msg:"scope"`
	Key    string    `msg:"key"`
	Hash   []byte    `msg:"hash"`
	Done   bool      `msg:"done,omitempty"`
	Start  string    `msg:"start"` // id of the appliance's start that runs it
	Status int       `msg:"status,omitempty"`
	ETag   string    `msg:"etag,omitempty"`
	Type   string    `msg:"type,omitempty"`
	Body   []byte    `msg:"body,omitempty"` // sealed
	At     time.Time `msg:"at"`
}
