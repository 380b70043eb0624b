// Package search keeps the listed tables as columns in memory: filter, substring,
// sort on several columns, exact totals, pages by cursor. A query returns ids; the
// rows themselves are read from the store.
//
// An Index holds, for each row, its id (16 bytes), its owner's account number and one
// cell for each column: 1 or 4 bytes for a Label (a text of few distinct values, kept once),
// 8 for a Number or a Time, 4 plus the text for a Text. Texts are kept case-folded only.
//
// A query carries the accounts that its caller may see as a bit set and applies it row
// by row before anything is counted, so that pages are full and totals exact.
//
// Save and Restore keep an index in a file between two runs: Restore takes it only when its checksums and
// shape fit and the store still knows every change since its revision; else the table is read.
//
// Follow loads a table by a scan and keeps up with the store's Watch; a column marked
// Hot belongs to the owner of the live state, who sets it by Set, and is left alone.
//
// An Index is safe for concurrent use. A query over many rows looks through them side by side; its
// goroutines end with it.
package search
