package route

import "github.com/switchkeep/switchkeep/appliance/platform/search"

// Action is an action of the access catalogue: "pbx.view".
type Action string

// Who is the caller: a person, his session, the membership that acts and its account.
type Who struct {
	User, Session, Membership, Account, Role string
	Kind                                     string
	MFA                                      bool
}

// Scope is a set of accounts, by id and as the set of their numbers.
type Scope interface {
	Has(account string) bool
	Nums() *search.Bits
}

// nowhere is the empty scope.
type nowhere struct{}

func (nowhere) Has(string) bool    { return false }
func (nowhere) Nums() *search.Bits { return &search.Bits{} }
