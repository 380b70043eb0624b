package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/libp2p/go-yamux/v5"

	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/protocol/link/wire"
)

// session dials and serves one session. token is "" for the control session. It tells whether the
// session came up, and why it ended.
func (c *Client) session(ctx context.Context, via carrier, token string) (up bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	mux, err := c.open(ctx, via)
	if err != nil {
		return false, err
	}
	s := &session{c: c, mux: mux, via: via, token: token}
	defer s.wg.Wait()
	defer cancel()
	defer func() { _ = mux.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = mux.Close() })
	defer stop()
	if err := s.greet(ctx); err != nil {
		return false, err
	}
	if token == "" {
		s.wg.Go(func() { s.beat(ctx) })
	}
	s.wg.Go(func() { s.accept(ctx) })
	return true, s.read(ctx)
}

func (c *Client) open(ctx context.Context, via carrier) (*yamux.Session, error) {
	dctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	raw, err := via.dial(dctx)
	if err != nil {
		return nil, err
	}
	conn, err := c.handshake(dctx, raw)
	if err != nil {
		_ = raw.Close()
		return nil, err
	}
	mux, err := yamux.Client(conn, wire.Mux(true, logWriter{c.log}), nil)
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	return mux, nil
}

type session struct {
	c       *Client
	mux     *yamux.Session
	via     carrier
	token   string
	wg      sync.WaitGroup
	control net.Conn
	frames  *wire.Reader
	wmu     sync.Mutex
	every   time.Duration
	acked   uint64
	data    bool // a data session is open or being opened
	dmu     sync.Mutex
}

// greet says Hello, pings, and waits for Welcome: only then is the link up.
func (s *session) greet(ctx context.Context) error {
	st, err := s.mux.OpenStream(ctx)
	if err != nil {
		return fmt.Errorf("open control stream: %w", err)
	}
	s.control, s.frames = st, wire.NewReader(st)
	if err = st.SetDeadline(clock.Deadline(dialTimeout)); err != nil {
		return err
	}
	if _, err = st.Write([]byte{wire.StreamVersion, byte(wire.TypeControl)}); err != nil {
		return fmt.Errorf("the appliance refused the connection: %w", err)
	}
	h := s.c.cfg.Hello()
	h.Major, h.Minor, h.Data = wire.Major, wire.Minor, s.token
	if err = s.send(&h); err != nil {
		return fmt.Errorf("hello: %w", err)
	}
	if _, err = s.mux.Ping(); err != nil {
		return fmt.Errorf("the appliance refused this PBX's key or does not answer: %w", err)
	}
	f, err := s.frames.Next()
	if err != nil {
		return fmt.Errorf("the appliance did not answer the hello: %w", err)
	}
	if f.Kind == wire.KindGoAway {
		return s.away(f)
	}
	var w wire.Welcome
	if err := f.Decode(&w); err != nil {
		return err
	}
	if err := st.SetDeadline(time.Time{}); err != nil {
		return err
	}
	s.every = time.Duration(w.HeartbeatSeconds) * time.Second
	s.c.mu.Lock()
	s.c.told, s.c.toldAt = w.Now, s.c.cfg.Clock.Now()
	s.c.mu.Unlock()
	if s.token == "" {
		s.c.set(func(st *Status) {
			st.State, st.Carrier, st.Name, st.Reason, st.Message = Connected, s.via.name, w.Name, "", w.Message
		})
	}
	return nil
}

func (s *session) away(f wire.Frame) error {
	var g wire.GoAway
	if err := f.Decode(&g); err != nil {
		return err
	}
	return &endedError{g}
}

func (s *session) send(b wire.Body) error {
	s.wmu.Lock()
	defer s.wmu.Unlock()
	return wire.WriteFrame(s.control, b)
}

// beat sends heartbeats and what changed.
func (s *session) beat(ctx context.Context) {
	t := s.c.cfg.Clock.NewTicker(s.every)
	defer t.Stop()
	var seq uint64
	for {
		var msg wire.Body
		select {
		case <-ctx.Done():
			return
		case <-s.mux.CloseChan():
			return
		case <-s.c.cfg.Changed:
			if s.c.cfg.Status == nil {
				continue
			}
			st := s.c.cfg.Status()
			msg = &st
		case <-t.C():
			seq++
			b := s.c.cfg.Beat()
			b.Seq = seq
			msg = &b
			s.renew()
		}
		if err := s.send(msg); err != nil {
			s.c.log.WarnContext(ctx, "heartbeat was not sent", slog.Any("error", err))
			_ = s.mux.Close()
			return
		}
	}
}

func (s *session) renew() {
	if s.c.cfg.CSR == nil {
		return
	}
	if csr := s.c.cfg.CSR(); csr != "" {
		_ = s.send(&wire.Renew{CSR: csr})
	}
}

// read serves the control stream until the session ends. Silence of the appliance for longer than
// wire.Offline ends it too.
func (s *session) read(ctx context.Context) error {
	for {
		if s.token == "" {
			if err := s.control.SetReadDeadline(clock.Deadline(wire.Offline)); err != nil {
				return err
			}
		}
		f, err := s.frames.Next()
		if err != nil {
			return err
		}
		if err := s.handle(ctx, f); err != nil {
			return err
		}
	}
}

func (s *session) handle(ctx context.Context, f wire.Frame) error {
	switch f.Kind {
	case wire.KindAck:
		var a wire.Ack
		if err := f.Decode(&a); err != nil {
			return err
		}
		s.acked = a.Seq
		s.c.set(func(st *Status) { st.Message = a.Message })
	case wire.KindGoAway:
		return s.away(f)
	case wire.KindRenewed:
		var r wire.Renewed
		if err := f.Decode(&r); err != nil {
			return err
		}
		if r.Problem != "" || s.c.cfg.Renewed == nil {
			s.c.log.WarnContext(ctx, "certificate was not renewed", slog.String("problem", r.Problem))
			return nil
		}
		if err := s.c.cfg.Renewed(r.Certificate); err != nil {
			s.c.log.ErrorContext(ctx, "renewed certificate was not stored", slog.Any("error", err))
		}
	case wire.KindData:
		var d wire.Data
		if err := f.Decode(&d); err != nil {
			return err
		}
		s.openData(ctx, d.Token)
	default:
		return fmt.Errorf("frame kind %d from the appliance: %w", f.Kind, wire.ErrMalformed)
	}
	return nil
}

// openData opens the data session beside this one; one at a time.
func (s *session) openData(ctx context.Context, token string) {
	s.dmu.Lock()
	defer s.dmu.Unlock()
	if s.data || s.token != "" {
		return
	}
	s.data = true
	s.wg.Go(func() {
		_, err := s.c.session(ctx, s.via, token)
		ended, told := errors.AsType[*endedError](err)
		idle := told && ended.away.Reason == wire.ReasonIdle
		if ctx.Err() == nil && !idle && !errors.Is(err, io.EOF) {
			s.c.log.WarnContext(ctx, "data session ended", slog.Any("error", err))
		}
		s.dmu.Lock()
		s.data = false
		s.dmu.Unlock()
	})
}

type logWriter struct{ log *slog.Logger }

func (w logWriter) Write(b []byte) (int, error) {
	w.log.DebugContext(context.Background(), "yamux", slog.String("line", string(b)))
	return len(b), nil
}
