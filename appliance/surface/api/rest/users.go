package rest

import (
	"context"
	"net/http"
	"time"

	"github.com/switchkeep/switchkeep/appliance/domain/identity"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/appliance/surface/api/route"
)

// UserRow is a person in an account. Its id is the membership's: one person may be in several accounts.
type UserRow struct {
	ID        string     `json:"id"`
	Account   Named      `json:"account"`
	Email     string     `json:"email"`
	First     string     `json:"first"`
	Last      string     `json:"last"`
	Phone     string     `json:"phone"`
	Lang      string     `json:"lang"`
	Kind      string     `json:"kind" enum:"user,customer"`
	Role      string     `json:"role"`
	State     string     `json:"state" enum:"invited,active,expired"`
	MFA       bool       `json:"mfa"`
	Managed   bool       `json:"managed" doc:"this account may reset the person's password"`
	InvitedBy string     `json:"invited_by"`
	CreatedAt time.Time  `json:"created_at"`
	Ends      *time.Time `json:"ends" doc:"when an open invitation ends"`
	SignedIn  *time.Time `json:"signed_in_at"`
	Self      bool       `json:"self"`
	Ver       uint64     `json:"ver"`
}

// InviteMade is a new or renewed invitation; the link is shown once where no mail server is set.
type InviteMade struct {
	User   UserRow   `json:"user"`
	Link   string    `json:"link,omitempty"`
	Mailed bool      `json:"mailed"`
	Ends   time.Time `json:"ends"`
}

type inviteIn struct {
	Body struct {
		Account string `json:"account,omitempty" doc:"the acting account when empty"`
		Email   string `json:"email"`
		First   string `json:"first,omitempty"`
		Last    string `json:"last,omitempty"`
		Phone   string `json:"phone,omitempty"`
		Lang    string `json:"lang,omitempty"`
		Role    string `json:"role"`
	}
}

func (h *handlers) users(r *route.Registry) {
	entry := func(method, path, id, summary string, need route.Need) route.Entry {
		e := route.Entry{Method: method, Path: path, ID: id, Summary: summary, Tag: "user", Need: need, Kind: route.Change, Cap: 8 << 10}
		if method == http.MethodGet {
			e.Kind, e.Cap = route.List, 0
		}
		return e
	}
	route.Add(r, entry(http.MethodGet, "/users", "user_list", "People", "user.view"), h.userList)
	route.Add(r, entry(http.MethodPost, "/users", "user_invite", "Invite a person", "user.add"), h.userInvite)
	route.Add(r, entry(http.MethodPost, "/users/{id}/resend", "user_resend", "Send the activation again; the old link dies", "user.resend"), h.userResend)
	route.Add(r, entry(http.MethodPost, "/users/{id}/reset", "user_reset", "Reset a person's password", "user.reset"), h.userReset)
	edit := entry(http.MethodPatch, "/users/{id}", "user_edit", "Change a person's role", "user.edit")
	edit.Match = true
	route.Add(r, edit, h.userEdit)
	route.Add(r, entry(http.MethodDelete, "/users/{id}", "user_remove", "Take a person out of an account", "user.delete"), h.userRemove)
}

func (h *handlers) userRow(c *route.Call, m *identity.Member) UserRow {
	return UserRow{
		ID: m.ID, Account: Named{m.Account, m.AccountName}, Email: m.Email, First: m.First, Last: m.Last, Phone: m.Phone, Lang: m.Lang,
		Kind: m.Kind, Role: m.Role, State: m.State, MFA: m.MFA, Managed: m.Managed, InvitedBy: m.InvitedByName, CreatedAt: m.CreatedAt,
		Ends: stamp(m.Ends), SignedIn: stamp(m.SignedInAt), Self: m.ID == c.Who.Membership, Ver: m.Ver,
	}
}

func (h *handlers) userList(ctx context.Context, c *route.Call, in *userListIn) (List[UserRow], error) {
	list := in.ListIn
	if in.Account != "" {
		if list.Filter == nil {
			list.Filter = map[string]string{}
		}
		list.Filter["account"] = in.Account
	}
	if err := list.known("account", "state", "role", "kind"); err != nil {
		return List[UserRow]{}, err
	}
	accounts, err := h.accountsIn(ctx, c, &list)
	if err != nil {
		return List[UserRow]{}, err
	}
	var rows []UserRow
	err = h.view(ctx, func(r store.Reader) error {
		rows = nil
		for _, id := range accounts {
			members, failed := h.Identity.Members(r, id)
			if failed != nil {
				return failed
			}
			for i := range members {
				row := h.userRow(c, &members[i])
				if one(list.any("state"), row.State) && one(list.any("role"), row.Role) && one(list.any("kind"), row.Kind) {
					rows = append(rows, row)
				}
			}
		}
		return nil
	})
	if err != nil {
		return List[UserRow]{}, err
	}
	return short[UserRow]{
		id:   func(r *UserRow) string { return r.ID },
		text: func(r *UserRow) []string { return []string{r.Email, r.First, r.Last, r.Account.Name, r.Phone} },
		columns: map[string]func(*UserRow) string{
			"email": func(r *UserRow) string { return fold(r.Email) }, "name": func(r *UserRow) string { return fold(r.Last + " " + r.First) },
			"account": func(r *UserRow) string { return fold(r.Account.Name) }, "role": func(r *UserRow) string { return r.Role },
			"state": func(r *UserRow) string { return r.State }, "created_at": func(r *UserRow) string { return r.ID },
			"signed_in_at": func(r *UserRow) string {
				if r.SignedIn == nil {
					return ""
				}
				return r.SignedIn.Format(time.RFC3339)
			},
		},
		sort: "email",
	}.page(&list, rows)
}

