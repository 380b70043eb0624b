package rest

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/mail"
	"github.com/switchkeep/switchkeep/appliance/platform/outbox"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/appliance/surface/api/route"
)

// MailRow is a line of the mail log.
type MailRow struct {
	ID       string     `json:"id"`
	At       time.Time  `json:"at"`
	Account  Named      `json:"account"`
	To       string     `json:"to"`
	Template string     `json:"template"`
	Lang     string     `json:"lang"`
	State    string     `json:"state" enum:"queued,sent,deferred,refused"`
	Tries    uint32     `json:"tries"`
	Last     *time.Time `json:"last"`
	Next     *time.Time `json:"next"`
	Answer   string     `json:"answer" doc:"what the server said"`
}

// MailSettings is what may be shown of the mail server's settings.
type MailSettings struct {
	Configured  bool       `json:"configured"`
	Host        string     `json:"host"`
	Port        int        `json:"port"`
	Security    string     `json:"security"`
	User        string     `json:"user"`
	HasPassword bool       `json:"has_password"`
	From        string     `json:"from"`
	CA          string     `json:"ca"`
	At          *time.Time `json:"at"`
	Ver         uint64     `json:"ver"`
}

type mailSettingsBody struct {
	Host     string  `json:"host" maxLength:"253"`
	Port     int     `json:"port"`
	Security string  `json:"security" enum:"starttls,tls,none"`
	User     string  `json:"user,omitempty" maxLength:"320"`
	Password *string `json:"password,omitempty" maxLength:"1024" doc:"left out: stays as it is"`
	From     string  `json:"from" maxLength:"320"`
	CA       string  `json:"ca,omitempty" maxLength:"65536"`
}

type mailSettingsIn struct {
	Body mailSettingsBody
}

type mailTestIn struct {
	Body struct {
		To       string            `json:"to" maxLength:"254"`
		Settings *mailSettingsBody `json:"settings,omitempty" doc:"left out: the stored ones"`
	}
}

func (h *handlers) mail(r *route.Registry) {
	route.Add(r, route.Entry{Method: http.MethodGet, Path: "/mail", ID: "mail_list", Summary: "Mail log", Tag: "mail", Need: "mail.view", Kind: route.List}, h.mailList)
	route.Add(r, route.Entry{Method: http.MethodPost, Path: "/mail/{id}/resend", ID: "mail_resend", Summary: "Send a letter again", Tag: "mail", Need: "mail.edit", Kind: route.Change}, h.mailResend)
	route.Add(r, route.Entry{Method: http.MethodGet, Path: "/mail/settings", ID: "mail_settings", Summary: "Mail server", Tag: "mail", Need: "system.view", Kind: route.Object}, h.mailSettings)
	route.Add(r, route.Entry{
		Method: http.MethodPut, Path: "/mail/settings", ID: "mail_settings_edit", Summary: "Set the mail server", Tag: "mail",
		Need: "system.edit", Kind: route.Change, Cap: 128 << 10, Match: true,
	}, h.mailSettingsEdit)
	route.Add(r, route.Entry{
		Method: http.MethodPost, Path: "/mail/test", ID: "mail_test", Summary: "Send a test letter", Tag: "mail",
		Need: "system.edit", Kind: route.Change, Cap: 128 << 10, Plain: true,
	}, h.mailTest)
}

func (h *handlers) mailList(ctx context.Context, c *route.Call, in *ListIn) (List[MailRow], error) {
	if err := in.known("account", "state", "template", "from", "to"); err != nil {
		return List[MailRow]{}, err
	}
	from, err1 := in.instant("from")
	to, err2 := in.instant("to")
	after, err3 := in.after()
	if err := fault.Join(err1, err2, err3); err != nil {
		return List[MailRow]{}, err
	}
	has, err := h.scope(ctx, c, in)
	if err != nil {
		return List[MailRow]{}, err
	}
	_, desc := in.order("-at")
	rows, next, err := h.Outbox.List(ctx, outbox.Filter{
		Accounts: has, State: in.Filter["state"], Template: in.Filter["template"], Text: in.Q, From: from, To: to,
		After: store.Cursor(after), Limit: limit(in), Desc: desc,
	})
	if err != nil {
		return List[MailRow]{}, err
	}
	items := make([]MailRow, len(rows))
	for i := range rows {
		items[i] = h.mailShow(&rows[i])
	}
	return page(items, string(next), -1), nil
}

