//go:build !mutant_identity

package identity

import "time"

// The rules of lockout and sessions, one function each. The file mutants.go holds them with one
// broken at a time; the property test must notice each.

// full tells whether so many wrong passwords lock.
func full(wrong int) bool { return wrong >= lockAfter }

// counts tells whether a wrong password still counts (Unix milliseconds).
func counts(at, now int64) bool { return now-at < lockWindow.Milliseconds() }

// lockEnd is when a lock ends.
func lockEnd(lockedAt int64) int64 { return lockedAt + lockFor.Milliseconds() }

// admits tells whether a proof is taken: during a lock not even the right one.
func admits(left time.Duration, right bool) bool { return left == 0 && right }

// pairOf names user and client.
func pairOf(emailKey, network, nonce string) string {
	return hashToken(emailKey + "\x00" + network + "\x00" + nonce)
}

// forgives tells whether a success before the lock forgets the wrong passwords.
func forgives() bool { return true }

// prolongs tells whether a request is activity.
func prolongs(active bool) bool { return active }

// idleEnd is when a session waits for the password again.
func idleEnd(seen time.Time) time.Time { return seen.Add(SessionIdle) }

// absoluteEnd is when a session ends, whatever is done in it.
func absoluteEnd(created time.Time) time.Time { return created.Add(SessionAbsolute) }

// surplus is how many of n sessions make room for one more.
func surplus(n int) int { return max(0, n+1-sessionsPerUser) }

// reports tells whether the end of a session is told to what hangs on it.
func reports() bool { return true }
