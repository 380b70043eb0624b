// Package identity knows the people: who they are, how they prove it, in which accounts
// they work, and which browsers are signed in.
//
// A user is one person, unique by case-folded e-mail on the whole appliance, with
// memberships in accounts. Inviting somebody who exists adds a membership after he
// accepts; the inviter cannot tell the difference.
//
// Tables: user (unique email), user_secret (password hash, sealed TOTP seed, hashed
// recovery codes), membership (unique user and account; lookups user, account),
// session (unique token hash; lookups user, account, ends), user_token (links, by hash),
// signin_ticket (sign-ins between password and session), signin_try (wrong passwords).
//
// Invariants
//   - Tokens, tickets and recovery codes are stored as SHA-256 and work once; passwords as
//     argon2id (RFC 9106) in PHC strings; TOTP (RFC 6238) accepts a step once.
//   - Sign-in does the same store reads and hash calls for an unknown user, a wrong
//     password and a locked client, and answers alike.
//   - The tenth wrong password within five minutes for one user from one client (address
//     /32 or /64, plus a device cookie that only a successful sign-in of that user hands
//     out) locks that pair for five minutes; no other pair is touched.
//   - No expiry of sessions, links, tickets or temporary passwords happens while the clock
//     is unsure. Locks, rate limits and captchas measure minutes and go on.
//   - After ten wrong one-time codes in a row from anywhere, a browser that never signed the
//     person in may try one in thirty seconds; his own browsers go on.
//   - No hashing inside a transaction: it is done before, and the transaction checks that
//     what was hashed against is still stored.
//
// The rules that the property tests guard are in rules.go; mutants.go (build tag
// mutant_identity) breaks them one at a time: go test -tags mutant_identity -run Mutant -v.
//
// Sources: OWASP ASVS 5.0 chapters 6 and 7; RFC 4226, RFC 6238, RFC 9106; NIST SP 800-63B
// for passwords; the device cookie after OWASP "Slow Down Online Guessing Attacks with
// Device Cookies".
package identity
