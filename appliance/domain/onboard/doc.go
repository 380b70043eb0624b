// Package onboard makes whole accounts: the wizard that adds a channel or an enterprise
// with its administrator and its capacity, and the first operator of the appliance.
//
// Everything of one wizard is one transaction over tenant, quota, identity, outbox and
// audit: it is all there or nothing is. A dry run does the same and keeps nothing, so
// that the review says exactly what would happen; its refusals name the wizard's fields
// (account.name, admin.email, quota.extensions).
//
// Sources: the steps of 2600Hz's accounts manager; Yeastar's hosting package; Yealink's
// channel guide for enterprises without a master administrator.
package onboard
