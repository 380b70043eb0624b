package wire

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"
)

func issue(t *testing.T, name string, ca bool, usage x509.ExtKeyUsage, parent *x509.Certificate, by *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, IsCA: ca, BasicConstraintsValid: true,
		NotBefore: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	if ca {
		tmpl.KeyUsage = x509.KeyUsageCertSign
	} else {
		tmpl.ExtKeyUsage = []x509.ExtKeyUsage{usage}
	}
	if parent == nil {
		parent, by = tmpl, key
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, parent, &key.PublicKey, by)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c, key
}

// A machine whose clock was never set must still know its server: dates are not judged by it.
func TestVerifyChain(t *testing.T) {
	t.Parallel()
	ca, key := issue(t, "link CA", true, 0, nil, nil)
	other, _ := issue(t, "link CA", true, 0, nil, nil)
	server, _ := issue(t, "server", false, x509.ExtKeyUsageServerAuth, ca, key)
	pbx, _ := issue(t, "pbx", false, x509.ExtKeyUsageClientAuth, ca, key)
	if leaf, err := VerifyChain([][]byte{server.Raw, ca.Raw}, ca, x509.ExtKeyUsageServerAuth); err != nil || leaf.Subject.CommonName != "server" {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		chain [][]byte
		ca    *x509.Certificate
	}{
		"another CA of the same name": {[][]byte{server.Raw}, other},
		"a PBX that plays server":     {[][]byte{pbx.Raw}, ca},
		"nothing":                     {nil, ca},
		"too many":                    {[][]byte{server.Raw, ca.Raw, ca.Raw, ca.Raw, ca.Raw}, ca},
		"garbage":                     {[][]byte{{1}}, ca},
		"garbage between":             {[][]byte{server.Raw, {1}}, ca},
	} {
		if _, err := VerifyChain(c.chain, c.ca, x509.ExtKeyUsageServerAuth); !errors.Is(err, ErrIdentity) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEnrolmentRequestsAreBounded(t *testing.T) {
	t.Parallel()
	good := func() *EnrollRequest {
		return &EnrollRequest{Email: "a@b.c", Password: "x", Poll: strings.Repeat("p", 32), Serial: "S", MachineID: "m"}
	}
	if err := good().Check(); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*EnrollRequest){
		"nobody":   func(q *EnrollRequest) { q.Email = "" },
		"both":     func(q *EnrollRequest) { q.AuthCode = "x" },
		"csr":      func(q *EnrollRequest) { q.CSR = strings.Repeat("x", MaxBlob+1) },
		"portal":   func(q *EnrollRequest) { q.Portal.URL = "\x00" },
		"password": func(q *EnrollRequest) { q.Password = strings.Repeat("x", 1025) },
		"poll":     func(q *EnrollRequest) { q.Poll = "short" },
		"serial":   func(q *EnrollRequest) { q.Serial = "" },
	} {
		q := good()
		spoil(q)
		if q.Check() == nil {
			t.Errorf("%s accepted", name)
		}
	}
	p := PollRequest{Poll: strings.Repeat("p", 32)}
	if err := p.Check(); err != nil {
		t.Fatal(err)
	}
	p.CSR = strings.Repeat("x", MaxBlob+1)
	if p.Check() == nil || (&PollRequest{}).Check() == nil {
		t.Error("a malformed poll was accepted")
	}
}

func TestAnswersInWords(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for a := OK; a <= PinChanged+1; a++ {
		if s := a.String(); s == "" || seen[s] {
			t.Errorf("answer %d is %q", a, s)
		} else {
			seen[s] = true
		}
	}
	if s := (&RefusedError{BadDst}).Error(); !strings.Contains(s, "not on its list") {
		t.Error(s)
	}
}
