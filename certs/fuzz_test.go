package certs

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"testing"
	"time"
)

func fuzzAuthority(f *testing.F) *Authority {
	f.Helper()
	// Without the RSA root: each worker of the fuzzer makes its own.
	now := time.Now()
	a := &Authority{cfg: Config{Now: func() time.Time { return now }, Sure: func() bool { return true }}}
	ca, err := a.issueLinkCA(nil)
	if err != nil {
		f.Fatal(err)
	}
	leaf, err := a.issueLeaf(Console, ca)
	if err != nil {
		f.Fatal(err)
	}
	st := &state{link: ca, leaves: map[Role]*pair{Console: leaf}, pool: x509.NewCertPool()}
	st.pool.AddCert(ca.leaf())
	a.now.Store(st)
	return a
}

// A request comes from the network before the sender is trusted.
func FuzzSignLinkCSR(f *testing.F) {
	a := fuzzAuthority(f)
	_, edwards, _ := ed25519.GenerateKey(rand.Reader)
	for _, c := range []elliptic.Curve{elliptic.P224(), elliptic.P256(), elliptic.P384(), elliptic.P521()} {
		key, _ := ecdsa.GenerateKey(c, rand.Reader)
		csr, _ := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{DNSNames: []string{"a.example"}}, key)
		f.Add(csr)
		f.Add(csr[:len(csr)/2])
	}
	csr, _ := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, edwards)
	f.Add(csr)
	f.Add([]byte{})
	f.Add([]byte{0x30, 0x84, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, csr []byte) {
		got, err := a.SignLinkCSR(csr, "pbx1", LinkDays)
		if err != nil {
			if !errors.Is(err, ErrRequest) {
				t.Fatalf("not a refusal: %v", err)
			}
			return
		}
		c, err := x509.ParseCertificate(got.Cert)
		if err != nil {
			t.Fatal(err)
		}
		if id, ok := LinkPBX(c); !ok || id != "pbx1" || c.IsCA || len(c.DNSNames)+len(c.IPAddresses)+len(c.EmailAddresses) != 0 {
			t.Fatalf("signed for %q: %v %v", id, c.DNSNames, c.IPAddresses)
		}
		if err := a.VerifyLink([]*x509.Certificate{c}); err != nil {
			t.Fatal(err)
		}
	})
}

func FuzzOwnPEM(f *testing.F) {
	a := fuzzAuthority(f)
	whole, err := a.now.Load().leaves[Console].marshal()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Add(whole[len(whole)/2:])
	for _, kind := range []string{"CERTIFICATE", "PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY"} {
		b := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: []byte("x")})
		f.Add(b)
		f.Add(append(b, whole...))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := a.Check(Console, b, b); err != nil && !errors.Is(err, ErrOwn) {
			t.Fatalf("no reason given: %v", err)
		}
	})
}
