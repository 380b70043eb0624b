package listen

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/netip"
)

// errProxy says that a listed proxy did not begin with a PROXY v2 header.
var errProxy = errors.New("malformed PROXY header")

const (
	proxyMagic = "\r\n\r\n\x00\r\nQUIT\n"
	proxyMax   = 2048 // of the part after the fixed 16 bytes: addresses and TLVs
)

// proxyHeader has zero addresses when the proxy speaks for itself (LOCAL) or does not know (UNSPEC).
type proxyHeader struct{ src, dst netip.AddrPort }

// readProxy reads one header and not a byte more.
func readProxy(r io.Reader) (proxyHeader, error) {
	var h proxyHeader
	var fixed [16]byte
	if _, err := io.ReadFull(r, fixed[:]); err != nil {
		return h, err
	}
	if string(fixed[:12]) != proxyMagic || fixed[12]>>4 != 2 {
		return h, fmt.Errorf("%w: no signature of version 2", errProxy)
	}
	n := int(binary.BigEndian.Uint16(fixed[14:]))
	if n > proxyMax {
		return h, fmt.Errorf("%w: %d bytes of addresses and options", errProxy, n)
	}
	body := make([]byte, n)
	if _, err := io.ReadFull(r, body); err != nil {
		return h, err
	}
	switch command := fixed[12] & 0x0f; command {
	case 0: // LOCAL: health checks of the proxy
		return h, nil
	case 1:
	default:
		return h, fmt.Errorf("%w: command %d", errProxy, command)
	}
	switch family := fixed[13]; family {
	case 0x11: // TCP over IPv4
		return parseAddrs(body, 4)
	case 0x21: // TCP over IPv6
		return parseAddrs(body, 16)
	case 0x00:
		return h, nil
	default:
		return h, fmt.Errorf("%w: address family and transport %#x", errProxy, family)
	}
}

func parseAddrs(b []byte, size int) (proxyHeader, error) {
	if len(b) < 2*size+4 {
		return proxyHeader{}, fmt.Errorf("%w: addresses cut short at %d bytes", errProxy, len(b))
	}
	src, _ := netip.AddrFromSlice(b[:size])
	dst, _ := netip.AddrFromSlice(b[size : 2*size])
	ports := b[2*size:]
	return proxyHeader{
		src: netip.AddrPortFrom(src.Unmap(), binary.BigEndian.Uint16(ports)),
		dst: netip.AddrPortFrom(dst.Unmap(), binary.BigEndian.Uint16(ports[2:])),
	}, nil
}
