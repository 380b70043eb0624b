package api

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"

	"github.com/switchkeep/switchkeep/appliance/domain/identity"
	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/surface/api/idem"
	"github.com/switchkeep/switchkeep/appliance/surface/api/problem"
	"github.com/switchkeep/switchkeep/appliance/surface/api/route"
)

// Refusals of the gate itself.
var (
	errCrossSite = problem.New(http.StatusForbidden, "cross_site", "requests from other sites are refused")
	errTooLarge  = problem.New(http.StatusRequestEntityTooLarge, "too_large", "the body is larger than this route takes")
	errBody      = problem.New(http.StatusBadRequest, "body", "the body could not be read")
	errSignedOut = problem.New(http.StatusUnauthorized, "signed_out", "sign in first")
	errSetup     = problem.New(http.StatusServiceUnavailable, "setup_required", "the appliance is not set up yet: open the link that its terminal shows")
	errNoKey     = problem.New(http.StatusBadRequest, "idempotency_key_required", "send an Idempotency-Key of 8 to 128 characters")
	errNoMatch   = problem.New(http.StatusPreconditionRequired, "if_match_required", "send the version that the change is based on in If-Match")
	errTooMany   = problem.New(http.StatusTooManyRequests, "too_many_requests", "too many requests; wait a moment")
)

// Cookie is the name of the session's cookie.
const Cookie = "__Host-sk"

// TokenHeader carries the one-time setup token.
const TokenHeader = "X-Setup-Token" //nolint:gosec // the name of a header, no secret.

// PassiveHeader marks requests that no user action caused; they do not prolong the session.
const PassiveHeader = "X-Passive"

// serve is the JSON API's gate: the list of checks in their order. The body is bounded before anything
// is looked up for the caller, so that nobody makes the appliance hold more than the route's cap.
func (a *API) serve(w http.ResponseWriter, r *http.Request) {
	e := a.findEntry(w, r)
	if e == nil {
		return
	}
	body, p := readBody(w, r, e.Cap)
	if p != nil {
		problem.Write(w, p)
		return
	}
	c := &route.Call{Entry: e, Header: w.Header(), HTTP: r, Client: clientOf(r)}
	for _, check := range []func(*route.Call) error{
		a.fromHere, a.setUp, a.sourceRate, a.signedIn, a.callerRate, a.stepUp, a.conditions,
	} {
		if err := check(c); err != nil {
			a.refuse(w, c, err)
			return
		}
	}
	w.Header().Set("Cache-Control", "no-store")
	if e.Keyed() {
		a.keyed(w, c, body)
		return
	}
	a.run(w, c, body)
}

// readBody reads at most limit bytes: first the declared length counts, then what really comes.
func readBody(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, *problem.Problem) {
	if r.ContentLength > limit {
		w.Header().Set("Connection", "close")
		return nil, errTooLarge
	}
	if r.ContentLength == 0 || r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if too := new(http.MaxBytesError); errors.As(err, &too) {
		return nil, errTooLarge
	}
	if err != nil {
		return nil, errBody
	}
	return b, nil
}

func (a *API) fromHere(c *route.Call) error {
	if !sameOrigin(c.HTTP) {
		return errCrossSite
	}
	return nil
}

// setUp lets only early routes through before setup is applied.
func (a *API) setUp(c *route.Call) error {
	if c.Entry.Need == route.SetupToken {
		c.Token = c.HTTP.Header.Get(TokenHeader)
		return a.c.Setup.Check(c.HTTP.Context(), c.Token)
	}
	if c.Entry.Early {
		return nil
	}
	needed, err := a.c.Setup.Needed(c.HTTP.Context())
	if err == nil && needed {
		return errSetup
	}
	return err
}

func (a *API) sourceRate(c *route.Call) error {
	if c.Entry.Need != route.Public && c.Entry.Need != route.SetupToken {
		return nil
	}
	if wait, ok := a.bySource.take(sourceOf(c.Client)); !ok {
		return errTooMany.After(wait)
	}
	return nil
}

// signedIn finds the session. A public route gets one when there is one, and never fails for it.
func (a *API) signedIn(c *route.Call) error {
	c.By = audit.Cause{
		At: a.c.Clock.Now(), IP: c.Client, UserAgent: c.HTTP.UserAgent(), Request: requestOf(c.HTTP.Context()),
	}
	cookie, err := c.HTTP.Cookie(Cookie)
	if err != nil || c.Entry.Need == route.SetupToken {
		if c.Entry.Need == route.Public || c.Entry.Need == route.SetupToken {
			return nil
		}
		return errSignedOut
	}
	c.Token = cookie.Value
	quiet := c.Entry.Quiet || c.HTTP.Header.Get(PassiveHeader) != "" || c.Entry.Need == route.Public
	err = a.identify(c, quiet)
	if err != nil && c.Entry.Need == route.Public && !isInternal(err) {
		return nil
	}
	return err
}

func isInternal(err error) bool {
	_, internal := problem.From(err)
	return internal
}

