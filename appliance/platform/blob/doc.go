// Package blob keeps files by their content: a folder <dir>/ab/<sha256 in hex>.
//
// A blob is written beside its place, fsynced and renamed before the row that names it
// commits, so that a row never names what is not there; what no row names is swept, but
// never younger than MinAge, never while a backup holds the sweep and never while the
// time is unsure. Putting content that is there already makes it young again, so that
// the sweep does not take it between Put and the commit.
package blob
