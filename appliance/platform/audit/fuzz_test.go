package audit

import (
	"testing"

	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

func FuzzCursor(f *testing.F) {
	for _, s := range []string{"", ".", "1", "1.", "738000.audit_row\x00", "738000.audit_row\x00\x01\x01", "738000.user\x00x", "x.audit_row\x00", "18446744073709551615.audit_row\x00", "18446744073709551616.audit_row\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		_, at, err := parseCursor(store.Cursor(s))
		if err != nil {
			return
		}
		if name, err := store.TableOf([]byte(at)); err != nil || name != "audit_row" {
			t.Fatalf("%q leads to table %q: %v", s, name, err)
		}
	})
}
