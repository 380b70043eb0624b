// Package sse tells open tabs what changed: type, id and revision, never data.
//
// A stream (GET /api/v1/events, text/event-stream) gets an event only if its subscriber
// may view the object at that moment; the caller's Viewer is asked per event. Events
// are numbered "<epoch>-<n>"; the epoch is new with each start. A client that comes back
// with Last-Event-ID gets what the ring still holds; otherwise, and whenever its queue
// is full, it gets "reload" and fetches its pages again.
//
// Lifetimes: a stream neither prolongs a session nor survives it. It ends on sign-out,
// revocation, freeze (End*: the hub is an access.Ender), when the regular check of the
// session fails, and when the hub closes. At most Config.PerSession streams a session.
package sse
