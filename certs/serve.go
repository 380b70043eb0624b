package certs

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"slices"
	"strings"
)

// ALPN names on the one port, besides h2 and http/1.1.
const (
	// ALPNLink is a connector with its client certificate.
	ALPNLink = "sk-link/1"
	// ALPNEnroll is HTTP/1.1 to the console's handlers under the link's server leaf, so that a
	// connector that knows the link CA's pin can verify the server before it has a certificate.
	ALPNEnroll = "sk-enroll/1"
)

// GetCertificate answers every handshake of the front door. The ALPN decides before the name.
func (a *Authority) GetCertificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	st := a.now.Load()
	if slices.Contains(hello.SupportedProtos, ALPNLink) || slices.Contains(hello.SupportedProtos, ALPNEnroll) {
		return st.leaves[Link].tls, nil
	}
	r := Console
	if a.IsVisit(hello.ServerName) {
		r = Visit
	}
	if p := st.own[r]; p != nil && p.answers(hello) {
		return p.tls, nil
	}
	return st.leaves[r].tls, nil
}

// answers tells whether an own certificate is for the asked name, or address when there is none.
func (p *pair) answers(hello *tls.ClientHelloInfo) bool {
	name := hello.ServerName
	if name == "" && hello.Conn != nil {
		name, _, _ = net.SplitHostPort(hello.Conn.LocalAddr().String())
	}
	return name != "" && p.leaf().VerifyHostname(name) == nil && hello.SupportsCertificate(p.tls) == nil
}

// DeviceCertificate answers phones: ECDSA when the ClientHello can take it, RSA otherwise.
func (a *Authority) DeviceCertificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	st := a.now.Load()
	ec, rsa := st.leaves[DeviceEC], st.leaves[DeviceRSA]
	if ec == nil || rsa == nil {
		return nil, errors.New("certs: no device names are set")
	}
	if hello.SupportsCertificate(ec.tls) == nil {
		return ec.tls, nil
	}
	return rsa.tls, nil
}

// IsVisit tells whether a host name (without port) is inside a visit zone.
func (a *Authority) IsVisit(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return slices.ContainsFunc(a.now.Load().leaves[Visit].leaf().DNSNames, func(wild string) bool {
		return strings.HasSuffix(host, wild[1:]) && !strings.Contains(strings.TrimSuffix(host, wild[1:]), ".")
	})
}

// IsConsole tells whether a host (name or address, without port) is one of the console's.
func (a *Authority) IsConsole(host string) bool {
	st := a.now.Load()
	host = strings.TrimSuffix(strings.TrimPrefix(strings.TrimSuffix(host, "]"), "["), ".")
	if st.leaves[Console].leaf().VerifyHostname(host) == nil {
		return true
	}
	return st.own[Console] != nil && st.own[Console].leaf().VerifyHostname(host) == nil
}

// Root is the certificate that browsers and devices are to trust.
func (a *Authority) Root() *x509.Certificate { return a.now.Load().root.leaf() }

// LinkCA is the authority of the link; pins are on its key.
func (a *Authority) LinkCA() *x509.Certificate { return a.now.Load().link.leaf() }

// LinkPool holds the link CA, for verifying connectors.
func (a *Authority) LinkPool() *x509.CertPool { return a.now.Load().pool }

// Leaf is the certificate that a role shows: the own one if there is one, else the internal one.
// It is nil for device roles while there are no device names.
func (a *Authority) Leaf(r Role) *x509.Certificate {
	st := a.now.Load()
	if p := st.own[r]; p != nil {
		return p.leaf()
	}
	if p := st.leaves[r]; p != nil {
		return p.leaf()
	}
	return nil
}

// Public tells whether what a role shows is vouched for by a public root of the system's store. Only
// then may the console ask browsers to insist on TLS (HSTS).
func (a *Authority) Public(r Role) bool {
	p := a.now.Load().own[r]
	if p == nil {
		return false
	}
	between := x509.NewCertPool()
	for _, c := range p.chain[1:] {
		between.AddCert(c)
	}
	_, err := p.leaf().Verify(x509.VerifyOptions{Intermediates: between, CurrentTime: a.cfg.Now()})
	return err == nil
}

// Web is the TLS configuration of the console and the visits: h2 and http/1.1.
func (a *Authority) Web() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}, GetCertificate: a.GetCertificate}
}

// Enroll is the TLS configuration of enrolment under a pin; no client certificate yet.
func (a *Authority) Enroll() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS13, NextProtos: []string{ALPNEnroll},
		GetCertificate: a.GetCertificate, SessionTicketsDisabled: true,
	}
}

// LinkConfig is the TLS configuration of the link: TLS 1.3, a client certificate of the link CA, no
// tickets (a resumed session would skip verify). verify sees every handshake and checks revocation.
// The chain is verified against the CA in force at the time of the handshake.
func (a *Authority) LinkConfig(verify func(tls.ConnectionState) error) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS13, NextProtos: []string{ALPNLink},
		GetCertificate: a.GetCertificate, SessionTicketsDisabled: true,
		ClientAuth: tls.RequireAnyClientCert,
		VerifyConnection: func(cs tls.ConnectionState) error {
			if err := a.VerifyLink(cs.PeerCertificates); err != nil {
				return err
			}
			return verify(cs)
		},
	}
}

// VerifyLink checks a connector's chain against the link CA by the appliance's clock. While the
// clock is unsure the dates are not held against it.
func (a *Authority) VerifyLink(chain []*x509.Certificate) error {
	if len(chain) == 0 {
		return errors.New("certs: no client certificate")
	}
	if !a.cfg.Sure() {
		c := chain[0]
		if !slices.Contains(c.ExtKeyUsage, x509.ExtKeyUsageClientAuth) {
			return errors.New("certs: not a client certificate")
		}
		return c.CheckSignatureFrom(a.LinkCA())
	}
	_, err := chain[0].Verify(x509.VerifyOptions{
		Roots: a.LinkPool(), CurrentTime: a.cfg.Now(), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
	return err
}
