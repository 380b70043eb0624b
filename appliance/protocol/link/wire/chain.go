package wire

import (
	"crypto/x509"
	"errors"
	"fmt"
)

// ErrIdentity says that a server could not prove to be the one of the pinned link CA.
var ErrIdentity = errors.New("the server is not the pinned one")

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
		c, perr := x509.ParseCertificate(der)
		if perr != nil {
			return nil, fmt.Errorf("%w: %w", ErrIdentity, perr)
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
