package visit

import (
	"context"
	"fmt"
	"net"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/fault"
)

// visit is a live one. What is set before enter is immutable.
type visit struct {
	id      string
	row     Row
	target  target
	check   checkFunc
	agent   [32]byte
	host    string // as the Host header has it
	origin  string
	cookie  string // name
	created time.Time
	ctx     context.Context //nolint:containedctx // the visit's own life
	cancel  context.CancelFunc
	slots   chan struct{}
	jar     *jar
	proxy   *httputil.ReverseProxy
	idle    func() // closes kept streams
	slot    *slot

	bytesIn, bytesOut, requests atomic.Uint64
	streams, refusals           atomic.Int64
	ended                       chan struct{} // closed when the end is recorded

	mu        sync.Mutex
	nets      [2]netip.Prefix // of IPv4 and IPv6
	secret    [32]byte        // hash of the cookie
	opened    time.Time       // zero until the token was redeemed
	last      time.Time
	lastTouch time.Time
	over      bool
	pin       string
}

type target struct {
	Target
	scheme, host, dst, start string
}

func parseTarget(t Target) (target, error) {
	u, err := url.Parse(t.URL)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" || u.User != nil {
		return target{}, fault.New(fault.KindUnavailable, "no_portal", "the PBX has no usable portal address")
	}
	out := target{Target: t, scheme: u.Scheme, host: strings.ToLower(u.Host), dst: u.Host, start: u.EscapedPath()}
	if u.Port() == "" {
		port := "80"
		if u.Scheme == "https" {
			port = "443"
		}
		out.dst = net.JoinHostPort(u.Hostname(), port)
	}
	if !strings.HasPrefix(out.start, "/") || strings.HasPrefix(out.start, "//") {
		out.start = "/"
	}
	if u.RawQuery != "" {
		out.start += "?" + u.RawQuery
	}
	return out, nil
}

// speaks is the scheme on the stream itself.
func (t *target) speaks() string {
	if t.Plain {
		return "http"
	}
	return t.scheme
}

func (t *target) origin() string { return t.scheme + "://" + t.host }

// clientNet is the network that one person's browser stays in.
func clientNet(addr string) netip.Prefix {
	if h, _, err := net.SplitHostPort(addr); err == nil {
		addr = h
	}
	ip, err := netip.ParseAddr(addr)
	if err != nil {
		return netip.Prefix{}
	}
	ip = ip.Unmap().WithZone("")
	bits := 24
	if ip.Is6() {
		bits = 56
	}
	p, _ := ip.Prefix(bits) // the bits fit the address
	return p
}

// bind tells whether the address is in the visit's network. The first address of each family
// settles it: a browser may reach the console over IPv6 and the visit over IPv4.
func (vis *visit) bind(addr string) bool {
	p := clientNet(addr)
	if !p.IsValid() {
		return false
	}
	i := 0
	if p.Addr().Is6() {
		i = 1
	}
	vis.mu.Lock()
	defer vis.mu.Unlock()
	if !vis.nets[i].IsValid() {
		vis.nets[i] = p
	}
	return vis.nets[i] == p
}

func (vis *visit) show() Live {
	vis.mu.Lock()
	defer vis.mu.Unlock()
	r := &vis.row
	return Live{
		ID: r.ID, PBX: r.PBX, PBXLabel: r.Label, Account: r.Account, User: r.User, UserLabel: r.UserLabel, Session: r.Session,
		Reason: r.Reason, IP: r.IP, Mode: r.Mode, Open: !vis.opened.IsZero(), CreatedAt: r.CreatedAt, LastActivity: vis.last,
		BytesIn: vis.bytesIn.Load(), BytesOut: vis.bytesOut.Load(), Requests: vis.requests.Load(), ActiveStreams: int(vis.streams.Load()),
	}
}

// due returns why the visit is over by the clock, or nothing.
func (vis *visit) due(now time.Time) string {
	vis.mu.Lock()
	defer vis.mu.Unlock()
	switch {
	case vis.opened.IsZero() && now.Sub(vis.created) > TokenLife:
		return ReasonUnused
	case now.Sub(vis.created) >= Absolute:
		return ReasonAbsolute
	case now.Sub(vis.last) >= Idle:
		return ReasonIdle
	}
	return ""
}

// active notes activity. touch says that the console session is to hear of it.
func (vis *visit) active(now time.Time) (touch bool) {
	vis.mu.Lock()
	defer vis.mu.Unlock()
	vis.last = now
	if now.Sub(vis.lastTouch) < touchEvery {
		return false
	}
	vis.lastTouch = now
	return true
}

func (vis *visit) String() string { return fmt.Sprintf("visit %s to %s", vis.id, vis.row.PBX) }
