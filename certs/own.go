package certs

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"
)

// ErrOwn says that an own certificate cannot be used; errors.As to *OwnError tells why.
var ErrOwn = errors.New("certificate refused")

// OwnError names what is wrong with an own certificate.
type OwnError struct {
	Code   string // no_certificate no_key encrypted_key bad_pem weak_key key_mismatch chain_order not_yet expired usage name_missing
	Detail string
}

func (e *OwnError) Error() string { return "certificate refused: " + e.Detail }

// Unwrap makes errors.Is(err, ErrOwn) true.
func (e *OwnError) Unwrap() error { return ErrOwn }

func own(code, format string, args ...any) error {
	return &OwnError{Code: code, Detail: fmt.Sprintf(format, args...)}
}

type stamp struct {
	cert, key int64
	size      int64
}

// parsePair reads certificates from one PEM and the key from the other; they may be the same file.
func parsePair(certPEM, keyPEM []byte) (*pair, error) {
	var chain []*x509.Certificate
	for rest := certPEM; ; {
		var b *pem.Block
		if b, rest = pem.Decode(rest); b == nil {
			break
		}
		if b.Type != "CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(b.Bytes)
		if err != nil {
			return nil, own("bad_pem", "certificate %d cannot be read: %v", len(chain)+1, err)
		}
		chain = append(chain, c)
	}
	if len(chain) == 0 {
		return nil, own("no_certificate", "there is no CERTIFICATE block in the file")
	}
	key, err := parseKey(keyPEM)
	if err != nil {
		return nil, err
	}
	pub, ok := chain[0].PublicKey.(interface{ Equal(crypto.PublicKey) bool })
	if !ok || !pub.Equal(key.Public()) {
		return nil, own("key_mismatch", "the key does not belong to the first certificate (%q)", chain[0].Subject.CommonName)
	}
	return newPair(chain, key), nil
}

func parseKey(keyPEM []byte) (crypto.Signer, error) {
	for rest := keyPEM; ; {
		var b *pem.Block
		if b, rest = pem.Decode(rest); b == nil {
			return nil, own("no_key", "there is no private key in the file")
		}
		if b.Type == "ENCRYPTED PRIVATE KEY" || b.Headers["DEK-Info"] != "" {
			return nil, own("encrypted_key", "the private key is encrypted: give it without a passphrase")
		}
		var key any
		var err error
		switch b.Type {
		case "PRIVATE KEY":
			key, err = x509.ParsePKCS8PrivateKey(b.Bytes)
		case "RSA PRIVATE KEY":
			key, err = x509.ParsePKCS1PrivateKey(b.Bytes)
		case "EC PRIVATE KEY":
			key, err = x509.ParseECPrivateKey(b.Bytes)
		default:
			continue
		}
		if err != nil {
			return nil, own("bad_pem", "the private key cannot be read: %v", err)
		}
		s, ok := key.(crypto.Signer)
		if !ok {
			return nil, own("no_key", "the private key is of a kind that cannot sign")
		}
		return s, nil
	}
}

// Check tells whether an own certificate could serve the role now, without taking it.
// The error is an *OwnError.
func (a *Authority) Check(r Role, certPEM, keyPEM []byte) (Expiry, error) {
	return a.CheckFor(a.Names(), r, certPEM, keyPEM)
}

// CheckFor is Check under names that are not in force yet.
func (a *Authority) CheckFor(n Names, r Role, certPEM, keyPEM []byte) (Expiry, error) {
	n, err := n.clean()
	if err != nil {
		return Expiry{}, err
	}
	p, err := a.checkOwn(n, r, certPEM, keyPEM)
	if err != nil {
		return Expiry{}, err
	}
	e := a.expiry("own/"+string(r), p, false)
	e.RenewAt = time.Time{}
	return e, nil
}

func (a *Authority) checkOwn(n Names, r Role, certPEM, keyPEM []byte) (*pair, error) {
	if r != Console && r != Visit {
		return nil, own("usage", "an own certificate is for the console or for visits, not for %q", r)
	}
	p, err := parsePair(certPEM, keyPEM)
	if err != nil {
		return nil, err
	}
	c := p.leaf()
	switch k := p.key.Public().(type) {
	case *rsa.PublicKey:
		if k.N.BitLen() < 2048 {
			return nil, own("weak_key", "an RSA key of %d bits is too short, 2048 at least", k.N.BitLen())
		}
	case *ecdsa.PublicKey:
	default:
		return nil, own("weak_key", "browsers take RSA and ECDSA keys only")
	}
	if c.IsCA || !usable(c) {
		return nil, own("usage", "%q is not a server's certificate", c.Subject.CommonName)
	}
	for i := 0; i+1 < len(p.chain); i++ {
		if err := p.chain[i].CheckSignatureFrom(p.chain[i+1]); err != nil {
			return nil, own("chain_order", "certificate %d (%q) is not signed by the next one (%q)",
				i+1, p.chain[i].Subject.CommonName, p.chain[i+1].Subject.CommonName)
		}
	}
	now := a.cfg.Now()
	for _, c := range p.chain {
		if a.cfg.Sure() && now.Before(c.NotBefore) {
			return nil, own("not_yet", "%q is valid from %s", c.Subject.CommonName, c.NotBefore.UTC().Format(time.RFC3339))
		}
		if a.cfg.Sure() && !now.Before(c.NotAfter) {
			return nil, own("expired", "%q ended %s", c.Subject.CommonName, c.NotAfter.UTC().Format(time.RFC3339))
		}
	}
	return p, n.covered(c, r)
}

