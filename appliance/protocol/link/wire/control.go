package wire

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

const (
	// ALPN names the protocol in the TLS handshake.
	ALPN = "sk-link/1"
	// ALPNEnroll is HTTP/1.1 for the enrolment under the link CA's certificate.
	ALPNEnroll = "sk-enroll/1"
	// Major is the protocol's generation; both ends must have the same one.
	Major = 1
	// Minor grows with each addition. The appliance speaks its own and the two older ones.
	Minor = 0
	// MaxFrame bounds the body of a control frame in bytes.
	MaxFrame = 16 << 10
	// Heartbeat is how often a connector says that it lives.
	Heartbeat = 27 * time.Second
	// Offline is the silence after which a PBX counts as disconnected.
	Offline = 90 * time.Second
)

var (
	// ErrMalformed says that bytes are no message of this protocol.
	ErrMalformed = errors.New("malformed link message")
	// ErrTooLong says that a length exceeds its limit.
	ErrTooLong = errors.New("link message too long")
	// ErrVersion says that the other end speaks another generation of the protocol.
	ErrVersion = errors.New("link protocol version not supported")
)

// Kind is the kind of a control frame.
type Kind byte

// Kinds of control frames. The direction is from the connector (c) or the appliance (a).
const (
	KindHello     Kind = 1 // c: first frame of the control stream
	KindWelcome   Kind = 2 // a: the session is admitted
	KindHeartbeat Kind = 3 // c: every Welcome.HeartbeatSeconds
	KindAck       Kind = 4 // a: answers a heartbeat
	KindStatus    Kind = 5 // c: something about the PBX changed
	KindGoAway    Kind = 6 // a: the session ends, with the reason
	KindRenew     Kind = 7 // c: asks for a new certificate for the same key
	KindRenewed   Kind = 8 // a: the new certificate
	KindData      Kind = 9 // a: asks for the data session
)

// Body is a control message that knows its kind and its limits.
type Body interface {
	Kind() Kind
	Check() error
}

// WriteFrame writes one control frame in one call of Write.
func WriteFrame(w io.Writer, b Body) error {
	if err := b.Check(); err != nil {
		return err
	}
	body, err := json.Marshal(b)
	if err != nil {
		return fmt.Errorf("encode link frame: %w", err)
	}
	if len(body) > MaxFrame {
		return fmt.Errorf("frame of %d bytes: %w", len(body), ErrTooLong)
	}
	buf := make([]byte, 0, len(body)+4)
	buf = append(buf, byte(b.Kind()))
	buf = binary.AppendUvarint(buf, uint64(len(body)))
	_, err = w.Write(append(buf, body...))
	return err
}

// Frame is a control frame whose body is not decoded yet.
type Frame struct {
	Kind Kind
	Body []byte
}

// Reader takes frames off a control stream.
type Reader struct{ r *bufio.Reader }

// NewReader returns a Reader with the smallest buffer, so that an idle session stays small.
func NewReader(r io.Reader) *Reader { return &Reader{bufio.NewReaderSize(r, 16)} }

// Next reads one frame. io.EOF means that the other end closed between two frames.
func (r *Reader) Next() (Frame, error) {
	k, err := r.r.ReadByte()
	if err != nil {
		return Frame{}, err
	}
	if k < byte(KindHello) || k > byte(KindData) {
		return Frame{}, fmt.Errorf("frame kind %d: %w", k, ErrMalformed)
	}
	body, err := readSized(r.r, MaxFrame)
	if err != nil {
		return Frame{}, err
	}
	return Frame{Kind(k), body}, nil
}

// Decode checks a frame and fills into, which must be of the frame's kind. Unknown fields are
// ignored: a newer minor may say more.
func (f Frame) Decode(into Body) error {
	if into.Kind() != f.Kind {
		return fmt.Errorf("frame kind %d where %d was due: %w", f.Kind, into.Kind(), ErrMalformed)
	}
	if err := json.Unmarshal(f.Body, into); err != nil {
		return fmt.Errorf("frame kind %d: %w: %w", f.Kind, ErrMalformed, err)
	}
	return into.Check()
}

type byteReader interface {
	io.Reader
	io.ByteReader
}

func readSized(r byteReader, limit uint64) ([]byte, error) {
	n, err := binary.ReadUvarint(r)
	if err != nil {
		return nil, unexpected(err)
	}
	if n > limit {
		return nil, fmt.Errorf("%d bytes, at most %d: %w", n, limit, ErrTooLong)
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(r, b); err != nil {
		return nil, unexpected(err)
	}
	return b, nil
}

func unexpected(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return io.ErrUnexpectedEOF
	}
	// ReadUvarint's overflow is the only other error that the bytes themselves can cause.
	return err
}
