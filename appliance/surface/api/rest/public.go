package rest

import (
	"context"
	"net/http"
	"time"

	"github.com/switchkeep/switchkeep/appliance/domain/identity"
	"github.com/switchkeep/switchkeep/appliance/surface/api/route"
)

// LinkInfo is what the page behind a mailed link shows before anything is typed.
type LinkInfo struct {
	Purpose     string    `json:"purpose"`
	Email       string    `json:"email"`
	First       string    `json:"first"`
	Last        string    `json:"last"`
	Account     string    `json:"account"`
	Inviter     string    `json:"inviter"`
	Ends        time.Time `json:"ends"`
	State       string    `json:"state" enum:"ok,expired,used"`
	ResendBy    string    `json:"resend_by" doc:"who can send a new link; empty: Forgot password"`
	Existing    bool      `json:"existing" doc:"the person has a password here already and types it to accept"`
	MinPassword int       `json:"min_password"`
}

type forgotIn struct {
	Body struct {
		Email   string `json:"email" maxLength:"254"`
		Captcha string `json:"captcha" maxLength:"2000"`
	}
}

type tokenIn struct {
	Token string `path:"token" maxLength:"200"`
}

type activateIn struct {
	Body struct {
		Token    string `json:"token" maxLength:"200"`
		First    string `json:"first,omitempty"`
		Last     string `json:"last,omitempty"`
		Password string `json:"password" maxLength:"1024"`
	}
}

type resetIn struct {
	Body struct {
		Token    string `json:"token" maxLength:"200"`
		Password string `json:"password" maxLength:"1024"`
	}
}

func (h *handlers) public(r *route.Registry) {
	entry := func(method, path, id, summary string, status int) route.Entry {
		e := route.Entry{
			Method: method, Path: path, ID: id, Summary: summary, Tag: "session", Need: route.Public, Kind: route.Change, Cap: 8 << 10,
			Status: status, Plain: true,
		}
		if method == http.MethodGet {
			e.Kind, e.Cap = route.Object, 0
		}
		return e
	}
	route.Add(r, entry(http.MethodGet, "/captcha", "captcha", "A proof of work", 0), func(_ context.Context, c *route.Call, _ *struct{}) (identity.Captcha, error) {
		return h.Identity.NewCaptcha(c.Client)
	})
	route.Add(r, entry(http.MethodPost, "/password/forgot", "password_forgot", "Ask for a link for a new password", http.StatusAccepted),
		func(ctx context.Context, c *route.Call, in *forgotIn) (route.None, error) {
			return route.None{}, h.Identity.RequestReset(ctx, c.By, in.Body.Email, in.Body.Captcha)
		})
	route.Add(r, entry(http.MethodPost, "/password/reset", "password_reset", "Set a password with a link", 0),
		func(ctx context.Context, c *route.Call, in *resetIn) (route.None, error) {
			return route.None{}, h.Identity.Reset(ctx, c.By, in.Body.Token, in.Body.Password)
		})
	route.Add(r, entry(http.MethodGet, "/tokens/{token}", "token_info", "What a link is for", 0), h.tokenInfo)
	route.Add(r, entry(http.MethodPost, "/tokens/{token}/resend", "token_resend", "Ask the inviter for a new link", http.StatusAccepted),
		func(ctx context.Context, c *route.Call, in *tokenIn) (route.None, error) {
			return route.None{}, h.Identity.AskResend(ctx, c.By, in.Token)
		})
	route.Add(r, entry(http.MethodPost, "/activate", "activate", "Accept an invitation", 0),
		func(ctx context.Context, c *route.Call, in *activateIn) (route.None, error) {
			b := &in.Body
			_, err := h.Identity.Activate(ctx, c.By, identity.Activation{Token: b.Token, First: b.First, Last: b.Last, Password: b.Password})
			return route.None{}, err
		})
}

func (h *handlers) tokenInfo(ctx context.Context, c *route.Call, in *tokenIn) (LinkInfo, error) {
	t, err := h.Identity.TokenInfo(ctx, c.By, in.Token)
	return LinkInfo{
		t.Purpose, t.Email, t.First, t.Last, t.Account, t.Inviter, t.Ends, t.State, t.ResendBy, t.Existing, t.MinPassword,
	}, err
}
