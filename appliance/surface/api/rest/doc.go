// Package rest holds the handlers of the JSON API, one file for each resource. A
// handler decodes, calls the room, encodes: rules are in the rooms, who may call is
// said by the route's entry and asked of access (Call.Allow for the account that owns
// the object, Call.Scope for a list).
//
// Lists take ?q=&filter[…]=&sort=&after=&limit= and answer {items, next, total}. A
// cursor is opaque; total is -1 where counting would mean reading everything.
package rest
