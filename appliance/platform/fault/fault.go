package fault

import (
	"errors"
	"maps"
	"strings"
	"time"
)

// Kind says what sort of refusal it is; the surface turns it into a status.
type Kind string

// The kinds, with the HTTP status that the surface gives them.
const (
	KindInvalid         Kind = "invalid"         // 422, Fields say where
	KindUnauthenticated Kind = "unauthenticated" // 401
	KindDenied          Kind = "denied"          // 403
	KindNotFound        Kind = "not_found"       // 404, also for what the caller may not know of
	KindConflict        Kind = "conflict"        // 409, Details say with what
	KindStale           Kind = "stale"           // 412, the row has another version
	KindLocked          Kind = "locked"          // 423, RetryAfter says how long
	KindTooMany         Kind = "too_many"        // 429, RetryAfter says how long
	KindUnavailable     Kind = "unavailable"     // 503
)

// Field is one refused input. Path is the JSON path in the request ("admin.email",
// "lines[2].qty"), Code a stable snake_case word ("required", "too_long").
type Field struct {
	Path    string `json:"path"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Error tells the field and what is wrong with it.
func (f *Field) Error() string { return f.Path + ": " + f.Message }

// Error is a refusal that the caller may read. Treat it as immutable.
type Error struct {
	Kind       Kind
	Code       string // stable, snake_case, unique in the appliance
	Message    string
	Fields     []Field
	Details    map[string]any
	RetryAfter time.Duration
	cause      error
}

// New returns a sentinel.
func New(kind Kind, code, message string) *Error {
	return &Error{Kind: kind, Code: code, Message: message}
}

// Invalid returns a refusal of one field.
func Invalid(path, code, message string) *Error {
	return invalid(Field{Path: path, Code: code, Message: message})
}

func invalid(f ...Field) *Error {
	return &Error{Kind: KindInvalid, Code: "invalid", Message: "the input is not valid", Fields: f}
}

// NotFound returns the refusal for an absent (or hidden) object of this kind, e.g. "account".
func NotFound(object string) *Error {
	return New(KindNotFound, "not_found", object+" not found").With(map[string]any{"object": object})
}

// Stale returns the refusal of a change based on another version of the row.
func Stale(have uint64) *Error {
	return New(KindStale, "stale", "the object was changed meanwhile").With(map[string]any{"ver": have})
}

// Error implements error.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Message)
	for i := range e.Fields {
		if i == 0 {
			b.WriteString(": ")
		} else {
			b.WriteString("; ")
		}
		b.WriteString(e.Fields[i].Error())
	}
	if e.cause != nil {
		b.WriteString(": ")
		b.WriteString(e.cause.Error())
	}
	return b.String()
}

// Unwrap returns the cause, which is for the log only.
func (e *Error) Unwrap() error { return e.cause }

// Is compares kind and code.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && e.Kind == t.Kind && e.Code == t.Code
}

// With returns a copy with these details added.
func (e *Error) With(details map[string]any) *Error {
	c := *e
	c.Details = maps.Clone(e.Details)
	if c.Details == nil {
		c.Details = map[string]any{}
	}
	maps.Copy(c.Details, details)
	return &c
}

// After returns a copy that says when to try again.
func (e *Error) After(d time.Duration) *Error {
	c := *e
	c.RetryAfter = d
	return &c
}

// Because returns a copy that wraps a cause; the surface logs it and does not show it.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.cause = cause
	return &c
}

// Say returns a copy with another message and the same kind and code.
func (e *Error) Say(message string) *Error {
	c := *e
	c.Message = message
	return &c
}

// As returns the first *Error in err's tree. A bare *Field becomes an Invalid.
func As(err error) (*Error, bool) {
	if e := new(Error); errors.As(err, &e) {
		return e, true
	}
	if f := new(Field); errors.As(err, &f) {
		return invalid(*f), true
	}
	return nil, false
}

// Code returns the code of err: "" for nil, "internal" for what holds no *Error.
func Code(err error) string {
	if err == nil {
		return ""
	}
	if e, ok := As(err); ok {
		return e.Code
	}
	return "internal"
}

// Is tells whether err is a refusal of this kind.
func Is(err error, kind Kind) bool {
	e, ok := As(err)
	return ok && e.Kind == kind
}

// Fields gathers refused inputs; the zero value is ready.
type Fields []Field

// Add notes a refused input.
func (f *Fields) Add(path, code, message string) {
	*f = append(*f, Field{Path: path, Code: code, Message: message})
}

// Require notes an empty value and tells whether there is one.
func (f *Fields) Require(path, value string) bool {
	if strings.TrimSpace(value) == "" {
		f.Add(path, "required", path+" is required")
		return false
	}
	return true
}

// Err returns nil, or one Invalid with all that was noted.
func (f Fields) Err() error {
	if len(f) == 0 {
		return nil
	}
	return invalid(f...)
}

// Join returns one Invalid with the fields of all; nils are skipped. The first error
// that is no Invalid wins and is returned as it is.
func Join(errs ...error) error {
	var all Fields
	for _, err := range errs {
		if err == nil {
			continue
		}
		e, ok := As(err)
		if !ok || e.Kind != KindInvalid {
			return err
		}
		all = append(all, e.Fields...)
	}
	return all.Err()
}

// Under puts the paths of an Invalid below prefix ("admin" makes "email" "admin.email").
// Other errors pass.
func Under(prefix string, err error) error {
	e, ok := As(err)
	if !ok || e.Kind != KindInvalid {
		return err
	}
	c := *e
	c.Fields = make([]Field, len(e.Fields))
	for i, f := range e.Fields {
		f.Path = prefix + "." + f.Path
		c.Fields[i] = f
	}
	return &c
}
