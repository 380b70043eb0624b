package tenant

import "time"

//go:generate go tool -modfile=../../../scripts/tools/go.mod msgp -io=false -tests=false -unexported
//msgp:timezone utc
//msgp:newtime
//msgp:replace Kind with:string

// Kind says what an account is.
type Kind string

// The kinds of accounts.
const (
	Operator   Kind = "operator"
	Channel    Kind = "channel"
	Enterprise Kind = "enterprise"
)

// Freeze says who stopped an account, when and why.
type Freeze struct {
	By      string    `msg:"by" json:"by"`
	ByLabel string    `msg:"by_label" json:"by_label"`
	Reason  string    `msg:"reason" json:"reason"`
	At      time.Time `msg:"at" json:"at"`
}

// Account is a node of the tree.
type Account struct {
	ID             string    `msg:"id" json:"id"`
	Num            uint32    `msg:"num" json:"num"`
	Parent         string    `msg:"parent,omitempty" json:"parent,omitempty"`
	Height         uint8     `msg:"height,omitempty" json:"-"`
	Kind           Kind      `msg:"kind" json:"kind"`
	Own            bool      `msg:"own,omitempty" json:"own,omitempty"` // the enterprise for its channel's own devices
	Name           string    `msg:"name" json:"name"`
	NameKey        string    `msg:"name_key" json:"-"`
	Realm          string    `msg:"realm" json:"realm"`
	RealmSuffix    string    `msg:"realm_suffix,omitempty" json:"realm_suffix,omitempty"` // "" is the nearest ancestor's
	TimeZone       string    `msg:"time_zone" json:"time_zone"`
	Lang           string    `msg:"lang" json:"lang"`
	Country        string    `msg:"country,omitempty" json:"country,omitempty"`
	Contact        string    `msg:"contact,omitempty" json:"contact,omitempty"`
	Email          string    `msg:"email,omitempty" json:"email,omitempty"`
	Note           string    `msg:"note,omitempty" json:"note,omitempty"`
	Permission     string    `msg:"permission,omitempty" json:"permission,omitempty"` // enterprise: "dm" or "rps"
	Master         bool      `msg:"master,omitempty" json:"master,omitempty"`         // has an administrator of its own
	MayAddChannels bool      `msg:"may_add_channels,omitempty" json:"may_add_channels,omitempty"`
	Frozen         *Freeze   `msg:"frozen,omitempty" json:"frozen,omitempty"`
	CreatedAt      time.Time `msg:"created_at" json:"created_at"`
	CreatedBy      string    `msg:"created_by,omitempty" json:"created_by,omitempty"`
	ActivatedAt    time.Time `msg:"activated_at" json:"activated_at"` // zero until its administrator has activated
	ChangedAt      time.Time `msg:"changed_at" json:"changed_at"`
	Ver            uint64    `msg:"ver" json:"ver"`
}

// seqRow is the last account number given.
type seqRow struct {
	Last uint32 `msg:"last"`
}
