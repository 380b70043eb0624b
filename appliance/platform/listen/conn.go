package listen

import (
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// conn is an accepted connection below TLS. It gives back the first byte and reports the client's
// address when a proxy stands between.
type conn struct {
	net.Conn
	port     *Port
	since    time.Time
	source   netip.Prefix
	viaProxy bool
	remote   net.Addr
	local    net.Addr

	active  atomic.Int64 // last byte either way, in milliseconds of the port's clock
	first   [1]byte
	unread  bool
	route   atomic.Pointer[route]
	aborted atomic.Bool
	once    sync.Once
}

// Read implements net.Conn.
func (c *conn) Read(b []byte) (int, error) {
	if c.unread && len(b) > 0 {
		c.unread = false
		b[0] = c.first[0]
		return 1, nil
	}
	n, err := c.Conn.Read(b)
	c.stir()
	return n, err
}

// Write implements net.Conn.
func (c *conn) Write(b []byte) (int, error) {
	c.stir()
	return c.Conn.Write(b)
}

func (c *conn) stir() { c.active.Store(c.port.cfg.Clock.Now().UnixMilli()) }

// RemoteAddr is the client's address, a *net.TCPAddr for TCP.
func (c *conn) RemoteAddr() net.Addr { return c.remote }

// LocalAddr is the address that the client dialled.
func (c *conn) LocalAddr() net.Addr { return c.local }

// Close implements net.Conn.
func (c *conn) Close() error {
	err := net.ErrClosed
	c.once.Do(func() {
		err = c.Conn.Close()
		c.port.open.Add(-1)
		if r := c.route.Load(); r != nil {
			r.crowd.remove(c)
		}
	})
	return err
}

// abort closes with a reset, so that nothing is left behind in the kernel.
func (c *conn) abort() {
	c.aborted.Store(true)
	if t, ok := c.Conn.(*net.TCPConn); ok {
		_ = t.SetLinger(0)
	}
	_ = c.Close()
}

func addrOf(a net.Addr) netip.Addr {
	if t, ok := a.(*net.TCPAddr); ok {
		return t.AddrPort().Addr().Unmap().WithZone("")
	}
	return netip.Addr{}
}

// sourceOf is what counts as one client: an IPv4 address or an IPv6 /64.
func sourceOf(a net.Addr) netip.Prefix {
	ip := addrOf(a)
	if !ip.IsValid() {
		return netip.Prefix{}
	}
	bits := 32
	if ip.Is6() {
		bits = 64
	}
	p, _ := ip.Prefix(bits) // the bits fit the address
	return p
}

// route is a listener fed by the port.
type route struct {
	addr  net.Addr
	ch    chan net.Conn
	done  chan struct{}
	once  sync.Once
	count atomic.Uint64
	crowd *crowd
}

func (r *route) push(c net.Conn) {
	select {
	case <-r.done:
		_ = c.Close()
		return
	default:
	}
	select {
	case r.ch <- c:
		r.count.Add(1)
	case <-r.done:
		_ = c.Close()
	}
}

// Accept implements net.Listener. After Close it reports net.ErrClosed.
func (r *route) Accept() (net.Conn, error) {
	select {
	case <-r.done:
		return nil, net.ErrClosed
	default:
	}
	select {
	case c := <-r.ch:
		return c, nil
	case <-r.done:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener and closes what nobody accepted.
func (r *route) Close() error {
	r.once.Do(func() {
		close(r.done)
		for {
			select {
			case c := <-r.ch:
				_ = c.Close()
			default:
				return
			}
		}
	})
	return nil
}

// Addr implements net.Listener.
func (r *route) Addr() net.Addr { return r.addr }
