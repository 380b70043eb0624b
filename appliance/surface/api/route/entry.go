package route

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// Prefix is where the JSON API lives.
const Prefix = "/api/v1"

// DefaultCap bounds the body of a route that changes something, in bytes.
const DefaultCap = 64 << 10

// SmallCap bounds the body of a change that takes none: clients may send "{}".
const SmallCap = 1 << 10

// ErrEntry says that a route cannot be registered.
var ErrEntry = errors.New("route refused")

// Need says who may call a route: Public, Self, SetupToken or an action of the access catalogue.
type Need string

// The needs that are no action.
const (
	Public     Need = "public"      // anybody, rate limited per source
	Self       Need = "self"        // any session that is signed in; the handler serves only what is the caller's own
	SetupToken Need = "setup-token" // the one-time token that the terminal printed
)

// May is the need for an action of the catalogue.
func May(act Action) Need { return Need(act) }

// Action tells whether the need is an action of the catalogue.
func (n Need) Action() bool { return strings.Contains(string(n), ".") }

// Kind says what a route answers.
type Kind string

// The kinds of routes.
const (
	List   Kind = "list"   // rows within the caller's scope
	Object Kind = "object" // one object
	Change Kind = "change" // changes something
	Stream Kind = "stream" // a net/http handler of its own: events, downloads
)

// Entry is one route.
type Entry struct {
	Method  string
	Path    string // below Prefix, "{id}" for a parameter
	ID      string // operation id in OpenAPI
	Summary string
	Tag     string
	Need    Need
	Cap     int64 // bytes of the request body; 0: SmallCap for a change, else none
	Kind    Kind
	Status  int  // on success; 0: 200, 204 when nothing is returned
	Match   bool // If-Match is required and handed on as Call.Ver
	Plain   bool // no idempotency row: the answer sets a cookie or repeating is harmless
	Quiet   bool // does not count as activity of the session
	Early   bool // answers before setup is applied, too
	StepUp  bool // the session must have proved the password within the last minutes

	segments []string
	mount    func(huma.API)
	raw      http.Handler
}

// Changes tells whether the method changes something.
func (e *Entry) Changes() bool {
	return e.Method != http.MethodGet && e.Method != http.MethodHead
}

// Keyed tells whether the route keeps idempotency rows.
func (e *Entry) Keyed() bool { return e.Changes() && !e.Plain }

// Raw is the route's own net/http handler; nil when it runs behind fiber.
func (e *Entry) Raw() http.Handler { return e.raw }

// Params are the names of the path's parameters in order.
func (e *Entry) Params() []string {
	var out []string
	for _, s := range e.segments {
		if name, ok := param(s); ok {
			out = append(out, name)
		}
	}
	return out
}

func param(segment string) (string, bool) {
	if len(segment) > 2 && segment[0] == '{' && segment[len(segment)-1] == '}' {
		return segment[1 : len(segment)-1], true
	}
	return "", false
}

func (e *Entry) check(known func(action string) bool) error {
	name := e.Method + " " + e.Path
	switch {
	case !slices.Contains([]string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}, e.Method):
		return fmt.Errorf("%w: %q: method", ErrEntry, name)
	case !strings.HasPrefix(e.Path, "/") || strings.HasSuffix(e.Path, "/"):
		return fmt.Errorf("%w: %q: path", ErrEntry, name)
	case e.ID == "" || e.Summary == "" || e.Tag == "" || e.Kind == "":
		return fmt.Errorf("%w: %q needs an id, a summary, a tag and a kind", ErrEntry, name)
	case e.Need == "":
		return fmt.Errorf("%w: %q says not who may call it", ErrEntry, name)
	case e.Need.Action() && !known(string(e.Need)):
		return fmt.Errorf("%w: %q: action %q is not in the catalogue", ErrEntry, name, e.Need)
	case !e.Need.Action() && e.Need != Public && e.Need != Self && e.Need != SetupToken:
		return fmt.Errorf("%w: %q: need %q", ErrEntry, name, e.Need)
	case e.StepUp && (!e.Changes() || !e.Need.Action() && e.Need != Self):
		return fmt.Errorf("%w: %q asks for the password again, but not for a session", ErrEntry, name)
	case !e.Changes() && e.Cap != 0:
		return fmt.Errorf("%w: %q takes a body with %s", ErrEntry, name, e.Method)
	case e.Kind == List && e.Method != http.MethodGet:
		return fmt.Errorf("%w: %q is a list with %s", ErrEntry, name, e.Method)
	case e.Match && e.Method != http.MethodPut && e.Method != http.MethodPatch && e.Method != http.MethodDelete && e.Method != http.MethodPost:
		return fmt.Errorf("%w: %q: If-Match with %s", ErrEntry, name, e.Method)
	}
	return nil
}
