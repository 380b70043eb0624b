package client

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/libp2p/go-yamux/v5"

	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/protocol/link/wire"
)

const (
	headerTimeout = 10 * time.Second
	openTimeout   = 10 * time.Second
	// idleStream ends a stream on which nothing moved; a visit ends much earlier by itself.
	idleStream = 30 * time.Minute
)

func (s *session) accept(ctx context.Context) {
	for {
		st, err := s.mux.AcceptStream()
		if err != nil {
			return
		}
		s.wg.Go(func() { s.serve(ctx, st) })
	}
}

func (s *session) serve(ctx context.Context, st *yamux.Stream) {
	defer func() {
		if p := recover(); p != nil {
			s.c.log.ErrorContext(ctx, "stream handler panicked", slog.Any("panic", p))
			_ = st.Reset()
		}
	}()
	if err := st.SetReadDeadline(clock.Deadline(headerTimeout)); err != nil {
		_ = st.Reset()
		return
	}
	t, o, err := wire.ReadOpen(st)
	if err != nil {
		s.c.log.WarnContext(ctx, "stream header was refused", slog.Any("error", err))
		_ = st.Reset()
		return
	}
	target, answer := s.authorize(ctx, t, o)
	if err := wire.WriteAnswer(st, answer); err != nil || answer != wire.OK {
		if answer != wire.OK {
			s.c.log.WarnContext(ctx, "stream was refused", slog.String("answer", answer.String()), slog.String("dst", o.Dst))
			drain(st)
		}
		if target != nil {
			_ = target.Close()
		}
		_ = st.Close()
		return
	}
	Splice(ctx, s.c.cfg.Clock, st, target, idleStream)
}

// drain reads what the opener already sent, so that closing does not overtake the answer.
func drain(st *yamux.Stream) {
	_ = st.CloseWrite()
	_, _ = io.CopyN(io.Discard, st, 64<<10)
}

// authorize is the connector's own word on a stream: type, MAC, end, destination, in this order.
func (s *session) authorize(ctx context.Context, t wire.Type, o wire.Open) (net.Conn, wire.Answer) {
	if t != wire.TypePortal {
		return nil, wire.BadType
	}
	if !o.Signed(s.c.cfg.StreamKey, t) {
		return nil, wire.BadMAC
	}
	s.c.mu.Lock()
	now := s.c.told.Add(s.c.cfg.Clock.Now().Sub(s.c.toldAt)) // by what passed: our own clock may be set meanwhile
	s.c.mu.Unlock()
	if now.Unix() > o.Expires {
		return nil, wire.Expired
	}
	ctx, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	target, err := s.c.cfg.Open(ctx, t, o.Dst)
	var refused *wire.RefusedError
	switch {
	case errors.As(err, &refused):
		return nil, refused.Answer
	case err != nil:
		s.c.log.WarnContext(ctx, "destination was not reached", slog.String("dst", o.Dst), slog.Any("error", err))
		return nil, wire.Unreachable
	}
	return target, wire.OK
}

// Splice copies both ways until both ends are done, ctx ends, or nothing moves for idle. It closes both.
func Splice(ctx context.Context, clk clock.Clock, a, b net.Conn, idle time.Duration) {
	stop := context.AfterFunc(ctx, func() { _ = a.Close(); _ = b.Close() })
	defer stop()
	p := &pump{clk: clk, idle: idle}
	p.last.Store(clk.Now().UnixNano())
	var wg sync.WaitGroup
	half := func(dst, src net.Conn) {
		if err := p.copy(dst, src); err != nil {
			_ = dst.Close()
			_ = src.Close()
			return
		}
		if w, ok := dst.(interface{ CloseWrite() error }); ok && w.CloseWrite() == nil {
			return
		}
		_ = dst.Close()
	}
	wg.Go(func() { half(a, b) })
	half(b, a)
	wg.Wait()
	_ = a.Close()
	_ = b.Close()
}

// pump is what the two directions share: when something moved last.
type pump struct {
	clk  clock.Clock
	idle time.Duration
	last atomic.Int64
}

func (p *pump) copy(dst, src net.Conn) error {
	buf := make([]byte, 16<<10)
	var armed time.Time
	for {
		if now := p.clk.Now(); now.Sub(armed) > p.idle/8 {
			armed = now
			if err := errors.Join(src.SetReadDeadline(now.Add(p.idle)), dst.SetWriteDeadline(now.Add(p.idle))); err != nil {
				return err
			}
		}
		n, err := src.Read(buf)
		if n > 0 {
			p.last.Store(p.clk.Now().UnixNano())
			if _, werr := dst.Write(buf[:n]); werr != nil {
				return werr
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case timedOut(err) && p.clk.Now().UnixNano()-p.last.Load() < int64(p.idle/2):
			armed = time.Time{} // the other direction is alive
		case err != nil:
			return err
		}
	}
}

func timedOut(err error) bool {
	var ne net.Error
	return errors.As(err, &ne) && ne.Timeout()
}
