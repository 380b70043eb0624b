package link

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// ServeEnroll serves Enroll on handshaken connections of ALPN sk-enroll/1 until ctx ends. Whatever Host
// they name, they get the enrolment and nothing else.
func (s *Server) ServeEnroll(ctx context.Context, ln net.Listener) error {
	srv := &http.Server{
		Handler: s.Enroll(), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 20 * time.Second, WriteTimeout: 30 * time.Second,
		IdleTimeout: 30 * time.Second, MaxHeaderBytes: 16 << 10,
		BaseContext: func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
		ErrorLog:    slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	stopped := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		_ = srv.Shutdown(grace)
		_ = srv.Close()
		close(stopped)
	})
	err := srv.Serve(Opaque(ln))
	if !stop() {
		<-stopped
	}
	if err == nil || errors.Is(err, http.ErrServerClosed) || errors.Is(err, net.ErrClosed) {
		return nil
	}
	return fmt.Errorf("link: enrolment: %w", err)
}

// Opaque hides that the connections of ln are *tls.Conn: net/http closes a connection whose negotiated
// protocol (sk-enroll/1) it does not know. A server of Enroll needs it on that route.
func Opaque(ln net.Listener) net.Listener { return opaque{ln} }

type opaque struct{ net.Listener }

type opaqueConn struct{ net.Conn }

func (o opaque) Accept() (net.Conn, error) {
	c, err := o.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return opaqueConn{c}, nil
}
