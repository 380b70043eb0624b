// Package fault holds the one error type that rooms show to their callers.
//
// A room declares its sentinels with New and returns them as they are, wrapped with
// %w, or as a copy with more to say (With, After). errors.Is compares kind and code,
// so that a copy still is its sentinel. Input errors name the field (Invalid) and are
// gathered with Fields or Join. An error that holds no *Error is the appliance's own
// failure: the surface answers 500 and logs it. Messages are plain English for logs
// and API users; the console translates by code.
//
// Source: RFC 9457 for the shape that the surface makes of it.
package fault
