package conformance

import (
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/switchkeep/switchkeep/appliance/platform/store/kv"
)

func overlay(t *testing.T, e kv.Engine) {
	put(t, e, "b=0", "d=0", "f=0", "h=0")
	update(t, e, func(tx kv.Tx) error {
		if err := write(tx, "a=1", "d=1", "-f", "g=1", "-h", "i=1", "-x"); err != nil {
			return err
		}
		for _, c := range []struct {
			start, end string
			limit      int
			desc       bool
			want       []string
		}{
			{"", "", 0, false, []string{"a=1", "b=0", "d=1", "g=1", "i=1"}},
			{"", "", 0, true, []string{"i=1", "g=1", "d=1", "b=0", "a=1"}},
			{"b", "g", 0, false, []string{"b=0", "d=1"}},
			{"b", "g", 0, true, []string{"d=1", "b=0"}},
			{"c", "", 2, false, []string{"d=1", "g=1"}},
			{"", "i", 2, true, []string{"g=1", "d=1"}},
			{"f", "g", 0, false, nil},
			{"h", "h", 0, true, nil},
			{"i", "a", 0, false, nil},
		} {
			got, err := list(tx, c.start, c.end, c.limit, c.desc)
			if err != nil {
				return err
			}
			want(t, got, c.want...)
		}
		// What the loop's body changes ahead of it is seen.
		var seen []string
		for p, err := range tx.Range(nil, nil, 0, false) {
			if err != nil {
				return err
			}
			seen = append(seen, string(p.Key))
			if string(p.Key) == "b" {
				if err := write(tx, "c=2", "-d", "aa=2"); err != nil {
					return err
				}
			}
		}
		want(t, seen, "a", "b", "c", "g", "i")
		return nil
	})
	want(t, all(t, e), "a=1", "aa=2", "b=0", "c=2", "g=1", "i=1")
}

func leaveRange(t *testing.T, e kv.Engine) {
	put(t, e, "a=1", "b=1", "c=1")
	update(t, e, func(tx kv.Tx) error {
		seq := tx.Range([]byte("a"), nil, 0, false)
		for range 2 {
			for p, err := range seq {
				if err != nil || string(p.Key) != "a" {
					t.Errorf("%q %v", p.Key, err)
				}
				break
			}
		}
		return nil
	})
}

// model compares random transactions with a plain map.
func model(t *testing.T, e kv.Engine) {
	keys := rapid.StringOfN(rapid.RuneFrom([]rune("ab\x00\x01c")), 1, 3, -1)
	rapid.Check(t, func(r *rapid.T) {
		state := map[string]string{}
		for _, p := range all(t, e) { // the state left by the case before
			for i := range p {
				if p[i] == '=' {
					state[p[:i]] = p[i+1:]
					break
				}
			}
		}
		type op struct {
			kind       int
			key, value string
			end        string
			limit      int
			desc       bool
		}
		ops := rapid.SliceOfN(rapid.Custom(func(r *rapid.T) op {
			return op{
				rapid.IntRange(0, 3).Draw(r, "kind"), keys.Draw(r, "key"), rapid.StringMatching("[0-9]{0,3}").Draw(r, "value"),
				keys.Draw(r, "end"), rapid.IntRange(0, 4).Draw(r, "limit"), rapid.Bool().Draw(r, "desc"),
			}
		}), 1, 30).Draw(r, "ops")
		abort := rapid.IntRange(0, 4).Draw(r, "abort") == 0
		var after map[string]string
		err := tryTx(t, e, func(tx kv.Tx) error {
			m := maps.Clone(state)
			for _, o := range ops {
				switch o.kind {
				case 0:
					m[o.key] = o.value
					if err := tx.Put([]byte(o.key), []byte(o.value)); err != nil {
						return err
					}
				case 1:
					delete(m, o.key)
					if err := tx.Delete([]byte(o.key)); err != nil {
						return err
					}
				case 2:
					v, err := tx.Get([]byte(o.key))
					if have, ok := m[o.key]; ok != (err == nil) || string(v) != have {
						r.Errorf("get %q: %q %v, want %q %t", o.key, v, err, have, ok)
					}
				case 3:
					got, err := list(tx, o.key, o.end, o.limit, o.desc)
					if err != nil {
						return err
					}
					if want := slowRange(m, o.key, o.end, o.limit, o.desc); !slices.Equal(got, want) {
						r.Errorf("range %+v: got %q, want %q", o, got, want)
					}
				}
			}
			after = m
			if abort {
				return errChosen
			}
			return nil
		})
		if abort {
			after = state
		} else if err != nil {
			r.Fatal(err)
		}
		if got, want := all(t, e), slowRange(after, "", "", 0, false); !slices.Equal(got, want) {
			r.Fatalf("got %q, want %q", got, want)
		}
	})
}

func slowRange(m map[string]string, start, end string, limit int, desc bool) []string {
	var out []string
	keys := slices.Sorted(maps.Keys(m))
	if desc {
		slices.Reverse(keys)
	}
	for _, k := range keys {
		if k >= start && (end == "" || k < end) && (limit == 0 || len(out) < limit) {
			out = append(out, k+"="+m[k])
		}
	}
	return out
}
