// Package idem keeps the answer to a change under the caller's Idempotency-Key for 24
// hours, so that a request that is sent again is not done again.
//
// Table idem (key: scope, key): scope is the user (or "setup"), the row holds the hash
// of method, target and body, the state and the sealed answer; lookup index "at" for
// the sweep.
//
// A row is written before the handler runs and completed after it. Only a success is
// kept: a refusal changed nothing, so its row goes and the caller may try again. A row
// that another start of the appliance left running means that the outcome is unknown;
// the caller is told so and looks before he repeats with a new key.
//
// Source: draft-ietf-httpapi-idempotency-key-header.
package idem
