// Package ops is the control socket: a Unix socket in the data folder (owner only)
// over which the command line asks the running appliance to do something, such as
// a backup, a verification or the reset of a password.
//
// The protocol is HTTP/1.1 on the socket: POST /v1/<verb> with a JSON object, at most
// 64 kB. The answer streams lines of text; the trailer Ops-Error holds the error
// when the verb failed. The socket's permission (0600) is the authorization.
package ops
