package identity

import "time"

//go:generate go tool -modfile=../../../scripts/tools/go.mod msgp -io=false -tests=false -unexported
//msgp:timezone utc
//msgp:newtime

// User is one person who signs in; the e-mail is unique on the whole appliance.
type User struct {
	ID       string `msg:"id" json:"id"`
	Email    string `msg:"email" json:"email"` // as typed
	EmailKey string `msg:"email_key" json:"-"` // folded; unique
	First    string `msg:"first" json:"first"`
	Last     string `msg:"last" json:"last"`
	Phone    string `msg:"phone,omitempty" json:"phone,omitempty"`
	Lang     string `msg:"lang" json:"lang"`
	Theme    string `msg:"theme" json:"theme"`
	TimeZone string `msg:"time_zone,omitempty" json:"time_zone,omitempty"`
	State    string `msg:"state" json:"state"` // StateInvited or StateActive
	MFA      bool   `msg:"mfa" json:"mfa"`
	// Home is the account that manages the person: the first that invited him.
	Home string `msg:"home" json:"home"`
	// Acting is the membership that he used last.
	Acting     string    `msg:"acting,omitempty" json:"-"`
	CreatedAt  time.Time `msg:"created_at" json:"created_at"`
	SignedInAt time.Time `msg:"signed_in_at" json:"signed_in_at"`
	Ver        uint64    `msg:"ver" json:"ver"`
}

// Membership lets a user work in an account.
type Membership struct {
	ID      string `msg:"id" json:"id"`
	User    string `msg:"user" json:"-"`
	Account string `msg:"account" json:"account"`
	Kind    string `msg:"kind" json:"kind"` // KindUser or KindCustomer
	Role    string `msg:"role" json:"role"`
	State   string `msg:"state" json:"state"` // StateInvited or StateActive
	// What the inviter typed: all that he sees until the invitation is accepted.
	Email string `msg:"email" json:"email"`
	First string `msg:"first" json:"first"`
	Last  string `msg:"last" json:"last"`
	Phone string `msg:"phone,omitempty" json:"phone,omitempty"`
	Lang  string `msg:"lang" json:"lang"`
	// Letter is the wording of the activation mail.
	Letter        string    `msg:"letter" json:"-"`
	InvitedBy     string    `msg:"invited_by,omitempty" json:"invited_by,omitempty"`
	InvitedByName string    `msg:"invited_by_name,omitempty" json:"invited_by_name,omitempty"`
	CreatedAt     time.Time `msg:"created_at" json:"created_at"`
	AcceptedAt    time.Time `msg:"accepted_at" json:"accepted_at"`
	Ver           uint64    `msg:"ver" json:"ver"`
}

// Session is a signed-in browser. Its token is kept as a hash only.
type Session struct {
	ID         string    `msg:"id" json:"id"`
	Hash       string    `msg:"hash" json:"-"`
	User       string    `msg:"user" json:"-"`
	Membership string    `msg:"membership" json:"-"` // the one that acts
	Account    string    `msg:"account" json:"account"`
	MFA        bool      `msg:"mfa" json:"mfa"`
	IP         string    `msg:"ip" json:"ip"`
	UserAgent  string    `msg:"user_agent" json:"user_agent"`
	CreatedAt  time.Time `msg:"created_at" json:"created_at"`
	SeenAt     time.Time `msg:"seen_at" json:"seen_at"`
	EndsAt     time.Time `msg:"ends_at" json:"ends_at"`
	ProvedAt   time.Time `msg:"proved_at,omitempty" json:"-"` // when the password was typed last
}

// secretRow holds what proves a user's identity. Every change of it raises Epoch, which voids
// the tickets of sign-ins that have begun.
type secretRow struct {
	User  string `msg:"user"`
	PHC   string `msg:"phc"` // "" until a password is set
	Epoch uint64 `msg:"epoch"`
	// A temporary password was typed by a superior: it opens the change form once.
	Temp     bool      `msg:"temp"`
	TempUsed bool      `msg:"temp_used"`
	TempBy   string    `msg:"temp_by"`
	TempEnds time.Time `msg:"temp_ends"`
	// The seed of the second factor, sealed; Pending until a code confirms it.
	TOTP     []byte   `msg:"totp"`
	Pending  []byte   `msg:"pending"`
	LastStep int64    `msg:"last_step"`
	Recovery [][]byte `msg:"recovery"` // SHA-256 of what is left
	// Wrong codes in a row from anywhere, and the last one in Unix milliseconds.
	CodeFails int   `msg:"code_fails"`
	CodeAt    int64 `msg:"code_at"`
	SetAt     int64 `msg:"set_at"` // when the password was set, Unix milliseconds
}

// tokenRow is a link that was handed out: 256 random bits, kept as a hash.
type tokenRow struct {
	Hash       string    `msg:"hash"`
	Purpose    string    `msg:"purpose"`
	User       string    `msg:"user"`
	Membership string    `msg:"membership"`
	Account    string    `msg:"account"`
	Email      string    `msg:"email"`
	By         string    `msg:"by"`
	ByName     string    `msg:"by_name"`
	Mailed     bool      `msg:"mailed"`
	CreatedAt  time.Time `msg:"created_at"`
	EndsAt     time.Time `msg:"ends_at"`
	UsedAt     time.Time `msg:"used_at"`
	Replaced   bool      `msg:"replaced"`
	AskedAt    time.Time `msg:"asked_at"` // when its owner asked for a new one
}

// ticketRow is a sign-in that has passed the password.
type ticketRow struct {
	Hash     string    `msg:"hash"`
	Stage    string    `msg:"stage"` // stageMFA or stageChange
	User     string    `msg:"user"`
	Epoch    uint64    `msg:"epoch"`
	MFA      bool      `msg:"mfa"`  // the second factor is passed
	Temp     bool      `msg:"temp"` // the password was a temporary one
	MailCode []byte    `msg:"mail_code"`
	Tries    int       `msg:"tries"`
	Resume   string    `msg:"resume"` // session id that goes on
	EndsAt   time.Time `msg:"ends_at"`
}

// tryRow counts wrong passwords of one user from one client. Times are Unix milliseconds.
type tryRow struct {
	Key      string  `msg:"key"`
	Fails    []int64 `msg:"fails"`
	LockedAt int64   `msg:"locked_at"` // 0: not locked
}
