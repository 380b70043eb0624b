//go:build mutant_quota

package quota

import (
	"os"
	"time"
)

// Mutants are the names under which one rule is broken (environment SWITCHKEEP_MUTANT).
func Mutants() []string {
	return []string{
		"claim", "deficit", "mayGiveUnlimited", "keepsBooks", "mayForce", "inherits", "flagHolds", "withinPBX",
		"mayGrow frozen", "mayGrow deficit", "inForce", "heldNow", "leaves",
	}
}

// broken tells whether the rule is the one that SWITCHKEEP_MUTANT breaks in this run.
func broken(rule string) bool { return os.Getenv("SWITCHKEEP_MUTANT") == rule }

func claim(g, held int64) int64 {
	if broken("claim") {
		return g
	}
	return max(g, held)
}

func deficit(g, held int64) int64 {
	if g == Unlimited {
		return 0
	}
	if broken("deficit") {
		return max(0, held-g-1)
	}
	return max(0, held-g)
}

func mayGiveUnlimited(giver int64) bool { return giver == Unlimited || broken("mayGiveUnlimited") }

func keepsBooks(dg, dc, du int64) bool {
	if broken("keepsBooks") {
		return dg != 0 || du != 0
	}
	return dg != 0 || dc != 0 || du != 0
}

func mayForce(c Class) bool { return c != Consumable || broken("mayForce") }

func inherits(c Class, used int64) int64 {
	if c != Consumable {
		return 0
	}
	if broken("inherits") {
		return used / 2
	}
	return used
}

func flagHolds(own, above bool) bool {
	if broken("flagHolds") {
		return own
	}
	return own && above
}

func withinPBX(n, least, most int64) bool {
	if broken("withinPBX") {
		return n <= most
	}
	return n >= least && n <= most
}

func mayGrow(frozen, deficitAbove bool) bool {
	return (!frozen || broken("mayGrow frozen")) && (!deficitAbove || broken("mayGrow deficit"))
}

func inForce(from, to, t time.Time) bool {
	if broken("inForce") {
		return !t.Before(from) && !t.After(to)
	}
	return !t.Before(from) && t.Before(to)
}

func heldNow(held int64) int64 {
	if broken("heldNow") {
		return held + 1
	}
	return held
}

func leaves(claim int64) int64 {
	if broken("leaves") {
		return 0
	}
	return claim
}
