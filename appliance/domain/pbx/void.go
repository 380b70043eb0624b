package pbx

import (
	"context"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// voidBatch bounds the rows that one call of Void takes.
const voidBatch = 40

// Void makes dead what must not come back with a restored database: authentication codes that are still
// good. It takes some at a time and returns 0 when none is left. Keys stay: a PBX returns by itself.
func Void(_ context.Context, tx store.Tx, at time.Time) (changed int, err error) {
	t := codes()
	var open []Code
	for it, err := range t.Lookup(tx, "ends", store.Page{Limit: voidBatch, Desc: true}) {
		if err != nil {
			return 0, err
		}
		if !it.Row.Ends.After(at) {
			break
		}
		open = append(open, it.Row)
	}
	for i := range open {
		open[i].Ends, open[i].Ver = at.UTC(), open[i].Ver+1
		if err := t.Put(tx, &open[i]); err != nil {
			return 0, err
		}
	}
	return len(open), nil
}
