package search_test

import (
	"testing"

	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/ident"
	"github.com/switchkeep/switchkeep/appliance/platform/search"
)

// A cursor comes back from a browser: whatever it is, it is a place in the list or refused.
func FuzzCursor(f *testing.F) {
	ix := newIndex(f)
	for i := range 60 {
		if err := ix.Put(item{id: ident.New(), name: string(rune('a' + i%26)), model: "P550", calls: int64(i)}.row()); err != nil {
			f.Fatal(err)
		}
	}
	sort := []search.Order{{Column: "name"}, {Column: "calls", Desc: true}, {Column: "model"}}
	for after, n := "", 0; n < 7; n++ {
		p, err := ix.Query(search.Query{Sort: sort, After: after, Limit: 7})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(p.Next, uint8(3))
		f.Add(p.Next, uint8(1))
		f.Add(p.Next[:len(p.Next)-3], uint8(3))
		after = p.Next
	}
	f.Add("!", uint8(0))
	f.Fuzz(func(t *testing.T, after string, keys uint8) {
		p, err := ix.Query(search.Query{Sort: sort[:keys%4], After: after, Limit: 10})
		if err != nil && !fault.Is(err, fault.KindInvalid) {
			t.Fatal(err)
		}
		if err == nil && p.Total != 60 {
			t.Fatalf("total %d", p.Total)
		}
	})
}
