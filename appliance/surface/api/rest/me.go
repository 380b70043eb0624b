package rest

import (
	"context"
	"net/http"
	"time"

	"github.com/switchkeep/switchkeep/appliance/domain/identity"
	"github.com/switchkeep/switchkeep/appliance/surface/api/route"
)

// SessionRow is one of the person's own sessions.
type SessionRow struct {
	ID        string    `json:"id"`
	Account   Named     `json:"account"`
	IP        string    `json:"ip"`
	UserAgent string    `json:"user_agent"`
	MFA       bool      `json:"mfa"`
	CreatedAt time.Time `json:"created_at"`
	SeenAt    time.Time `json:"seen_at"`
	EndsAt    time.Time `json:"ends_at"`
	Current   bool      `json:"current"`
	Idle      bool      `json:"idle"`
}

// RecoveryCodes are shown once.
type RecoveryCodes struct {
	RecoveryCodes []string `json:"recovery_codes" nullable:"false"`
}

type mePatchIn struct {
	Body identity.Profile
}

type passwordIn struct {
	Body struct {
		Password string `json:"password" maxLength:"1024"`
	}
}

type emailIn struct {
	Body struct {
		Email    string `json:"email" maxLength:"254"`
		Password string `json:"password" maxLength:"1024"`
	}
}

type linkIn struct {
	Body struct {
		Token string `json:"token" maxLength:"200"`
	}
}

type codeIn struct {
	Body struct {
		Code string `json:"code" maxLength:"20"`
	}
}

type passwordChangeIn struct {
	Body struct {
		Old    string `json:"old" maxLength:"1024"`
		New    string `json:"new" maxLength:"1024"`
		Ticket string `json:"ticket,omitempty" maxLength:"200" doc:"of a sign-in with a temporary password"`
		Code   string `json:"code,omitempty" maxLength:"20" doc:"that was mailed, when the sign-in said mail_code"`
	}
}

func (h *handlers) me(r *route.Registry) {
	entry := func(method, path, id, summary string) route.Entry {
		e := route.Entry{Method: method, Path: path, ID: id, Summary: summary, Tag: "me", Need: route.Self, Kind: route.Change, Cap: 8 << 10, Plain: true}
		if method == http.MethodGet {
			e.Kind, e.Cap = route.Object, 0
		}
		return e
	}
	route.Add(r, entry(http.MethodGet, "/me", "me_get", "Own profile"), h.meGet)
	patch := entry(http.MethodPatch, "/me", "me_edit", "Change the own profile")
	patch.Match, patch.Plain = true, false
	route.Add(r, patch, h.meEdit)
	sessions := entry(http.MethodGet, "/me/sessions", "me_sessions", "Own sessions")
	sessions.Kind = route.List
	route.Add(r, sessions, h.meSessions)
	route.Add(r, entry(http.MethodDelete, "/me/sessions/{id}", "me_session_end", "End one of the own sessions"), h.meSessionEnd)
	route.Add(r, entry(http.MethodPost, "/me/totp", "me_totp", "Make a second factor"), func(ctx context.Context, c *route.Call, _ *struct{}) (identity.Enrollment, error) {
		return h.Identity.BeginTOTP(ctx, c.By, c.Who.User)
	})
	route.Add(r, entry(http.MethodPost, "/me/totp/confirm", "me_totp_confirm", "Take the second factor into use"), h.meTOTPConfirm)
	remove := entry(http.MethodDelete, "/me/totp", "me_totp_remove", "Remove the second factor")
	codes := entry(http.MethodPost, "/me/recovery-codes", "me_recovery_codes", "New recovery codes")
	remove.StepUp, codes.StepUp = true, true
	route.Add(r, remove, h.meTOTPRemove)
	route.Add(r, codes, h.meRecoveryCodes)
	email := entry(http.MethodPost, "/me/email", "me_email", "Ask for another e-mail; its link goes to the new address")
	email.Status = http.StatusAccepted
	route.Add(r, email, func(ctx context.Context, c *route.Call, in *emailIn) (route.None, error) {
		return route.None{}, h.Identity.RequestEmail(ctx, c.By, c.Who.User, in.Body.Password, in.Body.Email)
	})
	route.Add(r, entry(http.MethodPost, "/me/invitations", "me_accept", "Accept an invitation by its link while signed in"),
		func(ctx context.Context, c *route.Call, in *linkIn) (route.None, error) {
			return route.None{}, h.Identity.Accept(ctx, c.By, c.Who.User, in.Body.Token)
		})
	confirm := entry(http.MethodPost, "/email", "email_confirm", "Confirm another e-mail with its link")
	confirm.Need, confirm.Tag = route.Public, "session"
	route.Add(r, confirm, func(ctx context.Context, c *route.Call, in *linkIn) (route.None, error) {
		_, err := h.Identity.ConfirmEmail(ctx, c.By, in.Body.Token)
		return route.None{}, err
	})
	change := entry(http.MethodPost, "/password/change", "password_change", "Change the own password, or a temporary one with its ticket")
	change.Need, change.Tag = route.Public, "session"
	route.Add(r, change, h.passwordChange)
}

