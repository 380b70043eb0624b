package access

import (
	"slices"
	"strings"
)

// Action is "<feature>.<verb>".
type Action string

// The actions that routes, menus and roles know.
const (
	AccountView      Action = "account.view"
	AccountAdd       Action = "account.add"
	AccountEdit      Action = "account.edit"
	AccountDelete    Action = "account.delete"
	AccountFreeze    Action = "account.freeze"
	AccountUnfreeze  Action = "account.unfreeze"
	AccountMove      Action = "account.move"
	AccountLoginAs   Action = "account.login_as"
	AccountAuthorize Action = "account.authorize"
	UserView         Action = "user.view"
	UserAdd          Action = "user.add"
	UserEdit         Action = "user.edit"
	UserDelete       Action = "user.delete"
	UserResend       Action = "user.resend"
	UserReset        Action = "user.reset"
	RoleView         Action = "role.view"
	RoleEdit         Action = "role.edit"
	PBXView          Action = "pbx.view"
	PBXEnroll        Action = "pbx.enroll"
	PBXApprove       Action = "pbx.approve"
	PBXEdit          Action = "pbx.edit"
	PBXPair          Action = "pbx.pair"
	PBXDelete        Action = "pbx.delete"
	PBXVisit         Action = "pbx.visit"
	VisitView        Action = "visit.view"
	VisitEnd         Action = "visit.end"
	MailView         Action = "mail.view"
	MailEdit         Action = "mail.edit"
	AuditView        Action = "audit.view"
	AuditExport      Action = "audit.export"
	QuotaView        Action = "quota.view"
	QuotaEdit        Action = "quota.edit"
	QuotaForce       Action = "quota.force"
	OperationView    Action = "operation.view"
	SystemView       Action = "system.view"
	SystemEdit       Action = "system.edit"
	SystemBackup     Action = "system.backup"
	SystemRestore    Action = "system.restore"
)

// Built-in roles.
const (
	Owner    = "owner"
	Admin    = "admin"
	Operator = "operator"
	Helpdesk = "helpdesk"
	Auditor  = "auditor"
	Billing  = "billing"
)

// Info is what is to know of an action.
type Info struct {
	Action  Action   `json:"action"`
	Feature string   `json:"feature"`
	Verb    string   `json:"verb"`
	Label   string   `json:"label"` // key of its name in the catalogues of texts
	Kinds   []string `json:"kinds"` // kinds of accounts whose people can have it; nil is all
	Roles   []string `json:"roles"` // built-in roles that have it
	// Supply actions need no authorization of the account below.
	Supply bool `json:"supply,omitempty"`
	// Above actions are done to what stands below the actor's account, not to it itself.
	Above bool `json:"above,omitempty"`
	// Cold actions work on a frozen account too, for those above the freeze.
	Cold bool `json:"cold,omitempty"`
	// Appliance actions are about the appliance, not about an account.
	Appliance bool `json:"appliance,omitempty"`
}

// Traits of an action.
type trait uint8

const (
	supply trait = 1 << iota
	above
	cold
	appliance
)

const view = cold

func info(a Action, t trait, kinds string, roles ...string) Info {
	feature, verb, _ := strings.Cut(string(a), ".")
	i := Info{
		Action: a, Feature: feature, Verb: verb, Label: "action." + string(a), Roles: append([]string{Owner}, roles...),
		Supply: t&supply != 0, Above: t&above != 0, Cold: t&cold != 0, Appliance: t&appliance != 0,
	}
	if kinds != "" {
		i.Kinds = strings.Fields(kinds)
	}
	return i
}

