package rest

import (
	"context"
	"net/http"

	"github.com/switchkeep/switchkeep/appliance/domain/access"
	"github.com/switchkeep/switchkeep/appliance/domain/quota"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/appliance/surface/api/route"
)

// QuotaLine is one kind of an account's capacity.
type QuotaLine struct {
	Kind      quota.Kind  `json:"kind"`
	Class     quota.Class `json:"class" enum:"allocation,cap,consumable,flag"`
	Granted   *int64      `json:"granted" doc:"null: unlimited"`
	Children  int64       `json:"children" doc:"promised to the accounts below"`
	Used      int64       `json:"used" doc:"held by the account's own objects"`
	Left      *int64      `json:"left" doc:"null: unlimited"`
	Deficit   int64       `json:"deficit"`
	Unlimited bool        `json:"unlimited"`
	Offered   bool        `json:"offered" doc:"the account has some that it could give"`
}

// QuotaView is an account's capacity: My Subscription.
type QuotaView struct {
	Account Named       `json:"account"`
	Kinds   []QuotaLine `json:"kinds" nullable:"false"`
	MinExt  int64       `json:"min_ext"`
	MaxExt  int64       `json:"max_ext"`
	Ver     uint64      `json:"ver"`
}

// QuotaChanged is a change, or its preview.
type QuotaChanged struct {
	Effects []quota.Effect `json:"effects" nullable:"false"`
	View    QuotaView      `json:"view"`
}

type quotaIn struct {
	PathID
	DryRun bool `query:"dry_run" doc:"show the effects, keep nothing"`
	Body   struct {
		Set    map[string]*int64 `json:"set,omitempty" doc:"kind: amount, null for unlimited"`
		MinExt *int64            `json:"min_ext,omitempty"`
		MaxExt *int64            `json:"max_ext,omitempty"`
		Force  bool              `json:"force,omitempty"`
		Reason string            `json:"reason,omitempty" maxLength:"500"`
	}
}

func (h *handlers) quota(r *route.Registry) {
	route.Add(r, route.Entry{
		Method: http.MethodGet, Path: "/accounts/{id}/quota", ID: "quota_get", Summary: "Capacity of an account", Tag: "quota",
		Need: "quota.view", Kind: route.Object,
	}, h.quotaGet)
	route.Add(r, route.Entry{
		Method: http.MethodPatch, Path: "/accounts/{id}/quota", ID: "quota_edit", Summary: "Change the capacity of an account", Tag: "quota",
		Need: "quota.edit", Kind: route.Change, Cap: 16 << 10, Match: true,
	}, h.quotaEdit)
}

func (h *handlers) quotaShow(r store.Reader, account string) (QuotaView, error) {
	v, err := quota.Read(r, account)
	if err != nil {
		return QuotaView{}, err
	}
	out := QuotaView{Account: h.named(account), Kinds: make([]QuotaLine, len(v.Kinds)), MinExt: v.MinExt, MaxExt: v.MaxExt, Ver: v.Ver}
	for i, f := range v.Kinds {
		out.Kinds[i] = QuotaLine{Kind: f.Kind, Class: f.Class, Children: f.Children, Used: f.Used, Deficit: f.Deficit, Unlimited: f.Unlimited, Offered: f.Offered}
		if !f.Unlimited {
			out.Kinds[i].Granted, out.Kinds[i].Left = &v.Kinds[i].Granted, &v.Kinds[i].Left
		}
	}
	return out, nil
}

func (h *handlers) quotaGet(ctx context.Context, c *route.Call, in *PathID) (QuotaView, error) {
	c.Object = in.ID
	var out QuotaView
	err := h.view(ctx, func(r store.Reader) error {
		err := c.Allow(r, in.ID)
		if err != nil {
			return err
		}
		out, err = h.quotaShow(r, in.ID)
		return err
	})
	c.SetVer(out.Ver)
	return out, err
}

func (h *handlers) quotaEdit(ctx context.Context, c *route.Call, in *quotaIn) (QuotaChanged, error) {
	c.Object = in.ID
	err := h.view(ctx, func(r store.Reader) error {
		err := c.Allow(r, in.ID)
		if err == nil && in.Body.Force {
			err = c.AllowAs(r, access.QuotaForce, in.ID)
		}
		return err
	})
	if err != nil {
		return QuotaChanged{}, err
	}
	by := c.By
	by.Reason = in.Body.Reason
	effects, err := h.Quota.Set(ctx, by, in.ID, c.Ver, quota.Change{
		Grants: grants(in.Body.Set), MinExt: in.Body.MinExt, MaxExt: in.Body.MaxExt, Force: in.Body.Force,
	}, in.DryRun)
	if err != nil {
		return QuotaChanged{}, err
	}
	if effects == nil {
		effects = []quota.Effect{}
	}
	out := QuotaChanged{Effects: effects}
	err = h.view(ctx, func(r store.Reader) error {
		out.View, err = h.quotaShow(r, in.ID)
		return err
	})
	c.SetVer(out.View.Ver)
	return out, err
}

// grants reads null as unlimited.
func grants(set map[string]*int64) map[quota.Kind]int64 {
	out := make(map[quota.Kind]int64, len(set))
	for k, n := range set {
		out[quota.Kind(k)] = quota.Unlimited
		if n != nil {
			out[quota.Kind(k)] = *n
		}
	}
	return out
}
