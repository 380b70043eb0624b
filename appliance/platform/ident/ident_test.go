package ident

import (
	"errors"
	"slices"
	"testing"
)

func TestNewAscendsAndChecks(t *testing.T) {
	t.Parallel()
	ids := make([]string, 1000)
	for i := range ids {
		ids[i] = New()
		if err := Check(ids[i]); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.IsSorted(ids) {
		t.Fatal("ids of one process must ascend as text")
	}
}

func TestCheckRefuses(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "x", "ABCDEFGHIJKLMNOPQRSTUVABCD", "zzzzzzzzzzzzzzzzzzzzzzzzzz"} {
		if Check(s) == nil {
			t.Errorf("%q accepted", s)
		}
	}
}

func TestBytesAndBack(t *testing.T) {
	t.Parallel()
	for range 1000 {
		id := New()
		b, err := Bytes(id)
		if err != nil || FromBytes(b) != id {
			t.Fatal(id, FromBytes(b), err)
		}
	}
	good := New()
	for _, bad := range []string{"", "x", good + "0", good[:25] + "w", good[:25] + "1", "A" + good[1:], good[:25] + "-"} {
		if _, err := Bytes(bad); !errors.Is(err, ErrID) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
