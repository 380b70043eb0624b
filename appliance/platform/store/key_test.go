package store

import (
	"bytes"
	"cmp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// tuple is a key of every kind of part, comparable by its values.
type tuple struct {
	text string
	uint uint64
	int  int64
	tail string
}

func (k tuple) key() []byte {
	return join("t", Text(k.text), Uint(k.uint), Int(k.int), Text(k.tail))
}

func (k tuple) compare(o tuple) int {
	return cmp.Or(strings.Compare(k.text, o.text), cmp.Compare(k.uint, o.uint), cmp.Compare(k.int, o.int), strings.Compare(k.tail, o.tail))
}

// The order of keys is the order of their parts.
func TestKeysSortAsTheirParts(t *testing.T) {
	t.Parallel()
	texts := rapid.OneOf(rapid.String(), rapid.StringOf(rapid.RuneFrom([]rune("\x00\x01\x02\xffa"))), rapid.Just(""))
	gen := rapid.Custom(func(r *rapid.T) tuple {
		return tuple{
			texts.Draw(r, "text"), rapid.OneOf(rapid.Uint64(), rapid.Uint64Range(0, 2)).Draw(r, "uint"),
			rapid.OneOf(rapid.Int64(), rapid.Int64Range(-2, 2)).Draw(r, "int"), texts.Draw(r, "tail"),
		}
	})
	rapid.Check(t, func(r *rapid.T) {
		a, b := gen.Draw(r, "a"), gen.Draw(r, "b")
		if rapid.Bool().Draw(r, "same front") {
			b.text = a.text
		}
		if got, want := bytes.Compare(a.key(), b.key()), a.compare(b); got != want {
			r.Fatalf("%+v and %+v: %d, want %d", a, b, got, want)
		}
	})
}

// A prefix's range holds the keys that begin with its parts and no others.
func TestPrefixRange(t *testing.T) {
	t.Parallel()
	texts := rapid.StringOfN(rapid.RuneFrom([]rune("\x00\x01\xffab")), 0, 3, -1)
	rapid.Check(t, func(r *rapid.T) {
		p, q, rest := texts.Draw(r, "p"), texts.Draw(r, "q"), texts.Draw(r, "rest")
		start := join("t", Text(p))
		end := prefixEnd(start)
		k := join("t", Text(q), Text(rest))
		if in := bytes.Compare(k, start) >= 0 && bytes.Compare(k, end) < 0; in != (p == q) {
			r.Fatalf("%q under %q: %t", q, p, in)
		}
	})
	if prefixEnd([]byte{0xff, 0xff}) != nil {
		t.Error("there is nothing after the last prefix")
	}
}

func TestTimesAndBoolsSort(t *testing.T) {
	t.Parallel()
	before, epoch := time.Date(1931, 1, 1, 0, 0, 0, 0, time.UTC), time.Unix(0, 0)
	if bytes.Compare(Time(before).b, Time(epoch).b) >= 0 || bytes.Compare(Time(epoch).b, Time(epoch.Add(time.Millisecond)).b) >= 0 {
		t.Error("times do not sort")
	}
	if bytes.Compare(Bool(false).b, Bool(true).b) >= 0 {
		t.Error("bools do not sort")
	}
}

func FuzzSplitText(f *testing.F) {
	for _, s := range []string{"", "a", "a\x00b", "\x01", "\x01\x02\x00", "\xff\x00\x01", "\x01\x03"} {
		f.Add([]byte(s))
		f.Add(Text(s).b)
		f.Add(join("table.index", Text(s), Uint(7)))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		s, rest, err := splitText(b)
		if err != nil {
			return
		}
		if again := append(Text(s).b, rest...); !bytes.Equal(again, b) {
			t.Fatalf("%x splits into %q and %x, which is %x", b, s, rest, again)
		}
	})
}

func TestKeyText(t *testing.T) {
	t.Parallel()
	got, err := KeyText(join("t", Text("a\x00"), Text("b"), Uint(1)), 2)
	if err != nil || got[0] != "a\x00" || got[1] != "b" {
		t.Error(got, err)
	}
	if _, err := KeyText(join("t", Text("a")), 2); err == nil {
		t.Error("a part too many, no error")
	}
}
