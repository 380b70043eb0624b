package fault

import (
	"errors"
	"fmt"
	"testing"
	"time"
)

func TestACopyStillIsItsSentinel(t *testing.T) {
	t.Parallel()
	full := New(KindConflict, "quota_exceeded", "not enough capacity")
	other := New(KindConflict, "name_taken", "name taken")
	err := fmt.Errorf("create: %w", full.With(map[string]any{"left": 3}).After(time.Minute).Because(errors.New("disk")))
	if !errors.Is(err, full) || errors.Is(err, other) {
		t.Fatal("errors.Is must compare kind and code")
	}
	e, ok := As(err)
	if !ok || e.Details["left"] != 3 || e.RetryAfter != time.Minute || Code(err) != "quota_exceeded" {
		t.Fatalf("%+v", e)
	}
	if full.Details != nil || full.RetryAfter != 0 {
		t.Fatal("the sentinel was changed")
	}
	if Code(errors.New("x")) != "internal" || Code(nil) != "" || !Is(err, KindConflict) || Is(err, KindLocked) {
		t.Fatal("code or kind")
	}
}

func TestJoinGathersFields(t *testing.T) {
	t.Parallel()
	var f Fields
	f.Require("name", " ")
	f.Require("lang", "en")
	err := Under("admin", Join(f.Err(), nil, &Field{"email", "malformed", "email is malformed"}))
	e, ok := As(err)
	if !ok || e.Kind != KindInvalid || len(e.Fields) != 2 || e.Fields[0].Path != "admin.name" || e.Fields[1].Path != "admin.email" {
		t.Fatalf("%v", err)
	}
	if Join(nil, Fields(nil).Err()) != nil {
		t.Fatal("nothing joined is nil")
	}
	boom := errors.New("boom")
	if got := Join(f.Err(), boom); !errors.Is(got, boom) {
		t.Fatalf("%v", got)
	}
	if got := Under("x", boom); !errors.Is(got, boom) {
		t.Fatalf("%v", got)
	}
}
