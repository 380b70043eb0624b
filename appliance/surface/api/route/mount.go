package route

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"github.com/switchkeep/switchkeep/appliance/surface/api/problem"
)

// None is the answer of a handler that returns nothing: 204.
type None struct{}

type answer[O any] struct{ Body O }

type empty struct{}

// Add registers a handler that takes I (huma's input struct: path, query, Body) and answers O as JSON.
func Add[I, O any](r *Registry, e Entry, h func(ctx context.Context, c *Call, in *I) (O, error)) {
	entry := &e
	entry.mount = func(api huma.API) {
		op := operation(entry, reflect.TypeFor[O]() == reflect.TypeFor[None]())
		if reflect.TypeFor[O]() == reflect.TypeFor[None]() {
			huma.Register(api, op, func(ctx context.Context, in *I) (*empty, error) {
				_, err := run(ctx, entry, in, h)
				return nil, err
			})
			return
		}
		huma.Register(api, op, func(ctx context.Context, in *I) (*answer[O], error) {
			out, err := run(ctx, entry, in, h)
			if err != nil {
				return nil, err
			}
			return &answer[O]{out}, nil
		})
	}
	r.add(entry)
}

// Mount puts the route on fiber (through huma); a net/http route is only documented.
func (e *Entry) Mount(api huma.API) {
	if e.mount != nil {
		e.mount(api)
		return
	}
	op := operation(e, false)
	op.Responses = map[string]*huma.Response{strconv.Itoa(http.StatusOK): {Description: "stream"}}
	api.OpenAPI().AddOperation(&op)
}

// run calls the handler of the entry that the frame matched, and of no other.
func run[I, O any](ctx context.Context, e *Entry, in *I, h func(context.Context, *Call, *I) (O, error)) (out O, err error) {
	c := From(ctx)
	if c == nil || c.Entry != e {
		return out, fail(ctx, fmt.Errorf("%w: %s %s was reached without its gate", ErrEntry, e.Method, e.Path))
	}
	out, err = h(ctx, c, in)
	if err == nil && e.Need.Action() && !c.asked {
		err = fmt.Errorf("%w: %s %s answered without asking access", ErrEntry, e.Method, e.Path)
	}
	if err != nil {
		var zero O
		return zero, fail(ctx, err)
	}
	return out, nil
}

// fail notes the error for the frame (log, audit) and returns what the client sees.
func fail(ctx context.Context, err error) error {
	if c := From(ctx); c != nil {
		return c.fail(err)
	}
	p, _ := problem.From(err)
	return p
}

func (c *Call) fail(err error) *problem.Problem {
	c.err = err
	p, _ := problem.From(err)
	shown := *p
	if c.Entry.Need.Action() && p.Status == http.StatusNotFound {
		// Absent and hidden are one answer, whatever room said it.
		shown = *problem.New(http.StatusNotFound, "not_found", "there is no such object")
	}
	shown.Request = c.By.Request
	return &shown
}

// Err is the error that the handler returned.
func (c *Call) Err() error { return c.err }

func operation(e *Entry, nothing bool) huma.Operation {
	op := huma.Operation{
		OperationID: e.ID, Method: e.Method, Path: Prefix + e.Path, Summary: e.Summary, Tags: []string{e.Tag},
		DefaultStatus: e.Status, MaxBodyBytes: -1, SkipValidateBody: false,
		Errors:     []int{},
		Extensions: map[string]any{"x-need": string(e.Need), "x-body-cap": e.Cap},
	}
	if e.StepUp {
		op.Extensions["x-step-up"] = true
	}
	if op.DefaultStatus == 0 {
		op.DefaultStatus = http.StatusOK
		if nothing {
			op.DefaultStatus = http.StatusNoContent
		}
	}
	text := func(name, doc string, required bool) {
		op.Parameters = append(op.Parameters, &huma.Param{Name: name, In: "header", Required: required, Description: doc, Schema: &huma.Schema{Type: "string"}})
	}
	if e.Keyed() {
		text("Idempotency-Key", "chosen by the client, kept 24 h: the same request is not done twice", true)
	}
	if e.Match {
		text("If-Match", `the version that the change is based on, as "7"`, true)
	}
	switch e.Need {
	case SetupToken:
		op.Security = []map[string][]string{{"setup": {}}}
	case Public:
		op.Security = []map[string][]string{}
	default:
		op.Security = []map[string][]string{{"session": {}}}
	}
	return op
}
