package quota

import "time"

//go:generate go tool -modfile=../../../scripts/tools/go.mod msgp -io=false -tests=false -unexported
//msgp:timezone utc
//msgp:newtime
//msgp:replace Kind with:string

// line is one kind of an account.
type line struct {
	Kind Kind   `msg:"kind"`
	G    int64  `msg:"g"`              // the grant now: Base plus the dated grants in force; Unlimited
	Base int64  `msg:"base"`           // the grant without end
	C    int64  `msg:"c,omitempty"`    // claims of the children
	U    int64  `msg:"u,omitempty"`    // held by its own objects; consumed
	O    uint32 `msg:"o,omitempty"`    // oversubscription in percent, 0 is 100
	S    int64  `msg:"s,omitempty"`    // use of the subtree, kept with oversubscription only
	Peak int64  `msg:"peak,omitempty"` // the most that was held
}

// row is an account's capacity.
type row struct {
	Account string    `msg:"account"`
	Parent  string    `msg:"parent,omitempty"`
	Lines   []line    `msg:"lines"`
	MinExt  int64     `msg:"min_ext,omitempty"` // least extensions of a PBX
	MaxExt  int64     `msg:"max_ext,omitempty"` // most; 0 is MaxExtensionsPerPBX
	Changed time.Time `msg:"changed"`
	Ver     uint64    `msg:"ver"` // of the grants and bounds
	Seq     uint64    `msg:"seq"` // of the row
}

// heldRow is what an object holds.
type heldRow struct {
	Kind    Kind      `msg:"kind"`
	Object  string    `msg:"object"`
	Account string    `msg:"account"`
	N       int64     `msg:"n"`
	At      time.Time `msg:"at"`
}

// grantRow is a grant with an end; From ≤ t < To.
type grantRow struct {
	ID      string    `msg:"id"`
	Account string    `msg:"account"`
	Kind    Kind      `msg:"kind"`
	Qty     int64     `msg:"qty"`
	From    time.Time `msg:"from"`
	To      time.Time `msg:"to"`
	Source  string    `msg:"source"` // order, trial, manual
	Ref     string    `msg:"ref,omitempty"`
	Prio    int64     `msg:"prio,omitempty"`
	By      string    `msg:"by,omitempty"`
}

// LedgerLine is the change of one kind of one account. DG counts Unlimited as −1.
type LedgerLine struct {
	Account string `msg:"account" json:"account"`
	Kind    Kind   `msg:"kind" json:"kind"`
	DG      int64  `msg:"dg,omitempty" json:"dg,omitempty"`
	DC      int64  `msg:"dc,omitempty" json:"dc,omitempty"`
	DU      int64  `msg:"du,omitempty" json:"du,omitempty"`
}

// LedgerRow is one operation.
type LedgerRow struct {
	ID        string       `msg:"id" json:"id"`
	At        time.Time    `msg:"at" json:"at"`
	Op        string       `msg:"op" json:"op"`
	Account   string       `msg:"account" json:"account"`
	Lines     []LedgerLine `msg:"lines" json:"lines"`
	User      string       `msg:"user,omitempty" json:"user,omitempty"`
	UserLabel string       `msg:"user_label,omitempty" json:"user_label,omitempty"`
	Reason    string       `msg:"reason,omitempty" json:"reason,omitempty"`
	Ref       string       `msg:"ref,omitempty" json:"ref,omitempty"`
	Request   string       `msg:"request,omitempty" json:"request,omitempty"`
}
