package rest

import (
	"context"
	"net/http"
	"time"

	"github.com/switchkeep/switchkeep/appliance/domain/pbx"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/appliance/surface/api/route"
)

// Named is an object with its name.
type Named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// PBXPair is a PBX's place in a hot-standby pair.
type PBXPair struct {
	ID   string `json:"id"`
	Role string `json:"role" enum:"primary,secondary" doc:"fixed"`
	Live string `json:"live" enum:"active,standby," doc:"empty while not known"`
}

// PBXRow is a line of the list.
type PBXRow struct {
	ID       string     `json:"id"`
	Name     string     `json:"name"`
	Account  Named      `json:"account"`
	Serial   string     `json:"serial"`
	Model    string     `json:"model"`
	Firmware string     `json:"firmware"`
	State    string     `json:"state" enum:"connected,disconnected,standby,awaiting,unknown,duplicate,revoked"`
	Since    *time.Time `json:"since"`
	Address  string     `json:"address"`
	Version  string     `json:"version" doc:"of the connector"`
	UptimeS  int64      `json:"uptime_s"`
	Pair     *PBXPair   `json:"pair,omitempty"`
	Ver      uint64     `json:"ver"`
}

// PBXDetail is one PBX.
type PBXDetail struct {
	PBXRow
	MachineID    string     `json:"machine_id"`
	KeyPin       string     `json:"key_pin" doc:"pin of the PBX's own key"`
	Portal       string     `json:"portal" doc:"address of its web portal behind the connector"`
	PortalUp     bool       `json:"portal_up"`
	VisitAllowed bool       `json:"visit_allowed"`
	VIP          string     `json:"vip"`
	CreatedAt    time.Time  `json:"created_at"`
	EnrolledBy   string     `json:"enrolled_by"`
	Ends         *time.Time `json:"ends" doc:"when an enrolment that waits for approval dies"`
	Replaces     string     `json:"replaces" doc:"id of the enrolled PBX that this enrolment asks to re-key"`
	Rival        *pbx.Rival `json:"rival,omitempty"`
	SeenAt       *time.Time `json:"seen_at"`
	Carrier      string     `json:"carrier"`
	Reason       string     `json:"reason" doc:"why the last link ended"`
	Problem      string     `json:"problem" doc:"why the portal does not answer"`
	SplitBrain   bool       `json:"split_brain"`
}

// PBXCode is an authentication code, without its text.
type PBXCode struct {
	ID        string     `json:"id"`
	Account   Named      `json:"account"`
	Name      string     `json:"name"`
	CreatedAt time.Time  `json:"created_at"`
	CreatedBy string     `json:"created_by"`
	Ends      time.Time  `json:"ends"`
	UsedAt    *time.Time `json:"used_at"`
	UsedFor   string     `json:"used_for" doc:"id of the PBX"`
	PairWith  string     `json:"pair_with" doc:"id of the PBX whose second half uses the code"`
	Open      bool       `json:"open"`
}

// PBXCodeMade shows the text of a code, once.
type PBXCodeMade struct {
	ID   string    `json:"id"`
	Code string    `json:"code"`
	Ends time.Time `json:"ends"`
}

// PBXConnect is what to type at a PBX.
type PBXConnect struct {
	Server           string `json:"server"`
	Port             int    `json:"port"`
	Pin              string `json:"pin"`
	FingerprintShort string `json:"fingerprint_short"`
	Email            string `json:"email"`
}

// ID answers the id of what was made.
type ID struct {
	ID string `json:"id"`
}

// PathID is the id in the path. It is exported because huma looks into no embedded struct that is not.
type PathID struct {
	ID string `path:"id"`
}

type pbxEditIn struct {
	PathID
	Body struct {
		Name         *string `json:"name,omitempty"`
		VisitAllowed *bool   `json:"visit_allowed,omitempty"`
	}
}

type pbxApproveIn struct {
	PathID
	Body *struct {
		Machine string `json:"machine,omitempty" doc:"of two machines with one identity, the one to keep"`
	} `required:"false"`
}

type pbxPairIn struct {
	Body struct {
		Primary   string `json:"primary"`
		Secondary string `json:"secondary"`
		VIP       string `json:"vip,omitempty"`
	}
}

