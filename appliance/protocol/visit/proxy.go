package visit

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"sync/atomic"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/certs"
)

var (
	errPin     = errors.New("the portal's key is not the pinned one")
	errNoVisit = errors.New("no live visit asks for this stream")
)

type streamKey struct{}

// Stream is the other end's question when a stream is opened: the id of the live visit that asks for
// it in this context, or an error.
func (v *Visits) Stream(ctx context.Context, pbx string) (string, error) {
	vis, ok := ctx.Value(streamKey{}).(*visit)
	if !ok || vis.row.PBX != pbx {
		return "", errNoVisit
	}
	if err := vis.ctx.Err(); err != nil {
		return "", errors.Join(errNoVisit, err)
	}
	return vis.id, nil
}

// equip gives the visit its proxy and the streams below it.
func (v *Visits) equip(vis *visit) {
	dial := func(ctx context.Context) (net.Conn, error) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		defer context.AfterFunc(vis.ctx, cancel)()
		return v.cfg.Dialer.Dial(context.WithValue(ctx, streamKey{}, vis), vis.row.PBX, vis.target.dst)
	}
	vis.pin = vis.target.SPKI
	t := &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx) },
		DialTLSContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			c, err := dial(ctx)
			if err != nil {
				return nil, err
			}
			return v.pinned(ctx, vis, c)
		},
		MaxConnsPerHost: MaxStreams, MaxIdleConnsPerHost: MaxStreams / 4, IdleConnTimeout: 30 * time.Second,
		DisableCompression: true, ExpectContinueTimeout: time.Second, MaxResponseHeaderBytes: 256 << 10,
		ForceAttemptHTTP2: false, TLSNextProto: map[string]func(string, *tls.Conn) http.RoundTripper{},
	}
	vis.idle = t.CloseIdleConnections
	own, pbx := vis.origin, vis.target.origin()
	vis.proxy = &httputil.ReverseProxy{
		Transport: t, FlushInterval: -1, BufferPool: buffers{v},
		ErrorLog: slog.NewLogLogger(v.log.Handler(), slog.LevelDebug),
		Rewrite: func(p *httputil.ProxyRequest) {
			p.Out.URL.Scheme, p.Out.URL.Host, p.Out.Host = vis.target.speaks(), vis.target.host, vis.target.host
			p.Out.URL.RawQuery = p.In.URL.RawQuery
			cleanRequest(p.Out.Header, own, pbx)
			vis.jar.give(p.In.URL.Path, p.Out)
		},
		ModifyResponse: func(r *http.Response) error {
			vis.jar.take(r.Request.URL.Path, r.Header)
			cleanResponse(r.Header, own, pbx)
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) { v.failed(w, r, vis, err) },
	}
}

// pinned speaks TLS to the portal. Its certificate is its own; the key must be the one known.
func (v *Visits) pinned(ctx context.Context, vis *visit, c net.Conn) (net.Conn, error) {
	t := tls.Client(c, &tls.Config{
		MinVersion: tls.VersionTLS12, ServerName: serverName(vis.target.dst),
		InsecureSkipVerify: true, //nolint:gosec // the key is compared below; a PBX's certificate is signed by nobody
		VerifyConnection: func(cs tls.ConnectionState) error {
			got := certs.Pin(cs.PeerCertificates[0])
			vis.mu.Lock()
			defer vis.mu.Unlock()
			if vis.pin == "" {
				vis.pin = got // trust on first use; kept below
			}
			if vis.pin != got {
				return fmt.Errorf("%w: %s", errPin, got)
			}
			return nil
		},
	})
	if err := t.HandshakeContext(ctx); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	if vis.target.SPKI == "" {
		vis.mu.Lock()
		pin := vis.pin
		vis.mu.Unlock()
		by := audit.System(v.cfg.Clock.Now(), "first visit")
		if err := v.cfg.PBXs.PinPortal(ctx, by, vis.row.PBX, pin); err != nil {
			return nil, errors.Join(fmt.Errorf("visit: keep the portal's key: %w", err), t.Close())
		}
	}
	return t, nil
}

// serverName is the portal's name for SNI; an address has none.
func serverName(dst string) string {
	host, _, err := net.SplitHostPort(dst)
	if err != nil || net.ParseIP(host) != nil {
		return ""
	}
	return host
}

// buffers is the proxy's pool of copy buffers.
type buffers struct{ v *Visits }

func (b buffers) Get() []byte  { return *b.v.pool.Get().(*[]byte) }
func (b buffers) Put(x []byte) { b.v.pool.Put(&x) }

type countedBody struct {
	io.ReadCloser
	n *atomic.Uint64
}

func (b *countedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.n.Add(uint64(n))
	return n, err
}

// writer counts what goes to the browser, and watches what comes after an upgrade.
type writer struct {
	http.ResponseWriter
	v   *Visits
	vis *visit
}

// Unwrap lets http.ResponseController reach the server's own writer.
func (w *writer) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// WriteHeader implements http.ResponseWriter. Informational answers are dropped: the header rules
// see final ones only.
func (w *writer) WriteHeader(code int) {
	if code >= 100 && code < 200 && code != http.StatusSwitchingProtocols {
		return
	}
	w.ResponseWriter.WriteHeader(code)
}

func (w *writer) Write(b []byte) (int, error) {
	n, err := w.ResponseWriter.Write(b)
	w.vis.bytesOut.Add(uint64(n))
	return n, err
}

// Hijack implements http.Hijacker for WebSockets.
func (w *writer) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	c, rw, err := http.NewResponseController(w.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	early, err := rw.Reader.Peek(rw.Reader.Buffered()) // the proxy reads from the connection only
	if err != nil {
		return nil, nil, errors.Join(err, c.Close())
	}
	return &socket{Conn: c, v: w.v, vis: w.vis, early: bytes.NewReader(bytes.Clone(early))}, rw, nil
}

// socket is the browser's end of a WebSocket.
type socket struct {
	net.Conn
	v      *Visits
	vis    *visit
	early  *bytes.Reader
	frames frames
}

// Read implements net.Conn. Data frames are activity; pings and pongs are not.
func (s *socket) Read(b []byte) (n int, err error) {
	if s.early.Len() > 0 {
		n, err = s.early.Read(b)
	} else {
		n, err = s.Conn.Read(b)
	}
	s.vis.bytesIn.Add(uint64(n))
	if s.frames.feed(b[:n]) && !s.v.touch(s.vis, s.v.cfg.Clock.Now()) {
		return 0, net.ErrClosed
	}
	return n, err
}

// Write implements net.Conn.
func (s *socket) Write(b []byte) (int, error) {
	n, err := s.Conn.Write(b)
	s.vis.bytesOut.Add(uint64(n))
	return n, err
}
