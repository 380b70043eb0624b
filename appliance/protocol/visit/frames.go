package visit

import "encoding/binary"

// frames follows a stream of WebSocket frames (RFC 6455 section 5.2) without keeping it, to tell
// data from pings. It never fails: a stream that is no WebSocket counts as whatever it looks like.
type frames struct {
	head [14]byte
	have int
	left uint64 // of the payload
}

// feed takes the next bytes and tells whether a data frame began in them.
func (f *frames) feed(b []byte) (data bool) {
	for len(b) > 0 {
		if f.left > 0 {
			n := min(f.left, uint64(len(b)))
			f.left -= n
			b = b[n:]
			continue
		}
		f.head[f.have] = b[0]
		f.have++
		b = b[1:]
		if f.have < 2 || f.have < f.size() {
			continue
		}
		if f.head[0]&0x0f < 8 { // 8 and above are control frames
			data = true
		}
		f.left, f.have = f.payload(), 0
	}
	return data
}

func (f *frames) size() int {
	n := 2
	switch f.head[1] & 0x7f {
	case 126:
		n += 2
	case 127:
		n += 8
	}
	if f.head[1]&0x80 != 0 {
		n += 4
	}
	return n
}

func (f *frames) payload() uint64 {
	switch n := f.head[1] & 0x7f; n {
	case 126:
		return uint64(binary.BigEndian.Uint16(f.head[2:]))
	case 127:
		return binary.BigEndian.Uint64(f.head[2:])
	default:
		return uint64(n)
	}
}
