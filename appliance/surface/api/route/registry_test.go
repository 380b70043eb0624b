package route

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
)

func known(a string) bool { return strings.HasPrefix(a, "pbx.") }

func handler(context.Context, *Call, *struct{}) (None, error) { return None{}, nil }

func entry(method, path, id string) Entry {
	return Entry{Method: method, Path: path, ID: id, Summary: id, Tag: "t", Need: "pbx.view", Kind: Object}
}

func TestARouteWithoutRightsIsRefused(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Entry){
		"no need":           func(e *Entry) { e.Need = "" },
		"unknown action":    func(e *Entry) { e.Need = "phone.dance" },
		"unknown word":      func(e *Entry) { e.Need = "everybody" },
		"no id":             func(e *Entry) { e.ID = "" },
		"no kind":           func(e *Entry) { e.Kind = "" },
		"odd method":        func(e *Entry) { e.Method = "TRACE" },
		"slash at the end":  func(e *Entry) { e.Path = "/x/" },
		"body with GET":     func(e *Entry) { e.Cap = 1 },
		"list with POST":    func(e *Entry) { e.Kind, e.Method = List, http.MethodPost },
		"If-Match with GET": func(e *Entry) { e.Match = true },
	} {
		r := NewRegistry(known)
		e := entry(http.MethodGet, "/x", "x")
		change(&e)
		Add(r, e, handler)
		Add(r, entry(http.MethodGet, "/y", "y"), handler)
		if !errors.Is(r.Err(), ErrEntry) || len(r.Entries()) != 0 {
			t.Errorf("%s: %v", name, r.Err())
		}
	}
	r := NewRegistry(known)
	Add(r, entry(http.MethodGet, "/x/{id}", "a"), handler)
	Add(r, entry(http.MethodGet, "/x/{other}", "b"), handler)
	if r.Err() == nil {
		t.Error("two routes of one path")
	}
	r = NewRegistry(known)
	Add(r, entry(http.MethodGet, "/x", "a"), handler)
	Add(r, entry(http.MethodGet, "/y", "a"), handler)
	if r.Err() == nil {
		t.Error("two routes of one id")
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	r := NewRegistry(known)
	for _, e := range []Entry{
		entry("GET", "/pbxs/{id}", "one"), entry("DELETE", "/pbxs/{id}", "delete"), entry("GET", "/pbxs", "list"),
		entry("GET", "/pbxs/connect", "connect"), entry("POST", "/pbxs/{id}/approve", "approve"), entry("GET", "/pbxs/codes", "codes"),
	} {
		Add(r, e, handler)
	}
	if r.Err() != nil {
		t.Fatal(r.Err())
	}
	for path, want := range map[string]string{
		"GET /api/v1/pbxs": "list", "GET /api/v1/pbxs/abc": "one", "GET /api/v1/pbxs/connect": "connect",
		"POST /api/v1/pbxs/abc/approve": "approve", "DELETE /api/v1/pbxs/abc": "delete",
		"GET /api/v1/pbxs/": "", "GET /api/v1/pbxs/a%2Fb": "", "GET /api/v1/": "", "GET /pbxs": "", "GET /api/v1/pbxs/a/b": "",
		"POST /api/v1/pbxs/connect/approve": "", "PUT /api/v1/pbxs/abc": "DELETE GET",
	} {
		method, target, _ := strings.Cut(path, " ")
		e, allow := r.Find(method, target)
		got := strings.Join(allow, " ")
		if e != nil {
			got = e.ID
		}
		if got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
	var order []string
	for _, e := range r.Entries() {
		order = append(order, e.ID)
	}
	if slices.Index(order, "connect") > slices.Index(order, "one") || slices.Index(order, "codes") > slices.Index(order, "one") {
		t.Errorf("a parameter before a fixed path: %v", order)
	}
}

func TestParseMatch(t *testing.T) {
	t.Parallel()
	if v, err := ParseMatch(`"42"`); v != 42 || err != nil {
		t.Errorf("%d %v", v, err)
	}
	for _, bad := range []string{"", "42", `W/"42"`, `"x"`, `"-1"`, "*", `"1", "2"`} {
		if _, err := ParseMatch(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}
