// Package pbx keeps the inventory of PBXs: who owns each, which key speaks for it,
// and whether it is connected.
//
// A PBX enters by a verified user or by an authentication code. The answer to a
// wrong password, an unknown user, a missing right and a parked enrolment is one and
// the same; only the operation log tells which. A parked enrolment waits for a person
// with pbx.enroll and dies after 24 h; there are at most 10 in an account. Authentication
// codes live 7 d, are good once and are kept as SHA-256.
//
// An enrolled PBX holds one pbx_connections of its account; a hot-standby pair holds
// one for both halves. Its key is bound to its serial and its machine id: two live proofs
// from different machines park both as a duplicate identity until a person decides.
//
// Whether a PBX is connected, since when, from where and in which role is hot state
// (Presence): in memory, in one file, never a row. After a start it is unknown until
// the PBX is seen or five minutes passed.
//
// Tables: pbx_device (key: id; unique: key, account+serial of enrolled ones, poll secret
// of parked ones; lookup: account+name, pair, parked by account, parked by end) and
// pbx_code (key: id; unique: hash; lookup: account).
//
// Source: seeds 002 (connect a PBX by e-mail) and reference "Yeastar", section 1.2.
package pbx
