// Package export writes lists as xlsx, csv or json while they are read, so that memory
// stays flat.
//
// csv: UTF-8 with a byte order mark (spreadsheets need it), RFC 4180; text that a
// spreadsheet would take for a formula is prefixed with an apostrophe (CWE-1236). xlsx:
// text is always a text cell, never a formula; phone numbers keep their plus sign. json:
// an array of objects with the columns' keys.
package export
