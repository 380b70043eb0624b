// Package route holds the registry of the JSON API: every route is one Entry that says
// who may call it, how large its body may be and what kind of answer it gives. The
// frame (package api) enforces what the entry declares before the handler is called;
// the walk of routes × roles, the body caps, the OpenAPI document and the mounting on
// fiber are all generated from the same list.
//
// Invariants: an entry without a Need is refused, so is an action that the catalogue of
// access does not know; a handler behind an action that answers without having asked
// access (Call.Allow or Call.Scope) is turned into an error by the wrapper; the entry
// that the frame matched is the one whose handler runs, or nothing runs.
package route
