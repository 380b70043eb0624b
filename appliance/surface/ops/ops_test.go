package ops

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

// A refused body leaves net/http lingering for half a second.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("net/http.(*conn).closeWriteAndWait"))
}

func start(t *testing.T, dir string) *Server {
	t.Helper()
	s, err := Listen(t.Context(), Config{Folder: dir, Logger: slog.New(slog.DiscardHandler), Verbs: map[string]Verb{
		"echo": func(_ context.Context, in json.RawMessage, out io.Writer) error {
			_, err := fmt.Fprintf(out, "got %s\n", in)
			return err
		},
		"fail": func(_ context.Context, _ json.RawMessage, out io.Writer) error {
			_, _ = io.WriteString(out, "half\n")
			return errors.New("disk full")
		},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestVerbs(t *testing.T) {
	dir := t.TempDir()
	s := start(t, dir)
	defer func() { _ = s.Close() }()
	info, err := os.Stat(filepath.Join(dir, SocketName))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("socket %v, %v; want mode 0600", info, err)
	}
	c := NewClient(dir)
	if !c.Running(t.Context()) {
		t.Fatal("not running")
	}
	var out bytes.Buffer
	if err := c.Do(t.Context(), "echo", map[string]int{"a": 1}, &out); err != nil || out.String() != "got {\"a\":1}\n" {
		t.Fatalf("%q, %v", out.String(), err)
	}
	out.Reset()
	if err := c.Do(t.Context(), "fail", nil, &out); err == nil || err.Error() != "disk full" || out.String() != "half\n" {
		t.Fatalf("%q, %v", out.String(), err)
	}
	if err := c.Do(t.Context(), "nothing", nil, &out); err == nil || !strings.Contains(err.Error(), "echo, fail") {
		t.Fatalf("an unknown verb names the known ones, got %v", err)
	}
	if err := c.Do(t.Context(), "echo", strings.Repeat("x", maxRequest), &out); err == nil {
		t.Fatal("a request over the cap was taken")
	}
}

func TestSecondApplianceIsRefused(t *testing.T) {
	dir := t.TempDir()
	s := start(t, dir)
	if _, err := Listen(t.Context(), Config{Folder: dir}); err == nil {
		t.Fatal("two appliances on one data folder")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := NewClient(dir).Do(t.Context(), "echo", nil, io.Discard); !errors.Is(err, ErrNotRunning) {
		t.Fatalf("got %v, want ErrNotRunning", err)
	}
	s = start(t, dir)
	_ = s.Close()
}
