package rest

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/switchkeep/switchkeep/appliance/domain/identity"
	"github.com/switchkeep/switchkeep/appliance/domain/tenant"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/appliance/surface/api/route"
)

// Names of cookies. Both are bound to this very host by their prefix.
const (
	SessionCookie = "__Host-sk"
	// DeviceCookie is handed out by a sign-in and makes its browser count apart from others that try
	// the same user.
	DeviceCookie = "__Host-sk-device"
)

const deviceLife = 365 * 24 * time.Hour

// Me is the person who is signed in.
type Me struct {
	ID       string `json:"id"`
	Email    string `json:"email"`
	First    string `json:"first"`
	Last     string `json:"last"`
	Phone    string `json:"phone"`
	Lang     string `json:"lang"`
	Theme    string `json:"theme"`
	TimeZone string `json:"time_zone"`
	MFA      bool   `json:"mfa"`
	Ver      uint64 `json:"ver"`
}

// AccountRef is an account as a membership shows it.
type AccountRef struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Kind string `json:"kind" enum:"operator,channel,enterprise"`
}

// Membership is an account that the person works in.
type Membership struct {
	ID      string     `json:"id"`
	Account AccountRef `json:"account"`
	Role    string     `json:"role"`
	Frozen  bool       `json:"frozen"`
}

// ActingAccount is the account that the session works in, with those above it.
type ActingAccount struct {
	AccountRef
	TimeZone string  `json:"time_zone"`
	Chain    []Named `json:"chain" nullable:"false" doc:"from the operator down to the account"`
}

// Acting is the membership that the session uses.
type Acting struct {
	Membership string        `json:"membership"`
	Account    ActingAccount `json:"account"`
}

// Banner is shown on every page.
type Banner struct {
	ID      string            `json:"id"`
	Level   string            `json:"level" enum:"info,warn,error"`
	TextKey string            `json:"text_key"`
	Params  map[string]string `json:"params,omitempty"`
}

// SessionView is all that a page needs to know of its session.
type SessionView struct {
	ID             string       `json:"id"`
	User           Me           `json:"user"`
	Memberships    []Membership `json:"memberships" nullable:"false"`
	Acting         Acting       `json:"acting"`
	May            []string     `json:"may" nullable:"false"`
	IdleSeconds    int          `json:"idle_seconds" doc:"seconds until the page is covered"`
	EndsAt         time.Time    `json:"ends_at"`
	StepUpEnds     time.Time    `json:"step_up_ends" doc:"until then the password need not be typed again for what is grave"`
	MailConfigured bool         `json:"mail_configured"`
	MFARequired    bool         `json:"mfa_required"`
	Banners        []Banner     `json:"banners" nullable:"false"`
}

// SignedIn is the state of a sign-in.
type SignedIn struct {
	State      identity.State `json:"state" enum:"ok,mfa,change_password"`
	Ticket     string         `json:"ticket,omitempty"`
	TicketEnds *time.Time     `json:"ticket_ends,omitempty"`
	MailCode   bool           `json:"mail_code,omitempty" doc:"the change of the password needs the code that was mailed"`
}

// Idle tells how long the session stays open without activity.
type Idle struct {
	IdleSeconds int `json:"idle_seconds"`
}

type signInIn struct {
	Body struct {
		Email    string `json:"email" maxLength:"254"`
		Password string `json:"password" maxLength:"1024"`
		Captcha  string `json:"captcha,omitempty" maxLength:"2000"`
	}
}

type signInCodeIn struct {
	Body struct {
		Ticket string `json:"ticket" maxLength:"200"`
		Code   string `json:"code" maxLength:"40" doc:"of the authenticator, or a recovery code"`
	}
}

type stepUpIn struct {
	Body struct {
		Password string `json:"password" maxLength:"1024"`
		Code     string `json:"code,omitempty" maxLength:"40" doc:"of the authenticator, or a recovery code, where there is a second factor"`
	}
}

// Proof is when what asks for the password again asks anew.
type Proof struct {
	Ends time.Time `json:"ends"`
}

