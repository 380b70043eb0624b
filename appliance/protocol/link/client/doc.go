// Package client is the connector's end of the link: it dials the appliance, keeps
// one control session and, when asked, one data session, and answers the streams
// that the appliance opens.
//
// A session is TLS 1.3 with ALPN sk-link/1 and the connector's own certificate; the
// server must show a chain to the pinned link CA. Where the plain connection does
// not get through, the same mutual TLS runs inside a WebSocket (/_link) that any
// HTTPS proxy passes. HTTP CONNECT proxies are used as the environment says.
//
// A TLS 1.3 handshake succeeds on the client's side even when the server refuses its
// certificate, so a session counts as connected only after a ping came back and the
// appliance said Welcome. Between attempts it waits with full jitter, 1 to 300 s;
// the wait starts over after 60 s of a stable session.
//
// A stream is opened only if its destination is on the connector's own list and its
// MAC is right under the key from the enrolment.
package client
