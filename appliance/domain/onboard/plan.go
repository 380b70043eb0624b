package onboard

import (
	"maps"
	"slices"

	"github.com/switchkeep/switchkeep/appliance/domain/identity"
	"github.com/switchkeep/switchkeep/appliance/domain/quota"
	"github.com/switchkeep/switchkeep/appliance/domain/tenant"
)

// Plan is what the wizard asks for. Without Admin the account has no user and no mail; the
// superior works in it.
type Plan struct {
	Kind    tenant.Kind
	Parent  string
	Account Account
	Admin   *Admin
	Quota   map[quota.Kind]int64 // quota.Unlimited where the giver has no limit either
	MinExt  *int64               // least extensions of a PBX
}

// Account are the fields of the account; empty ones are the parent's.
type Account struct {
	Name, TimeZone, Lang, Country, Contact, Note string
	Permission                                   string // "dm" or "rps" of an enterprise
	MayAddChannels                               bool
}

// Admin is the administrator who is invited.
type Admin struct {
	First, Last, Email, Phone, Lang string
}

// Line is one capacity of the review: what is given, and what the giver has left before and after it.
type Line struct {
	Kind       quota.Kind
	Amount     int64
	LeftBefore int64
	LeftAfter  int64
	Unlimited  bool // the giver has no limit
}

// Review is what would happen. The realm is made when the account is saved.
type Review struct {
	Account  tenant.Account
	Admin    *Admin
	Lines    []Line
	Mailed   bool     // the link goes by mail; else it is shown once
	Warnings []string // codes: no_admin, no_mail, no_capacity
}

// Created is a new account; Invited is nil without an administrator.
type Created struct {
	Account tenant.Account
	Invited *identity.Invited
}

func (p *Plan) draft(id string) tenant.Draft {
	d := tenant.Draft{
		ID: id, Parent: p.Parent, Kind: p.Kind, Name: p.Account.Name, TimeZone: p.Account.TimeZone, Lang: p.Account.Lang,
		Country: p.Account.Country, Contact: p.Account.Contact, Note: p.Account.Note, Permission: p.Account.Permission,
		MayAddChannels: p.Account.MayAddChannels, Master: p.Admin != nil,
	}
	return d
}

func (p *Plan) invite(account, lang string) identity.Invite {
	v := identity.Invite{
		Account: account, Email: p.Admin.Email, First: p.Admin.First, Last: p.Admin.Last, Phone: p.Admin.Phone,
		Lang: p.Admin.Lang, Role: "owner", Letter: string(p.Kind),
	}
	if v.Lang == "" {
		v.Lang = lang
	}
	return v
}

// kinds are the kinds of the plan with something to give, in order.
func (p *Plan) kinds() []quota.Kind {
	ks := slices.Sorted(maps.Keys(p.Quota))
	return slices.DeleteFunc(ks, func(k quota.Kind) bool { return p.Quota[k] == 0 })
}
