// Package outbox keeps what is to leave the appliance until it has left.
//
// A row goes in with the transaction of the fact that it tells of (EnqueueTx); Run sends
// it after the commit. The data of a row is sealed: links and codes are in it. Sending is
// at least once: a crash between the server's answer and the commit sends a letter again,
// under the same Message-ID.
//
// States: queued → sent | refused (the server's final no) | deferred (its "later", or no
// server to be reached) → queued again by backoff, given up after GiveUp as refused.
// Resend queues a row once more.
//
// Table: outbox (key: id, in order of time), lookup index "due" (next attempt) of what
// still is to be sent. Prune removes what is settled.
package outbox
