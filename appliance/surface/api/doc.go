// Package api is what browsers and API clients talk to: the JSON API under /api/v1, the
// stream of changes, the web application and /healthz, behind one net/http handler.
//
// net/http owns the sockets. A fiber app is mounted behind it and serves the JSON routes
// with huma (OpenAPI 3.1, problem+json); streams and files are net/http handlers. Every
// route is one entry of the registry (package route); Handler and serve hold the lists
// of what a request passes before its handler.
//
// Invariants: the body is bounded before sign-in is looked at; every request to /api,
// reads too, comes from this origin or from no browser; a handler behind an action asks
// access or fails; a handler decodes, calls a room and encodes, rules are in the rooms.
//
// Files: rest (handlers by resource), route (registry), problem (errors), idem
// (Idempotency-Key), sse (events), static (web application). Table: idem.
package api
