// Package quota is the ledger of capacities that each account draws from the one above it.
//
// Tables: quota, one row an account with all kinds (key: account; lookup "giver": parent, account;
// lookup "unlimited": parent, kind, account); quota_held, what an object holds (key: kind, object;
// lookup "account": account, kind, largest first); quota_grant, grants with an end (key: account,
// kind, id; lookup "end"); quota_ledger, one row an operation with its lines (key: id; lookup
// "account"). A row that is absent reads as zero, the operator's as unlimited.
//
// For an account a and a kind: G its grant (base + dated grants in force, −1 unlimited), U what its own
// objects hold, C what it promised below, held = C + U.
//
//	I1  claim(c) = max(G, held), or held where G is unlimited; C(a) = Σ claim(c)
//	I2  held ≤ G, or the account is in deficit; only expiry and force raise a deficit
//	I3  unlimited is given by the unlimited only
//	I4  Σ ledger lines = counters
//	I5  a consumable's grant never falls below what is held, force or not; what a deleted account
//	    consumed stays consumed at its giver
//	I6  a flag holds where the account and all above it have it
//	I7  the extensions of a PBX lie between the minimum and the maximum of all accounts in the chain
//	I8  nothing grows in a frozen account, nor below an account in deficit of that kind
//
// A forced shrink gives back only what is not held; the rest follows as it is released. Every
// operation works on a copy of the rows, checks the whole, and then writes: a refused one has written
// nothing. The line's fields O and S are laid for oversubscription.
package quota
