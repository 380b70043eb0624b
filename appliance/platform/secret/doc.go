// Package secret seals what must not be readable in the database, and keeps the one
// key that opens it.
//
// The key file (mode 0600, outside the database, created and replaced atomically)
// holds a root, from which Derive makes keys by HKDF-SHA-256, and one or more
// generations of sealing keys. An envelope is
//
//	version 0x01 · generation (4 bytes, big-endian) · nonce (12) · AES-256-GCM
//
// with version, generation, table, row and field as associated data, so that an
// envelope copied to another row or field does not open. Rotate adds a generation;
// older ones keep opening until Reseal has moved every row. The root is never rotated.
//
// Recovery: a backup holds the key file encrypted (age, filippo.io/age) for an X25519
// recipient. The matching identity is on the printed sheet, in the operator's own age
// key, or stored beside it locked with a passphrase (scrypt); so that a rotation never
// needs the passphrase again. The appliance itself cannot open the wrapped file.
//
// Sources: NIST SP 800-38D, RFC 5869, https://age-encryption.org/v1.
package secret
