// Package wire is the language of the link between the appliance and a
// connector: what is said over TLS 1.3 (ALPN sk-link/1, both sides with a
// certificate of the link CA) and yamux. It is imported by both ends and by
// nothing heavy.
//
//	session      the connector dials, opens stream 1 (control) and says Hello;
//	             the appliance answers Welcome, or GoAway with the reason
//	control      frames: 1 byte kind, uvarint length, JSON body
//	other stream header: 1 byte version, 1 byte type, uvarint length, JSON Open;
//	             the acceptor answers 2 bytes (version, code) before its first byte
//
// An Open carries the destination, the visit it belongs to, its end and a MAC
// under the stream key that the connector got at enrolment. Both ends authorize
// every stream: the appliance before it opens one, the connector against its
// own list of destinations.
//
// Every length is bounded before anything is allocated, every text is checked
// for control characters. Source: reference "Reachability", section 2.4.
package wire
