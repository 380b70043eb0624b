package route

// Action is an action of the access catalogue: "pbx.view".
type Action string

// Who is the caller: a person, his session, the membership that acts and its account.
type Who struct {
	User, Session, Membership, Account, Role string
	Kind                                     string
	MFA                                      bool
}

// Scope is a set of accounts.
type Scope interface{ Has(account string) bool }