type pbxCodeIn struct {
	Body struct {
		Account string     `json:"account"`
		Name    string     `json:"name"`
		Ends    *time.Time `json:"ends,omitempty"`
		// PairWith makes a pair code.
		PairWith string `json:"pair_with,omitempty" maxLength:"40" doc:"id of the enrolled PBX whose second half uses the code"`
	}
}

func (h *handlers) pbx(r *route.Registry) {
	get := func(path, id, summary string, act route.Action, kind route.Kind) route.Entry {
		return route.Entry{Method: http.MethodGet, Path: path, ID: id, Summary: summary, Tag: "pbx", Need: route.May(act), Kind: kind}
	}
	change := func(method, path, id, summary string, act route.Action, match bool) route.Entry {
		return route.Entry{Method: method, Path: path, ID: id, Summary: summary, Tag: "pbx", Need: route.May(act), Kind: route.Change, Cap: 8 << 10, Match: match}
	}
	route.Add(r, get("/pbxs", "pbx_list", "PBXs", "pbx.view", route.List), h.pbxList)
	route.Add(r, get("/pbxs/{id}", "pbx_get", "One PBX", "pbx.view", route.Object), h.pbxGet)
	route.Add(r, change(http.MethodPatch, "/pbxs/{id}", "pbx_edit", "Change a PBX", "pbx.edit", true), h.pbxEdit)
	route.Add(r, change(http.MethodDelete, "/pbxs/{id}", "pbx_delete", "Delete a PBX", route.Action(deletePBX), false), h.pbxDelete)
	approve := change(http.MethodPost, "/pbxs/{id}/approve", "pbx_approve", "Let a waiting PBX in", "pbx.approve", false)
	approve.StepUp = true
	route.Add(r, approve, h.pbxApprove)
	route.Add(r, change(http.MethodPost, "/pbxs/{id}/reject", "pbx_reject", "Refuse a waiting PBX", "pbx.approve", false), h.pbxReject)
	route.Add(r, change(http.MethodPost, "/pbxs/{id}/revoke", "pbx_revoke", "Void the key of a PBX", "pbx.delete", false), h.pbxRevoke)
	route.Add(r, change(http.MethodPost, "/pbxs/pair", "pbx_pair", "Join two PBXs as a hot-standby pair", "pbx.pair", false), h.pbxPair)
	route.Add(r, change(http.MethodDelete, "/pbxs/pair/{id}", "pbx_unpair", "Part a hot-standby pair", "pbx.pair", false), h.pbxUnpair)
	route.Add(r, get("/pbxs/connect", "pbx_connect", "What to type at a PBX", "pbx.enroll", route.Object), h.pbxConnect)
	route.Add(r, get("/pbxs/codes", "pbx_codes", "Authentication codes", "pbx.enroll", route.List), h.pbxCodes)
	route.Add(r, change(http.MethodPost, "/pbxs/codes", "pbx_code_add", "Make an authentication code", "pbx.enroll", false), h.pbxCodeAdd)
	route.Add(r, change(http.MethodDelete, "/pbxs/codes/{id}", "pbx_code_delete", "Void an authentication code", "pbx.enroll", false), h.pbxCodeDelete)
}

// pbxRow reads a PBX that the caller may do the route's action on.
func (h *handlers) pbxRow(ctx context.Context, c *route.Call, id string) (row pbx.PBX, err error) {
	c.Object = id
	err = h.DB.View(ctx, func(r store.Reader) error {
		if row, err = h.PBXs.Get(r, id); err != nil {
			return err
		}
		return c.Allow(r, row.AccountID)
	})
	return row, err
}

func (h *handlers) pbxShow(row *pbx.PBX) PBXRow {
	now := h.Clock.Now()
	live := h.PBXs.Presence().Get(row.ID)
	out := PBXRow{
		ID: row.ID, Name: row.Name, Account: h.named(row.AccountID), Serial: row.Serial, Model: row.Model, Firmware: row.Firmware,
		State: pbx.Shown(*row, live, now), Since: stamp(live.Since), Address: live.Address, Version: live.Connector,
		UptimeS: int64(live.Uptime(now).Seconds()), Ver: row.Ver,
	}
	if live.Firmware != "" {
		out.Firmware = live.Firmware
	}
	if row.State == pbx.Awaiting {
		out.Address, out.Since = row.Address, stamp(row.CreatedAt)
	}
	if row.PairID != "" {
		out.Pair = &PBXPair{row.PairID, row.PairRole, live.Role}
	}
	return out
}

