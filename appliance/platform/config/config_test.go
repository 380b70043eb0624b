package config

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/bolt/bolttest"
)

func TestDefaultsAreValid(t *testing.T) {
	t.Parallel()
	for _, root := range []bool{false, true} {
		if err := Default(root).Check(); err != nil {
			t.Fatal(err)
		}
	}
	if err := DefaultStatic("data").Check(); err != nil {
		t.Fatal(err)
	}
	s := Default(false)
	if s.ConsoleURL() != "https://console.localhost:8443" || s.VisitURL("v1") != "https://v1.visit.localhost:8443" {
		t.Fatal(s.ConsoleURL(), s.VisitURL("v1"))
	}
	s.PublicPort = 443
	if s.ConsoleURL() != "https://console.localhost" {
		t.Fatal(s.ConsoleURL())
	}
}

func TestCheckNamesTheField(t *testing.T) {
	t.Parallel()
	for path, change := range map[string]func(*Settings){
		"host":                func(s *Settings) { s.Host = "console" },
		"visit_zone":          func(s *Settings) { s.VisitZone = "visit.Console.localhost" },
		"https_port":          func(s *Settings) { s.HTTPSPort = 70000 },
		"http_port":           func(s *Settings) { s.HTTPPort = s.HTTPSPort },
		"visit_last":          func(s *Settings) { s.VisitLast = s.VisitFirst - 1 },
		"public_addresses[1]": func(s *Settings) { s.PublicAddresses = []string{"pbx.example.org", "a b"} },
		"inside_addresses[0]": func(s *Settings) { s.InsideAddresses = []string{"pbx.example.org"} },
		"cert_mode":           func(s *Settings) { s.CertMode = "acme" },
		"languages[1]":        func(s *Settings) { s.Languages = []string{"en", "en"} },
	} {
		s := Default(false)
		change(&s)
		e, ok := fault.As(s.Check())
		if !ok || len(e.Fields) != 1 || e.Fields[0].Path != path {
			t.Errorf("%s: %v", path, s.Check())
		}
	}
	for _, bad := range []string{"", "a", "a..b", "-a.b", "a.b-", "a_b.c", "192.0.2.1", strings.Repeat("a", 64) + ".b", "A.b"} {
		if HostName(bad) {
			t.Errorf("%q accepted", bad)
		}
	}
}

func TestSaveKeepsTheVersion(t *testing.T) {
	t.Parallel()
	db := bolttest.Open(t, Tables()...)
	at := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	save := func(s Settings) (out Settings, err error) {
		_, err = db.Update(t.Context(), func(_ context.Context, tx store.Tx) error {
			out, err = SaveTx(tx, s, at)
			return err
		})
		return out, err
	}
	s := Default(false)
	s.Host, s.VisitZone = "Console.Example.ORG.", "visit.example.org"
	s, err := save(s)
	if err != nil || s.Ver != 1 || s.Host != "console.example.org" {
		t.Fatal(s, err)
	}
	s.HTTPPort = 8081
	at = at.Add(time.Hour)
	if _, err = save(s); err != nil {
		t.Fatal(err)
	}
	if _, err = save(s); !fault.Is(err, fault.KindStale) {
		t.Fatal(err)
	}
	err = db.View(t.Context(), func(r store.Reader) error {
		got, done, lerr := Load(r, true)
		if !done || got.HTTPPort != 8081 || got.Ver != 2 || !got.SetupAt.Equal(at.Add(-time.Hour)) {
			t.Errorf("%+v %v", got, done)
		}
		return lerr
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestReadStatic(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	read := func(text string) (Static, error) {
		p := filepath.Join(dir, "c.json")
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return ReadStatic(p, DefaultStatic("data"))
	}
	s, err := read(`{"bind":["192.0.2.1"],"log":{"level":"debug"}}`)
	if err != nil || s.Data != "data" || s.Log.Level != "debug" || s.Log.Format != "text" {
		t.Fatal(s, err)
	}
	for text, want := range map[string]string{
		"{\n\n\"dta\":\"x\"}":          "line 3",
		"{\n\"data\": 7}":              "line 2",
		`{} {}`:                        "follows",
		`{"roles":["x"]}`:              "roles[0]",
		`{"https_port":-1}`:            "https_port",
		`{"proxy_from":["192.0.2.1"]}`: "proxy_from[0]",
		`{"log":{"level":"loud"}}`:     "log.level",
	} {
		if _, err = read(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if _, err = ReadStatic(filepath.Join(dir, "none"), Static{}); !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
}

func TestLayoutIsPrivateAndTempIsEmptied(t *testing.T) {
	t.Parallel()
	l := Layout{filepath.Join(t.TempDir(), "data")}
	if err := l.Prepare(); err != nil {
		t.Fatal(err)
	}
	left := filepath.Join(l.Temp(), "x")
	if err := os.WriteFile(left, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := l.Prepare(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(left); !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	if st, err := os.Stat(l.Blobs()); err != nil || st.Mode().Perm() != 0o700 {
		t.Fatal(st, err)
	}
}
