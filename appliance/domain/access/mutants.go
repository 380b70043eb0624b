//go:build mutant_access

package access

import (
	"os"
	"slices"
	"time"
)

// Mutants are the names under which one rule is broken (environment SWITCHKEEP_MUTANT).
func Mutants() []string {
	return []string{
		"reaches", "roleHas", "kindHas", "notToItself", "inForce end", "inForce unsure", "lets", "needsAuthorization",
		"thaws", "shutOut", "withinScope own", "withinScope listed", "ownRole", "enrolls",
	}
}

// broken tells whether the rule is the one that SWITCHKEEP_MUTANT breaks in this run.
func broken(rule string) bool { return os.Getenv("SWITCHKEEP_MUTANT") == rule }

func reaches(chain []string, own string) bool {
	return slices.Contains(chain, own) || broken("reaches") && len(chain) > 2
}

func roleHas(i Info, role string) bool {
	return slices.Contains(i.Roles, role) || broken("roleHas") && role == Auditor && i.Action == PBXVisit
}

func kindHas(i Info, kind string) bool {
	return i.Kinds == nil || slices.Contains(i.Kinds, kind) || broken("kindHas") && kind == "channel"
}

func notToItself(i Info, own bool, kind string) bool {
	if broken("notToItself") {
		return true
	}
	return !i.Above || !own || kind == "operator" && (i.Action == QuotaEdit || i.Action == QuotaForce)
}

func inForce(from, to, t time.Time, sure bool) bool {
	switch {
	case broken("inForce end"):
		return (from.IsZero() || !t.Before(from)) && (to.IsZero() || !t.After(to) || !sure)
	case broken("inForce unsure"):
		return (from.IsZero() || !t.Before(from)) && (to.IsZero() || t.Before(to))
	}
	return (from.IsZero() || !t.Before(from)) && (to.IsZero() || t.Before(to) || !sure)
}

func lets(a *Authorization, i Info) bool {
	return a.Full || slices.Contains(a.Features, i.Feature) || broken("lets")
}

func needsAuthorization(i Info) bool {
	if broken("needsAuthorization") {
		return !i.Supply && !i.Cold
	}
	return !i.Supply
}

func thaws(i Info) bool { return i.Cold || broken("thaws") }

func shutOut(frozenOwn bool) bool { return frozenOwn && !broken("shutOut") }

func withinScope(g *Grant, chain []string, own string) bool {
	switch g.Scope {
	case Subtree:
		return true
	case Own:
		return len(chain) > 0 && chain[0] == own || broken("withinScope own")
	case Listed:
		if broken("withinScope listed") {
			return len(chain) > 0 && slices.Contains(g.Accounts, chain[0])
		}
		return slices.ContainsFunc(chain, func(id string) bool { return slices.Contains(g.Accounts, id) })
	default:
		return false
	}
}

func ownRole(r *CustomRole, account string) bool { return r.Account == account || broken("ownRole") }

func enrolls(kind string, act Action) bool {
	return kind != "enroll" || act == PBXEnroll || broken("enrolls")
}
