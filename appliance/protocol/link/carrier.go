package link

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net/http"
	"time"

	"github.com/coder/websocket"

	"github.com/switchkeep/switchkeep/appliance/protocol/link/wire"
)

const carrierHandshake = 10 * time.Second

// Carrier serves GET /_link: a WebSocket that carries the link's own mutual TLS, for sites whose
// proxies let nothing else out. Handshakes are capped; browsers of other origins are refused.
func (s *Server) Carrier() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case s.caps <- struct{}{}:
		default:
			w.Header().Set("Retry-After", "5")
			http.Error(w, "too many handshakes", http.StatusServiceUnavailable)
			return
		}
		conn := s.upgrade(w, r)
		<-s.caps
		if conn == nil {
			return
		}
		done := make(chan struct{})
		if !s.spawn(func() { defer close(done); s.serve(context.WithoutCancel(r.Context()), conn, "websocket") }) {
			_ = conn.Close()
			return
		}
		<-done
	})
}

func (s *Server) upgrade(w http.ResponseWriter, r *http.Request) *tls.Conn {
	ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{
		Subprotocols: []string{wire.ALPN}, CompressionMode: websocket.CompressionDisabled,
	})
	if err != nil {
		return nil // Accept has answered
	}
	if ws.Subprotocol() != wire.ALPN {
		_ = ws.Close(websocket.StatusPolicyViolation, "subprotocol "+wire.ALPN+" is needed")
		return nil
	}
	// The request's context may end with the handler's connection being hijacked; the session outlives it.
	nc := websocket.NetConn(context.WithoutCancel(r.Context()), ws, websocket.MessageBinary)
	conn := tls.Server(nc, s.cfg.TLS)
	ctx, cancel := context.WithTimeout(r.Context(), carrierHandshake)
	defer cancel()
	if err := conn.HandshakeContext(ctx); err != nil {
		s.log.InfoContext(r.Context(), "carrier handshake failed", slog.Any("error", err))
		_ = conn.Close()
		return nil
	}
	return conn
}
