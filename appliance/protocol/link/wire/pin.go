package wire

import (
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// ErrPin says that a text is no pin, fingerprint or code.
var ErrPin = errors.New("not a pin")

const pinPrefix = "sha256/"

// Pin is the SHA-256 of a certificate's public key (SubjectPublicKeyInfo) as "sha256/<base64>", the
// form of RFC 7469. The link is pinned on the link CA, never on a leaf.
func Pin(c *x509.Certificate) string { return PinOf(c.RawSubjectPublicKeyInfo) }

// PinOf is Pin of an encoded SubjectPublicKeyInfo.
func PinOf(spki []byte) string {
	h := sha256.Sum256(spki)
	return pinPrefix + base64.StdEncoding.EncodeToString(h[:])
}

// CheckPin returns the pin in its one spelling, or ErrPin.
func CheckPin(s string) (string, error) {
	b64, ok := strings.CutPrefix(strings.TrimSpace(s), pinPrefix)
	if !ok {
		return "", fmt.Errorf("%w: %q does not begin with sha256/", ErrPin, s)
	}
	b, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(b64, "="))
	if err != nil || len(b) != sha256.Size {
		return "", fmt.Errorf("%w: %q is not the base64 of 32 bytes", ErrPin, s)
	}
	return pinPrefix + base64.StdEncoding.EncodeToString(b), nil
}

// Fingerprint is the SHA-256 of der in groups of four hexadecimal digits: "AB12 CD34 …". For the
// link CA der is its public key, for a certificate the certificate.
func Fingerprint(der []byte) string {
	h := sha256.Sum256(der)
	s := strings.ToUpper(hex.EncodeToString(h[:]))
	groups := make([]string, 0, len(s)/4)
	for i := 0; i < len(s); i += 4 {
		groups = append(groups, s[i:i+4])
	}
	return strings.Join(groups, " ")
}

// TypedChars is how much of a fingerprint a person types to vouch for a server.
const TypedChars = 16

// Short is the part of a fingerprint that a person types: 16 digits, 64 bits.
func Short(der []byte) string { return Fingerprint(der)[:TypedChars+TypedChars/4-1] }

// Typed tells whether what a person typed is the beginning of der's fingerprint. Case, spaces,
// hyphens and colons do not count; fewer than 16 digits never match.
func Typed(typed string, der []byte) bool {
	clean := strings.ToUpper(strings.NewReplacer(" ", "", "-", "", ":", "").Replace(typed))
	full := strings.ReplaceAll(Fingerprint(der), " ", "")
	if len(clean) < TypedChars || len(clean) > len(full) {
		return false
	}
	return subtle.ConstantTimeCompare([]byte(clean), []byte(full[:len(clean)])) == 1
}

// Code is an authentication code: a secret that is good once, and the first 80 bits of the link CA's
// pin, so that the connector knows the server before it gives the secret away.
type Code struct {
	Secret [10]byte
	Pinned [10]byte
}

// crockford has no I, L, O and U, which people mistake.
func crockford() *base32.Encoding {
	return base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)
}

// NewCode joins a secret with the link CA.
func NewCode(secret [10]byte, ca *x509.Certificate) Code {
	h := sha256.Sum256(ca.RawSubjectPublicKeyInfo)
	return Code{secret, [10]byte(h[:10])}
}

// String writes the code in groups of four.
func (c Code) String() string {
	s := crockford().EncodeToString(c.Secret[:]) + crockford().EncodeToString(c.Pinned[:])
	var b strings.Builder
	for i := 0; i < len(s); i += 4 {
		if i > 0 {
			b.WriteByte('-')
		}
		b.WriteString(s[i : i+4])
	}
	return b.String()
}

// SecretText is the half that is sent to the server.
func (c Code) SecretText() string { return crockford().EncodeToString(c.Secret[:]) }

// ParseCode reads what a person typed or pasted.
func ParseCode(s string) (Code, error) {
	var c Code
	clean := strings.ToUpper(strings.NewReplacer(" ", "", "-", "", "\t", "").Replace(strings.TrimSpace(s)))
	clean = strings.NewReplacer("O", "0", "I", "1", "L", "1").Replace(clean)
	b, err := crockford().DecodeString(clean)
	if err != nil || len(clean) != 32 || len(b) != len(c.Secret)+len(c.Pinned) {
		return c, fmt.Errorf("%w: an authentication code has 32 letters and digits", ErrPin)
	}
	copy(c.Secret[:], b)
	copy(c.Pinned[:], b[len(c.Secret):])
	return c, nil
}

// Vouches tells whether the code was made by the server with this link CA.
func (c Code) Vouches(ca *x509.Certificate) bool {
	h := sha256.Sum256(ca.RawSubjectPublicKeyInfo)
	return subtle.ConstantTimeCompare(c.Pinned[:], h[:10]) == 1
}

// PinnedText is the pinned half of a code in hexadecimal digits, to be kept beside an enrolment that waits.
func (c Code) PinnedText() string { return hex.EncodeToString(c.Pinned[:]) }

// PinnedBy tells whether a PinnedText was made by the server with this link CA.
func PinnedBy(pinned string, ca *x509.Certificate) bool {
	b, err := hex.DecodeString(pinned)
	if err != nil || len(b) != 10 {
		return false
	}
	return Code{Pinned: [10]byte(b)}.Vouches(ca)
}
