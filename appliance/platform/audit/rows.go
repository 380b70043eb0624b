package audit

import "time"

//go:generate go tool -modfile=../../../scripts/tools/go.mod msgp -io=false -tests=false -unexported
//msgp:timezone utc
//msgp:newtime

// Row is one line of the operation log. Its JSON with Leaf 0 is what the tree hashes: new
// fields are omitempty in both forms and come last.
type Row struct {
	ID           string            `msg:"id" json:"id"`
	At           time.Time         `msg:"at" json:"at"`
	User         string            `msg:"user,omitempty" json:"user,omitempty"`
	UserLabel    string            `msg:"user_label,omitempty" json:"user_label,omitempty"`
	Subject      string            `msg:"subject,omitempty" json:"subject,omitempty"`
	SubjectLabel string            `msg:"subject_label,omitempty" json:"subject_label,omitempty"`
	Session      string            `msg:"session,omitempty" json:"session,omitempty"`
	ActorAccount string            `msg:"actor_account,omitempty" json:"actor_account,omitempty"`
	IP           string            `msg:"ip,omitempty" json:"ip,omitempty"`
	UserAgent    string            `msg:"user_agent,omitempty" json:"user_agent,omitempty"`
	Request      string            `msg:"request,omitempty" json:"request,omitempty"`
	Reason       string            `msg:"reason,omitempty" json:"reason,omitempty"`
	Account      string            `msg:"account,omitempty" json:"account,omitempty"`
	Action       string            `msg:"action" json:"action"`
	ObjectKind   string            `msg:"object_kind,omitempty" json:"object_kind,omitempty"`
	ObjectID     string            `msg:"object_id,omitempty" json:"object_id,omitempty"`
	ObjectLabel  string            `msg:"object_label,omitempty" json:"object_label,omitempty"`
	Result       string            `msg:"result" json:"result"`
	Code         string            `msg:"code,omitempty" json:"code,omitempty"`
	Detail       map[string]string `msg:"detail,omitempty" json:"detail,omitempty"`
	// Leaf is the row's place in the hash tree plus one; 0 until it is sealed.
	Leaf uint64 `msg:"leaf,omitempty" json:"-"`
}

// hashRow is one stored hash of the tree (tlog.StoredHashIndex).
type hashRow struct {
	Index uint64 `msg:"i"`
	Hash  []byte `msg:"h"`
}

// treeRow is the state of the tree: one row. Note is the last signed checkpoint.
type treeRow struct {
	Size uint64    `msg:"size"`
	At   time.Time `msg:"at"`
	Note []byte    `msg:"note"`
}
