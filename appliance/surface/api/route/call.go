package route

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// Call is one request as a handler sees it: who calls, with which rights, and the headers of the
// answer. It lives as long as the request.
type Call struct {
	Entry *Entry
	By    audit.Cause
	// Who is the caller; the zero value on a public route without a session.
	Who Who
	// SignedIn tells that there is a session.
	SignedIn bool
	// Proved tells that the session proved its password a short while ago.
	Proved bool
	// Token is the plain value of the session's cookie, or of the setup token.
	Token string
	// Client is the caller's address without port.
	Client string
	// Ver is the version of If-Match on a route that requires it.
	Ver uint64
	// Object names what a refusal is about in the operation log.
	Object string
	// Header of the answer; handlers set cookies and ETag through the methods.
	Header http.Header
	// HTTP is the request; its body is already read.
	HTTP *http.Request

	guard   Guard
	asked   bool
	refused bool
	err     error
}

// Guard decides; domain/access is one.
type Guard interface {
	Check(r store.Reader, who Who, act Action, account string) error
	Scope(r store.Reader, who Who, act Action) (Scope, error)
	// May lists what the caller may do on what this account owns.
	May(r store.Reader, who Who, account string) ([]Action, error)
	// MayGive tells whether the caller may hand this role out in the account.
	MayGive(r store.Reader, who Who, role, account string) error
}

type callKey struct{}

// With puts the call into a context.
func With(ctx context.Context, c *Call, g Guard) context.Context {
	c.guard = g
	return context.WithValue(ctx, callKey{}, c)
}

// From returns the request's call; nil outside of one.
func From(ctx context.Context) *Call {
	c, _ := ctx.Value(callKey{}).(*Call)
	return c
}

// Allow asks access whether the caller may do the route's action on what this account owns.
func (c *Call) Allow(r store.Reader, account string) error {
	return c.AllowAs(r, Action(c.Entry.Need), account)
}

// AllowAs is Allow for a second action that a route needs beside its own.
func (c *Call) AllowAs(r store.Reader, act Action, account string) error {
	c.asked = true
	err := c.guard.Check(r, c.Who, act, account)
	c.refused = c.refused || err != nil
	return err
}

// Scope is the set of accounts on which the caller may do the route's action.
func (c *Call) Scope(r store.Reader) (Scope, error) {
	c.asked = true
	s, err := c.guard.Scope(r, c.Who, Action(c.Entry.Need))
	c.refused = c.refused || err != nil
	return s, err
}

// ScopeOf is Scope for another action, on pages that show several kinds; a caller who has not got the
// action is no refusal there.
func (c *Call) ScopeOf(r store.Reader, act Action) (Scope, error) {
	s, err := c.guard.Scope(r, c.Who, act)
	if fault.Is(err, fault.KindDenied) || fault.Is(err, fault.KindNotFound) {
		return Scope{}, nil
	}
	return s, err
}

// MayGive asks whether the caller may hand this role out in the account.
func (c *Call) MayGive(r store.Reader, role, account string) error {
	err := c.guard.MayGive(r, c.Who, role, account)
	c.refused = c.refused || err != nil
	return err
}

// Checker is Allow for a room that asks again later, when the request is long over: now tells who the
// caller is by then, since his role may be another one.
func (c *Call) Checker(now func(r store.Reader, who Who) (Who, error)) func(r store.Reader, account string) error {
	g, who, act := c.guard, c.Who, Action(c.Entry.Need)
	return func(r store.Reader, account string) error {
		later, err := now(r, who)
		if err != nil {
			return err
		}
		return g.Check(r, later, act, account)
	}
}

// May lists what the caller may do on what this account owns.
func (c *Call) May(r store.Reader, who Who, account string) ([]string, error) {
	acts, err := c.guard.May(r, who, account)
	out := make([]string, len(acts))
	for i, a := range acts {
		out[i] = string(a)
	}
	return out, err
}

// Fail notes the error of a net/http handler for the frame, and returns what the client may see.
func (c *Call) Fail(err error) error { return c.fail(err) }

// Refused tells that access said no.
func (c *Call) Refused() bool { return c.refused }

// SetVer names the version of the answered object, for If-Match.
func (c *Call) SetVer(ver uint64) { c.Header.Set("ETag", strconv.Quote(strconv.FormatUint(ver, 10))) }

// SetCookie adds a cookie to the answer.
func (c *Call) SetCookie(k *http.Cookie) { c.Header.Add("Set-Cookie", k.String()) }

// ParseMatch reads an If-Match header: one strong tag that holds a version.
func ParseMatch(header string) (uint64, error) {
	text, err := strconv.Unquote(header)
	if err != nil {
		return 0, fault.Invalid("header.If-Match", "malformed", "must be one version in quotes")
	}
	ver, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0, fault.Invalid("header.If-Match", "malformed", fmt.Sprintf("must be one version in quotes, not %d characters of text", len(text)))
	}
	return ver, nil
}