type switchIn struct {
	Body struct {
		Membership string `json:"membership" maxLength:"40"`
	}
}

func (h *handlers) session(r *route.Registry) {
	entry := func(method, path, id, summary string, need route.Need) route.Entry {
		kind := route.Object
		limit := int64(0)
		if method != http.MethodGet {
			kind, limit = route.Change, 8<<10
		}
		return route.Entry{Method: method, Path: path, ID: id, Summary: summary, Tag: "session", Need: need, Kind: kind, Cap: limit, Plain: true}
	}
	route.Add(r, entry(http.MethodGet, "/session", "session_get", "Who is signed in", route.Self), h.sessionGet)
	route.Add(r, entry(http.MethodPost, "/session", "session_sign_in", "Sign in with a password", route.Public), h.signIn)
	route.Add(r, entry(http.MethodPost, "/session/code", "session_code", "Sign in: the second factor", route.Public), h.signInCode)
	route.Add(r, entry(http.MethodPost, "/session/switch", "session_switch", "Work in another account", route.Self), h.sessionSwitch)
	route.Add(r, entry(http.MethodPost, "/session/touch", "session_touch", "The person is active", route.Self), h.sessionTouch)
	route.Add(r, entry(http.MethodPost, "/session/step-up", "session_step_up", "Type the password again before something grave", route.Self), h.stepUp)
	route.Add(r, entry(http.MethodDelete, "/session", "session_sign_out", "Sign out", route.Public), h.signOut)
}

func (h *handlers) sessionGet(ctx context.Context, c *route.Call, _ *struct{}) (SessionView, error) {
	v, err := h.Identity.Session(ctx, c.Token, false)
	if err != nil {
		return SessionView{}, err
	}
	return h.sessionShow(ctx, c, &v)
}

func (h *handlers) sessionShow(ctx context.Context, c *route.Call, v *identity.View) (SessionView, error) {
	out := SessionView{
		ID: v.Session.ID, User: profile(&v.User), Memberships: []Membership{}, IdleSeconds: h.secondsTo(v.IdleEnds), EndsAt: v.Ends, StepUpEnds: v.Session.ProofEnds(),
		MFARequired: v.MFARequired, Acting: Acting{v.Acting.ID, h.acting(v.Account.ID)},
	}
	for i := range v.Memberships {
		if m := &v.Memberships[i]; m.State == identity.StateActive {
			out.Memberships = append(out.Memberships, Membership{m.ID, AccountRef{m.Account, m.AccountName, m.AccountKind}, m.Role, m.Frozen})
		}
	}
	who := c.Who
	who.Membership, who.Account, who.Role = v.Acting.ID, v.Account.ID, v.Acting.Role
	back := false
	err := h.view(ctx, func(r store.Reader) (err error) {
		if out.May, err = c.May(r, who, who.Account); err != nil {
			return err
		}
		a, err := tenant.Get(r, who.Account)
		if err != nil {
			return err
		}
		out.Acting.Account.TimeZone = a.TimeZone
		if out.MailConfigured, err = h.Outbox.Configured(r); err != nil {
			return err
		}
		back, err = restored(r)
		return err
	})
	if err != nil {
		return SessionView{}, err
	}
	out.Banners = h.banners(&out, back)
	return out, nil
}

// banners are what everybody, or the operator, should know at once.
func (h *handlers) banners(v *SessionView, back bool) []Banner {
	out := []Banner{}
	if s := h.Guard.State(); !s.Sure {
		out = append(out, Banner{ID: "clock", Level: "warn", TextKey: "banner.clock_unsure", Params: map[string]string{"reason": s.Reason}})
	}
	if v.MFARequired {
		out = append(out, Banner{ID: "mfa", Level: "warn", TextKey: "banner.mfa_missing"})
	}
	if v.Acting.Account.ID != h.root() {
		return out
	}
	if back && slices.Contains(v.May, "system.restore") {
		out = append(out, Banner{ID: "restored", Level: "warn", TextKey: "banner.restored"})
	}
	if !v.MailConfigured {
		out = append(out, Banner{ID: "mail", Level: "info", TextKey: "banner.mail_missing"})
	}
	if _, ok := h.Keeper.Recovery(); !ok {
		out = append(out, Banner{ID: "recovery", Level: "warn", TextKey: "banner.recovery_missing"})
	}
	return out
}

