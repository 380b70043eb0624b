package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strings"

	"github.com/switchkeep/switchkeep/appliance/platform/ident"
	"github.com/switchkeep/switchkeep/appliance/surface/api/problem"
	"github.com/switchkeep/switchkeep/appliance/surface/api/route"
)

// Handler is the console's listener. This is the one list of what every request passes, in order;
// what the JSON API adds is the list in API.serve.
func (a *API) Handler() http.Handler {
	h := http.Handler(http.HandlerFunc(a.dispatch))
	for _, layer := range []func(http.Handler) http.Handler{ // innermost first
		a.securityHeaders,
		a.knownHost,
		a.recovered,
		requestID,
	} {
		h = layer(h)
	}
	return h
}

func (a *API) dispatch(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == "/healthz":
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		_, _ = w.Write([]byte("ok\n"))
		return
	case strings.HasPrefix(r.URL.Path, "/api/"):
		a.serve(w, r)
		return
	case r.URL.Path == "/docs/api":
		a.docs.ServeHTTP(w, r)
		return
	}
	for _, m := range a.c.Mounts {
		if r.URL.Path == m.Path || strings.HasSuffix(m.Path, "/") && strings.HasPrefix(r.URL.Path, m.Path) {
			m.Handler.ServeHTTP(w, r)
			return
		}
	}
	a.static.ServeHTTP(w, r)
}

type requestKey struct{}

// requestID names the request; a client's own name is not taken over.
func requestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := ident.New()
		w.Header().Set("X-Request-Id", id)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestKey{}, id)))
	})
}

func (a *API) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			switch v := recover(); v {
			case nil:
			case http.ErrAbortHandler:
				panic(v)
			default:
				a.c.Log.ErrorContext(r.Context(), "handler panicked", slog.String("request", requestOf(r.Context())),
					slog.String("method", r.Method), slog.String("path", r.URL.Path), slog.String("panic", fmt.Sprint(v)),
					slog.String("stack", string(debug.Stack())))
				p, _ := problem.From(errors.New("panic"))
				problem.Write(w, p)
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// knownHost refuses names that are not the console's: a browser may send requests for another of our
// names on this connection (HTTP/2 coalescing), and a foreign name is DNS rebinding.
func (a *API) knownHost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !a.c.Hosts(r.Host) {
			problem.Write(w, problem.New(http.StatusMisdirectedRequest, "unknown_host", "this name is not served here"))
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (a *API) securityHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
		if a.c.HSTS != nil {
			if v := a.c.HSTS(); v != "" {
				h.Set("Strict-Transport-Security", v)
			}
		}
		next.ServeHTTP(w, r)
	})
}

func requestOf(ctx context.Context) string {
	id, _ := ctx.Value(requestKey{}).(string)
	return id
}

func clientOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// findEntry answers 404 and 405 itself.
func (a *API) findEntry(w http.ResponseWriter, r *http.Request) *route.Entry {
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	e, allow := a.registry.Find(method, r.URL.EscapedPath())
	switch {
	case e != nil && e.Raw() != nil && r.Method == http.MethodHead:
		w.Header().Set("Allow", http.MethodGet)
		problem.Write(w, problem.New(http.StatusMethodNotAllowed, "method", "a stream has no head"))
		return nil
	case e != nil:
		return e
	case len(allow) > 0:
		w.Header().Set("Allow", strings.Join(allow, ", "))
		problem.Write(w, problem.New(http.StatusMethodNotAllowed, "method", "this path does not know the method"))
	default:
		problem.Write(w, problem.New(http.StatusNotFound, "no_route", "there is nothing under this path"))
	}
	return nil
}
