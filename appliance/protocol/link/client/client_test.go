package client

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/libp2p/go-yamux/v5"
	"go.uber.org/goleak"

	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/protocol/link/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func config() Config {
	return Config{
		Server: "127.0.0.1:1", Certificate: func() (*tls.Certificate, error) { return &tls.Certificate{}, nil }, CA: &x509.Certificate{},
		StreamKey: make([]byte, 32), Hello: func() wire.Hello { return wire.Hello{} }, Beat: func() wire.Beat { return wire.Beat{} },
		Open:  func(context.Context, wire.Type, string) (net.Conn, error) { return nil, errors.New("closed") },
		Clock: clock.System{}, Logger: slog.New(slog.DiscardHandler),
	}
}

func TestBackoffGrowsWithFullJitterAndStartsOver(t *testing.T) {
	t.Parallel()
	c, err := New(config())
	if err != nil {
		t.Fatal(err)
	}
	attempt, longest := 0, time.Duration(0)
	for i := 1; i < 400; i++ {
		d := c.pause(&attempt, false)
		ceiling := maxWait
		if i < 9 {
			ceiling = min(maxWait, time.Duration(1<<i)*time.Second)
		}
		if d < minWait || d > ceiling {
			t.Fatalf("attempt %d waits %s, at most %s", i, d, ceiling)
		}
		longest = max(longest, d)
	}
	if longest < 200*time.Second {
		t.Fatalf("never more than %s: that is no full jitter", longest)
	}
	if d := c.pause(&attempt, true); d > 2*time.Second || attempt != 1 {
		t.Fatalf("a stable session starts over, waited %s", d)
	}
}

func TestConfigIsChecked(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*Config){
		"server": func(c *Config) { c.Server = "nowhere" }, "key": func(c *Config) { c.StreamKey = nil },
		"ca": func(c *Config) { c.CA = nil }, "open": func(c *Config) { c.Open = nil },
	} {
		cfg := config()
		spoil(&cfg)
		if _, err := New(cfg); err == nil {
			t.Errorf("%s accepted", name)
		}
	}
}

// proxy is a CONNECT proxy with a password that answers as told.
func proxy(t *testing.T, status string) (addr string, seen chan string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	seen = make(chan string, 4)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			req, err := http.ReadRequest(bufio.NewReader(c))
			if err != nil {
				_ = c.Close()
				continue
			}
			seen <- req.Method + " " + req.Host + " " + req.Header.Get("Proxy-Authorization")
			_, _ = fmt.Fprintf(c, "HTTP/1.1 %s\r\n\r\n", status)
			_, _ = io.WriteString(c, "hello through the proxy")
			_ = c.Close()
		}
	}()
	t.Cleanup(func() { _ = ln.Close(); <-done })
	return ln.Addr().String(), seen
}

func TestConnectProxy(t *testing.T) {
	t.Parallel()
	addr, seen := proxy(t, "407 Proxy Authentication Required")
	via := func(*http.Request) (*url.URL, error) { return url.Parse("http://user:pass@" + addr) }
	_, err := DialProxy(t.Context(), "sk.example.com:443", via)
	if err == nil || !strings.Contains(err.Error(), "407") || strings.Contains(err.Error(), "pass@") {
		t.Fatal(err)
	}
	want := "CONNECT sk.example.com:443 Basic " + base64.StdEncoding.EncodeToString([]byte("user:pass"))
	if got := <-seen; got != want {
		t.Fatalf("%q, want %q", got, want)
	}
}

// TestStreamsAreJudgedInOrder speaks to the accepting half over a pipe, without a server.
func TestStreamsAreJudgedInOrder(t *testing.T) {
	t.Parallel()
	cfg := config()
	key := cfg.StreamKey
	var opened []string
	cfg.Open = func(_ context.Context, _ wire.Type, dst string) (net.Conn, error) {
		opened = append(opened, dst)
		if dst != wire.DstPortal {
			return nil, &wire.RefusedError{Answer: wire.BadDst}
		}
		return nil, errors.New("down")
	}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	near, far := net.Pipe()
	mux, err := yamux.Client(near, wire.Mux(true, io.Discard), nil)
	if err != nil {
		t.Fatal(err)
	}
	server, err := yamux.Server(far, wire.Mux(false, io.Discard), nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &session{c: c, mux: mux}
	s.wg.Go(func() { s.accept(t.Context()) })
	defer s.wg.Wait()
	defer func() { _ = mux.Close(); _ = server.Close() }()
	now := time.Now().Unix()
	for name, o := range map[string]struct {
		open wire.Open
		typ  wire.Type
		sign bool
		want wire.Answer
	}{
		"type":        {wire.Open{Dst: wire.DstPortal, Expires: now + 60}, wire.TypeTCP, true, wire.BadType},
		"mac":         {wire.Open{Dst: wire.DstPortal, Expires: now + 60}, wire.TypePortal, false, wire.BadMAC},
		"expired":     {wire.Open{Dst: wire.DstPortal, Expires: now - 1}, wire.TypePortal, true, wire.Expired},
		"dst":         {wire.Open{Dst: "10.0.0.1:22", Expires: now + 60}, wire.TypePortal, true, wire.BadDst},
		"unreachable": {wire.Open{Dst: wire.DstPortal, Expires: now + 60}, wire.TypePortal, true, wire.Unreachable},
	} {
		if o.sign {
			o.open.Sign(key, o.typ)
		}
		head, err := wire.AppendOpen(nil, o.typ, &o.open)
		if err != nil {
			t.Fatal(err)
		}
		st, err := server.OpenStream(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err = st.Write(head); err != nil {
			t.Fatal(err)
		}
		var refused *wire.RefusedError
		if err = wire.ReadAnswer(st); !errors.As(err, &refused) || refused.Answer != o.want {
			t.Errorf("%s: %v", name, err)
		}
		_ = st.Close()
	}
	if len(opened) != 2 {
		t.Errorf("the portal was dialled for %v", opened)
	}
}

func TestSpliceEndsWhenNothingMoves(t *testing.T) {
	t.Parallel()
	a1, a2 := net.Pipe()
	b1, b2 := net.Pipe()
	done := make(chan struct{})
	go func() { defer close(done); Splice(t.Context(), clock.System{}, a2, b1, 100*time.Millisecond) }()
	_, _ = a1.Write([]byte("x"))
	if b, err := io.ReadAll(io.LimitReader(b2, 1)); err != nil || string(b) != "x" {
		t.Fatal(b, err)
	}
	<-done
	_ = a1.Close()
	_ = b2.Close()
}
