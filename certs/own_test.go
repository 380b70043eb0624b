package certs

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestOwn(t *testing.T) {
	t.Parallel()
	m := begin()
	other := open(t, t.TempDir(), m)
	mk := func(a *Authority, r Role) (cert, key []byte) {
		b, err := a.now.Load().leaves[r].marshal()
		if err != nil {
			t.Fatal(err)
		}
		i := bytes.Index(b, []byte("-----BEGIN PRIVATE"))
		return b[:i], b[i:]
	}
	cert, key := mk(other, Console)
	_, wrongKey := mk(other, Visit)
	visitCert, visitKey := mk(other, Visit)
	first, rest := pem.Decode(cert)
	upside := append(bytes.Clone(rest), pem.EncodeToMemory(first)...)
	twice := append(pem.EncodeToMemory(first), cert...)
	dir := t.TempDir()
	a := open(t, dir, m)
	code := func(err error) string {
		var oe *OwnError
		if !errors.As(err, &oe) || !errors.Is(err, ErrOwn) {
			return "none: " + errString(err)
		}
		return oe.Code
	}
	for _, c := range []struct {
		want      string
		role      Role
		cert, key []byte
	}{
		{"no_certificate", Console, key, key},
		{"no_key", Console, cert, cert},
		{"key_mismatch", Console, cert, wrongKey},
		{"key_mismatch", Console, upside, key},
		{"chain_order", Console, twice, key},
		{"name_missing", Visit, cert, key},
		{"name_missing", Console, visitCert, visitKey},
		{"usage", Link, cert, key},
		{"bad_pem", Console, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("no")}), key},
		{"encrypted_key", Console, cert, pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: []byte("x")})},
	} {
		if _, err := a.Check(c.role, c.cert, c.key); code(err) != c.want {
			t.Errorf("want %s, got %s", c.want, code(err))
		}
	}
	if err := a.SetOwn(t.Context(), Console, cert, key); err != nil {
		t.Fatal(err)
	}
	if !a.Leaf(Console).Equal(other.Leaf(Console)) {
		t.Fatal("the own certificate is not answered")
	}
	if a.Public(Console) || a.Public(Visit) {
		t.Fatal("no public root signed it")
	}
	if b := open(t, dir, m); !b.Leaf(Console).Equal(other.Leaf(Console)) {
		t.Fatal("a restart forgot the own certificate")
	}
	m.add(400 * day)
	if _, err := a.Check(Console, cert, key); code(err) != "expired" {
		t.Fatal(code(err))
	}
	m.add(-402 * day)
	if _, err := a.Check(Console, cert, key); code(err) != "not_yet" {
		t.Fatal(code(err))
	}
	if err := a.ClearOwn(t.Context(), Console); err != nil || a.Leaf(Console).Equal(other.Leaf(Console)) {
		t.Fatal("not cleared")
	}
	open(t, dir, m)
}

func errString(err error) string {
	if err == nil {
		return "nil"
	}
	return err.Error()
}

func TestOwnFilesReload(t *testing.T) {
	t.Parallel()
	m, dir := begin(), t.TempDir()
	file := filepath.Join(dir, "own.pem")
	write := func(b []byte) {
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	leaf := func() ([]byte, *x509.Certificate) {
		o := open(t, t.TempDir(), m)
		b, _ := o.now.Load().leaves[Console].marshal()
		return b, o.Leaf(Console)
	}
	b1, c1 := leaf()
	write(b1)
	a := open(t, t.TempDir(), m, func(c *Config) { c.OwnFiles = map[Role]Files{Console: {Cert: file}} })
	if !a.Leaf(Console).Equal(c1) {
		t.Fatal("file not read at start")
	}
	write([]byte("not a certificate"))
	if err := a.Reload(t.Context()); err != nil || !a.Leaf(Console).Equal(c1) {
		t.Fatal("a broken file must leave the old certificate in force")
	}
	found := false
	for _, e := range a.Expiries() {
		found = found || e.Problem != ""
	}
	if !found {
		t.Fatal("the problem is not listed")
	}
	b2, c2 := leaf()
	write(append(b2, '\n'))
	if err := a.Reload(t.Context()); err != nil || !a.Leaf(Console).Equal(c2) {
		t.Fatal("changed file not read")
	}
}