func (h *handlers) mailShow(r *outbox.Row) MailRow {
	return MailRow{
		ID: r.ID, At: r.At, Account: h.named(r.Account), To: r.To, Template: r.Template, Lang: r.Lang, State: r.State, Tries: r.Tries,
		Last: stamp(r.Last), Next: stamp(r.Next), Answer: r.Answer,
	}
}

func (h *handlers) mailResend(ctx context.Context, c *route.Call, in *PathID) (MailRow, error) {
	c.Object = in.ID
	var out MailRow
	_, err := h.DB.Update(ctx, func(_ context.Context, tx store.Tx) error {
		row, err := h.Outbox.Get(tx, in.ID)
		if err != nil {
			return err
		}
		if err = c.Allow(tx, row.Account); err != nil {
			return err
		}
		if row, err = h.Outbox.ResendTx(tx, in.ID, c.By.At); err != nil {
			return err
		}
		out = h.mailShow(&row)
		return audit.Record(tx, c.By, audit.Entry{
			Account: row.Account, Action: "mail.edit", ObjectKind: "mail", ObjectID: row.ID, ObjectLabel: row.To,
			Detail: map[string]string{"template": row.Template, "what": "resend"},
		})
	})
	return out, err
}

func mailView(v mail.View, configured bool) MailSettings {
	return MailSettings{
		Configured: configured, Host: v.Host, Port: v.Port, Security: string(v.Security), User: v.User, HasPassword: v.HasPassword,
		From: v.From, CA: v.CA, At: stamp(v.At), Ver: v.Ver,
	}
}

func (h *handlers) mailSettings(ctx context.Context, c *route.Call, _ *struct{}) (MailSettings, error) {
	var out MailSettings
	err := h.DB.View(ctx, func(r store.Reader) error {
		if err := h.allowRoot(c, r); err != nil {
			return err
		}
		_, v, err := mail.Load(r, h.Keeper)
		if errors.Is(err, mail.ErrNotConfigured) {
			return nil
		}
		out = mailView(v, err == nil)
		return err
	})
	c.SetVer(out.Ver)
	return out, err
}

func (h *handlers) mailSettingsEdit(ctx context.Context, c *route.Call, in *mailSettingsIn) (MailSettings, error) {
	var out MailSettings
	_, err := h.DB.Update(ctx, func(_ context.Context, tx store.Tx) error {
		if err := h.allowRoot(c, tx); err != nil {
			return err
		}
		s, err := h.merged(tx, &in.Body)
		if err != nil {
			return err
		}
		v, err := mail.SaveTx(tx, h.Keeper, s, c.Ver, c.By.At)
		if err != nil {
			return err
		}
		out = mailView(v, true)
		return audit.Record(tx, c.By, audit.Entry{
			Action: "system.edit", ObjectKind: "mail_settings", ObjectLabel: v.Host,
			Detail: map[string]string{"host": v.Host, "security": string(v.Security), "from": v.From},
		})
	})
	c.SetVer(out.Ver)
	return out, err
}

// merged is what was typed, with the stored password when none was typed for the same server.
func (h *handlers) merged(r store.Reader, b *mailSettingsBody) (mail.Settings, error) {
	s := mail.Settings{Host: b.Host, Port: b.Port, Security: mail.Security(b.Security), User: b.User, From: b.From, CA: b.CA}
	if b.Password != nil {
		s.Password = *b.Password
		return s, nil
	}
	old, _, err := mail.Load(r, h.Keeper)
	if errors.Is(err, mail.ErrNotConfigured) {
		return s, nil
	}
	// A stored password is never sent to another server than the one it was typed for.
	if old.Host == s.Host && old.User == s.User {
		s.Password = old.Password
	}
	return s, err
}

func (h *handlers) mailTest(ctx context.Context, c *route.Call, in *mailTestIn) (MailAnswer, error) {
	var s mail.Settings
	err := h.DB.View(ctx, func(r store.Reader) error {
		err := h.allowRoot(c, r)
		if err != nil {
			return err
		}
		if in.Body.Settings != nil {
			s, err = h.merged(r, in.Body.Settings)
		} else {
			s, _, err = mail.Load(r, h.Keeper)
		}
		return err
	})
	if err != nil {
		return MailAnswer{}, err
	}
	answer, err := mail.Test(ctx, s, in.Body.To, h.lang(ctx, c), c.By.At)
	return mailAnswer(answer, err)
}

// mailAnswer shows a refusal of the mail server as the answer that it is.
func mailAnswer(answer string, err error) (MailAnswer, error) {
	if refused := new(mail.Failure); errors.As(err, &refused) {
		return MailAnswer{OK: false, Answer: refused.Answer}, nil
	}
	return MailAnswer{OK: err == nil, Answer: answer}, err
}
