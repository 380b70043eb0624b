package tenant

import (
	"crypto/rand"
	"net/mail"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"

	"github.com/switchkeep/switchkeep/appliance/platform/fault"
)

// Bounds of texts, in characters.
const (
	MaxName    = 128
	MaxContact = 128
	MaxNote    = 2000
	MaxReason  = 500
)

// DefaultRealmSuffix is used where no ancestor has set one.
const DefaultRealmSuffix = "sip.internal"

// CleanName trims a name, joins runs of spaces and composes it (NFC).
func CleanName(s string) string {
	return norm.NFC.String(strings.Join(strings.Fields(strings.ToValidUTF8(s, "\uFFFD")), " "))
}

// NameKey is the form in which names are compared.
func NameKey(s string) string {
	return norm.NFC.String(cases.Fold().String(CleanName(s)))
}

func (a *Account) check() error {
	var bad fault.Fields
	if bad.Require("name", a.Name) {
		text(&bad, "name", a.Name, MaxName)
	}
	text(&bad, "contact", a.Contact, MaxContact)
	if utf8.RuneCountInString(a.Note) > MaxNote {
		bad.Add("note", "too_long", "at most 2000 characters")
	}
	if a.TimeZone == "Local" || !zoneExists(a.TimeZone) {
		bad.Add("time_zone", "unknown", "no such time zone")
	}
	if tag, err := language.Parse(a.Lang); err != nil || tag == language.Und {
		bad.Add("lang", "unknown", "no such language")
	}
	if a.Country != "" && !countryExists(a.Country) {
		bad.Add("country", "unknown", "no such country")
	}
	if a.Email != "" {
		if m, err := mail.ParseAddress(a.Email); err != nil || m.Address != a.Email || len(a.Email) > 254 {
			bad.Add("email", "malformed", "not an e-mail address")
		}
	}
	if a.RealmSuffix != "" && !validSuffix(a.RealmSuffix) {
		bad.Add("realm_suffix", "malformed", "not a domain name")
	}
	if a.Kind == Enterprise && a.Permission != "dm" && a.Permission != "rps" {
		bad.Add("permission", "unknown", "dm or rps")
	}
	return bad.Err()
}

func text(bad *fault.Fields, path, s string, limit int) {
	if utf8.RuneCountInString(s) > limit {
		bad.Add(path, "too_long", "too many characters")
	}
	if strings.ContainsFunc(s, unicode.IsControl) {
		bad.Add(path, "malformed", "control characters are not allowed")
	}
}

func zoneExists(name string) bool {
	if name == "" {
		return false
	}
	_, err := time.LoadLocation(name)
	return err == nil
}

func countryExists(code string) bool {
	r, err := language.ParseRegion(code)
	return err == nil && r.IsCountry() && r.String() == code
}

func validSuffix(s string) bool {
	return len(s) <= 200 && regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`).MatchString(s)
}

// newRealm makes `<8 characters of base32>.<suffix>`; 40 bits from the system's generator.
func newRealm(suffix string) string {
	return strings.ToLower(rand.Text()[:8]) + "." + suffix
}

func suffixOf(chain []Account) string {
	for i := range chain {
		if chain[i].RealmSuffix != "" {
			return chain[i].RealmSuffix
		}
	}
	return DefaultRealmSuffix
}