func (h *handlers) pbxDetail(ctx context.Context, row *pbx.PBX) PBXDetail {
	live := h.PBXs.Presence().Get(row.ID)
	out := PBXDetail{
		PBXRow: h.pbxShow(row), MachineID: row.MachineID, KeyPin: row.KeySPKI, Portal: row.PortalURL, PortalUp: live.PortalUp,
		VisitAllowed: row.VisitAllowed, VIP: row.VIP, CreatedAt: row.CreatedAt, EnrolledBy: row.EnrolledName, Ends: stamp(row.Ends),
		Replaces: row.Replaces, Rival: row.Rival, SeenAt: stamp(live.Seen), Carrier: live.Carrier, Reason: live.Reason, Problem: live.Problem,
	}
	if row.PairID == "" {
		return out
	}
	_ = h.DB.View(ctx, func(r store.Reader) error {
		if other, err := h.PBXs.Half(r, *row); err == nil {
			out.SplitBrain = h.PBXs.Presence().SplitBrain(row.ID, other.ID)
		}
		return nil
	})
	return out
}

func (h *handlers) pbxGet(ctx context.Context, c *route.Call, in *PathID) (PBXDetail, error) {
	row, err := h.pbxRow(ctx, c, in.ID)
	if err != nil {
		return PBXDetail{}, err
	}
	c.SetVer(row.Ver)
	return h.pbxDetail(ctx, &row), nil
}

func (h *handlers) pbxEdit(ctx context.Context, c *route.Call, in *pbxEditIn) (PBXDetail, error) {
	if _, err := h.pbxRow(ctx, c, in.ID); err != nil {
		return PBXDetail{}, err
	}
	row, err := h.PBXs.Change(ctx, c.By, in.ID, c.Ver, pbx.Edit{Name: in.Body.Name, VisitAllowed: in.Body.VisitAllowed})
	if err != nil {
		return PBXDetail{}, err
	}
	c.SetVer(row.Ver)
	return h.pbxDetail(ctx, &row), nil
}

func (h *handlers) pbxDelete(ctx context.Context, c *route.Call, in *PathID) (route.None, error) {
	if _, err := h.pbxRow(ctx, c, in.ID); err != nil {
		return route.None{}, err
	}
	return route.None{}, h.PBXs.Delete(ctx, c.By, in.ID, c.Ver)
}

func (h *handlers) pbxApprove(ctx context.Context, c *route.Call, in *pbxApproveIn) (PBXDetail, error) {
	if _, err := h.pbxRow(ctx, c, in.ID); err != nil {
		return PBXDetail{}, err
	}
	machine := ""
	if in.Body != nil {
		machine = in.Body.Machine
	}
	row, err := h.PBXs.Approve(ctx, c.By, in.ID, c.Ver, machine)
	if err != nil {
		return PBXDetail{}, err
	}
	return h.pbxDetail(ctx, &row), nil
}

func (h *handlers) pbxReject(ctx context.Context, c *route.Call, in *PathID) (route.None, error) {
	if _, err := h.pbxRow(ctx, c, in.ID); err != nil {
		return route.None{}, err
	}
	return route.None{}, h.PBXs.Reject(ctx, c.By, in.ID, c.Ver)
}

func (h *handlers) pbxRevoke(ctx context.Context, c *route.Call, in *PathID) (PBXDetail, error) {
	if _, err := h.pbxRow(ctx, c, in.ID); err != nil {
		return PBXDetail{}, err
	}
	row, err := h.PBXs.Revoke(ctx, c.By, in.ID, c.Ver)
	if err != nil {
		return PBXDetail{}, err
	}
	return h.pbxDetail(ctx, &row), nil
}

func (h *handlers) pbxPair(ctx context.Context, c *route.Call, in *pbxPairIn) (ID, error) {
	for _, id := range []string{in.Body.Primary, in.Body.Secondary} {
		if _, err := h.pbxRow(ctx, c, id); err != nil {
			return ID{}, err
		}
	}
	id, err := h.PBXs.Pair(ctx, c.By, in.Body.Primary, in.Body.Secondary, in.Body.VIP)
	return ID{id}, err
}

