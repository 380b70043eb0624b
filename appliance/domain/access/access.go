package access

import (
	"errors"
	"sync"
	"time"

	"github.com/switchkeep/switchkeep/appliance/domain/tenant"
	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// Who is the caller: a person, his session, the membership that acts, its account and role.
type Who struct {
	User, Session, Membership, Account, Role string
	Kind                                     string // console, api, enroll
	MFA                                      bool
}

// Config is what the room needs. DB, Tree and Clock are required.
type Config struct {
	DB    *store.DB
	Tree  *tenant.Tree
	Clock clock.Clock
	// Sure tells whether the time can be believed; nil is always. Nothing expires while it cannot.
	Sure func() bool
}

// Access decides. It is safe for concurrent use.
type Access struct {
	c     Config
	list  []Info
	known map[Action]Info

	mu     sync.Mutex
	scopes map[string]subtree // by account
	gen    uint64             // of the tree that they show
}

type subtree struct {
	all  words
	warm words // without what is frozen
}

// New returns the room.
func New(c Config) (*Access, error) {
	if c.DB == nil || c.Tree == nil || c.Clock == nil {
		return nil, errors.New("access: a store, a tree and a clock are required")
	}
	if c.Sure == nil {
		c.Sure = func() bool { return true }
	}
	a := &Access{c: c, list: Catalogue(), known: map[Action]Info{}, scopes: map[string]subtree{}}
	for _, i := range a.list {
		a.known[i.Action] = i
	}
	return a, nil
}

// rights is what a caller holds: a list of roles with their scopes.
type rights struct {
	kind   string // of his account
	frozen *tenant.Freeze
	grants []held
}

type held struct {
	grant  Grant
	role   string
	custom map[Action]bool // nil for a built-in role
}

func (h *held) has(i Info) bool {
	if h.custom != nil {
		return h.custom[i.Action]
	}
	return roleHas(i, h.role)
}

// rights reads what the caller holds now.
func (a *Access) rights(r store.Reader, who Who, now time.Time) (rights, error) {
	own, err := tenant.ChainTx(r, who.Account)
	if err != nil {
		return rights{}, err
	}
	out := rights{kind: string(own[0].Kind), frozen: freezeIn(own)}
	any := false
	for it, err := range grants().Lookup(r, "membership", store.Page{Limit: maxGrants}, store.Text(who.Membership)) {
		if err != nil {
			return rights{}, err
		}
		g := it.Row
		any = true
		if g.Account != who.Account || !inForce(time.Time{}, g.Ends, now, a.c.Sure()) {
			continue
		}
		if g.Role == "" {
			g.Role = who.Role
		}
		out.grants = append(out.grants, held{grant: g, role: g.Role})
	}
	if !any {
		out.grants = []held{{grant: Grant{Scope: Subtree}, role: who.Role}}
	}
	for i := range out.grants {
		if err := out.grants[i].resolve(r, who.Account); err != nil {
			return rights{}, err
		}
	}
	return out, nil
}

// resolve reads a custom role; one of another account, or none, holds nothing.
func (h *held) resolve(r store.Reader, account string) error {
	switch h.role {
	case Owner, Admin, Operator, Helpdesk, Auditor, Billing:
		return nil
	}
	h.custom = map[Action]bool{}
	c, err := roles().Get(r, store.Text(h.role))
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if ownRole(&c, account) {
		for _, act := range c.Actions {
			h.custom[act] = true
		}
	}
	return nil
}

func freezeIn(chain []tenant.Account) *tenant.Freeze {
	for i := range chain {
		if chain[i].Frozen != nil {
			return chain[i].Frozen
		}
	}
	return nil
}
