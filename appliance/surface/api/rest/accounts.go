package rest

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/switchkeep/switchkeep/appliance/domain/identity"
	"github.com/switchkeep/switchkeep/appliance/domain/tenant"
	"github.com/switchkeep/switchkeep/appliance/platform/search"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/appliance/surface/api/route"
)

// AccountRow is a line of the list of accounts.
type AccountRow struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Kind      string    `json:"kind" enum:"operator,channel,enterprise"`
	Own       bool      `json:"own" doc:"the enterprise for its channel's own devices"`
	Parent    string    `json:"parent"`
	Owner     Named     `json:"owner" doc:"the next level below the viewer that the account belongs to"`
	Realm     string    `json:"realm"`
	State     string    `json:"state" enum:"active,frozen,unactivated"`
	PBXs      int       `json:"pbxs" doc:"in the account and below it"`
	Users     int       `json:"users" doc:"in the account itself"`
	CreatedAt time.Time `json:"created_at"`
	Ver       uint64    `json:"ver"`
}

// AccountDetail is one account.
type AccountDetail struct {
	AccountRow
	TimeZone       string         `json:"time_zone"`
	Lang           string         `json:"lang"`
	Country        string         `json:"country"`
	Contact        string         `json:"contact"`
	Email          string         `json:"email"`
	Note           string         `json:"note"`
	Permission     string         `json:"permission"`
	Master         bool           `json:"master"`
	MayAddChannels bool           `json:"may_add_channels"`
	RealmSuffix    string         `json:"realm_suffix"`
	Frozen         *tenant.Freeze `json:"frozen,omitempty"`
	FrozenAt       *Named         `json:"frozen_at,omitempty" doc:"the account above that is frozen"`
	ActivatedAt    *time.Time     `json:"activated_at"`
	ChangedAt      time.Time      `json:"changed_at"`
	Chain          []Named        `json:"chain" nullable:"false"`
	May            []string       `json:"may" nullable:"false" doc:"what the caller may do here"`
}

// AccountNode is a node of the tree.
type AccountNode struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Kind     string `json:"kind"`
	Own      bool   `json:"own"`
	Parent   string `json:"parent"`
	State    string `json:"state"`
	Children int    `json:"children"`
}

// AccountTree is the tree below an account, parents before children.
type AccountTree struct {
	Items []AccountNode `json:"items" nullable:"false"`
}

type accountPatchIn struct {
	PathID
	Body struct {
		Name           *string `json:"name,omitempty"`
		TimeZone       *string `json:"time_zone,omitempty"`
		Lang           *string `json:"lang,omitempty"`
		Country        *string `json:"country,omitempty"`
		Contact        *string `json:"contact,omitempty"`
		Email          *string `json:"email,omitempty"`
		Note           *string `json:"note,omitempty"`
		RealmSuffix    *string `json:"realm_suffix,omitempty"`
		MayAddChannels *bool   `json:"may_add_channels,omitempty"`
	}
}

type freezeIn struct {
	PathID
	Body struct {
		Reason string `json:"reason"`
	}
}

type treeIn struct {
	Under string `query:"under" doc:"the acting account when empty"`
}

func (h *handlers) accounts(r *route.Registry) {
	entry := func(method, path, id, summary string, need route.Need, kind route.Kind) route.Entry {
		e := route.Entry{Method: method, Path: path, ID: id, Summary: summary, Tag: "account", Need: need, Kind: kind}
		if method != http.MethodGet {
			e.Kind, e.Cap = route.Change, 16<<10
		}
		return e
	}
	route.Add(r, entry(http.MethodGet, "/accounts", "account_list", "Accounts", "account.view", route.List), h.accountList)
	route.Add(r, entry(http.MethodGet, "/accounts/tree", "account_tree", "The tree below an account", "account.view", route.List), h.accountTree)
	route.Add(r, entry(http.MethodGet, "/accounts/{id}", "account_get", "One account", "account.view", route.Object), h.accountGet)
	route.Add(r, entry(http.MethodPost, "/accounts", "account_add", "The wizard: an account with its capacity and administrator", "account.add", ""), h.accountAdd)
	patch := entry(http.MethodPatch, "/accounts/{id}", "account_edit", "Change an account", "account.edit", "")
	patch.Match = true
	route.Add(r, patch, h.accountEdit)
	route.Add(r, entry(http.MethodDelete, "/accounts/{id}", "account_delete", "Delete an account that holds nothing", "account.delete", ""), h.accountDelete)
	route.Add(r, entry(http.MethodPost, "/accounts/{id}/freeze", "account_freeze", "Stop an account and all below it", "account.freeze", ""), h.accountFreeze)
	route.Add(r, entry(http.MethodPost, "/accounts/{id}/unfreeze", "account_unfreeze", "Let an account go on", "account.unfreeze", ""), h.accountUnfreeze)
}

