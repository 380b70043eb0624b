package listen

import (
	"net"
	"net/netip"
	"sync"
)

// Limit bounds the open connections of a plain listener, in total and of one source. Beyond it a
// newcomer is reset; the server's own timeouts make room. Its connections are *net.TCPConn wrapped.
func Limit(ln net.Listener, maxOpen, perSource int) net.Listener {
	return &limited{Listener: ln, max: maxOpen, perSource: perSource, bySource: map[netip.Prefix]int{}}
}

type limited struct {
	net.Listener
	max, perSource int

	mu       sync.Mutex
	open     int
	bySource map[netip.Prefix]int
}

// Accept implements net.Listener.
func (l *limited) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		src := sourceOf(c.RemoteAddr())
		if l.take(src) {
			return &limitedConn{Conn: c, l: l, source: src}, nil
		}
		if t, ok := c.(*net.TCPConn); ok {
			_ = t.SetLinger(0)
		}
		_ = c.Close()
	}
}

func (l *limited) take(src netip.Prefix) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open >= l.max || l.bySource[src] >= l.perSource {
		return false
	}
	l.open++
	l.bySource[src]++
	return true
}

func (l *limited) give(src netip.Prefix) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open--
	if l.bySource[src]--; l.bySource[src] == 0 {
		delete(l.bySource, src)
	}
}

type limitedConn struct {
	net.Conn
	l      *limited
	source netip.Prefix
	once   sync.Once
}

// Close implements net.Conn.
func (c *limitedConn) Close() error {
	err := net.ErrClosed
	c.once.Do(func() {
		err = c.Conn.Close()
		c.l.give(c.source)
	})
	return err
}
