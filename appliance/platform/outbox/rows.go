package outbox

import "time"

//go:generate go tool -modfile=../../../scripts/tools/go.mod msgp -io=false -tests=false
//msgp:timezone utc
//msgp:newtime
//msgp:ignore Message Config Outbox Filter Stats

// Row is one line of the mail log. Data is the sealed JSON of Message.Data.
type Row struct {
	ID       string    `msg:"id" json:"id"`
	Kind     string    `msg:"kind" json:"kind"`
	Account  string    `msg:"account,omitempty" json:"account,omitempty"`
	To       string    `msg:"to" json:"to"`
	Template string    `msg:"template" json:"template"`
	Lang     string    `msg:"lang,omitempty" json:"lang,omitempty"`
	Data     []byte    `msg:"data" json:"-"`
	At       time.Time `msg:"at" json:"at"`
	State    string    `msg:"state" json:"state"`
	Tries    uint32    `msg:"tries,omitempty" json:"tries"`
	Queued   time.Time `msg:"queued" json:"queued"` // when it was queued, or queued again
	Next     time.Time `msg:"next" json:"next"`     // of queued and deferred
	Last     time.Time `msg:"last" json:"last"`     // the last attempt
	Answer   string    `msg:"answer,omitempty" json:"answer,omitempty"`
}
