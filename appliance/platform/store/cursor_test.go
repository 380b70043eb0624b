package store_test

import (
	"testing"

	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// A cursor comes from outside: one of another group, table or of rubbish must not lead out of the prefix.
func TestACursorNeverLeavesThePrefix(t *testing.T) {
	t.Parallel()
	r := open(t, users())
	for _, g := range []string{"a", "b", "c"} {
		for _, n := range []string{"1", "2"} {
			r.put(user{ID: g + n, Mail: g + n, Group: g})
		}
	}
	_, inA := r.lookup("group", store.Page{Limit: 1}, store.Text("a"))
	_, inB := r.lookup("group", store.Page{Limit: 1}, store.Text("b"))
	_, inC := r.lookup("group", store.Page{Limit: 1, Desc: true}, store.Text("c"))
	for name, c := range map[string]struct {
		after store.Cursor
		desc  bool
		want  []string
	}{
		"own":          {inB, false, []string{"b2"}},
		"before":       {inA, false, []string{"b1", "b2"}},
		"behind":       {inC, false, nil},
		"low rubbish":  {"\x01", false, []string{"b1", "b2"}},
		"high rubbish": {"\xff\xff", false, nil},
		"desc before":  {inA, true, nil},
		"desc behind":  {inC, true, []string{"b2", "b1"}},
		"desc rubbish": {"\xff\xff", true, []string{"b2", "b1"}},
		"desc low":     {"\x01", true, nil},
	} {
		got, _ := r.lookup("group", store.Page{After: c.after, Desc: c.desc}, store.Text("b"))
		if len(got) != len(c.want) || len(got) > 0 && got[0] != c.want[0] {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}