func (a *API) callerRate(c *route.Call) error {
	if !c.SignedIn {
		return nil
	}
	if wait, ok := a.byCaller.take(c.Who.Session); !ok {
		return errTooMany.After(wait)
	}
	return nil
}

// stepUp asks for the password again before anything is looked up, so that the answer says nothing about
// the object.
func (*API) stepUp(c *route.Call) error {
	if c.Entry.StepUp && !c.Proved {
		return identity.ErrStepUp
	}
	return nil
}

func (a *API) conditions(c *route.Call) error {
	if c.Entry.Keyed() {
		if k := c.HTTP.Header.Get("Idempotency-Key"); len(k) < 8 || len(k) > 128 {
			return errNoKey
		}
	}
	if !c.Entry.Match {
		return nil
	}
	h := c.HTTP.Header.Get("If-Match")
	if h == "" {
		return errNoMatch
	}
	var err error
	c.Ver, err = route.ParseMatch(h)
	return err
}

// keyed runs the request at most once per Idempotency-Key.
func (a *API) keyed(w http.ResponseWriter, c *route.Call, body []byte) {
	ctx := c.HTTP.Context()
	scope, key := "setup", c.HTTP.Header.Get("Idempotency-Key")
	switch {
	case c.SignedIn:
		scope = "user " + c.Who.User
	case c.Entry.Need == route.Public:
		scope = "client " + c.Client
	}
	hash := idem.Hash(c.HTTP.Method, c.HTTP.URL.RequestURI()+" "+c.HTTP.Header.Get("If-Match"), body)
	kept, err := a.keep.Begin(ctx, scope, key, hash)
	if err != nil {
		a.refuse(w, c, err)
		return
	}
	if kept != nil {
		w.Header().Set("Idempotency-Replayed", "true")
		if kept.ETag != "" {
			w.Header().Set("ETag", kept.ETag)
		}
		write(w, c.HTTP, kept.Status, kept.Type, kept.Body)
		return
	}
	answer := idem.Answer{Status: http.StatusInternalServerError}
	defer func() {
		// The client may have gone; what was done must be known all the same.
		if err := a.keep.End(context.WithoutCancel(ctx), scope, key, hash, answer); err != nil {
			a.c.Log.ErrorContext(ctx, "answer not kept", slog.String("request", c.By.Request), slog.Any("err", err))
		}
	}()
	answer.Status, answer.Body = a.handle(w, c, body)
	answer.Type, answer.ETag = w.Header().Get("Content-Type"), w.Header().Get("ETag")
	write(w, c.HTTP, answer.Status, answer.Type, answer.Body)
}

func (a *API) run(w http.ResponseWriter, c *route.Call, body []byte) {
	if raw := c.Entry.Raw(); raw != nil {
		raw.ServeHTTP(w, c.HTTP.WithContext(route.With(c.HTTP.Context(), c, a.c.Access)))
		a.after(c)
		return
	}
	status, answer := a.handle(w, c, body)
	write(w, c.HTTP, status, w.Header().Get("Content-Type"), answer)
}

func (a *API) handle(w http.ResponseWriter, c *route.Call, body []byte) (int, []byte) {
	status, answer := a.fiber.serve(route.With(c.HTTP.Context(), c, a.c.Access), w, c.HTTP, body)
	a.after(c)
	return status, answer
}

// after logs failures of the appliance and writes refusals of rights into the operation log.
func (a *API) after(c *route.Call) {
	err := c.Err()
	if err == nil {
		return
	}
	ctx := c.HTTP.Context()
	if _, internal := problem.From(err); internal {
		a.c.Log.ErrorContext(ctx, "request failed", slog.String("request", c.By.Request), slog.String("route", c.Entry.ID), slog.Any("err", err))
		return
	}
	if !c.Refused() {
		return
	}
	e := audit.Entry{
		Account: c.Who.Account, Action: string(c.Entry.Need), ObjectKind: c.Entry.Tag, ObjectID: c.Object,
		Result: audit.Refused, Code: fault.Code(err),
	}
	if err := a.c.Audit.Append(context.WithoutCancel(ctx), c.By, e); err != nil {
		a.c.Log.ErrorContext(ctx, "refusal not logged", slog.String("request", c.By.Request), slog.Any("err", err))
	}
}

func (a *API) refuse(w http.ResponseWriter, c *route.Call, err error) {
	p, internal := problem.From(err)
	if internal {
		a.c.Log.ErrorContext(c.HTTP.Context(), "request failed at the gate", slog.String("request", requestOf(c.HTTP.Context())),
			slog.String("route", c.Entry.ID), slog.Any("err", err))
	}
	problem.Write(w, p)
}

func write(w http.ResponseWriter, r *http.Request, status int, ctype string, body []byte) {
	if ctype != "" {
		w.Header().Set("Content-Type", ctype)
	}
	if status != http.StatusNoContent {
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	}
	w.WriteHeader(status)
	if r.Method != http.MethodHead && status != http.StatusNoContent {
		_, _ = w.Write(body)
	}
}
