//go:build !mutant_quota

package quota

import "time"

// The rules of the room, one function each. The file mutants.go holds the same functions with one
// of them broken at a time; the property test must notice each.

// claim is what an account takes from its giver (I1).
func claim(g, held int64) int64 { return max(g, held) }

// deficit is by how much more is held than granted (I2).
func deficit(g, held int64) int64 {
	if g == Unlimited {
		return 0
	}
	return max(0, held-g)
}

// mayGiveUnlimited is I3.
func mayGiveUnlimited(giver int64) bool { return giver == Unlimited }

// keepsBooks tells whether a change of this counter is a ledger line (I4).
func keepsBooks(dg, dc, du int64) bool { return dg != 0 || dc != 0 || du != 0 }

// mayForce tells whether a grant of this class may be forced below what is held (I5).
func mayForce(c Class) bool { return c != Consumable }

// inherits is what of a deleted account's use stays with its giver (I5).
func inherits(c Class, used int64) int64 {
	if c == Consumable {
		return used
	}
	return 0
}

// flagHolds is I6.
func flagHolds(own, above bool) bool { return own && above }

// withinPBX is I7.
func withinPBX(n, least, most int64) bool { return n >= least && n <= most }

// mayGrow is I8.
func mayGrow(frozen, deficitAbove bool) bool { return !frozen && !deficitAbove }

// inForce tells whether a dated grant counts: from ≤ t < to.
func inForce(from, to, t time.Time) bool { return !t.Before(from) && t.Before(to) }

// heldNow is the grant of an unlimited account whose giver got a limit.
func heldNow(held int64) int64 { return held }

// leaves is what a moved account takes along from its old giver.
func leaves(claim int64) int64 { return claim }