func (h *handlers) meGet(ctx context.Context, c *route.Call, _ *struct{}) (Me, error) {
	u, err := h.Identity.User(ctx, c.Who.User)
	c.SetVer(u.Ver)
	return profile(&u), err
}

func (h *handlers) meEdit(ctx context.Context, c *route.Call, in *mePatchIn) (Me, error) {
	u, err := h.Identity.UpdateMe(ctx, c.By, c.Who.User, c.Ver, in.Body)
	c.SetVer(u.Ver)
	return profile(&u), err
}

func (h *handlers) meSessions(ctx context.Context, c *route.Call, in *ListIn) (List[SessionRow], error) {
	all, err := h.Identity.ListSessions(ctx, c.Who.User, c.Who.Session)
	if err != nil {
		return List[SessionRow]{}, err
	}
	rows := make([]SessionRow, 0, len(all))
	for i := range all {
		s := &all[i]
		rows = append(rows, SessionRow{
			s.ID, h.named(s.Account), s.IP, s.UserAgent, s.MFA, s.CreatedAt, s.SeenAt, s.EndsAt, s.Current, s.Idle,
		})
	}
	return short[SessionRow]{
		id:   func(r *SessionRow) string { return r.ID },
		text: func(r *SessionRow) []string { return []string{r.IP, r.UserAgent, r.Account.Name} },
		columns: map[string]func(*SessionRow) string{
			"seen_at": func(r *SessionRow) string { return r.SeenAt.UTC().Format(time.RFC3339Nano) }, "created_at": func(r *SessionRow) string { return r.ID },
		},
		sort: "-seen_at",
	}.page(in, rows)
}

func (h *handlers) meSessionEnd(ctx context.Context, c *route.Call, in *PathID) (route.None, error) {
	return route.None{}, h.Identity.Revoke(ctx, c.By, c.Who.User, in.ID)
}

func (h *handlers) meTOTPConfirm(ctx context.Context, c *route.Call, in *codeIn) (RecoveryCodes, error) {
	codes, res, err := h.Identity.ConfirmTOTP(ctx, c.By, c.Who.Session, in.Body.Code)
	if err != nil {
		return RecoveryCodes{}, err
	}
	_, err = h.signedIn(c, &res, nil)
	return RecoveryCodes{codes}, err
}

func (h *handlers) meTOTPRemove(ctx context.Context, c *route.Call, in *passwordIn) (SignedIn, error) {
	res, err := h.Identity.RemoveTOTP(ctx, c.By, c.Who.Session, in.Body.Password)
	return h.signedIn(c, &res, err)
}

func (h *handlers) meRecoveryCodes(ctx context.Context, c *route.Call, in *passwordIn) (RecoveryCodes, error) {
	codes, err := h.Identity.RecoveryCodes(ctx, c.By, c.Who.User, in.Body.Password)
	if codes == nil {
		codes = []string{}
	}
	return RecoveryCodes{codes}, err
}

func (h *handlers) passwordChange(ctx context.Context, c *route.Call, in *passwordChangeIn) (SignedIn, error) {
	b := &in.Body
	if b.Ticket != "" {
		res, err := h.Identity.ChangeTemporary(ctx, c.By, identity.ChangeTemporary{
			Ticket: b.Ticket, Old: b.Old, New: b.New, Code: b.Code, Device: deviceOf(c),
		})
		return h.signedIn(c, &res, err)
	}
	if !c.SignedIn {
		return SignedIn{}, identity.ErrSignedOut
	}
	res, err := h.Identity.ChangePassword(ctx, c.By, c.Who.Session, b.Old, b.New)
	return h.signedIn(c, &res, err)
}

func deviceOf(c *route.Call) string {
	k, err := c.HTTP.Cookie(DeviceCookie)
	if err != nil {
		return ""
	}
	return k.Value
}
