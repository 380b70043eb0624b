package certs

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// LinkDays is how long a connector's certificate lasts; it asks for the next at two thirds.
const LinkDays = 90

// ErrRequest says that a certificate request is refused.
var ErrRequest = errors.New("certificate request refused")

const linkURN = "urn:switchkeep:pbx:"

// LinkCert is what a connector gets back.
type LinkCert struct {
	Cert     []byte // DER
	CA       []byte // DER of the link CA
	Serial   string // hexadecimal
	Pin      string // of the connector's key
	NotAfter time.Time
}

// SignLinkCSR signs a connector's request (PKCS#10, DER) for a PBX. Of the request only the key
// counts. Whether the PBX may have a certificate is the caller's to check.
func (a *Authority) SignLinkCSR(csr []byte, pbxID string, days int) (LinkCert, error) {
	var out LinkCert
	req, err := x509.ParseCertificateRequest(csr)
	if err != nil {
		return out, fmt.Errorf("%w: %w", ErrRequest, err)
	}
	if err = req.CheckSignature(); err != nil {
		return out, fmt.Errorf("%w: it is not signed by its own key: %w", ErrRequest, err)
	}
	if err = checkKey(req.PublicKey); err != nil {
		return out, err
	}
	if pbxID == "" || strings.ContainsAny(pbxID, " /?#") || days < 1 || days > 825 {
		return out, fmt.Errorf("%w: id %q for %d days", ErrRequest, pbxID, days)
	}
	t, err := a.template(pbxID, time.Duration(days)*day)
	if err != nil {
		return out, err
	}
	t.KeyUsage = x509.KeyUsageDigitalSignature
	t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	t.URIs = []*url.URL{{Scheme: "urn", Opaque: strings.TrimPrefix(linkURN+pbxID, "urn:")}}
	ca := a.now.Load().link
	der, err := x509.CreateCertificate(rand.Reader, t, ca.leaf(), req.PublicKey, ca.key)
	if err != nil {
		return out, fmt.Errorf("certs: sign for PBX %q: %w", pbxID, err)
	}
	pin, err := PinKey(req.PublicKey)
	if err != nil {
		return out, err
	}
	return LinkCert{Cert: der, CA: ca.leaf().Raw, Serial: hex.EncodeToString(t.SerialNumber.Bytes()), Pin: pin, NotAfter: t.NotAfter}, nil
}

// LinkPBX returns the PBX that a connector's certificate was signed for.
func LinkPBX(c *x509.Certificate) (pbxID string, ok bool) {
	for _, u := range c.URIs {
		if id, found := strings.CutPrefix(u.String(), linkURN); found && id != "" {
			return id, true
		}
	}
	return "", false
}

func checkKey(pub any) error {
	switch k := pub.(type) {
	case *ecdsa.PublicKey:
		if k.Curve == elliptic.P256() || k.Curve == elliptic.P384() {
			return nil
		}
	case ed25519.PublicKey:
		return nil
	case *rsa.PublicKey:
		if n := k.N.BitLen(); n >= 2048 && n <= 4096 {
			return nil
		}
	}
	return fmt.Errorf("%w: the key is neither P-256, P-384, Ed25519 nor RSA of 2048 to 4096 bits", ErrRequest)
}
