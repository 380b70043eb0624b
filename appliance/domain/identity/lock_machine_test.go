package identity

import (
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"
)

// The counter of one pair alone, without store and hash: many more steps, and a clock that is set back.
func TestLockMachine(t *testing.T) {
	t.Parallel()
	const steps = 200_000
	r := rand.New(rand.NewPCG(4, 2))
	base := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	now, row, model := base, tryRow{Key: "k"}, &modelPair{}
	locks, refused, admitted := 0, 0, 0
	for range steps {
		if r.IntN(3) == 0 {
			now = now.Add([]time.Duration{time.Millisecond, time.Second, time.Minute, 299_999 * time.Millisecond, 5 * time.Minute}[r.IntN(5)])
		}
		row.tick(now.UnixMilli())
		if got, want := row.left(now.UnixMilli()), model.lockedFor(now); got != want {
			t.Fatalf("%v left, the model says %v", got, want)
		}
		if got, want := len(row.Fails), model.failures(now); got != want {
			t.Fatalf("%d count, the model says %d", got, want)
		}
		right := r.IntN(25) == 0
		switch {
		case admits(row.left(now.UnixMilli()), right):
			row.Fails, model.log = nil, append(model.log, event{now, 's'})
			admitted++
		case row.left(now.UnixMilli()) > 0:
			refused++
		case row.fail(now.UnixMilli()):
			model.log = append(model.log, event{now, 'l'})
			locks++
		default:
			model.log = append(model.log, event{now, 'w'})
		}
		if n := len(model.log); n > 64 {
			model.log = model.log[n-32:]
		}
		if row.ends() < now.UnixMilli() && (row.LockedAt != 0 || len(row.Fails) > 0) {
			t.Fatal("a row that counts has ended")
		}
	}
	fmt.Fprintf(os.Stderr, "identity: %d random steps of one counter beside the slow model: %d locks, %d refused in a lock, %d admitted\n", steps, locks, refused, admitted)
	if locks < 100 || refused < 100 || admitted < 100 {
		t.Fatal("the steps do not reach every state")
	}
}
