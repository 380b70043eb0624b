package certs

import (
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
)

// Fingerprint is the SHA-256 of the whole certificate in 16 groups of four hexadecimal digits,
// "9F2A 01C4 …", the way people compare it.
func Fingerprint(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	groups := make([]string, 0, 16)
	for two := range slices.Chunk(sum[:], 2) {
		groups = append(groups, fmt.Sprintf("%X", two))
	}
	return strings.Join(groups, " ")
}

// Short is the first four groups of a fingerprint: the 16 characters that a person types.
func Short(c *x509.Certificate) string { return Fingerprint(c)[:19] }

// Pin is the hash of the public key as in RFC 7469: "sha256/" and base64.
func Pin(c *x509.Certificate) string { return pinOf(c.RawSubjectPublicKeyInfo) }

// PinKey is Pin for a public key.
func PinKey(pub crypto.PublicKey) (string, error) {
	der, err := x509.MarshalPKIXPublicKey(pub)
	if err != nil {
		return "", fmt.Errorf("certs: write public key: %w", err)
	}
	return pinOf(der), nil
}

func pinOf(spki []byte) string {
	sum := sha256.Sum256(spki)
	return "sha256/" + base64.StdEncoding.EncodeToString(sum[:])
}

func spkiHash(pub crypto.PublicKey) ([32]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(pub)
	if err != nil {
		return [32]byte{}, fmt.Errorf("certs: write public key: %w", err)
	}
	return sha256.Sum256(der), nil
}
