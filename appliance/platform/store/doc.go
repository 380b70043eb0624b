// Package store keeps typed rows in tables over an ordered engine (store/kv).
//
// A key is a tuple. Its first part is the table's name. Text is escaped (0x00 as
// 0x01 0x01, 0x01 as 0x01 0x02) and ended by 0x00, so that the order of keys is the
// order of the parts; numbers are eight bytes, big-endian. Only this package builds
// and splits keys.
//
//	<table> <key parts…>                          → row
//	<table>.<unique index> <index parts…>         → key parts of the row
//	<table>.<lookup index> <index parts…> <key…>  → key parts of the row
//
// A row is the MessagePack number of its schema followed by a MessagePack map with
// the names of the fields (tinylib/msgp). It is decoded only into a fresh value.
// Indexes are kept by Put and Delete in the same transaction, never by hand.
//
// A table's Migrations bring older rows up when they are read: appended, never
// edited. The catalogue of all tables serves dump, verify and migration.
package store
