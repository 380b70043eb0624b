package access

import (
	"errors"
	"time"

	"github.com/switchkeep/switchkeep/appliance/domain/tenant"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// Check tells whether the caller may do the action on what the account owns; "" is the appliance.
func (a *Access) Check(r store.Reader, who Who, act Action, account string) error {
	return a.judge(r, who, act, account, nil)
}

// Step is one rule of a decision.
type Step struct {
	Rule   string `json:"rule"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail,omitempty"`
}

// Explain is Check with the rules that were asked, for those who manage rights.
func (a *Access) Explain(r store.Reader, who Who, act Action, account string) ([]Step, error) {
	var steps []Step
	err := a.judge(r, who, act, account, &steps)
	return steps, err
}

// May lists what the caller may do on what this account owns.
func (a *Access) May(r store.Reader, who Who, account string) ([]Action, error) {
	c, err := a.ask(r, who, account)
	if errors.Is(err, ErrHidden) || errors.Is(err, tenant.ErrFrozen) {
		return []Action{}, nil
	}
	if err != nil {
		return nil, err
	}
	out := []Action{}
	for _, i := range a.list {
		if (i.Appliance || account != "") && c.decide(i, nil) == nil {
			out = append(out, i.Action)
		}
	}
	return out, nil
}

// MayGive returns ErrRole when a role has rights in the account that the caller has not got himself.
func (a *Access) MayGive(r store.Reader, who Who, role, account string) error {
	have, err := a.May(r, who, account)
	if err != nil {
		return err
	}
	got := map[Action]bool{}
	for _, act := range have {
		got[act] = true
	}
	target, err := tenant.Get(r, account)
	if err != nil {
		return err
	}
	h := held{role: role}
	if err := h.resolve(r, account); err != nil {
		return err
	}
	if len(h.custom) == 0 && h.custom != nil {
		return ErrRole
	}
	above := who.Account != account
	for _, i := range a.list {
		if !h.has(i) || !kindHas(i, string(target.Kind)) || got[i.Action] {
			continue
		}
		if !above && i.Above || above && i.Action == AccountAuthorize {
			continue // nobody has it on his own account, or from above
		}
		return ErrRole
	}
	return nil
}

// question is one caller before one account: what the rules are asked about.
type question struct {
	who     Who
	rights  rights
	account string
	kind    string
	chain   []string // from the account upwards
	frozen  *tenant.Freeze
	authz   []Authorization // of the accounts between the two that restrict, the lower first
	now     time.Time
	sure    bool
}

func (a *Access) judge(r store.Reader, who Who, act Action, account string, steps *[]Step) error {
	i, known := a.known[act]
	if !known {
		note(steps, "known", false, string(act))
		return ErrDenied
	}
	q, err := a.ask(r, who, account)
	if err != nil {
		note(steps, "visible", false, account)
		return err
	}
	return q.decide(i, steps)
}

// ask reads what the rules need. An account outside the caller's subtree is ErrHidden here.
func (a *Access) ask(r store.Reader, who Who, account string) (*question, error) {
	q := &question{who: who, account: account, now: a.c.Clock.Now(), sure: a.c.Sure()}
	var err error
	if q.rights, err = a.rights(r, who, q.now); err != nil {
		if errors.Is(err, tenant.ErrNotFound) {
			err = ErrHidden
		}
		return nil, err
	}
	if f := q.rights.frozen; shutOut(f != nil) {
		return nil, tenant.CheckLiveTx(r, who.Account)
	}
	if account == "" {
		return q, nil
	}
	chain, err := tenant.ChainTx(r, account)
	if err != nil {
		if errors.Is(err, tenant.ErrNotFound) {
			err = ErrHidden
		}
		return nil, err
	}
	for i := range chain {
		q.chain = append(q.chain, chain[i].ID)
	}
	if !reaches(q.chain, who.Account) {
		return nil, ErrHidden
	}
	q.kind, q.frozen = string(chain[0].Kind), freezeIn(chain)
	return q, q.authorizations(r)
}

// authorizations reads those between the account and the caller's own, the account's included.
func (q *question) authorizations(r store.Reader) error {
	for _, id := range q.chain {
		if id == q.who.Account {
			return nil
		}
		z, err := Authorized(r, id)
		if err != nil {
			return err
		}
		if !z.unrestricted() {
			q.authz = append(q.authz, z)
		}
	}
	return nil
}

func (z *Authorization) unrestricted() bool {
	return z.State == "" && z.Full && z.From.IsZero() && z.To.IsZero()
}

func note(steps *[]Step, rule string, ok bool, detail string) bool {
	if steps != nil {
		*steps = append(*steps, Step{rule, ok, detail})
	}
	return ok
}

// decide asks the rules in turn; the first that says no decides.
func (q *question) decide(i Info, steps *[]Step) error {
	if !note(steps, "caller", enrolls(q.who.Kind, i.Action), q.who.Kind) {
		return ErrDenied
	}
	if !note(steps, "kind", kindHas(i, q.rights.kind), q.rights.kind) {
		return ErrDenied
	}
	if q.account == "" {
		return q.decideAppliance(i, steps)
	}
	inScope, has := q.granted(i)
	if !note(steps, "scope", inScope, "") {
		return ErrHidden
	}
	own := q.account == q.who.Account
	switch {
	case !note(steps, "role", has, q.who.Role):
		return ErrDenied
	case !note(steps, "above", notToItself(i, own, q.kind), ""):
		return ErrDenied
	case i.Action == AccountAuthorize && !note(steps, "own", own, ""):
		return ErrDenied
	}
	for j := range q.authz {
		if !note(steps, "authorized", q.passes(&q.authz[j], i), q.authz[j].Account) {
			return ErrNotAuthorized
		}
	}
	if !note(steps, "frozen", q.frozen == nil || thaws(i), "") {
		return tenant.ErrFrozen.With(map[string]any{"reason": q.frozen.Reason, "at": q.frozen.At, "by": q.frozen.ByLabel})
	}
	return nil
}

func (q *question) passes(z *Authorization, i Info) bool {
	return !needsAuthorization(i) || z.State == "" && inForce(z.From, z.To, q.now, q.sure) && lets(z, i)
}

// granted tells whether the account is in the scope of any grant, and of one whose role has the action.
func (q *question) granted(i Info) (inScope, has bool) {
	for j := range q.rights.grants {
		h := &q.rights.grants[j]
		if withinScope(&h.grant, q.chain, q.who.Account) {
			inScope = true
			has = has || h.has(i)
		}
	}
	return inScope, has
}

// decideAppliance is for what belongs to nobody: the operator's people with the whole tree in scope.
func (q *question) decideAppliance(i Info, steps *[]Step) error {
	for j := range q.rights.grants {
		h := &q.rights.grants[j]
		if q.rights.kind == string(tenant.Operator) && h.grant.Scope == Subtree && h.has(i) {
			note(steps, "appliance", true, h.role)
			return nil
		}
	}
	note(steps, "appliance", false, q.rights.kind)
	return ErrDenied
}
