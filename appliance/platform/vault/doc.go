// Package vault keeps small named values that must not lie open in the database, such
// as the certificates' private keys, sealed under the master key (platform/secret).
//
// Table: vault (key: the name) → name, sealed value, time of the last change. A value
// is sealed for its own name, so that rows cannot be swapped.
package vault
