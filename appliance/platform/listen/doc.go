// Package listen owns the sockets that strangers reach first. It knows no protocol above TLS.
//
// A Port is one TLS port for several servers. The first byte decides between TLS and plain HTTP,
// which is redirected for known hosts (308) and refused for others (400). The ClientHello decides,
// through Config.Choose, which TLS configuration answers and to which route the connection goes;
// each route is a net.Listener that yields *tls.Conn after the handshake, as net/http wants it.
//
// Until its handshake is finished a connection is pending. Pending ones are bounded per source
// (an IPv4 address or an IPv6 /64) and in total; beyond the bound the oldest one is closed, of the
// same source or of the source that has most, so that a newcomer is served while others stall. A
// pending connection ends after Config.Handshake by the clock. Connections from listed proxies begin with a PROXY
// protocol v2 header (haproxy.org, proxy-protocol.txt section 2.2) and count under the address it names.
//
// After its handshake a connection belongs to its route. Config.Crowd bounds a route's connections in
// the same spirit: who holds most loses the one that was silent the longest.
//
// Lifetimes: New, Serve until Close; Close stops accepting, ends what is pending, and waits; the
// routes then report net.ErrClosed, while connections handed out stay with their servers.
package listen
