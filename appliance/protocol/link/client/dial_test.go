package client

import (
	"net"
	"net/http"
	"net/url"
	"testing"
)

func TestNamesBelowLocalhostAreThisMachine(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	direct := func(*http.Request) (*url.URL, error) { return nil, nil } //nolint:nilnil // no proxy
	for _, host := range []string{"console.localhost", "A.B.Localhost."} {
		conn, err := DialProxy(t.Context(), net.JoinHostPort(host, port), direct)
		if err != nil {
			t.Fatalf("%s: %v", host, err)
		}
		_ = conn.Close()
	}
	if conn, err := DialProxy(t.Context(), net.JoinHostPort("notlocalhost", port), direct); err == nil {
		_ = conn.Close()
		t.Fatal("a name that only ends alike was taken for this machine")
	}
}