func (h *handlers) pbxUnpair(ctx context.Context, c *route.Call, in *PathID) (route.None, error) {
	c.Object = in.ID
	err := h.DB.View(ctx, func(r store.Reader) error {
		a, b, err := h.PBXs.PairRows(r, in.ID)
		if err != nil {
			return err
		}
		if err := c.Allow(r, a.AccountID); err != nil {
			return err
		}
		return c.Allow(r, b.AccountID)
	})
	if err != nil {
		return route.None{}, err
	}
	return route.None{}, h.PBXs.Unpair(ctx, c.By, in.ID)
}

type pbxConnectIn struct {
	Account string `query:"account" doc:"account that the PBX shall belong to; the acting one when empty"`
}

func (h *handlers) pbxConnect(ctx context.Context, c *route.Call, in *pbxConnectIn) (PBXConnect, error) {
	if err := h.allowAccount(ctx, c, in.Account); err != nil {
		return PBXConnect{}, err
	}
	d := h.Connect()
	return PBXConnect{Server: d.Server, Port: d.Port, Pin: d.Pin, FingerprintShort: d.FingerprintShort, Email: c.By.UserLabel}, nil
}

func (h *handlers) pbxCodes(ctx context.Context, c *route.Call, in *ListIn) (List[PBXCode], error) {
	if err := in.known("account"); err != nil {
		return List[PBXCode]{}, err
	}
	accounts, err := h.accountsIn(ctx, c, in)
	if err != nil {
		return List[PBXCode]{}, err
	}
	var rows []PBXCode
	for _, id := range accounts {
		codes, err := h.PBXs.Codes(ctx, id)
		if err != nil {
			return List[PBXCode]{}, err
		}
		for i := range codes {
			k := &codes[i]
			rows = append(rows, PBXCode{
				ID: k.ID, Account: h.named(k.AccountID), Name: k.Name, CreatedAt: k.CreatedAt, CreatedBy: k.CreatedName, Ends: k.Ends,
				UsedAt: stamp(k.UsedAt), UsedFor: k.UsedFor, PairWith: k.PairWith,
				Open: k.Open(h.Clock.Now()) || k.UsedAt.IsZero() && !h.Guard.Sure(),
			})
		}
	}
	return short[PBXCode]{
		id:   func(r *PBXCode) string { return r.ID },
		text: func(r *PBXCode) []string { return []string{r.Name, r.Account.Name, r.CreatedBy} },
		columns: map[string]func(*PBXCode) string{
			"created_at": func(r *PBXCode) string { return r.ID }, "name": func(r *PBXCode) string { return fold(r.Name) },
			"ends": func(r *PBXCode) string { return r.Ends.UTC().Format(time.RFC3339) },
		},
		sort: "-created_at",
	}.page(in, rows)
}

func (h *handlers) pbxCodeAdd(ctx context.Context, c *route.Call, in *pbxCodeIn) (PBXCodeMade, error) {
	if err := h.allowAccount(ctx, c, in.Body.Account); err != nil {
		return PBXCodeMade{}, err
	}
	n := pbx.NewCode{Account: in.Body.Account, Name: in.Body.Name, PairWith: in.Body.PairWith}
	if n.Account == "" {
		n.Account = c.Who.Account
	}
	if in.Body.Ends != nil {
		n.Ends = *in.Body.Ends
	}
	code, text, err := h.PBXs.CreateCode(ctx, c.By, n)
	return PBXCodeMade{code.ID, text, code.Ends}, err
}

func (h *handlers) pbxCodeDelete(ctx context.Context, c *route.Call, in *PathID) (route.None, error) {
	c.Object = in.ID
	err := h.DB.View(ctx, func(r store.Reader) error {
		code, err := h.PBXs.CodeByID(r, in.ID)
		if err != nil {
			return err
		}
		return c.Allow(r, code.AccountID)
	})
	if err != nil {
		return route.None{}, err
	}
	return route.None{}, h.PBXs.DeleteCode(ctx, c.By, in.ID)
}
