package appliancetest

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/switchkeep/switchkeep/appliance/platform/mail"
	"github.com/switchkeep/switchkeep/appliance/surface/setup"
)

// What everybody in these tests types.
const (
	Password      = "correct staple horse 77"
	Recovery      = "oak river window seven candle"
	OperatorEmail = "root@msp.example"
	Firmware      = "37.20.0.22"
)

type object = map[string]any

// SetUp drives the one-time setup to the first operator and returns the operator's browser, signed in.
func (h *House) SetUp() *Browser {
	h.t.Helper()
	token, err := h.SetupLink(context.Background())
	if err != nil {
		h.t.Fatal(err)
	}
	b := h.Browser()
	var start struct {
		Defaults setup.Draft `json:"defaults"`
	}
	b.Must(http.MethodGet, "/setup", nil, &start, "X-Setup-Token", token)
	d := start.Defaults
	d.Names.InsideAddresses = []string{}
	d.Recovery = setup.Recovery{Kind: "passphrase", Passphrase: Recovery}
	d.Operator = setup.Operator{
		Organization: "MSP", First: "Olga", Last: "Root", Email: OperatorEmail, Password: Password, Lang: "en", TimeZone: "UTC",
	}
	if h.opt.Mail {
		d.Mail = &mail.Settings{Host: h.Mail.Host, Port: h.Mail.Port, Security: "none", From: "Switchkeep <noreply@msp.example>"}
	}
	var over struct {
		URL string `json:"handover_url"`
	}
	b.Must(http.MethodPost, "/setup/apply", object{"draft": d}, &over, "X-Setup-Token", token)
	_, ticket, _ := strings.Cut(over.URL, "#c=")
	b.Must(http.MethodPost, "/setup/confirm", object{"ticket": ticket}, nil)
	return h.SignIn(OperatorEmail)
}

// SignIn opens a browser and signs in.
func (h *House) SignIn(email string) *Browser {
	h.t.Helper()
	b := h.Browser()
	b.SignIn(email)
	return b
}

// SignIn signs in with the password that everybody has.
func (b *Browser) SignIn(email string) {
	b.h.t.Helper()
	var out struct {
		State string `json:"state"`
	}
	b.Must(http.MethodPost, "/session", object{"email": email, "password": Password}, &out)
	if out.State != "ok" {
		b.h.t.Fatalf("sign-in of %s: state %q", email, out.State)
	}
}

// Session is what a page knows of its session.
type Session struct {
	ID   string `json:"id"`
	User struct {
		ID, Email string
	} `json:"user"`
	Acting struct {
		Membership string `json:"membership"`
		Account    struct {
			ID   string `json:"id"`
			Name string `json:"name"`
		} `json:"account"`
	} `json:"acting"`
	May     []string `json:"may"`
	Banners []struct {
		ID     string            `json:"id"`
		Params map[string]string `json:"params"`
	} `json:"banners"`
}

// Session asks who is signed in.
func (b *Browser) Session() Session {
	b.h.t.Helper()
	var s Session
	b.Must(http.MethodGet, "/session", nil, &s)
	return s
}

// Banner tells whether the session shows a banner.
func (s *Session) Banner(id string) bool {
	for _, b := range s.Banners {
		if b.ID == id {
			return true
		}
	}
	return false
}

// Tenant is an enterprise with its administrator.
type Tenant struct {
	ID, Name, Email string
	Link            string // the activation, shown once where no mail is set
}

// Invite makes an enterprise through the wizard; nobody has activated it.
func (b *Browser) Invite(name string, quota object) Tenant {
	b.h.t.Helper()
	email := strings.ToLower(strings.ReplaceAll(name, " ", ".")) + "@customer.example"
	if quota == nil {
		quota = object{"extensions": 100, "concurrent_calls": 20, "pbx_connections": 5, "users": 20}
	}
	body := object{
		"kind": "enterprise", "account": object{"name": name, "time_zone": "Europe/Berlin", "lang": "en", "country": "DE"},
		"admin": object{"first": "Ada", "last": name, "email": email, "lang": "en"}, "quota": quota,
	}
	var made struct {
		Review  *object `json:"review"`
		Account struct {
			ID string `json:"id"`
		} `json:"account"`
		Activation struct {
			Link   string `json:"link"`
			Mailed bool   `json:"mailed"`
		} `json:"activation"`
	}
	b.Must(http.MethodPost, "/accounts?dry_run=true", body, &made)
	if made.Review == nil || made.Account.ID != "" {
		b.h.t.Fatal("the dry run kept something")
	}
	made.Review = nil
	b.Must(http.MethodPost, "/accounts", body, &made)
	t := Tenant{ID: made.Account.ID, Name: name, Email: email, Link: made.Activation.Link}
	if made.Activation.Mailed {
		t.Link = b.h.mailed(email)
	}
	return t
}

// mailed waits for a letter and takes the link out of it.
func (h *House) mailed(to string) (link string) {
	h.t.Helper()
	h.Until("a letter to "+to, func() bool {
		for _, l := range h.Mail.Letters() {
			at := strings.Index(l.Text, h.origin()+"/")
			if strings.Contains(l.To, to) && at >= 0 {
				link, _, _ = strings.Cut(l.Text[at:], "\n")
			}
		}
		return link != ""
	})
	return strings.TrimSpace(link)
}

// LinkToken is the secret in a link's fragment.
func LinkToken(link string) string {
	_, token, _ := strings.Cut(link, "#t=")
	return token
}

// Activate accepts an invitation.
func (h *House) Activate(link string) {
	h.t.Helper()
	h.Browser().Must(http.MethodPost, "/activate", object{"token": LinkToken(link), "first": "Ada", "last": "Admin", "password": Password}, nil)
}

// Enterprise makes an enterprise and activates its administrator.
func (b *Browser) Enterprise(name string) Tenant {
	b.h.t.Helper()
	t := b.Invite(name, nil)
	b.h.Activate(t.Link)
	return t
}

// Person invites a colleague into an account and activates him.
func (b *Browser) Person(account, email, role string) {
	b.h.t.Helper()
	var out struct {
		Link   string `json:"link"`
		Mailed bool   `json:"mailed"`
	}
	b.Must(http.MethodPost, "/users", object{"account": account, "email": email, "first": "Col", "last": "League", "lang": "en", "role": role}, &out)
	if out.Mailed {
		out.Link = b.h.mailed(email)
	}
	b.h.Activate(out.Link)
}

// Switch works in another account of the person.
func (b *Browser) Switch(membership string) {
	b.h.t.Helper()
	b.Must(http.MethodPost, "/session/switch", object{"membership": membership}, nil)
}

// SignOut ends the session.
func (b *Browser) SignOut() {
	b.h.t.Helper()
	b.Must(http.MethodDelete, "/session", nil, nil)
}

// Total counts the rows of a list.
func (b *Browser) Total(path string) int {
	b.h.t.Helper()
	var out struct {
		Items []any `json:"items"`
		Total int   `json:"total"`
	}
	b.Must(http.MethodGet, path, nil, &out)
	return max(out.Total, len(out.Items))
}

// URL joins a path and a query.
func URL(path string, query ...string) string {
	v := url.Values{}
	for i := 0; i+1 < len(query); i += 2 {
		v.Set(query[i], query[i+1])
	}
	return path + "?" + v.Encode()
}
