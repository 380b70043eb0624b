// Package ident makes and checks the ids of rows: UUIDv7 (RFC 9562) written as
// 26 characters of lower-case base32 (alphabet 0-9a-v, RFC 4648 section 7),
// so that their order as text is their order in time.
package ident

import (
	"encoding/base32"
	"errors"
	"fmt"

	"github.com/google/uuid"
)

// ErrID says that a text is no id.
var ErrID = errors.New("not an id")

// Len is the number of characters of an id.
const Len = 26

const alphabet = "0123456789abcdefghijklmnopqrstuv"

func encoding() *base32.Encoding {
	return base32.NewEncoding(alphabet).WithPadding(base32.NoPadding)
}

// New returns a new id. Ids of one process ascend.
func New() string {
	u := uuid.Must(uuid.NewV7())
	return encoding().EncodeToString(u[:])
}

// Check returns ErrID unless s is an id as New writes it.
func Check(s string) error {
	if len(s) != Len {
		return fmt.Errorf("%w: %q has %d characters, want %d", ErrID, s, len(s), Len)
	}
	if _, err := encoding().DecodeString(s); err != nil {
		return fmt.Errorf("%w: %q", ErrID, s)
	}
	return nil
}

// Bytes returns the 16 bytes of an id. It is called for a million rows at a start.
func Bytes(s string) (b [16]byte, err error) {
	if len(s) != Len {
		return b, fmt.Errorf("%w: %q has %d characters, want %d", ErrID, s, len(s), Len)
	}
	acc, bits, n := uint32(0), 0, 0
	for i := range Len {
		v := uint32(s[i])
		switch {
		case v >= '0' && v <= '9':
			v -= '0'
		case v >= 'a' && v <= 'v':
			v -= 'a' - 10
		default:
			return b, fmt.Errorf("%w: %q", ErrID, s)
		}
		acc, bits = acc<<5|v, bits+5
		if bits >= 8 {
			bits -= 8
			b[n] = byte(acc >> bits)
			n++
		}
	}
	if acc&3 != 0 { // 26 characters hold two bits more than an id
		return b, fmt.Errorf("%w: %q", ErrID, s)
	}
	return b, nil
}

// FromBytes writes 16 bytes as an id.
func FromBytes(b [16]byte) string { return encoding().EncodeToString(b[:]) }
