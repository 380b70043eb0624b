// Package link is the appliance's end of the link: the sessions of the connectors,
// their enrolment, and the streams that visits open through them.
//
// Serve takes connections whose TLS handshake (ALPN sk-link/1, client certificate of
// the link CA, Verify for revocation) is done; Carrier takes the same mutual TLS inside a
// WebSocket. A session says Hello, is judged by the pbx room (key bound to serial and
// machine id), must answer a ping, and is then the PBX's session; an older one that
// still answers is told Replaced. Silence of 90 s ends a session.
//
// Streams run over a data session that is asked for when the first one is opened and
// closed after 60 s without any; a connector that does not know it gets them on the
// control session. No stream is opened without a live visit, and the connector checks
// again.
//
// A deleted or revoked PBX loses its session by the change's own signal (Run watches the
// table). A freeze cuts no session: it ends the data sessions, and nothing new starts.
//
// Enrolment is an HTTPS call on the console's name, or under ALPN sk-enroll/1 with the
// link's own certificate for those who hold a pin. See link/wire for what is said.
package link
