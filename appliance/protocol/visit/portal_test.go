package visit

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

type server = httptest.Server

// newPortal runs a portal with cookies, redirects, uploads, server-sent events and a WebSocket echo.
func newPortal(t *testing.T, id string, secure bool) *portal {
	t.Helper()
	p := &portal{more: map[string]http.HandlerFunc{}}
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "portal %s %s %s", id, r.Method, r.RequestURI)
	})
	mux.HandleFunc("/login", func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		h.Add("Set-Cookie", "sid="+id+"-secret; Path=/; HttpOnly; Domain=localhost")
		h.Add("Set-Cookie", "_xsrf="+id+"-token; Path=/; SameSite=None; Secure")
		h.Add("Set-Cookie", "lang=en; Path=/; Domain=visit.sk.internal")
		h.Add("Set-Cookie", "__Host-sk_portal=stolen; Path=/; Secure")
		h.Add("Set-Cookie", "__Host-sk=stolen; Path=/; Secure")
		h.Set("Strict-Transport-Security", "max-age=1")
		h.Set("Alt-Svc", `h3=":443"`)
		h.Set("Service-Worker-Allowed", "/")
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Clear-Site-Data", `"cookies"`)
		h.Set("Content-Security-Policy", "default-src 'self'; report-uri /r")
		_, _ = io.WriteString(w, "welcome")
	})
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		_ = r.Header.Write(w)
		fmt.Fprintf(w, "Host: %s\r\nCookie-Header: %s\r\n", r.Host, r.Header.Get("Cookie"))
	})
	mux.HandleFunc("/redirect", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Link", "<"+p.srv.URL+"/a.css>; rel=preload")
		http.Redirect(w, r, p.srv.URL+"/next?q=1", http.StatusFound)
	})
	mux.HandleFunc("/upload", func(w http.ResponseWriter, r *http.Request) {
		n, _ := io.Copy(io.Discard, r.Body)
		fmt.Fprint(w, n)
	})
	mux.HandleFunc("/hints", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Set-Cookie", "__Host-sk_portal=early; Path=/; Secure")
		w.WriteHeader(http.StatusEarlyHints)
		w.Header().Del("Set-Cookie")
		_, _ = io.WriteString(w, "late")
	})
	mux.HandleFunc("/big", func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.URL.Query().Get("n"))
		_, _ = io.Copy(w, io.LimitReader(strings.NewReader(strings.Repeat("x", n)), int64(n)))
	})
	mux.HandleFunc("/hang", func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(200)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	mux.HandleFunc("/sse", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, "data: 1\n\n")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	mux.HandleFunc("/ws", func(w http.ResponseWriter, r *http.Request) {
		c, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer c.CloseNow()
		for {
			kind, b, err := c.Read(r.Context())
			if err != nil || c.Write(r.Context(), kind, append([]byte(id+" "), b...)) != nil {
				return
			}
		}
	})
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		p.seen = append(p.seen, r)
		own := p.more[r.URL.Path]
		p.mu.Unlock()
		if own != nil {
			own(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	})
	if secure {
		p.srv = httptest.NewTLSServer(h)
	} else {
		p.srv = httptest.NewServer(h)
	}
	t.Cleanup(func() {
		p.srv.CloseClientConnections()
		done := make(chan struct{})
		go func() { p.srv.Close(); close(done) }()
		select {
		case <-done:
		case <-time.After(10 * time.Second):
			t.Error("the portal still has requests")
		}
	})
	return p
}