type userListIn struct {
	ListIn
	Account string `query:"account" doc:"the same as filter[account]"`
}

// member reads a membership of an account that the caller may do the route's action on.
func (h *handlers) member(ctx context.Context, c *route.Call, id string) (m identity.Member, err error) {
	c.Object = id
	err = h.view(ctx, func(r store.Reader) error {
		if m, err = h.Identity.Member(r, id); err != nil {
			return err
		}
		return c.Allow(r, m.Account)
	})
	return m, err
}

func (h *handlers) invited(c *route.Call, v *identity.Invited) InviteMade {
	return InviteMade{User: h.userRow(c, &v.Member), Link: v.Link, Mailed: v.Mailed, Ends: v.Ends}
}

func (h *handlers) userInvite(ctx context.Context, c *route.Call, in *inviteIn) (InviteMade, error) {
	b := &in.Body
	if b.Account == "" {
		b.Account = c.Who.Account
	}
	if err := h.allowAccount(ctx, c, b.Account); err != nil {
		return InviteMade{}, err
	}
	if err := h.mayGive(ctx, c, b.Role, b.Account); err != nil {
		return InviteMade{}, err
	}
	v, err := h.Identity.Invite(ctx, c.By, identity.Invite{
		Account: b.Account, Email: b.Email, First: b.First, Last: b.Last, Phone: b.Phone, Lang: b.Lang, Role: b.Role,
	})
	if err != nil {
		return InviteMade{}, err
	}
	return h.invited(c, &v), nil
}

func (h *handlers) mayGive(ctx context.Context, c *route.Call, role, account string) error {
	return h.view(ctx, func(r store.Reader) error { return c.MayGive(r, role, account) })
}

func (h *handlers) userResend(ctx context.Context, c *route.Call, in *PathID) (InviteMade, error) {
	if _, err := h.member(ctx, c, in.ID); err != nil {
		return InviteMade{}, err
	}
	v, err := h.Identity.Resend(ctx, c.By, in.ID)
	if err != nil {
		return InviteMade{}, err
	}
	return h.invited(c, &v), nil
}

type userResetIn struct {
	PathID
	Body *struct {
		Password *string `json:"password,omitempty" maxLength:"1024" doc:"a temporary password; left out: an activation link"`
	} `required:"false"`
}

type userEditIn struct {
	PathID
	Body struct {
		Role string `json:"role" maxLength:"40"`
	}
}

func (h *handlers) userReset(ctx context.Context, c *route.Call, in *userResetIn) (InviteMade, error) {
	m, err := h.member(ctx, c, in.ID)
	if err != nil {
		return InviteMade{}, err
	}
	if in.Body != nil && in.Body.Password != nil {
		if err = h.Identity.SetTemporary(ctx, c.By, in.ID, *in.Body.Password); err != nil {
			return InviteMade{}, err
		}
		return InviteMade{User: h.userRow(c, &m)}, nil
	}
	v, err := h.Identity.ResetMember(ctx, c.By, in.ID)
	if err != nil {
		return InviteMade{}, err
	}
	return h.invited(c, &v), nil
}

func (h *handlers) userEdit(ctx context.Context, c *route.Call, in *userEditIn) (UserRow, error) {
	m, err := h.member(ctx, c, in.ID)
	if err != nil {
		return UserRow{}, err
	}
	// Both the role that he has and the one that he gets are the caller's to give.
	for _, role := range []string{m.Role, in.Body.Role} {
		if err = h.mayGive(ctx, c, role, m.Account); err != nil {
			return UserRow{}, err
		}
	}
	m, err = h.Identity.UpdateMember(ctx, c.By, in.ID, c.Ver, in.Body.Role)
	if err != nil {
		return UserRow{}, err
	}
	// His streams show what the old role may see.
	h.Hub.EndUser(m.User, "rights")
	c.SetVer(m.Ver)
	return h.userRow(c, &m), nil
}

func (h *handlers) userRemove(ctx context.Context, c *route.Call, in *PathID) (route.None, error) {
	if _, err := h.member(ctx, c, in.ID); err != nil {
		return route.None{}, err
	}
	return route.None{}, h.Identity.RemoveMember(ctx, c.By, in.ID)
}
