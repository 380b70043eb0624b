// Package access decides who may do what on whose objects.
//
//	allow(who, act, account) ⇔ the role holds act ∧ account is the actor's own or below it ∧ within the
//	scope of one of his grants ∧ every account on the way down authorizes act ∧ no freeze stands against it
//
// What the caller may not even know of is ErrHidden and looks absent; what he sees and may not do is
// ErrDenied. The appliance's own objects (account "") belong to the operator's people.
//
// An action is one constant and one row of Catalogue, from which routes, menus and the role editor
// come. Roles are built in, or rows of an account. A membership's role counts on the whole subtree of
// its account; grant rows, where a membership has any, take the place of that rule: each names a role
// ("" is the membership's) and a scope. Every person's rights end where his account's end.
//
// An enterprise lets its channel work in it fully and without end until it says otherwise: only then
// is there an authorization row, time-boxed, which every account above has to pass. What belongs to
// the supply (see Info.Supply: the account's data, freeze, capacity) needs no authorization.
//
// Tables: access_grant (key: id; lookup "membership"), access_role (key: id; unique: name per account),
// access_authz (key: account; sparse lookup "restricted"), access_login_as, laid for log in as.
//
// Check reads the store, so that it can guard a write in its transaction; Scope and lists use the tree.
// rules.go holds the rules one by one; mutants.go breaks them one at a time, and the differential test
// against a slow evaluator must notice each.
package access
