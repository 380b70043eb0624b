package wire

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
)

// ErrIdentity says that a server could not prove to be the one of the pinned link CA.
var ErrIdentity = errors.New("the server is not the pinned one")

// Proof is what a server shows before enrolment: its link certificate, and a signature of that
// key over the exporter (RFC 5705, RFC 8446 7.5) of the very TLS connection it is shown on. A person
// in the middle has another exporter on each side, so that a console certificate of any origin is
// vouched for by the pin on the link CA.
type Proof struct {
	CA    []byte   `json:"ca"`    // DER
	Chain [][]byte `json:"chain"` // DER, leaf first
	Sig   []byte   `json:"sig"`
}

const exporterLabel = "EXPORTER-switchkeep-link-identity"

func exported(state *tls.ConnectionState) ([]byte, error) {
	if state == nil {
		return nil, fmt.Errorf("%w: no TLS", ErrIdentity)
	}
	ekm, err := state.ExportKeyingMaterial(exporterLabel, nil, 32)
	if err != nil {
		return nil, fmt.Errorf("export keying material: %w", err)
	}
	h := sha256.New()
	h.Write([]byte("sk-link/1 identity\x00"))
	h.Write(ekm)
	return h.Sum(nil), nil
}

// Prove makes the Proof of the appliance on this connection. leaf is the certificate that it shows on sk-link/1.
func Prove(state *tls.ConnectionState, leaf *tls.Certificate, ca *x509.Certificate) (Proof, error) {
	sum, err := exported(state)
	if err != nil {
		return Proof{}, err
	}
	key, ok := leaf.PrivateKey.(crypto.Signer)
	if !ok {
		return Proof{}, fmt.Errorf("%w: the link certificate has no signing key", ErrIdentity)
	}
	sig, err := key.Sign(rand.Reader, sum, crypto.SHA256)
	if err != nil {
		return Proof{}, fmt.Errorf("sign identity: %w", err)
	}
	return Proof{CA: ca.Raw, Chain: leaf.Certificate, Sig: sig}, nil
}

// Verify checks the Proof against the connection it came on and returns the link CA, which the
// caller compares with what it knows.
func (i Proof) Verify(state *tls.ConnectionState) (*x509.Certificate, error) {
	sum, err := exported(state)
	if err != nil {
		return nil, err
	}
	ca, err := x509.ParseCertificate(i.CA)
	if err != nil {
		return nil, fmt.Errorf("%w: link CA: %w", ErrIdentity, err)
	}
	leaf, err := VerifyChain(i.Chain, ca, x509.ExtKeyUsageServerAuth)
	if err != nil {
		return nil, err
	}
	if err := checkDigest(leaf, sum, i.Sig); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrIdentity, err)
	}
	return ca, nil
}

// VerifyChain checks that a certificate chain (DER, leaf first) leads to the link CA and may be used
// for usage. Validity dates are not judged by this machine's clock, which may be unset: the link CA
// judges its own clients, and a connector trusts the pin.
func VerifyChain(chain [][]byte, ca *x509.Certificate, usage x509.ExtKeyUsage) (*x509.Certificate, error) {
	if len(chain) == 0 || len(chain) > 4 {
		return nil, fmt.Errorf("%w: %d certificates", ErrIdentity, len(chain))
	}
	leaf, err := x509.ParseCertificate(chain[0])
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrIdentity, err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(ca)
	between := x509.NewCertPool()
	for _, der := range chain[1:] {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrIdentity, err)
		}
		between.AddCert(c)
	}
	_, err = leaf.Verify(x509.VerifyOptions{
		Roots: roots, Intermediates: between, KeyUsages: []x509.ExtKeyUsage{usage}, CurrentTime: leaf.NotBefore,
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrIdentity, err)
	}
	return leaf, nil
}

// checkDigest verifies a signature over a SHA-256 sum with the key of a certificate.
func checkDigest(c *x509.Certificate, sum, sig []byte) error {
	switch k := c.PublicKey.(type) {
	case *ecdsa.PublicKey:
		if !ecdsa.VerifyASN1(k, sum, sig) {
			return errors.New("the signature does not match")
		}
		return nil
	case *rsa.PublicKey:
		return rsa.VerifyPKCS1v15(k, crypto.SHA256, sum, sig)
	default:
		return errors.New("the key type is not supported")
	}
}
