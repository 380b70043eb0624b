// Package tenant keeps the tree of accounts: one operator, channels below it (recursive where
// allowed) and enterprises. A customer is a portal user, not a node.
//
// Tables: account (key: id; unique: number, realm, name per parent, the one root, a channel's own
// enterprise; lookup "child": parent, height, id) and account_seq, one row with the last number.
// Rows carry their parent only, so that a move writes O(1) rows; Height is the number of levels
// below a node, kept exact along the chain, so that the depth is checked without a walk downwards.
//
// Invariants: one root, of kind operator; no cycles; at most MaxDepth levels; an enterprise has no
// children; a number is never given twice; a realm is generated once and never edited; names are
// unique below one parent (NFC, case-folded); a channel and the enterprise for its own devices come,
// are renamed and go together. A freeze is stored at one node and derived for all below it, never
// copied, so that unfreezing restores exactly what was.
//
// Inside a transaction the chain is read from the store (ChainTx, EffectiveFreezeTx); everything
// else asks Tree, a cache fed by the store's Watch. Run owns the one goroutine of the room.
//
// Source: the product's semantics of channels and enterprises; realm rule of 2600Hz Kazoo.
package tenant
