//go:build mutant_identity

package identity

import (
	"fmt"
	"testing"
)

// catcher turns a failed test into a caught mutant.
type catcher struct{ testing.TB }

type violation string

func (c catcher) Fatal(args ...any)                 { panic(violation(fmt.Sprint(args...))) }
func (c catcher) Fatalf(format string, args ...any) { panic(violation(fmt.Sprintf(format, args...))) }

// The property test must notice each broken rule within its budget.
func TestMachinesCatchEveryMutant(t *testing.T) {
	const budget = 40_000
	for _, name := range Mutants() {
		t.Run(name, func(t *testing.T) {
			t.Setenv("SWITCHKEEP_MUTANT", name)
			steps, why := hunt(t, budget)
			if why == "" {
				t.Fatalf("mutant %s lived through %d operations", name, steps)
			}
			t.Logf("caught after %d operations: %s", steps, why)
		})
	}
}

func hunt(t *testing.T, budget int) (steps int, why string) {
	t.Helper()
	m := newMachine(catcher{t}, 1)
	defer func() {
		if v, ok := recover().(violation); ok {
			why = string(v)
		}
		steps = m.n
	}()
	for range budget {
		m.step()
	}
	return m.n, ""
}
