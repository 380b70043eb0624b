// Package signal tells subscribers what changed, after the commit: type, id, account
// and revision, no data. The Hub reads the store's Watch once and fans it out.
//
// A signal arrives at least once and in order. Each subscriber has a bounded queue; one
// that falls behind, or that resumes from a revision that the ring no longer holds,
// is told to reload what it shows. No rule may depend on a signal.
package signal
