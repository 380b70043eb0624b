// Package connector is the PBX's side of the link: the program
// switchkeep-connector, on the PBX itself or on its LAN.
//
// It enrols once (e-mail and password, or an authentication code), keeps a key of its
// own from then on, holds the link up and lets visits reach one address: the PBX's web
// portal. The portal's certificate is either good for a public CA or pinned at enrolment;
// a change is refused and reported.
//
// Before a password or a code leaves the machine the server is verified: by the pin of
// the link CA (given, or inside the code), by 16 typed characters of a fingerprint, or by
// a public CA. The password is used once and stored nowhere.
//
// Files, all in the state folder (0700), all 0600: state.json (key, certificate, server,
// portal), status.json (what the running connector says), page.json (address and token of
// its own page), lock.
//
// The page is for the person at the PBX. It listens on loopback only, checks Host and
// Origin, is opened by the token that the connector printed, and shows no stored secret.
package connector
