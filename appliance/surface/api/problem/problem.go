// Package problem turns every error into the one shape that clients see: problem+json
// (RFC 9457) with a stable code, the refused fields and when to try again.
//
// Invariants: a value that the client sent is never repeated in an answer (huma's own
// errors repeat it, passwords included); an error that is no fault.Error is the
// appliance's own failure, answered 500 without its text.
package problem

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/switchkeep/switchkeep/appliance/platform/fault"
)

// ContentType is the media type of a problem.
const ContentType = "application/problem+json"

// Problem is the body of every answer that is not a success.
type Problem struct {
	Type       string         `json:"type" doc:"about:blank: the code says what happened" example:"about:blank"`
	Title      string         `json:"title" doc:"text of the status"`
	Status     int            `json:"status" doc:"HTTP status"`
	Code       string         `json:"code" doc:"stable snake_case code" example:"invalid"`
	Detail     string         `json:"detail,omitempty" doc:"plain English for logs and API users"`
	Errors     []fault.Field  `json:"errors,omitempty" nullable:"false" doc:"refused inputs"`
	Details    map[string]any `json:"details,omitempty" doc:"what the code needs to be explained"`
	RetryAfter int            `json:"retry_after,omitempty" doc:"seconds until a new try makes sense"`
	Request    string         `json:"request,omitempty" doc:"id of the request, for the log"`
}

// Error implements error.
func (p *Problem) Error() string { return p.Code + ": " + p.Detail }

// GetStatus implements huma.StatusError.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType implements huma.ContentTypeFilter.
func (*Problem) ContentType(string) string { return ContentType }

// GetHeaders implements huma.HeadersError.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(p.RetryAfter))
	}
	return h
}

// New returns a problem of the surface itself.
func New(status int, code, detail string) *Problem {
	return &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Code: code, Detail: detail}
}

// After returns a copy that says when to try again.
func (p *Problem) After(d time.Duration) *Problem {
	c := *p
	c.RetryAfter = int(math.Ceil(d.Seconds()))
	return &c
}

// From maps an error; nil stays nil. Internal tells that the error is the appliance's own failure and
// belongs into the log.
func From(err error) (p *Problem, internal bool) {
	if err == nil {
		return nil, false
	}
	if errors.As(err, &p) {
		return p, p.Status >= http.StatusInternalServerError && p.Status != http.StatusServiceUnavailable
	}
	e, ok := fault.As(err)
	switch {
	case ok:
		p = New(status(e.Kind), e.Code, e.Message)
		p.Errors, p.Details = e.Fields, maps.Clone(e.Details)
		if e.RetryAfter > 0 {
			p = p.After(e.RetryAfter)
		}
		return p, p.Status == http.StatusInternalServerError
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return New(http.StatusServiceUnavailable, "interrupted", "the request was ended before it was done"), false
	default:
		return New(http.StatusInternalServerError, "internal", "the appliance failed; its log has the request's id"), true
	}
}

func status(k fault.Kind) int {
	switch k {
	case fault.KindInvalid:
		return http.StatusUnprocessableEntity
	case fault.KindUnauthenticated:
		return http.StatusUnauthorized
	case fault.KindDenied:
		return http.StatusForbidden
	case fault.KindNotFound:
		return http.StatusNotFound
	case fault.KindConflict:
		return http.StatusConflict
	case fault.KindStale:
		return http.StatusPreconditionFailed
	case fault.KindLocked:
		return http.StatusLocked
	case fault.KindTooMany:
		return http.StatusTooManyRequests
	case fault.KindUnavailable:
		return http.StatusServiceUnavailable
	default:
		return http.StatusInternalServerError
	}
}

// Write sends a problem from a net/http handler. The request's id is taken from the answer's header.
func Write(w http.ResponseWriter, p *Problem) {
	c := *p
	c.Request = w.Header().Get("X-Request-Id")
	maps.Copy(w.Header(), c.GetHeaders())
	b, err := json.Marshal(&c)
	if err != nil {
		b = []byte(`{"type":"about:blank","title":"Internal Server Error","status":500,"code":"internal"}`)
	}
	w.Header().Set("Content-Type", ContentType)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Length", strconv.Itoa(len(b)))
	w.WriteHeader(c.Status)
	_, _ = w.Write(b)
}

// override guards the library's global, which is set once for the process.
var override sync.Once

// Override makes huma speak Problem and drops the submitted values from its errors.
func Override() {
	override.Do(func() {
		huma.NewError = func(status int, msg string, errs ...error) huma.StatusError {
			return fromHuma(status, msg, errs)
		}
	})
}

func fromHuma(status int, msg string, errs []error) *Problem {
	if status >= http.StatusInternalServerError {
		return New(status, "internal", "the appliance failed; its log has the request's id")
	}
	p := New(status, "refused", msg)
	switch status {
	case http.StatusUnprocessableEntity:
		p.Code, p.Detail = "invalid", "the input is not valid"
	case http.StatusBadRequest:
		// The decoder's text repeats characters of the body.
		p.Code, p.Detail = "malformed", "the body is not the expected JSON"
		return p
	case http.StatusUnsupportedMediaType:
		p.Code, p.Detail = "media_type", "the body must be application/json"
		return p
	}
	for _, err := range errs {
		var d huma.ErrorDetailer
		if !errors.As(err, &d) {
			continue
		}
		detail := d.ErrorDetail()
		p.Errors = append(p.Errors, fieldOf(detail.Location, detail.Message))
	}
	return p
}

// fieldOf keeps of huma's message only what the schema says, never what was sent.
func fieldOf(location, message string) fault.Field {
	f := fault.Field{Path: strings.TrimPrefix(location, "body."), Code: "invalid", Message: "is not valid"}
	switch {
	case strings.HasPrefix(message, "expected required property "):
		name := strings.TrimSuffix(strings.TrimPrefix(message, "expected required property "), " to be present")
		f.Path = strings.TrimPrefix(strings.TrimPrefix(f.Path+"."+name, "body."), ".")
		f.Code, f.Message = "required", "is required"
	case strings.HasPrefix(message, "required "):
		f.Code, f.Message = "required", "is required"
	case strings.HasPrefix(message, "unexpected property"):
		f.Code, f.Message = "unknown", "is not a property of this request"
	case strings.HasPrefix(message, "unknown query parameter"):
		f.Code, f.Message = "unknown", "is not a parameter of this request"
	case strings.HasPrefix(message, "expected length <="):
		f.Code, f.Message = "too_long", message
	case strings.HasPrefix(message, "expected length >="):
		f.Code, f.Message = "too_short", message
	case strings.HasPrefix(message, "expected "):
		// What follows a colon is the parser's text, which repeats the value.
		f.Message, _, _ = strings.Cut(message, ": ")
	}
	return f
}
