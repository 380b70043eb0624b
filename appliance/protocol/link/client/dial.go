package client

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/coder/websocket"

	"github.com/switchkeep/switchkeep/appliance/protocol/link/wire"
)

// dialPlain reaches the server's port, through a CONNECT proxy where one is set.
func (c *Client) dialPlain(ctx context.Context) (net.Conn, error) {
	return DialProxy(ctx, c.cfg.Server, c.cfg.Proxy)
}

// DialProxy opens a TCP connection to addr, through the HTTP CONNECT proxy that proxy names, if any.
func DialProxy(ctx context.Context, addr string, proxy func(*http.Request) (*url.URL, error)) (net.Conn, error) {
	via, err := proxy(&http.Request{URL: &url.URL{Scheme: "https", Host: addr}})
	if err != nil {
		return nil, fmt.Errorf("proxy settings: %w", err)
	}
	if via == nil {
		return dialTCP(ctx, "tcp", addr)
	}
	host := via.Host
	if via.Port() == "" {
		host = net.JoinHostPort(via.Hostname(), map[bool]string{true: "443", false: "80"}[via.Scheme == "https"])
	}
	conn, err := dialTCP(ctx, "tcp", host)
	if err != nil {
		return nil, fmt.Errorf("proxy %s: %w", host, err)
	}
	if via.Scheme == "https" {
		conn = tls.Client(conn, &tls.Config{ServerName: via.Hostname(), MinVersion: tls.VersionTLS12})
	}
	if err := connect(ctx, conn, addr, via.User); err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("proxy %s: %w", host, err)
	}
	return conn, nil
}

// dialTCP opens a TCP connection. Every name below localhost is this machine (RFC 6761, 6.3), whatever
// its resolver makes of it.
func dialTCP(ctx context.Context, network, addr string) (net.Conn, error) {
	var d net.Dialer
	host, port, err := net.SplitHostPort(addr)
	if err == nil && strings.HasSuffix(strings.ToLower(strings.TrimSuffix(host, ".")), ".localhost") {
		addr = net.JoinHostPort("localhost", port)
	}
	return d.DialContext(ctx, network, addr)
}

func connect(ctx context.Context, conn net.Conn, addr string, user *url.Userinfo) error {
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	req := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: addr}, Host: addr, Header: http.Header{}}
	if user != nil {
		pw, _ := user.Password()
		req.Header.Set("Proxy-Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(user.Username()+":"+pw)))
	}
	if err := req.Write(conn); err != nil {
		return err
	}
	br := bufio.NewReaderSize(conn, 4096)
	resp, err := http.ReadResponse(br, req)
	if err != nil {
		return err
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the proxy answered %s", resp.Status)
	}
	if br.Buffered() > 0 {
		return errors.New("the proxy sent data before the server could")
	}
	return nil
}

// dialWebSocket reaches the server through an HTTPS WebSocket. The outer TLS is only a carrier, which a
// proxy may well open; what counts is the pinned mutual TLS inside it.
func (c *Client) dialWebSocket(ctx context.Context) (net.Conn, error) {
	tr := &http.Transport{
		Proxy: c.cfg.Proxy, DialContext: dialTCP,
		TLSClientConfig: &tls.Config{
			MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"},
			InsecureSkipVerify: true, //nolint:gosec // the inner TLS is pinned on the link CA
		},
		DisableKeepAlives: true,
	}
	defer tr.CloseIdleConnections()
	ws, resp, err := websocket.Dial(ctx, "wss://"+c.cfg.Server+"/_link", &websocket.DialOptions{
		HTTPClient: &http.Client{Transport: tr}, Subprotocols: []string{wire.ALPN}, CompressionMode: websocket.CompressionDisabled,
	})
	if resp != nil && resp.Body != nil {
		_ = resp.Body.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("websocket carrier: %w", err)
	}
	return websocket.NetConn(context.WithoutCancel(ctx), ws, websocket.MessageBinary), nil
}

// handshake runs the link's TLS over a carrier.
func (c *Client) handshake(ctx context.Context, conn net.Conn) (*tls.Conn, error) {
	cert, err := c.cfg.Certificate()
	if err != nil {
		return nil, fmt.Errorf("own certificate: %w", err)
	}
	host, _, _ := net.SplitHostPort(c.cfg.Server)
	t := tls.Client(conn, TLS(host, cert, c.cfg.CA))
	if err := t.HandshakeContext(ctx); err != nil {
		return nil, fmt.Errorf("link handshake: %w", err)
	}
	if p := t.ConnectionState().NegotiatedProtocol; p != wire.ALPN {
		return nil, fmt.Errorf("link handshake: the server does not speak %s", wire.ALPN)
	}
	return t, nil
}

// TLS is the configuration of a connector's end: TLS 1.3, its own certificate, and a server whose
// chain leads to the pinned link CA, whatever its name.
func TLS(host string, cert *tls.Certificate, ca *x509.Certificate) *tls.Config {
	cfg := &tls.Config{
		MinVersion: tls.VersionTLS13, NextProtos: []string{wire.ALPN}, SessionTicketsDisabled: true,
		// The name that the PBX dials is no secret of the link CA's: the pin decides, in VerifyConnection.
		InsecureSkipVerify: true, //nolint:gosec // VerifyConnection checks the chain to the pinned link CA
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			return cert, nil
		},
		VerifyConnection: func(s tls.ConnectionState) error {
			chain := make([][]byte, len(s.PeerCertificates))
			for i, p := range s.PeerCertificates {
				chain[i] = p.Raw
			}
			_, err := wire.VerifyChain(chain, ca, x509.ExtKeyUsageServerAuth)
			return err
		},
	}
	if net.ParseIP(host) == nil {
		cfg.ServerName = host
	}
	return cfg
}
