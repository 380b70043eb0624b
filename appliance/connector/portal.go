package connector

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/switchkeep/switchkeep/appliance/protocol/link/wire"
)

// ErrPortalChanged says that the portal shows another certificate than the pinned one.
var ErrPortalChanged = errors.New("the certificate of the PBX's portal changed")

// candidates are asked in order when no portal was named: the P-Series' own port first.
func candidates() []string {
	return []string{"https://127.0.0.1:8088", "https://127.0.0.1", "http://127.0.0.1"}
}

// ParsePortal checks a portal's URL: an origin, nothing more.
func ParsePortal(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil {
		return nil, fmt.Errorf("portal %q: %w", s, err)
	}
	if (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" || (u.Path != "" && u.Path != "/") || u.User != nil || u.RawQuery != "" {
		return nil, fmt.Errorf("portal %q is not of the form http[s]://HOST[:PORT]", s)
	}
	u.Path = ""
	return u, nil
}

func hostPort(u *url.URL) string {
	if u.Port() != "" {
		return u.Host
	}
	return net.JoinHostPort(u.Hostname(), map[string]string{"http": "80", "https": "443"}[u.Scheme])
}

// probe finds the portal, or looks at the named one, and pins its certificate at first sight.
func probe(ctx context.Context, named string) (Portal, wire.Portal, error) {
	list := candidates()
	if named != "" {
		list = []string{named}
	}
	var last error
	for _, c := range list {
		u, err := ParsePortal(c)
		if err != nil {
			return Portal{}, wire.Portal{}, err
		}
		p, err := first(ctx, u)
		if err == nil {
			return p, wire.Portal{URL: p.URL, SPKI: p.SPKI, Reachable: true}, nil
		}
		last = err
	}
	if named != "" {
		return Portal{}, wire.Portal{}, last
	}
	return Portal{}, wire.Portal{Problem: "no portal was found"}, nil
}

// first looks at a portal for the first time.
func first(ctx context.Context, u *url.URL) (Portal, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", hostPort(u))
	if err != nil {
		return Portal{}, err
	}
	defer func() { _ = conn.Close() }()
	p := Portal{URL: u.String()}
	if u.Scheme == "http" {
		return p, nil
	}
	t := tls.Client(conn, &tls.Config{ServerName: u.Hostname(), InsecureSkipVerify: true, MinVersion: tls.VersionTLS10}) //nolint:gosec // first sight: the key is what we came for
	if err := t.HandshakeContext(ctx); err != nil {
		return p, err
	}
	cs := t.ConnectionState()
	if !public(cs, u.Hostname()) {
		p.SPKI = wire.Pin(cs.PeerCertificates[0])
	}
	return p, nil
}

// public tells whether a public CA vouches for the chain and the name: such a certificate may change.
func public(cs tls.ConnectionState, name string) bool {
	o := x509.VerifyOptions{DNSName: name, Intermediates: x509.NewCertPool()}
	for _, c := range cs.PeerCertificates[1:] {
		o.Intermediates.AddCert(c)
	}
	_, err := cs.PeerCertificates[0].Verify(o)
	return err == nil
}

// is tells whether a destination is the portal: its name, or its address and port. Nothing else is reached.
func (p Portal) is(dst string) bool {
	u, err := ParsePortal(p.URL)
	return err == nil && (dst == wire.DstPortal || strings.EqualFold(dst, hostPort(u)))
}

// open dials the portal; the stream then carries HTTP in plain text inside the link.
func (p Portal) open(ctx context.Context) (net.Conn, error) {
	u, err := ParsePortal(p.URL)
	if err != nil {
		return nil, err
	}
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", hostPort(u))
	if err != nil || u.Scheme == "http" {
		return conn, err
	}
	t := tls.Client(conn, &tls.Config{
		ServerName: u.Hostname(), NextProtos: []string{"http/1.1"},
		MinVersion: tls.VersionTLS10, InsecureSkipVerify: true, //nolint:gosec // VerifyConnection checks the pin; old PBXs speak TLS 1.0
		VerifyConnection: func(cs tls.ConnectionState) error {
			if p.SPKI != "" && wire.Pin(cs.PeerCertificates[0]) == p.SPKI || public(cs, u.Hostname()) {
				return nil
			}
			return ErrPortalChanged
		},
	})
	if err := t.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		if errors.Is(err, ErrPortalChanged) {
			return nil, errors.Join(&wire.RefusedError{Answer: wire.PinChanged}, err)
		}
		return nil, err
	}
	return t, nil
}

// check is the probe of the running connector.
func (p Portal) check(ctx context.Context) wire.Portal {
	out := wire.Portal{URL: p.URL, SPKI: p.SPKI}
	if p.URL == "" {
		out.Problem = "no portal is set"
		return out
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	conn, err := p.open(ctx)
	switch {
	case err == nil:
		_ = conn.Close()
		out.Reachable = true
	case errors.Is(err, ErrPortalChanged):
		out.Problem = ErrPortalChanged.Error()
	default:
		out.Problem = "the portal does not answer"
	}
	return out
}
