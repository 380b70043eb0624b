package rest

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/switchkeep/switchkeep/appliance/domain/access"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/appliance/surface/api/route"
)

// Authorization is what an enterprise lets those above it do.
type Authorization struct {
	Full     bool       `json:"full"`
	Features []string   `json:"features" nullable:"false" doc:"when not full; none: nothing"`
	From     *time.Time `json:"from"`
	To       *time.Time `json:"to" doc:"null: no end"`
	Extend   bool       `json:"extend"`
	State    string     `json:"state" doc:"empty in force, revoked"`
	By       string     `json:"by"`
	ByLabel  string     `json:"by_label"`
	At       *time.Time `json:"at"`
	Ver      uint64     `json:"ver"`
	Choices  []string   `json:"choices" nullable:"false" doc:"features that can be named"`
}

type authorizationIn struct {
	PathID
	Body struct {
		Full     bool       `json:"full"`
		Features []string   `json:"features,omitempty" maxItems:"100"`
		To       *time.Time `json:"to,omitempty"`
		Extend   bool       `json:"extend,omitempty"`
	}
}

func (h *handlers) authorization(r *route.Registry) {
	route.Add(r, route.Entry{
		Method: http.MethodGet, Path: "/accounts/{id}/authorization", ID: "account_authorized", Summary: "What an enterprise lets those above it do",
		Tag: "account", Need: "account.view", Kind: route.Object,
	}, h.authorized)
	route.Add(r, route.Entry{
		Method: http.MethodPut, Path: "/accounts/{id}/authorization", ID: "account_authorize", Summary: "Set what those above may do",
		Tag: "account", Need: "account.authorize", Kind: route.Change, Cap: 8 << 10, Match: true,
	}, h.authorize)
}

func authorizationShow(a *access.Authorization) Authorization {
	out := Authorization{
		Full: a.Full, Features: a.Features, From: stamp(a.From), To: stamp(a.To), Extend: a.Extend, State: a.State, By: a.By, ByLabel: a.ByLabel,
		At: stamp(a.At), Ver: a.Ver, Choices: access.Authorizable(),
	}
	if out.Features == nil {
		out.Features = []string{}
	}
	return out
}

func (h *handlers) authorized(ctx context.Context, c *route.Call, in *PathID) (Authorization, error) {
	c.Object = in.ID
	var out Authorization
	err := h.view(ctx, func(r store.Reader) error {
		if refused := c.Allow(r, in.ID); refused != nil {
			return refused
		}
		a, failed := access.Authorized(r, in.ID)
		out = authorizationShow(&a)
		return failed
	})
	c.SetVer(out.Ver)
	return out, err
}

func (h *handlers) authorize(ctx context.Context, c *route.Call, in *authorizationIn) (Authorization, error) {
	c.Object = in.ID
	var out Authorization
	t := access.Terms{Full: in.Body.Full, Features: slices.Clone(in.Body.Features), Extend: in.Body.Extend}
	if in.Body.To != nil {
		t.To = in.Body.To.UTC()
	}
	_, err := h.DB.Update(ctx, func(_ context.Context, tx store.Tx) error {
		if refused := c.Allow(tx, in.ID); refused != nil {
			return refused
		}
		a, failed := access.AuthorizeTx(tx, c.By, in.ID, c.Ver, t)
		out = authorizationShow(&a)
		return failed
	})
	c.SetVer(out.Ver)
	return out, err
}
