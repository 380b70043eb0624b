package problem

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/switchkeep/switchkeep/appliance/platform/fault"
)

func TestEveryKindHasItsStatus(t *testing.T) {
	t.Parallel()
	for kind, want := range map[fault.Kind]int{
		fault.KindInvalid: 422, fault.KindUnauthenticated: 401, fault.KindDenied: 403, fault.KindNotFound: 404, fault.KindConflict: 409,
		fault.KindStale: 412, fault.KindLocked: 423, fault.KindTooMany: 429, fault.KindUnavailable: 503, "new": 500,
	} {
		err := fmt.Errorf("do: %w", fault.New(kind, "some_code", "some text").With(map[string]any{"left": 3}).After(1500*time.Millisecond))
		p, internal := From(err)
		if p.Status != want || p.Code != "some_code" || p.Details["left"] != 3 || p.RetryAfter != 2 || internal != (want == 500) {
			t.Errorf("%s: %+v, internal %t", kind, p, internal)
		}
	}
}

func TestOwnFailuresShowNothing(t *testing.T) {
	t.Parallel()
	p, internal := From(fmt.Errorf("open /var/lib/secret: %w", errors.New("denied")))
	if !internal || p.Status != 500 || strings.Contains(p.Detail, "secret") {
		t.Fatalf("%+v", p)
	}
	p, internal = From(fault.New(fault.KindConflict, "taken", "taken").Because(errors.New("row 7 of table x")))
	if internal || strings.Contains(p.Detail, "row 7") {
		t.Fatalf("a cause is for the log: %+v", p)
	}
	if p, _ := From(nil); p != nil {
		t.Fatal("nil is no problem")
	}
}

func TestWrite(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	w.Header().Set("X-Request-Id", "abc")
	Write(w, New(http.StatusLocked, "locked", "wait").After(90*time.Second))
	var p Problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
		t.Fatal(err)
	}
	if w.Code != 423 || w.Header().Get("Retry-After") != "90" || w.Header().Get("Content-Type") != ContentType || p.RetryAfter != 90 || p.Request != "abc" || p.Title != "Locked" {
		t.Fatalf("%+v %v", p, w.Header())
	}
}

func TestHumasErrorsLoseTheValue(t *testing.T) {
	t.Parallel()
	Override()
	err := huma.NewError(422, "validation failed",
		&huma.ErrorDetail{Location: "body.admin", Message: "expected required property email to be present", Value: "hunter2"},
		&huma.ErrorDetail{Location: "body.mail", Message: `expected string to be RFC 5322 email: mail: "hunter2"`, Value: "hunter2"},
		&huma.ErrorDetail{Location: "query.limit", Message: "invalid integer hunter2", Value: "hunter2"},
		&huma.ErrorDetail{Location: "body", Message: "expected required property name to be present"},
		errors.New("hunter2"))
	b, _ := json.Marshal(err)
	if strings.Contains(string(b), "hunter2") {
		t.Fatalf("%s", b)
	}
	for _, want := range []string{`"path":"admin.email"`, `"path":"query.limit"`, `"path":"name"`, `"code":"required"`, "RFC 5322 email\""} {
		if !strings.Contains(string(b), want) {
			t.Errorf("%s lacks %s", b, want)
		}
	}
}
