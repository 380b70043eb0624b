//go:build mutant_access

package access_test

import (
	"fmt"
	"testing"

	"github.com/switchkeep/switchkeep/appliance/domain/access"
)

// catcher turns a failed test into a caught mutant.
type catcher struct{ testing.TB }

type violation string

func (c catcher) Fatal(args ...any)                 { panic(violation(fmt.Sprint(args...))) }
func (c catcher) Fatalf(format string, args ...any) { panic(violation(fmt.Sprintf(format, args...))) }
func (c catcher) Errorf(format string, args ...any) { c.Fatalf(format, args...) }

// The evaluator must notice each broken rule within its budget.
func TestEvaluatorCatchesEveryMutant(t *testing.T) {
	const budget = 60_000
	for _, name := range access.Mutants() {
		t.Run(name, func(t *testing.T) {
			t.Setenv("SWITCHKEEP_MUTANT", name)
			done := 0
			for seed := uint64(0); done < budget; seed++ {
				n, why := hunt(t, seed)
				done += n
				if why != "" {
					t.Logf("caught after %d decisions: %s", done, why)
					return
				}
			}
			t.Fatalf("mutant %s lived through %d decisions", name, done)
		})
	}
}

func hunt(t *testing.T, seed uint64) (done int, why string) {
	t.Helper()
	w := newWorld(catcher{t}, seed)
	counts := map[string]int{}
	defer func() {
		done = counts[yes] + counts[refused] + counts[hidden]
		switch v := recover().(type) {
		case nil:
		case violation:
			why = string(v)
		default:
			panic(v)
		}
	}()
	w.run(counts)
	return 0, ""
}
