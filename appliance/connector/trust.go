package connector

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/switchkeep/switchkeep/appliance/protocol/link/client"
	"github.com/switchkeep/switchkeep/appliance/protocol/link/wire"
)

// ErrServer says that the server could not be verified; nothing secret was sent.
var ErrServer = errors.New("the server could not be verified")

// Trust is how a server is known before anything secret is sent to it. Without any of the three a
// public CA must vouch for it.
type Trust struct {
	Pin   string `json:"pin,omitempty"`   // of the link CA, "sha256/…"
	Typed string `json:"typed,omitempty"` // ≥ 16 characters of a fingerprint, typed by a person
	Code  string `json:"code,omitempty"`  // the pinned half of an authentication code: its 20 hexadecimal digits
}

func (t Trust) public() bool { return t.Pin == "" && t.Typed == "" && t.Code == "" }

// ServerAddress reads HOST, HOST:PORT or https://HOST[:PORT] as host:port.
func ServerAddress(s string) (string, error) {
	s = strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(s), "https://"), "/")
	if s == "" || strings.ContainsAny(s, " /@?#") {
		return "", fmt.Errorf("server address %q is neither HOST nor HOST:PORT", s)
	}
	if _, _, err := net.SplitHostPort(s); err == nil {
		return s, nil
	}
	return net.JoinHostPort(strings.Trim(s, "[]"), "443"), nil
}

// server is a verified way to the enrolment handlers of an appliance.
type server struct {
	addr string
	http *http.Client
	// ca is the link CA that was vouched for; nil when a public CA vouches.
	ca *x509.Certificate
}

func (s *server) close() { s.http.CloseIdleConnections() }

type proxyFunc = func(*http.Request) (*url.URL, error)

// reach verifies the server and returns the way to it. Every connection that is made later is verified in the same way.
func reach(ctx context.Context, addr string, t Trust, proxy proxyFunc) (*server, error) {
	s := &server{addr: addr}
	tr := &http.Transport{Proxy: nil, MaxIdleConns: 1, IdleConnTimeout: 30 * time.Second}
	tr.DialTLSContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
		return s.dial(ctx, t, proxy)
	}
	s.http = &http.Client{Transport: tr, Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse // a password follows no redirect
	}}
	conn, err := s.dial(ctx, t, proxy)
	if err != nil {
		return nil, err
	}
	_ = conn.Close()
	return s, nil
}

func (s *server) dial(ctx context.Context, t Trust, proxy proxyFunc) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	if t.public() {
		return handshake(ctx, s.addr, proxy, nil, &tls.Config{NextProtos: []string{"http/1.1"}, MinVersion: tls.VersionTLS12})
	}
	var ca *x509.Certificate
	conn, err := handshake(ctx, s.addr, proxy, func(cs tls.ConnectionState) (err error) {
		ca, err = t.vouchLink(cs)
		return err
	}, &tls.Config{NextProtos: []string{wire.ALPNEnroll}, MinVersion: tls.VersionTLS13})
	if err == nil {
		s.ca = ca
		return conn, nil
	}
	if t.Typed == "" {
		return nil, err
	}
	// A person may have compared the certificate of the console itself.
	conn, again := handshake(ctx, s.addr, proxy, t.vouchConsole, &tls.Config{NextProtos: []string{"http/1.1"}, MinVersion: tls.VersionTLS12})
	if again != nil {
		return nil, err
	}
	return conn, nil
}

// handshake dials and verifies; with vouch nil by the system's CAs.
func handshake(ctx context.Context, addr string, proxy proxyFunc, vouch func(tls.ConnectionState) error, cfg *tls.Config) (*tls.Conn, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("server %q: %w", addr, err)
	}
	raw, err := client.DialProxy(ctx, addr, proxy)
	if err != nil {
		return nil, fmt.Errorf("the server does not answer: %w", err)
	}
	cfg.ServerName = host
	if vouch != nil {
		cfg.InsecureSkipVerify = true // VerifyConnection decides
		cfg.VerifyConnection = vouch
	}
	conn := tls.Client(raw, cfg)
	if err := conn.HandshakeContext(ctx); err != nil {
		_ = raw.Close()
		return nil, fmt.Errorf("%w: %w", ErrServer, err)
	}
	return conn, nil
}

// vouchLink checks the chain that the server shows under sk-enroll/1: it ends in its link CA, which must be the known one.
func (t Trust) vouchLink(cs tls.ConnectionState) (*x509.Certificate, error) {
	certs := cs.PeerCertificates
	if len(certs) < 2 {
		return nil, errors.New("the server shows no link CA")
	}
	ca := certs[len(certs)-1]
	chain := make([][]byte, len(certs)-1)
	for i := range chain {
		chain[i] = certs[i].Raw
	}
	if _, err := wire.VerifyChain(chain, ca, x509.ExtKeyUsageServerAuth); err != nil {
		return nil, err
	}
	if !ca.IsCA {
		return nil, errors.New("the server's issuer is no CA")
	}
	return ca, t.knows(ca)
}

// knows checks everything that is known: a pin beside a code must both match.
func (t Trust) knows(ca *x509.Certificate) error {
	if t.Pin != "" && t.Pin != wire.Pin(ca) {
		return fmt.Errorf("its pin is %s, not %s", wire.Pin(ca), t.Pin)
	}
	if t.Code != "" && !wire.PinnedBy(t.Code, ca) {
		return errors.New("the authentication code was made by another server")
	}
	if t.Typed != "" && !wire.Typed(t.Typed, ca.Raw) && !wire.Typed(t.Typed, ca.RawSubjectPublicKeyInfo) {
		return errors.New("the typed characters are not those of its fingerprint")
	}
	return nil
}

func (t Trust) vouchConsole(cs tls.ConnectionState) error {
	if t.Pin != "" || t.Code != "" {
		return errors.New("a pin is of the link CA only")
	}
	leaf := cs.PeerCertificates[0]
	if wire.Typed(t.Typed, leaf.Raw) {
		return nil
	}
	// Or the fingerprint of the CA that the console's chain shows.
	for i, c := range cs.PeerCertificates[1:] {
		if !wire.Typed(t.Typed, c.Raw) || !c.IsCA {
			continue
		}
		chain := make([][]byte, 0, i+1)
		for _, below := range cs.PeerCertificates[:i+1] {
			chain = append(chain, below.Raw)
		}
		if _, err := wire.VerifyChain(chain, c, x509.ExtKeyUsageServerAuth); err == nil {
			return nil
		}
	}
	return errors.New("the typed characters are not those of its fingerprint")
}
