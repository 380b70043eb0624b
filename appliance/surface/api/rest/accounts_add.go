package rest

import (
	"context"
	"time"

	"github.com/switchkeep/switchkeep/appliance/domain/onboard"
	"github.com/switchkeep/switchkeep/appliance/domain/quota"
	"github.com/switchkeep/switchkeep/appliance/domain/tenant"
	"github.com/switchkeep/switchkeep/appliance/surface/api/route"
)

// AccountAdmin is the administrator who is invited.
type AccountAdmin struct {
	First string `json:"first"`
	Last  string `json:"last"`
	Email string `json:"email"`
	Phone string `json:"phone,omitempty"`
	Lang  string `json:"lang,omitempty"`
}

// ReviewLine is one capacity of the review.
type ReviewLine struct {
	Kind      quota.Kind `json:"kind"`
	Amount    *int64     `json:"amount" doc:"null: unlimited"`
	LeftAfter *int64     `json:"left_after" doc:"what the giver has left; null: it has no limit"`
}

// AccountReview is what the wizard would make.
type AccountReview struct {
	Account  AccountFields `json:"account"`
	Kind     string        `json:"kind" enum:"channel,enterprise"`
	Parent   Named         `json:"parent"`
	Realm    string        `json:"realm" doc:"empty: it is made when the account is saved"`
	Admin    *AccountAdmin `json:"admin,omitempty"`
	Quota    []ReviewLine  `json:"quota" nullable:"false"`
	Mail     bool          `json:"mail" doc:"the activation goes by mail; else its link is shown once"`
	Warnings []string      `json:"warnings" nullable:"false"`
}

// AccountFields are the fields of an account in the wizard.
type AccountFields struct {
	Name           string `json:"name"`
	TimeZone       string `json:"time_zone,omitempty"`
	Lang           string `json:"lang,omitempty"`
	Country        string `json:"country,omitempty"`
	Contact        string `json:"contact,omitempty"`
	Note           string `json:"note,omitempty"`
	Permission     string `json:"permission,omitempty"`
	MayAddChannels bool   `json:"may_add_channels,omitempty"`
}

// Activation is the invitation of an account's administrator.
type Activation struct {
	Link   string    `json:"link,omitempty"`
	Mailed bool      `json:"mailed"`
	Ends   time.Time `json:"ends"`
}

// AccountMade is the wizard's answer: the review of a dry run, or the account.
type AccountMade struct {
	Review     *AccountReview `json:"review,omitempty"`
	Account    *AccountDetail `json:"account,omitempty"`
	Activation *Activation    `json:"activation,omitempty"`
}

type accountAddIn struct {
	DryRun bool `query:"dry_run" doc:"answer the review, keep nothing"`
	Body   struct {
		Kind    string            `json:"kind" enum:"channel,enterprise"`
		Parent  string            `json:"parent,omitempty" doc:"the acting account when empty"`
		Account AccountFields     `json:"account"`
		Admin   *AccountAdmin     `json:"admin,omitempty"`
		Quota   map[string]*int64 `json:"quota,omitempty" doc:"kind: amount, null for unlimited"`
		MinExt  *int64            `json:"min_ext,omitempty"`
	}
}

func (in *accountAddIn) plan() onboard.Plan {
	b := &in.Body
	p := onboard.Plan{
		Kind: tenant.Kind(b.Kind), Parent: b.Parent, Quota: grants(b.Quota), MinExt: b.MinExt,
		Account: onboard.Account{
			Name: b.Account.Name, TimeZone: b.Account.TimeZone, Lang: b.Account.Lang, Country: b.Account.Country, Contact: b.Account.Contact,
			Note: b.Account.Note, Permission: b.Account.Permission, MayAddChannels: b.Account.MayAddChannels,
		},
	}
	if a := b.Admin; a != nil {
		p.Admin = &onboard.Admin{First: a.First, Last: a.Last, Email: a.Email, Phone: a.Phone, Lang: a.Lang}
	}
	return p
}

func (h *handlers) accountAdd(ctx context.Context, c *route.Call, in *accountAddIn) (AccountMade, error) {
	if in.Body.Parent == "" {
		in.Body.Parent = c.Who.Account
	}
	if err := h.allowAccount(ctx, c, in.Body.Parent); err != nil {
		return AccountMade{}, err
	}
	if in.DryRun {
		r, err := h.Onboard.Review(ctx, c.By, in.plan())
		if err != nil {
			return AccountMade{}, err
		}
		return AccountMade{Review: h.review(in, &r)}, nil
	}
	made, err := h.Onboard.Create(ctx, c.By, in.plan())
	if err != nil {
		return AccountMade{}, err
	}
	h.tree().Wait(ctx, h.DB.Rev())
	shown, err := h.accountShow(ctx, c, &made.Account)
	out := AccountMade{Account: &shown}
	if v := made.Invited; v != nil {
		out.Activation = &Activation{v.Link, v.Mailed, v.Ends}
	}
	return out, err
}

func (h *handlers) review(in *accountAddIn, r *onboard.Review) *AccountReview {
	a := &r.Account
	out := &AccountReview{
		Account: AccountFields{a.Name, a.TimeZone, a.Lang, a.Country, a.Contact, a.Note, a.Permission, a.MayAddChannels},
		Kind:    string(a.Kind), Parent: h.named(a.Parent), Realm: a.Realm, Admin: in.Body.Admin, Quota: make([]ReviewLine, len(r.Lines)),
		Mail: r.Mailed, Warnings: r.Warnings,
	}
	for i := range r.Lines {
		l := &r.Lines[i]
		out.Quota[i] = ReviewLine{Kind: l.Kind}
		if l.Amount != quota.Unlimited {
			out.Quota[i].Amount = &l.Amount
		}
		if !l.Unlimited {
			out.Quota[i].LeftAfter = &l.LeftAfter
		}
	}
	return out
}
