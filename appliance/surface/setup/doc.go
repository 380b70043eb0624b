// Package setup is the first run: a one-time link opens the wizard, the wizard checks
// what was typed without changing anything, Apply opens the new listeners beside the
// old ones and hands the browser over by a one-time ticket. Only when the browser has
// arrived at the new address is anything stored; without that the new listeners close
// after ConfirmWithin and the wizard is as it was, so that a wrong address locks nobody out.
//
// Lifetimes: link LinkFor (30 minutes, one at a time, reopened at the host), ticket
// ConfirmWithin (120 s, once). Both are 256 random bits, compared by their SHA-256.
package setup
