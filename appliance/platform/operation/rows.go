package operation

import "time"

//go:generate go tool -modfile=../../../scripts/tools/go.mod msgp -io=false -tests=false
//msgp:timezone utc
//msgp:newtime

// Operation is one piece of long work: the plan row.
type Operation struct {
	ID        string            `msg:"id" json:"id"`
	Kind      string            `msg:"kind" json:"kind"`
	Account   string            `msg:"account,omitempty" json:"account,omitempty"`
	User      string            `msg:"user,omitempty" json:"user,omitempty"`
	UserLabel string            `msg:"user_label,omitempty" json:"user_label,omitempty"`
	Session   string            `msg:"session,omitempty" json:"-"`
	Request   string            `msg:"request,omitempty" json:"-"`
	IP        string            `msg:"ip,omitempty" json:"-"`
	Params    map[string]string `msg:"params,omitempty" json:"params,omitempty"` // for the title
	Plan      []byte            `msg:"plan" json:"-"`                            // the worker's own
	State     string            `msg:"state" json:"state"`
	Total     uint32            `msg:"total" json:"total"`
	Next      uint32            `msg:"next" json:"done"` // the next step; so many are done
	Failed    uint32            `msg:"failed,omitempty" json:"failed"`
	Cancel    bool              `msg:"cancel,omitempty" json:"cancel,omitempty"`
	Error     string            `msg:"error,omitempty" json:"error,omitempty"`
	Created   time.Time         `msg:"created" json:"created_at"`
	Started   time.Time         `msg:"started" json:"started_at"`
	Ended     time.Time         `msg:"ended" json:"ended_at"`
	Ver       uint64            `msg:"ver" json:"ver"`
}

// Step is the result of one step. Code and Message are empty when it went well.
type Step struct {
	Operation string `msg:"op" json:"-"`
	Index     uint32 `msg:"i" json:"index"`
	Label     string `msg:"label,omitempty" json:"label,omitempty"`
	Code      string `msg:"code,omitempty" json:"code,omitempty"`
	Message   string `msg:"message,omitempty" json:"message,omitempty"`
}
