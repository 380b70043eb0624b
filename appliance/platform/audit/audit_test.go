package audit

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestNewRowCutsAndRefuses(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 10, 0, 0, 5_999_999, time.UTC)
	r, err := newRow(System(at, strings.Repeat("ü", 400)), Entry{Action: "system.start", Detail: map[string]string{"a": "b\xff"}})
	if err != nil {
		t.Fatal(err)
	}
	if r.Result != OK || r.UserLabel != "system" || len(r.Reason) > maxText || !utf8.ValidString(r.Reason) || !utf8.ValidString(r.Detail["a"]) {
		t.Fatalf("%+v", r)
	}
	if _, err := newRow(Cause{At: at}, Entry{}); err == nil {
		t.Fatal("an entry without action was accepted")
	}
	if _, err := newRow(Cause{}, Entry{Action: "x.y"}); err == nil {
		t.Fatal("a cause without time was accepted")
	}
}
