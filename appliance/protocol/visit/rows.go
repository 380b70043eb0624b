package visit

import "time"

//go:generate go tool -modfile=../../../scripts/tools/go.mod msgp -io=false -tests=false
//msgp:timezone utc
//msgp:newtime

// Row is one visit.
type Row struct {
	ID           string    `msg:"id"`
	PBX          string    `msg:"pbx"`
	Label        string    `msg:"label"`
	Account      string    `msg:"account"`
	User         string    `msg:"user"`
	UserLabel    string    `msg:"user_label"`
	ActorAccount string    `msg:"actor_account"`
	Session      string    `msg:"session"`
	Reason       string    `msg:"reason"`
	IP           string    `msg:"ip"`
	Agent        []byte    `msg:"agent"` // SHA-256 of the User-Agent
	Mode         string    `msg:"mode"`
	Origin       string    `msg:"origin"`
	CreatedAt    time.Time `msg:"created_at"`
	OpenedAt     time.Time `msg:"opened_at"`
	EndedAt      time.Time `msg:"ended_at"`
	EndReason    string    `msg:"end_reason"`
	EndedBy      string    `msg:"ended_by"`
	BytesIn      uint64    `msg:"bytes_in"`  // from the browser
	BytesOut     uint64    `msg:"bytes_out"` // to the browser
	Requests     uint64    `msg:"requests"`
}

// TokenRow is a launch token that was not used yet.
type TokenRow struct {
	Hash    string    `msg:"hash"` // SHA-256, hexadecimal
	Visit   string    `msg:"visit"`
	Expires time.Time `msg:"expires"`
}
