// Package visit lets a person work in a PBX's own web portal through the link.
//
// Launch writes the record and a one-time token (32 random bytes, its SHA-256 at rest, 60 s). The
// browser opens https://v-<id>.<visit zone>/__sk/launch#t=<token>; that page posts the token to
// /__sk/session, which deletes it in the transaction that opens the visit and sets
// __Host-sk_portal. Where the zone does not resolve a visit has a port of a small pool to itself;
// the port stays shut to others for ten minutes after.
//
// Each visit is an origin of its own. Requests are dispatched by their Host, never by the name in
// the TLS handshake: browsers put two visit hosts on one HTTP/2 connection. A request counts when
// it carries the visit's cookie and comes from the browser (hash of User-Agent) and network (/24 or
// /56) that launched it, from a page of the same origin. Service workers are refused.
//
// Cookies of the PBX live in a jar on the server and never come from the browser: a cookie that a
// sibling origin tossed is not forwarded. Those that scripts may read are shown to the browser as a copy
// (with a port of its own: only XSRF tokens, since cookies know no ports).
//
// A visit ends after 15 minutes without a request or a WebSocket data frame from the browser, after
// 8 hours, when it is ended, when its console session ends, when the right is lost or the account
// frozen, or with the link. All its streams end with it (its context), and only then is the end
// recorded. Activity keeps the console session alive (Config.Touch).
//
// Tables: visit (key: id) with a sparse lookup "open" and a lookup "pbx"; visit_token (key: hash).
// What is live is in memory only: a start closes what a stop left open.
//
// Sources: Teleport RFD 103 for the launch, RFC 6265 section 8.5 (ports), RFC 9113 section 9.1.1
// (connection reuse), RFC 6455 section 5.2 (frames).
package visit
