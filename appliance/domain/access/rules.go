//go:build !mutant_access

package access

import (
	"slices"
	"time"
)

// The rules of the room, one function each; mutants.go holds them with one broken at a time.

// reaches tells whether an account stands in the actor's subtree: his own is found on the chain upwards.
func reaches(chain []string, own string) bool { return slices.Contains(chain, own) }

// roleHas tells whether a built-in role has the action.
func roleHas(i Info, role string) bool { return slices.Contains(i.Roles, role) }

// kindHas tells whether people of this kind of account can have the action.
func kindHas(i Info, kind string) bool { return i.Kinds == nil || slices.Contains(i.Kinds, kind) }

// notToItself tells whether the action may be done to the actor's own account.
func notToItself(i Info, own bool, kind string) bool {
	return !i.Above || !own || kind == "operator" && (i.Action == QuotaEdit || i.Action == QuotaForce)
}

// inForce is the time box: from ≤ t < to; no end is for ever, and nothing expires while the time is unsure.
func inForce(from, to, t time.Time, sure bool) bool {
	return (from.IsZero() || !t.Before(from)) && (to.IsZero() || t.Before(to) || !sure)
}

// lets tells whether an authorization in force lets those above do the action.
func lets(a *Authorization, i Info) bool { return a.Full || slices.Contains(a.Features, i.Feature) }

// needsAuthorization tells whether the action has to pass the accounts on the way down.
func needsAuthorization(i Info) bool { return !i.Supply }

// thaws tells whether the action works on a frozen account for those above the freeze.
func thaws(i Info) bool { return i.Cold }

// shutOut tells whether a freeze stands over the actor's own account: he sees the reason and nothing else.
func shutOut(frozenOwn bool) bool { return frozenOwn }

// withinScope is the grant's scope; chain runs from the account upwards.
func withinScope(g *Grant, chain []string, own string) bool {
	switch g.Scope {
	case Subtree:
		return true
	case Own:
		return len(chain) > 0 && chain[0] == own
	case Listed:
		return slices.ContainsFunc(chain, func(id string) bool { return slices.Contains(g.Accounts, id) })
	default:
		return false
	}
}

// ownRole tells whether a custom role belongs to the actor's account.
func ownRole(r *CustomRole, account string) bool { return r.Account == account }

// enrolls tells whether a caller of this kind may ask for the action at all.
func enrolls(kind string, act Action) bool { return kind != "enroll" || act == PBXEnroll }
