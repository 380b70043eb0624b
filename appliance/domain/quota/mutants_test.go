//go:build mutant_quota

package quota_test

import (
	"fmt"
	"testing"

	"github.com/switchkeep/switchkeep/appliance/domain/quota"
)

// catcher turns a failed test into a caught mutant.
type catcher struct{ testing.TB }

type violation string

func (c catcher) Fatal(args ...any)                 { panic(violation(fmt.Sprint(args...))) }
func (c catcher) Fatalf(format string, args ...any) { panic(violation(fmt.Sprintf(format, args...))) }
func (c catcher) Errorf(format string, args ...any) { c.Fatalf(format, args...) }

// The property test must notice each broken rule within its budget.
func TestModelCatchesEveryMutant(t *testing.T) {
	const budget = 60_000
	for _, name := range quota.Mutants() {
		t.Run(name, func(t *testing.T) {
			t.Setenv("SWITCHKEEP_MUTANT", name)
			done := 0
			for seed := uint64(0); done < budget; seed++ {
				n, why := hunt(t, seed, 3_000)
				done += n
				if why != "" {
					t.Logf("caught after %d operations: %s", done, why)
					return
				}
			}
			t.Fatalf("mutant %s lived through %d operations", name, done)
		})
	}
}

func hunt(t *testing.T, seed uint64, ops int) (done int, why string) {
	t.Helper()
	w := newWorld(catcher{t}, seed)
	defer func() {
		for _, c := range w.ops {
			done += c[0] + c[1]
		}
		switch v := recover().(type) {
		case nil:
		case violation:
			why = string(v)
		default:
			panic(v)
		}
	}()
	w.run(ops)
	return 0, ""
}
