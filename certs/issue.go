package certs

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"net/netip"
	"slices"
	"time"
)

const (
	day      = 24 * time.Hour
	caLife   = 10 * 365 * day
	leafLife = 397 * day // Apple refuses more than 825 days from a private root, 398 from a public one
	backdate = day       // for clients whose clock is behind
)

func newKey(rsaBits int) (crypto.Signer, error) {
	if rsaBits > 0 {
		return rsa.GenerateKey(rand.Reader, rsaBits)
	}
	return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
}

func serial() (*big.Int, error) {
	b := make([]byte, 16)
	if _, err := rand.Read(b); err != nil {
		return nil, err
	}
	b[0] = b[0]&0x7f | 0x40 // positive, and always 16 bytes long
	return new(big.Int).SetBytes(b), nil
}

// template fills what all certificates share; life counts from now.
func (a *Authority) template(cn string, life time.Duration) (*x509.Certificate, error) {
	n, err := serial()
	if err != nil {
		return nil, err
	}
	at := a.cfg.Now().UTC().Truncate(time.Second)
	if !a.cfg.Sure() && at.Before(a.cfg.Floor) {
		at = a.cfg.Floor.UTC().Truncate(time.Second)
	}
	return &x509.Certificate{
		SerialNumber: n, Subject: pkix.Name{Organization: []string{"Switchkeep"}, CommonName: cn},
		NotBefore: at.Add(-backdate), NotAfter: at.Add(life), BasicConstraintsValid: true,
	}, nil
}

// issueCA makes an authority's certificate; it keeps the key and subject of old when there is one.
func (a *Authority) issueCA(old *pair, title string, rsaBits int, shape func(*x509.Certificate)) (*pair, error) {
	var key crypto.Signer
	var err error
	if old != nil {
		key = old.key
	} else if key, err = newKey(rsaBits); err != nil {
		return nil, fmt.Errorf("certs: make the key of %s: %w", title, err)
	}
	spki, err := spkiHash(key.Public())
	if err != nil {
		return nil, err
	}
	t, err := a.template(title+" "+hex.EncodeToString(spki[:4]), caLife)
	if err != nil {
		return nil, err
	}
	if old != nil {
		t.RawSubject = old.leaf().RawSubject
	}
	t.IsCA, t.MaxPathLenZero = true, true
	t.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	t.SubjectKeyId = spki[:20]
	shape(t)
	return sign(t, t, key.Public(), key, key, nil)
}

func (a *Authority) issueRoot(old *pair) (*pair, error) {
	return a.issueCA(old, "Switchkeep CA", 3072, func(t *x509.Certificate) {
		t.PermittedDNSDomains, t.PermittedIPRanges = a.names.constraints()
	})
}

func (a *Authority) issueLinkCA(old *pair) (*pair, error) {
	return a.issueCA(old, "Switchkeep Link CA", 0, func(t *x509.Certificate) {
		t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth}
	})
}

// constraints are the subtrees that the root may sign for. A DNS subtree takes in all below it.
func (n Names) constraints() (dns []string, ips []*net.IPNet) {
	dns = append(dns, n.Console...)
	dns = append(dns, n.Devices...)
	if n.VisitZone != "" {
		dns = append(dns, n.VisitZone)
	}
	dns = unique(append(dns, "localhost"))
	prefixes := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	for _, ip := range n.ips(Console) {
		if p := netip.PrefixFrom(ip, ip.BitLen()); !prefixes[0].Contains(ip) {
			prefixes = append(prefixes, p)
		}
	}
	for _, p := range prefixes {
		ips = append(ips, &net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())})
	}
	return dns, ips
}

func (n Names) constrained(c *x509.Certificate) bool {
	dns, ips := n.constraints()
	same := slices.Equal(dns, c.PermittedDNSDomains) && len(ips) == len(c.PermittedIPRanges)
	for i := 0; same && i < len(ips); i++ {
		same = ips[i].String() == c.PermittedIPRanges[i].String()
	}
	return same
}

func (a *Authority) issueLeaf(r Role, ca *pair) (*pair, error) {
	bits := 0
	if r == DeviceRSA {
		bits = 2048
	}
	key, err := newKey(bits)
	if err != nil {
		return nil, fmt.Errorf("certs: make the key of leaf %q: %w", r, err)
	}
	dns := a.names.dns(r)
	cn := dns[0]
	if len(cn) > 64 { // upper bound of a common name, RFC 5280 appendix A
		cn = string(r)
	}
	t, err := a.template(cn, leafLife)
	if err != nil {
		return nil, err
	}
	t.KeyUsage = x509.KeyUsageDigitalSignature
	if r == DeviceRSA {
		t.KeyUsage |= x509.KeyUsageKeyEncipherment
	}
	t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	t.DNSNames = dns
	for _, ip := range a.names.ips(r) {
		t.IPAddresses = append(t.IPAddresses, ip.AsSlice())
	}
	return sign(t, ca.leaf(), key.Public(), ca.key, key, ca.chain)
}

func sign(t, parent *x509.Certificate, pub crypto.PublicKey, by, key crypto.Signer, above []*x509.Certificate) (*pair, error) {
	der, err := x509.CreateCertificate(rand.Reader, t, parent, pub, by)
	if err != nil {
		return nil, fmt.Errorf("certs: sign %q: %w", t.Subject.CommonName, err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("certs: parse the new %q: %w", t.Subject.CommonName, err)
	}
	return newPair(append([]*x509.Certificate{c}, above...), key), nil
}

func newPair(chain []*x509.Certificate, key crypto.Signer) *pair {
	t := &tls.Certificate{PrivateKey: key, Leaf: chain[0]}
	for _, c := range chain {
		t.Certificate = append(t.Certificate, c.Raw)
	}
	return &pair{chain: chain, key: key, tls: t}
}

func (p *pair) marshal() ([]byte, error) {
	var out []byte
	for _, c := range p.chain {
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
	}
	key, err := x509.MarshalPKCS8PrivateKey(p.key)
	if err != nil {
		return nil, fmt.Errorf("certs: write key: %w", err)
	}
	return append(out, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})...), nil
}

func (a *Authority) load(ctx context.Context, name string) (*pair, error) {
	b, err := a.cfg.Store.Get(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("certs: load %q: %w", name, err)
	}
	if len(b) == 0 { // taken back by ClearOwn
		return nil, fs.ErrNotExist
	}
	p, err := parsePair(b, b)
	if err != nil {
		return nil, fmt.Errorf("certs: load %q: %w", name, err)
	}
	return p, nil
}

func (a *Authority) save(ctx context.Context, name string, p *pair) error {
	b, err := p.marshal()
	if err != nil {
		return err
	}
	if err := a.cfg.Store.Put(ctx, name, b); err != nil {
		return fmt.Errorf("certs: keep %q: %w", name, err)
	}
	return nil
}