func (h *handlers) stateOf(n *tenant.Node) string {
	if f, _ := h.tree().EffectiveFreeze(n.ID); f != nil {
		return "frozen"
	}
	if !n.Activated {
		return "unactivated"
	}
	return "active"
}

func (h *handlers) accountRow(viewer string, n *tenant.Node) AccountRow {
	return AccountRow{
		ID: n.ID, Name: n.Name, Kind: string(n.Kind), Own: n.Own, Parent: n.Parent, Owner: h.named(h.tree().OwnerBelow(viewer, n.ID)),
		Realm: n.Realm, State: h.stateOf(n), CreatedAt: n.Created, Ver: n.Ver,
	}
}

func (h *handlers) accountList(ctx context.Context, c *route.Call, in *ListIn) (List[AccountRow], error) {
	if err := in.known("account", "kind", "state", "parent"); err != nil {
		return List[AccountRow]{}, err
	}
	ids, err := h.accountsIn(ctx, c, in)
	if err != nil {
		return List[AccountRow]{}, err
	}
	var rows []AccountRow
	for _, id := range ids {
		n, ok := h.tree().Node(id)
		if !ok {
			continue
		}
		row := h.accountRow(c.Who.Account, &n)
		if one(in.any("kind"), row.Kind) && one(in.any("state"), row.State) && one(in.any("parent"), row.Parent) {
			rows = append(rows, row)
		}
	}
	out, err := accountColumns().page(in, rows)
	if err != nil {
		return List[AccountRow]{}, err
	}
	return out, h.count(ctx, out.Items)
}

func accountColumns() short[AccountRow] {
	return short[AccountRow]{
		id:   func(r *AccountRow) string { return r.ID },
		text: func(r *AccountRow) []string { return []string{r.Name, r.Realm, r.Owner.Name} },
		columns: map[string]func(*AccountRow) string{
			"name": func(r *AccountRow) string { return fold(r.Name) }, "kind": func(r *AccountRow) string { return r.Kind },
			"state": func(r *AccountRow) string { return r.State }, "realm": func(r *AccountRow) string { return r.Realm },
			"owner": func(r *AccountRow) string { return fold(r.Owner.Name) }, "created_at": func(r *AccountRow) string { return r.ID },
		},
		sort: "name",
	}
}

// one tells whether the value passes a filter.
func one(wanted []string, value string) bool { return wanted == nil || slices.Contains(wanted, value) }

// count fills the numbers of a page.
func (h *handlers) count(ctx context.Context, rows []AccountRow) error {
	if err := h.PBXIndex.loaded(); err != nil {
		return err
	}
	return h.view(ctx, func(r store.Reader) error {
		for i := range rows {
			n, err := identity.Dependent().CountTx(r, rows[i].ID)
			if err != nil {
				return err
			}
			found, err := h.PBXIndex.ix.Query(search.Query{Allowed: h.tree().Subtree(rows[i].ID), Limit: 1})
			if err != nil {
				return err
			}
			rows[i].Users, rows[i].PBXs = n, found.Total
		}
		return nil
	})
}

func (h *handlers) accountTree(ctx context.Context, c *route.Call, in *treeIn) (AccountTree, error) {
	under := in.Under
	if under == "" {
		under = c.Who.Account
	}
	list := ListIn{Filter: map[string]string{"account": under}}
	ids, err := h.accountsIn(ctx, c, &list)
	if err != nil {
		return AccountTree{}, err
	}
	out := AccountTree{Items: []AccountNode{}}
	for _, id := range ids {
		n, ok := h.tree().Node(id)
		if !ok {
			continue
		}
		out.Items = append(out.Items, AccountNode{
			ID: n.ID, Name: n.Name, Kind: string(n.Kind), Own: n.Own, Parent: n.Parent, State: h.stateOf(&n), Children: len(h.tree().Children(id)),
		})
	}
	return out, nil
}

