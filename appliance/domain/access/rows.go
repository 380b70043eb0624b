package access

import "time"

//go:generate go tool -modfile=../../../scripts/tools/go.mod msgp -io=false -tests=false
//msgp:timezone utc
//msgp:newtime
//msgp:replace Action with:string

// Grant gives a membership a role on a scope.
type Grant struct {
	ID         string    `msg:"id" json:"id"`
	Membership string    `msg:"membership" json:"membership"`
	Account    string    `msg:"account" json:"account"`               // the membership's
	Role       string    `msg:"role,omitempty" json:"role,omitempty"` // "" is the membership's
	Scope      string    `msg:"scope" json:"scope"`                   // Subtree, Own or Listed
	Accounts   []string  `msg:"accounts,omitempty" json:"accounts,omitempty"`
	Ends       time.Time `msg:"ends" json:"ends"` // zero: none
	By         string    `msg:"by,omitempty" json:"by,omitempty"`
	At         time.Time `msg:"at" json:"at"`
	Ver        uint64    `msg:"ver" json:"ver"`
}

// CustomRole is a role that an account made.
type CustomRole struct {
	ID        string    `msg:"id" json:"id"`
	Account   string    `msg:"account" json:"account"`
	Name      string    `msg:"name" json:"name"`
	NameKey   string    `msg:"name_key" json:"-"`
	Actions   []Action  `msg:"actions" json:"actions"`
	Masks     []string  `msg:"masks,omitempty" json:"masks,omitempty"` // hidden fields
	CreatedAt time.Time `msg:"created_at" json:"created_at"`
	Ver       uint64    `msg:"ver" json:"ver"`
}

// Authorization is what an enterprise lets those above it do. Where there is none they may do all.
type Authorization struct {
	Account  string    `msg:"account" json:"account"`
	Full     bool      `msg:"full" json:"full"`
	Features []string  `msg:"features,omitempty" json:"features,omitempty"` // when not full
	From     time.Time `msg:"from" json:"from"`
	To       time.Time `msg:"to" json:"to"` // zero: no end
	Extend   bool      `msg:"extend,omitempty" json:"extend,omitempty"`
	State    string    `msg:"state,omitempty" json:"state,omitempty"` // "" in force, "revoked"
	By       string    `msg:"by,omitempty" json:"by,omitempty"`
	ByLabel  string    `msg:"by_label,omitempty" json:"by_label,omitempty"`
	At       time.Time `msg:"at" json:"at"`
	Ver      uint64    `msg:"ver" json:"ver"`
}

// LoginAs is one time that somebody worked with another's rights.
type LoginAs struct {
	ID             string    `msg:"id" json:"id"`
	Actor          string    `msg:"actor" json:"actor"`
	ActorAccount   string    `msg:"actor_account" json:"actor_account"`
	ActorSession   string    `msg:"actor_session" json:"actor_session"`
	Subject        string    `msg:"subject,omitempty" json:"subject,omitempty"` // "" where the account has no user
	SubjectAccount string    `msg:"subject_account" json:"subject_account"`
	Reason         string    `msg:"reason" json:"reason"`
	ReadOnly       bool      `msg:"read_only" json:"read_only"`
	Session        string    `msg:"session" json:"session"`
	At             time.Time `msg:"at" json:"at"`
	Ends           time.Time `msg:"ends" json:"ends"`
	EndedAt        time.Time `msg:"ended_at" json:"ended_at"`
}
