package wire

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"
	"time"
)

// StreamVersion is the version of the stream header.
const StreamVersion = 1

// MaxHeader bounds the JSON of a stream header in bytes.
const MaxHeader = 1024

// Type is what a stream carries.
type Type byte

// Types of streams.
const (
	TypeControl Type = 0 // the first stream of a session; it has no Open
	TypePortal  Type = 1 // HTTP/1.1 to the PBX's own portal, Dst is "portal"
	TypeTCP     Type = 2
	TypeRPC     Type = 3
	TypeLog     Type = 4
	TypeCapture Type = 5
)

// DstPortal is the destination that every connector offers.
const DstPortal = "portal"

// Open is the header of a stream.
type Open struct {
	Dst     string `json:"dst"`
	Session string `json:"sid"` // the visit it belongs to
	Expires int64  `json:"exp"` // unix seconds by the appliance's clock
	MAC     []byte `json:"mac"`
}

// Answer is what the acceptor says to an Open.
type Answer byte

// Answers.
const (
	OK          Answer = 0
	BadDst      Answer = 1 // not on the connector's own list
	BadMAC      Answer = 2
	Expired     Answer = 3
	Unreachable Answer = 4 // the destination did not answer
	BadType     Answer = 5
	Busy        Answer = 6
	PinChanged  Answer = 7 // the destination's certificate is not the pinned one
)

// RefusedError is the answer of a connector that did not open the stream.
type RefusedError struct{ Answer Answer }

// ErrRefused matches every RefusedError.
var ErrRefused = errors.New("stream refused by the connector")

// Error implements error.
func (e *RefusedError) Error() string { return "stream refused by the connector: " + e.Answer.String() }

// Is makes errors.Is(err, ErrRefused) true.
func (e *RefusedError) Is(target error) bool { return target == ErrRefused }

// String is the answer in words.
func (a Answer) String() string {
	switch a {
	case OK:
		return "ok"
	case BadDst:
		return "the destination is not on its list"
	case BadMAC:
		return "the authorization is not from the appliance"
	case Expired:
		return "the authorization has expired"
	case Unreachable:
		return "the destination does not answer"
	case BadType:
		return "the stream type is not offered"
	case Busy:
		return "too many streams"
	case PinChanged:
		return "the certificate of the destination changed"
	default:
		return "answer " + strconv.Itoa(int(a))
	}
}

// Sign sets the MAC under the connector's stream key.
func (o *Open) Sign(key []byte, t Type) { o.MAC = o.sum(key, t) }

// Signed tells whether the MAC is right.
func (o *Open) Signed(key []byte, t Type) bool {
	return len(key) >= 16 && hmac.Equal(o.MAC, o.sum(key, t))
}

func (o *Open) sum(key []byte, t Type) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte("sk-link/1 stream\x00"))
	m.Write([]byte{StreamVersion, byte(t)})
	for _, s := range []string{o.Dst, o.Session} {
		m.Write(binary.AppendUvarint(nil, uint64(len(s))))
		m.Write([]byte(s))
	}
	m.Write(binary.BigEndian.AppendUint64(nil, uint64(o.Expires)))
	return m.Sum(nil)
}

func (o *Open) check() error {
	if o.Expires < 0 || len(o.MAC) > sha256.Size {
		return fmt.Errorf("stream header: %w", ErrMalformed)
	}
	return texts(text{"dst", o.Dst, 1, MaxName}, text{"sid", o.Session, 0, MaxSerial})
}

// AppendOpen appends the encoded header to b.
func AppendOpen(b []byte, t Type, o *Open) ([]byte, error) {
	if err := o.check(); err != nil {
		return b, err
	}
	body, err := json.Marshal(o)
	if err != nil {
		return b, fmt.Errorf("encode stream header: %w", err)
	}
	if len(body) > MaxHeader {
		return b, fmt.Errorf("stream header of %d bytes: %w", len(body), ErrTooLong)
	}
	b = append(b, StreamVersion, byte(t))
	b = binary.AppendUvarint(b, uint64(len(body)))
	return append(b, body...), nil
}

// ReadOpen reads a stream header, byte by byte where it must, never beyond it. A control stream has
// no Open: its header is the version and the type.
func ReadOpen(r io.Reader) (Type, Open, error) {
	var two [2]byte
	if _, err := io.ReadFull(r, two[:]); err != nil {
		return 0, Open{}, unexpected(err)
	}
	if two[0] != StreamVersion {
		return 0, Open{}, fmt.Errorf("stream version %d: %w", two[0], ErrVersion)
	}
	t := Type(two[1])
	if t > TypeCapture {
		return t, Open{}, fmt.Errorf("stream type %d: %w", t, ErrMalformed)
	}
	if t == TypeControl {
		return t, Open{}, nil
	}
	body, err := readSized(oneByOne{r}, MaxHeader)
	if err != nil {
		return t, Open{}, err
	}
	var o Open
	if err := json.Unmarshal(body, &o); err != nil {
		return t, Open{}, fmt.Errorf("stream header: %w: %w", ErrMalformed, err)
	}
	return t, o, o.check()
}

type oneByOne struct{ io.Reader }

func (o oneByOne) ReadByte() (byte, error) {
	var b [1]byte
	_, err := io.ReadFull(o.Reader, b[:])
	return b[0], err
}

// WriteAnswer tells the opener how its stream fared.
func WriteAnswer(w io.Writer, a Answer) error {
	_, err := w.Write([]byte{StreamVersion, byte(a)})
	return err
}

// ReadAnswer reads it; a refusal is a *RefusedError.
func ReadAnswer(r io.Reader) error {
	var two [2]byte
	if _, err := io.ReadFull(r, two[:]); err != nil {
		return unexpected(err)
	}
	if two[0] != StreamVersion {
		return fmt.Errorf("answer version %d: %w", two[0], ErrVersion)
	}
	if Answer(two[1]) != OK {
		return &RefusedError{Answer(two[1])}
	}
	return nil
}

// Opened wraps a stream whose Open was sent: the answer is taken off before the first byte read, so
// that the opener need not wait for it before it writes.
func Opened(c net.Conn) net.Conn { return &openedConn{Conn: c} }

type openedConn struct {
	net.Conn
	once sync.Once
	err  error
}

func (c *openedConn) Read(b []byte) (int, error) {
	c.once.Do(func() { c.err = ReadAnswer(c.Conn) })
	if c.err != nil {
		return 0, c.err
	}
	return c.Conn.Read(b)
}

// CloseWrite ends the sending half where the stream below can.
func (c *openedConn) CloseWrite() error {
	if w, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return w.CloseWrite()
	}
	return nil
}

// Expiry is the end of an authorization that is given now.
func Expiry(now time.Time) int64 { return now.Add(time.Minute).Unix() }
