package identity

import (
	"net/mail"
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"github.com/switchkeep/switchkeep/appliance/platform/fault"
)

// maxEmail is the longest address (RFC 5321, erratum 1690).
const maxEmail = 254

// Fold returns the form under which an e-mail is unique.
func Fold(email string) string {
	return norm.NFKC.String(cases.Fold().String(norm.NFKC.String(strings.TrimSpace(email))))
}

// checkEmail returns the address as it is stored, and its folded form.
func checkEmail(email string) (shown, key string, err error) {
	shown = strings.TrimSpace(email)
	if shown == "" {
		return "", "", fault.Invalid("email", "required", "the e-mail is required")
	}
	a, perr := mail.ParseAddress(shown)
	if perr != nil || a.Address != shown || len(shown) > maxEmail || !strings.Contains(shown, "@") {
		return "", "", fault.Invalid("email", "email", "this is no e-mail address")
	}
	return shown, Fold(shown), nil
}
