//go:build mutant_identity

package identity

import (
	"os"
	"time"
)

// Mutants are the names under which one rule is broken (environment SWITCHKEEP_MUTANT).
func Mutants() []string {
	return []string{
		"eleventh_locks", "ninth_locks", "window_forgets_early", "lock_short", "lock_admits_right", "lock_others_user",
		"lock_others_client", "lock_ignores_device", "success_forgives_nothing", "passive_prolongs", "idle_late", "no_absolute_end",
		"eleven_sessions", "end_untold",
	}
}

func is(name string) bool { return os.Getenv("SWITCHKEEP_MUTANT") == name }

func full(wrong int) bool {
	switch {
	case is("eleventh_locks"):
		return wrong > lockAfter
	case is("ninth_locks"):
		return wrong >= lockAfter-1
	}
	return wrong >= lockAfter
}

func counts(at, now int64) bool {
	if is("window_forgets_early") {
		return now-at < lockWindow.Milliseconds()/2
	}
	return now-at < lockWindow.Milliseconds()
}

func lockEnd(lockedAt int64) int64 {
	if is("lock_short") {
		return lockedAt + lockFor.Milliseconds() - 1
	}
	return lockedAt + lockFor.Milliseconds()
}

func admits(left time.Duration, right bool) bool {
	return right && (left == 0 || is("lock_admits_right"))
}

func pairOf(emailKey, network, nonce string) string {
	switch {
	case is("lock_others_user"):
		emailKey = ""
	case is("lock_others_client"):
		network = ""
	case is("lock_ignores_device"):
		nonce = ""
	}
	return hashToken(emailKey + "\x00" + network + "\x00" + nonce)
}

func forgives() bool { return !is("success_forgives_nothing") }

func prolongs(active bool) bool { return active || is("passive_prolongs") }

func idleEnd(seen time.Time) time.Time {
	if is("idle_late") {
		return seen.Add(SessionIdle + time.Minute)
	}
	return seen.Add(SessionIdle)
}

func absoluteEnd(created time.Time) time.Time {
	if is("no_absolute_end") {
		return created.Add(100 * SessionAbsolute)
	}
	return created.Add(SessionAbsolute)
}

func surplus(n int) int {
	if is("eleven_sessions") {
		return max(0, n-sessionsPerUser)
	}
	return max(0, n+1-sessionsPerUser)
}

func reports() bool { return !is("end_untold") }
