// Package certs makes, keeps and answers the appliance's certificates. It is a leaf: it imports
// nothing of ours and keeps its material through the Store that is handed in.
//
// There are two authorities, which never sign for each other:
//
//   - The root (RSA-3072, so that old phones know it) signs what browsers and devices see. It is
//     constrained to the appliance's own names and addresses (RFC 5280 section 4.2.1.10), so that
//     an installed root is of no use for anything else. The extension is not critical: TLS stacks
//     of phones refuse a critical extension that they do not know, all others enforce it anyway.
//   - The link CA (ECDSA P-256) signs the connectors' client certificates and the leaf that the
//     link shows them. Pins are on its key.
//
// A root or link CA is renewed under its own key and subject: an installed copy stays good for the
// names and the time that it carries, and a pin stays good for ever. Leaves get a new key each time.
// Everything is renewed when two thirds of its lifetime are over.
//
// Names in the store, each one PEM file with certificates first and the PKCS#8 key last:
//
//	root, link-ca                                  authorities
//	leaf/console leaf/visit leaf/link              ECDSA P-256
//	leaf/device-rsa leaf/device-ec                 RSA-2048 and P-256, chosen by ClientHello
//	own/console own/visit                          loaded by the operator
//
// While the clock is unsure nothing is renewed; what is missing is made as of Config.Floor at least.
package certs
