// Package audit keeps the operation log: who did what to which object, from where,
// when and with what result, and a signed hash tree over it.
//
// A fact and its row are written in one transaction (Record); what changed nothing
// (a refusal, a failed sign-in) gets a transaction of its own (Log.Append). Rows are
// never changed but for Leaf, which the sealer sets. The detail holds no secrets.
//
// Tables: audit_row (key: UTC day, time, id), with a sparse lookup index "unsealed"
// that the sealer empties; audit_hash, the stored hashes of a
// golang.org/x/mod/sumdb/tlog Merkle tree (RFC 6962) by index; audit_tree, one row with
// the tree's size and the last signed note (golang.org/x/mod/sumdb/note).
//
// Invariant: leaf n of the tree is the hash of the n-th sealed row's canonical bytes;
// VerifyTree recomputes all of it. Limit: who owns the host can rewrite everything
// newer than the last checkpoint that left the host; Run writes one to the log every
// TellEvery when there is something new.
package audit