// Catalogue is every action, in the order of the role editor.
func Catalogue() []Info {
	const sellers, top = "operator channel", "operator"
	return []Info{
		info(AccountView, supply|view, "", Admin, Operator, Helpdesk, Auditor, Billing),
		info(AccountAdd, supply, sellers, Admin, Operator),
		info(AccountEdit, supply|cold, "", Admin, Operator),
		info(AccountDelete, supply|above|cold, sellers, Admin),
		info(AccountFreeze, supply|above|cold, sellers, Admin, Billing),
		info(AccountUnfreeze, supply|above|cold, sellers, Admin, Billing),
		info(AccountMove, supply|above, sellers, Admin),
		info(AccountLoginAs, above, sellers, Admin),
		info(AccountAuthorize, 0, "", Admin),
		info(UserView, view, "", Admin, Operator, Helpdesk, Auditor),
		info(UserAdd, 0, "", Admin, Operator),
		info(UserEdit, 0, "", Admin),
		info(UserDelete, cold, "", Admin),
		info(UserResend, supply, "", Admin, Operator, Helpdesk),
		info(UserReset, supply, "", Admin, Helpdesk),
		info(RoleView, view, "", Admin, Auditor),
		info(RoleEdit, 0, "", Admin),
		info(PBXView, view, "", Admin, Operator, Helpdesk, Auditor),
		info(PBXEnroll, 0, "", Admin, Operator),
		info(PBXApprove, 0, "", Admin, Operator),
		info(PBXEdit, 0, "", Admin, Operator),
		info(PBXPair, 0, "", Admin, Operator),
		info(PBXDelete, cold, "", Admin, Operator),
		info(PBXVisit, 0, "", Admin, Operator, Helpdesk),
		info(VisitView, view, "", Admin, Operator, Helpdesk, Auditor),
		info(VisitEnd, cold, "", Admin, Operator, Helpdesk),
		info(MailView, view, "", Admin, Operator, Helpdesk, Auditor),
		info(MailEdit, appliance, top, Admin),
		info(AuditView, view, "", Admin, Operator, Auditor),
		info(AuditExport, view, "", Admin, Auditor),
		info(QuotaView, supply|view, "", Admin, Operator, Helpdesk, Auditor, Billing),
		info(QuotaEdit, supply|above, sellers, Admin, Billing),
		info(QuotaForce, supply|above, sellers),
		info(OperationView, view, "", Admin, Operator, Helpdesk, Auditor),
		info(SystemView, appliance|cold, top, Admin, Operator, Auditor),
		info(SystemEdit, appliance, top, Admin),
		info(SystemBackup, appliance, top, Admin),
		info(SystemRestore, appliance, top),
	}
}

// Find returns what is to know of an action.
func Find(act Action) (Info, bool) {
	all := Catalogue()
	i := slices.IndexFunc(all, func(x Info) bool { return x.Action == act })
	if i < 0 {
		return Info{}, false
	}
	return all[i], true
}

// Role is a built-in role, the strongest first.
type Role struct {
	ID    string `json:"id"`
	Label string `json:"label"` // key of its name in the catalogues of texts
}

// Roles are the built-in roles.
func Roles() []Role {
	var out []Role
	for _, r := range []string{Owner, Admin, Operator, Helpdesk, Auditor, Billing} {
		out = append(out, Role{r, "role." + r})
	}
	return out
}

// Logged are the words of the operation log that are no rights: what a person does to himself, and what
// the appliance does.
func Logged() []Action {
	return []Action{
		"session.sign_in", "session.sign_out", "session.switch", "session.end",
		"user.activate", "user.accept", "user.ask_resend", "user.email", "user.forgot", "user.mfa", "user.password",
		"user.recovery_used", "user.reset_done",
		"pbx.code_create", "pbx.code_delete", "pbx.enroll_wait", "pbx.expire", "pbx.identity", "pbx.reject", "pbx.rekey",
		"pbx.report", "pbx.revoke", "pbx.unpair", "quota.expire", "mail.resend", "system.start", "system.restore_confirm",
	}
}

// Authorizable are the features that an enterprise can name for those above it, in the catalogue's order.
func Authorizable() []string {
	var out []string
	for _, i := range Catalogue() {
		if !i.Supply && !i.Appliance && !slices.Contains(out, i.Feature) {
			out = append(out, i.Feature)
		}
	}
	return out
}