func (h *handlers) secondsTo(t time.Time) int {
	return max(0, int(t.Sub(h.Clock.Now()).Round(time.Second).Seconds()))
}

func (h *handlers) acting(account string) ActingAccount {
	n, _ := h.tree().Node(account)
	out := ActingAccount{AccountRef: AccountRef{n.ID, n.Name, string(n.Kind)}, Chain: []Named{}}
	chain := h.tree().Chain(account)
	for i := range chain {
		out.Chain = append(out.Chain, h.named(chain[len(chain)-1-i]))
	}
	return out
}

func profile(u *identity.User) Me {
	return Me{u.ID, u.Email, u.First, u.Last, u.Phone, u.Lang, u.Theme, u.TimeZone, u.MFA, u.Ver}
}

func (h *handlers) signIn(ctx context.Context, c *route.Call, in *signInIn) (SignedIn, error) {
	res, err := h.Identity.SignIn(ctx, c.By, identity.Credentials{
		Email: in.Body.Email, Password: in.Body.Password, Captcha: in.Body.Captcha, Device: deviceOf(c), Resume: c.Token,
	})
	return h.signedIn(c, &res, err)
}

func (h *handlers) signInCode(ctx context.Context, c *route.Call, in *signInCodeIn) (SignedIn, error) {
	res, err := h.Identity.SignInCode(ctx, c.By, identity.Code{Ticket: in.Body.Ticket, Code: in.Body.Code, Device: deviceOf(c)})
	return h.signedIn(c, &res, err)
}

func (h *handlers) signedIn(c *route.Call, res *identity.Result, err error) (SignedIn, error) {
	if err != nil {
		return SignedIn{}, err
	}
	if res.State == identity.StateOK {
		c.SetCookie(cookie(SessionCookie, res.Token, 0))
		if res.Device != "" {
			c.SetCookie(cookie(DeviceCookie, res.Device, int(deviceLife.Seconds())))
		}
	}
	return SignedIn{State: res.State, Ticket: res.Ticket, TicketEnds: stamp(res.TicketEnds), MailCode: res.MailCode}, nil
}

func cookie(name, value string, maxAge int) *http.Cookie {
	return &http.Cookie{Name: name, Value: value, Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode, MaxAge: maxAge}
}

func (h *handlers) sessionSwitch(ctx context.Context, c *route.Call, in *switchIn) (SessionView, error) {
	v, err := h.Identity.Switch(ctx, c.By, c.Token, in.Body.Membership)
	if err != nil {
		return SessionView{}, err
	}
	// The streams show what the old account may see.
	h.Hub.EndSession(v.Session.ID, "switch")
	return h.sessionShow(ctx, c, &v)
}

func (h *handlers) sessionTouch(ctx context.Context, c *route.Call, _ *struct{}) (Idle, error) {
	if err := h.Identity.Touch(ctx, c.Who.Session); err != nil {
		return Idle{}, err
	}
	return Idle{int(identity.SessionIdle.Seconds())}, nil
}

func (h *handlers) signOut(ctx context.Context, c *route.Call, _ *struct{}) (route.None, error) {
	if c.Token != "" {
		if err := h.Identity.SignOut(ctx, c.By, c.Token); err != nil {
			return route.None{}, err
		}
	}
	c.SetCookie(cookie(SessionCookie, "", -1))
	return route.None{}, nil
}

func (h *handlers) stepUp(ctx context.Context, c *route.Call, in *stepUpIn) (Proof, error) {
	ends, err := h.Identity.StepUp(ctx, c.By, c.Who.Session, in.Body.Password, in.Body.Code)
	return Proof{ends}, err
}
