package api

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// contextKey carries the request's context over the bridge.
type contextKey struct{}

// bridge runs a fiber app behind net/http: net/http owns the socket, fiber sees one parsed request
// with its whole body, which the gate has read within the route's cap.
type bridge struct {
	handler fasthttp.RequestHandler
	pool    sync.Pool
	log     fasthttp.Logger
}

func newBridge(app *fiber.App, log fasthttp.Logger) *bridge {
	return &bridge{handler: app.Handler(), log: log, pool: sync.Pool{New: func() any { return new(fasthttp.RequestCtx) }}}
}

// serve hands the request to fiber and returns its answer's status. Body is the whole body.
func (b *bridge) serve(ctx context.Context, w http.ResponseWriter, r *http.Request, body []byte) (status int, answer []byte) {
	fc, _ := b.pool.Get().(*fasthttp.RequestCtx)
	defer func() {
		fc.ResetUserValues()
		fc.Request.Reset()
		fc.Response.Reset()
		b.pool.Put(fc)
	}()
	fc.Init2(addrs{}, b.log, false)
	req := &fc.Request
	req.Header.SetMethod(r.Method)
	if r.Method == http.MethodHead {
		req.Header.SetMethod(http.MethodGet)
	}
	req.SetRequestURI(r.URL.RequestURI())
	req.Header.SetHost(r.Host)
	for k, vs := range r.Header {
		switch k {
		case "Connection", "Transfer-Encoding", "Content-Length", "Upgrade", "Expect", "Cookie":
			continue
		}
		for _, v := range vs {
			req.Header.Add(k, v)
		}
	}
	req.SetBodyRaw(body)
	fc.SetUserValue(contextKey{}, ctx)
	b.handler(fc)

	res := &fc.Response
	for k, v := range res.Header.All() {
		switch key := string(k); key {
		case "Connection", "Server", "Date", "Content-Length", "Transfer-Encoding":
		default:
			w.Header()[key] = append(w.Header()[key], string(v))
		}
	}
	return res.StatusCode(), append([]byte(nil), res.Body()...)
}

// addrs stands for the connection, whose addresses fiber is not asked for.
type addrs struct{ net.Conn }

func (addrs) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4zero} }
func (addrs) LocalAddr() net.Addr  { return &net.TCPAddr{IP: net.IPv4zero} }

// SetReadDeadline is asked for by huma before it reads the body, which is in memory already.
func (addrs) SetReadDeadline(time.Time) error { return nil }
