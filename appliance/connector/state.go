package connector

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// ErrNotEnrolled says that there is no certificate yet.
var ErrNotEnrolled = errors.New("this PBX is not enrolled")

// Device is what the connector says of its PBX.
type Device struct {
	Serial   string `json:"serial"`
	Model    string `json:"model"`
	Firmware string `json:"firmware"`
}

// Portal is the PBX's web portal.
type Portal struct {
	URL string `json:"url,omitempty"`
	// SPKI is the pin of its certificate; empty for plain HTTP or a chain of a public CA.
	SPKI string `json:"spki,omitempty"`
}

// Pending is an enrolment that waits for approval.
type Pending struct {
	Server string    `json:"server"`
	Trust  Trust     `json:"trust"`
	Poll   string    `json:"poll"`
	Key    string    `json:"key"` // PEM
	Since  time.Time `json:"since"`
	Email  string    `json:"email,omitempty"`
}

// State is the content of state.json.
type State struct {
	Schema      int      `json:"schema"`
	Server      string   `json:"server,omitempty"` // host:port
	ID          string   `json:"id,omitempty"`
	Name        string   `json:"name,omitempty"`
	Key         string   `json:"key,omitempty"`         // PEM
	Certificate string   `json:"certificate,omitempty"` // PEM
	CA          string   `json:"ca,omitempty"`          // PEM of the link CA
	StreamKey   []byte   `json:"stream_key,omitempty"`
	Device      Device   `json:"device"`
	Portal      Portal   `json:"portal"`
	Yeastar     *Yeastar `json:"yeastar,omitempty"`
	Pending     *Pending `json:"pending,omitempty"`
}

// Folder is the state folder.
type Folder string

func (f Folder) path(name string) string { return filepath.Join(string(f), name) }

// Load reads state.json; a missing one is an empty State.
func (f Folder) Load() (State, error) {
	st := State{Schema: 1}
	b, err := os.ReadFile(f.path("state.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return st, nil
	}
	if err != nil {
		return st, fmt.Errorf("state: %w", err)
	}
	if err := json.Unmarshal(b, &st); err != nil {
		return st, fmt.Errorf("state: %s: %w", f.path("state.json"), err)
	}
	if st.Schema != 1 {
		return st, fmt.Errorf("state: schema %d is newer than this program", st.Schema)
	}
	return st, nil
}

// Save replaces state.json.
func (f Folder) Save(st State) error { return f.write("state.json", st) }

// write puts a file in place whole or not at all, readable by the owner only.
func (f Folder) write(name string, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if err = os.MkdirAll(string(f), 0o700); err != nil {
		return fmt.Errorf("state folder: %w", err)
	}
	tmp, err := os.OpenFile(f.path(name+".new"), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	_, err = tmp.Write(append(b, '\n'))
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := os.Rename(tmp.Name(), f.path(name)); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// Lock makes this the only running connector of the folder. The file holds the lock as long as the process lives.
func (f Folder) Lock() (release func(), err error) {
	if err = os.MkdirAll(string(f), 0o700); err != nil {
		return nil, fmt.Errorf("state folder: %w", err)
	}
	file, err := os.OpenFile(f.path("lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock: %w", err)
	}
	if err := lockFile(file); err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("another connector runs with %s: %w", f, err)
	}
	return func() { _ = file.Close() }, nil
}

// Enrolled tells whether there is a certificate.
func (s *State) Enrolled() bool { return s.Certificate != "" && s.Key != "" && s.CA != "" }

// certificate is the connector's own.
func (s *State) certificate() (*tls.Certificate, error) {
	if !s.Enrolled() {
		return nil, ErrNotEnrolled
	}
	c, err := tls.X509KeyPair([]byte(s.Certificate), []byte(s.Key))
	if err != nil {
		return nil, fmt.Errorf("own certificate: %w", err)
	}
	return &c, nil
}

// linkCA is the pinned authority.
func (s *State) linkCA() (*x509.Certificate, error) { return parseCert(s.CA) }

func parseCert(text string) (*x509.Certificate, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil || block.Type != "CERTIFICATE" {
		return nil, errors.New("no PEM certificate")
	}
	return x509.ParseCertificate(block.Bytes)
}

// due tells whether two thirds of the certificate's life are over.
func (s *State) due(now time.Time) bool {
	c, err := parseCert(s.Certificate)
	if err != nil {
		return false
	}
	return now.After(c.NotBefore.Add(c.NotAfter.Sub(c.NotBefore) * 2 / 3))
}

func newKey() (string, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", fmt.Errorf("make key: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return "", fmt.Errorf("make key: %w", err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), nil
}

// request is the certificate request for a key. It says nothing but the key: the server names the PBX.
func request(keyPEM string) (string, error) {
	block, _ := pem.Decode([]byte(keyPEM))
	if block == nil {
		return "", errors.New("no PEM key")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return "", fmt.Errorf("read key: %w", err)
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	if err != nil {
		return "", fmt.Errorf("certificate request: %w", err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der})), nil
}
