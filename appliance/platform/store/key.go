package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// ErrKey says that the bytes are not a tuple of the expected shape.
var ErrKey = errors.New("malformed key")

// Part is one encoded element of a key. It is made by Text, Uint, Int or Time only.
type Part struct{ b []byte }

// Text is a string of any bytes.
func Text(s string) Part {
	b := make([]byte, 0, len(s)+1)
	for i := range len(s) {
		switch s[i] {
		case 0x00:
			b = append(b, 0x01, 0x01)
		case 0x01:
			b = append(b, 0x01, 0x02)
		default:
			b = append(b, s[i])
		}
	}
	return Part{append(b, 0x00)}
}

// Uint is an unsigned number, eight bytes big-endian.
func Uint(n uint64) Part { return Part{binary.BigEndian.AppendUint64(nil, n)} }

// Int is a signed number whose order is kept by turning the sign bit.
func Int(n int64) Part { return Uint(uint64(n) ^ (1 << 63)) }

// Time is an instant in milliseconds.
func Time(t time.Time) Part { return Int(t.UnixMilli()) }

// Bool sorts false before true.
func Bool(v bool) Part {
	if v {
		return Uint(1)
	}
	return Uint(0)
}

func join(name string, parts ...Part) []byte {
	n := len(name) + 1
	for _, p := range parts {
		n += len(p.b)
	}
	k := make([]byte, 0, n)
	k = append(k, Text(name).b...)
	for _, p := range parts {
		k = append(k, p.b...)
	}
	return k
}

// prefixEnd is the first key after all that begin with p; nil when there is none.
func prefixEnd(p []byte) []byte {
	end := bytes.Clone(p)
	for i := len(end) - 1; i >= 0; i-- {
		if end[i] != 0xff {
			end[i]++
			return end[:i+1]
		}
	}
	return nil
}

// splitText takes one text part off the front of b.
func splitText(b []byte) (s string, rest []byte, err error) {
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case 0x00:
			return string(out), b[i+1:], nil
		case 0x01:
			i++
			if i == len(b) || b[i] < 0x01 || b[i] > 0x02 {
				return "", nil, fmt.Errorf("%w: bad escape at byte %d", ErrKey, i)
			}
			out = append(out, b[i]-1)
		default:
			out = append(out, b[i])
		}
	}
	return "", nil, fmt.Errorf("%w: text without end", ErrKey)
}

// TableOf returns the table (or table.index) that a raw key belongs to.
func TableOf(key []byte) (string, error) {
	name, _, err := splitText(key)
	return name, err
}

// Cursor is an opaque place in a listing; the zero value is the beginning.
type Cursor string

func cursorOf(key []byte) Cursor { return Cursor(key) }
