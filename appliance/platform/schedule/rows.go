package schedule

import "time"

//go:generate go tool -modfile=../../../scripts/tools/go.mod msgp -io=false -tests=false
//msgp:timezone utc
//msgp:newtime

// State is what is remembered of a job: one row.
type State struct {
	Name      string    `msg:"name" json:"name"`
	Spec      string    `msg:"spec" json:"spec"`
	Zone      string    `msg:"zone" json:"zone"`
	NextDue   time.Time `msg:"next_due" json:"next_due"`
	LastStart time.Time `msg:"last_start" json:"last_start"`
	LastEnd   time.Time `msg:"last_end" json:"last_end"`
	LastGood  time.Time `msg:"last_good" json:"last_good"`
	LastDate  string    `msg:"last_date,omitempty" json:"last_date,omitempty"` // local date of the last due time that was run
	LastError string    `msg:"last_error,omitempty" json:"last_error,omitempty"`
	Running   bool      `msg:"running,omitempty" json:"running"`
	Tries     uint32    `msg:"tries,omitempty" json:"tries"` // runs that did not come to their end
}