// account reads an account that the caller may do the route's action on.
func (h *handlers) account(ctx context.Context, c *route.Call, id string) (a tenant.Account, err error) {
	c.Object = id
	err = h.view(ctx, func(r store.Reader) error {
		if a, err = tenant.Get(r, id); err != nil {
			return err
		}
		return c.Allow(r, id)
	})
	return a, err
}

func (h *handlers) accountShow(ctx context.Context, c *route.Call, a *tenant.Account) (AccountDetail, error) {
	n, _ := h.tree().Node(a.ID)
	rows := []AccountRow{h.accountRow(c.Who.Account, &n)}
	if err := h.count(ctx, rows); err != nil {
		return AccountDetail{}, err
	}
	rows[0].Name, rows[0].Ver = a.Name, a.Ver
	out := AccountDetail{
		AccountRow: rows[0], TimeZone: a.TimeZone, Lang: a.Lang, Country: a.Country, Contact: a.Contact, Email: a.Email, Note: a.Note,
		Permission: a.Permission, Master: a.Master, MayAddChannels: a.MayAddChannels, RealmSuffix: a.RealmSuffix,
		ActivatedAt: stamp(a.ActivatedAt), ChangedAt: a.ChangedAt, Chain: h.acting(a.ID).Chain,
	}
	if f, at := h.tree().EffectiveFreeze(a.ID); f != nil {
		out.Frozen = f
		if at != a.ID {
			above := h.named(at)
			out.FrozenAt = &above
		}
	}
	c.SetVer(a.Ver)
	return out, h.view(ctx, func(r store.Reader) (err error) {
		out.May, err = c.May(r, c.Who, a.ID)
		return err
	})
}

func (h *handlers) accountGet(ctx context.Context, c *route.Call, in *PathID) (AccountDetail, error) {
	a, err := h.account(ctx, c, in.ID)
	if err != nil {
		return AccountDetail{}, err
	}
	return h.accountShow(ctx, c, &a)
}

func (h *handlers) accountEdit(ctx context.Context, c *route.Call, in *accountPatchIn) (AccountDetail, error) {
	if _, err := h.account(ctx, c, in.ID); err != nil {
		return AccountDetail{}, err
	}
	b := &in.Body
	a, err := h.Tenants.Update(ctx, c.By, in.ID, c.Ver, tenant.Patch{
		Name: b.Name, TimeZone: b.TimeZone, Lang: b.Lang, Country: b.Country, Contact: b.Contact, Email: b.Email, Note: b.Note,
		RealmSuffix: b.RealmSuffix, MayAddChannels: b.MayAddChannels,
	})
	if err != nil {
		return AccountDetail{}, err
	}
	return h.accountShow(ctx, c, &a)
}

func (h *handlers) accountDelete(ctx context.Context, c *route.Call, in *PathID) (route.None, error) {
	if _, err := h.account(ctx, c, in.ID); err != nil {
		return route.None{}, err
	}
	return route.None{}, h.Tenants.Delete(ctx, c.By, in.ID, c.Ver)
}

func (h *handlers) accountFreeze(ctx context.Context, c *route.Call, in *freezeIn) (AccountDetail, error) {
	if _, err := h.account(ctx, c, in.ID); err != nil {
		return AccountDetail{}, err
	}
	a, err := h.Tenants.Freeze(ctx, c.By, in.ID, c.Ver, in.Body.Reason)
	if err != nil {
		return AccountDetail{}, err
	}
	return h.accountShow(ctx, c, &a)
}

func (h *handlers) accountUnfreeze(ctx context.Context, c *route.Call, in *PathID) (AccountDetail, error) {
	if _, err := h.account(ctx, c, in.ID); err != nil {
		return AccountDetail{}, err
	}
	a, err := h.Tenants.Unfreeze(ctx, c.By, in.ID, c.Ver)
	if err != nil {
		return AccountDetail{}, err
	}
	return h.accountShow(ctx, c, &a)
}