func usable(c *x509.Certificate) bool {
	for _, u := range c.ExtKeyUsage {
		if u == x509.ExtKeyUsageServerAuth || u == x509.ExtKeyUsageAny {
			return true
		}
	}
	return len(c.ExtKeyUsage) == 0
}

// covered wants every console name, or the visit zone's wildcard, in the certificate. Addresses are
// answered with the internal leaf.
func (n Names) covered(c *x509.Certificate, r Role) error {
	hosts := n.Console
	if r == Visit {
		hosts = nil
		if n.VisitZone != "" {
			hosts = []string{"v-0." + n.VisitZone}
		}
	}
	for _, h := range hosts {
		if h == "localhost" || h == "console.localhost" {
			continue
		}
		if err := c.VerifyHostname(h); err != nil {
			if r == Visit {
				h = "*." + n.VisitZone
			}
			return own("name_missing", "the certificate is not for %q but for %q", h, c.DNSNames)
		}
	}
	return nil
}

// SetOwn checks an own certificate, keeps it and answers with it from the next handshake on.
func (a *Authority) SetOwn(ctx context.Context, r Role, certPEM, keyPEM []byte) error {
	p, err := a.checkOwn(a.Names(), r, certPEM, keyPEM)
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.save(ctx, "own/"+string(r), p); err != nil {
		return err
	}
	st := a.now.Load().clone()
	st.own[r] = p
	delete(st.problems, r)
	a.now.Store(st)
	return nil
}

// ClearOwn goes back to the internal certificate.
func (a *Authority) ClearOwn(ctx context.Context, r Role) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.cfg.Store.Put(ctx, "own/"+string(r), nil); err != nil {
		return fmt.Errorf("certs: forget own/%s: %w", r, err)
	}
	st := a.now.Load().clone()
	delete(st.own, r)
	delete(st.problems, r)
	a.now.Store(st)
	return nil
}

// Reload reads the own files again if they changed. A file that cannot be used is reported in
// Expiries and the log, and the certificate before it stays in force.
func (a *Authority) Reload(ctx context.Context) error {
	for r, f := range a.cfg.OwnFiles {
		at, err := statFiles(f)
		a.mu.Lock()
		same := err == nil && a.seen[r] == at
		a.seen[r] = at
		a.mu.Unlock()
		if same {
			continue
		}
		if err == nil {
			err = a.readOwn(ctx, r, f)
		}
		if err != nil {
			a.cfg.Logger.WarnContext(ctx, "own certificate not taken", slog.String("role", string(r)), slog.Any("error", err))
			a.mu.Lock()
			st := a.now.Load().clone()
			st.problems[r] = err.Error()
			a.now.Store(st)
			a.mu.Unlock()
		}
	}
	return ctx.Err()
}

func (a *Authority) readOwn(ctx context.Context, r Role, f Files) error {
	certPEM, err := os.ReadFile(f.Cert)
	if err != nil {
		return err
	}
	keyPEM := certPEM
	if f.Key != "" {
		if keyPEM, err = os.ReadFile(f.Key); err != nil {
			return err
		}
	}
	if p := a.now.Load().own[r]; p != nil {
		if have, err := p.marshal(); err == nil && bytes.Contains(have, bytes.TrimSpace(certPEM)) {
			return nil
		}
	}
	return a.SetOwn(ctx, r, certPEM, keyPEM)
}

func statFiles(f Files) (stamp, error) {
	c, err := os.Stat(f.Cert)
	if err != nil {
		return stamp{}, err
	}
	s := stamp{cert: c.ModTime().UnixNano(), size: c.Size()}
	if f.Key != "" {
		k, err := os.Stat(f.Key)
		if err != nil {
			return stamp{}, err
		}
		s.key, s.size = k.ModTime().UnixNano(), s.size<<20+k.Size()
	}
	return s, nil
}
