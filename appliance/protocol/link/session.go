package link

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/libp2p/go-yamux/v5"

	"github.com/switchkeep/switchkeep/appliance/domain/pbx"
	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/protocol/link/wire"
)

const (
	helloTimeout = 15 * time.Second
	pingTimeout  = 5 * time.Second
	closeTimeout = time.Second
	// Swaps of two live programs on one machine within swapWindow that make it a duplicate (a cloned machine).
	maxSwaps   = 3
	swapWindow = 5 * time.Minute
)

// session is one connection of a connector.
type session struct {
	s       *Server
	id      string
	account string
	spki    string
	issued  time.Time
	machine string
	run     string
	addr    string
	carrier string
	caps    []string

	mux     *yamux.Session
	control *yamux.Stream
	frames  *wire.Reader

	// began is the time of the session's beginning, at beganAt of the machine's clock: the session's own
	// time, by which the connector judges what expires, goes on from there when the clock is set.
	began, beganAt time.Time

	wmu    sync.Mutex // writes on control
	reason wire.Reason
	swaps  []time.Time

	dmu  sync.Mutex // guards data
	data *session
}

// refusal ends a session before it is admitted.
type refusal struct {
	reason wire.Reason
	err    error
	retry  int
}

func (r *refusal) Error() string { return string(r.reason) + ": " + r.err.Error() }
func (r *refusal) Unwrap() error { return r.err }

func (s *Server) serve(ctx context.Context, conn *tls.Conn, carrier string) {
	defer func() { _ = conn.Close() }()
	defer func() {
		if v := recover(); v != nil {
			s.log.ErrorContext(ctx, "session panicked", slog.Any("panic", v))
		}
	}()
	p := &session{s: s, addr: host(conn.RemoteAddr()), carrier: carrier, began: s.cfg.Clock.Now(), beganAt: clock.Deadline(0)}
	var err error
	if p.id, p.spki, p.issued, err = certified(conn.ConnectionState()); err != nil {
		s.log.WarnContext(ctx, "connection without identity", slog.Any("error", err))
		return
	}
	if p.mux, err = yamux.Server(conn, wire.Mux(false, s.mux), nil); err != nil {
		s.log.ErrorContext(ctx, "yamux", slog.Any("error", err))
		return
	}
	defer func() { _ = p.mux.Close() }()
	if err = apart(func() error { return s.greet(ctx, p) }); err != nil {
		s.log.InfoContext(ctx, "session was refused", slog.String("pbx", p.id), slog.String("address", p.addr), slog.Any("error", err))
		return
	}
	err = p.loop(ctx)
	s.log.InfoContext(ctx, "session ended", slog.String("pbx", p.id), slog.Any("error", err))
	p.gone(err)
}

// apart runs fn on a stack of its own. What it decodes and reads needs a deep one; the goroutine that a
// session keeps for its whole life stays at the smallest.
func apart(fn func() error) error {
	done := make(chan error, 1)
	go func() {
		defer func() {
			if v := recover(); v != nil {
				done <- fmt.Errorf("panic: %v", v)
			}
		}()
		done <- fn()
	}()
	return <-done
}

func host(a net.Addr) string {
	h, _, err := net.SplitHostPort(a.String())
	if err != nil {
		return a.String()
	}
	return h
}

// greet reads the Hello, judges it and answers.
func (s *Server) greet(ctx context.Context, p *session) error {
	late := s.timer(helloTimeout, func() { _ = p.mux.Close() })
	defer late()
	st, err := p.mux.AcceptStream()
	if err != nil {
		return err
	}
	p.control, p.frames = st, wire.NewReader(st)
	t, _, err := wire.ReadOpen(st)
	if err != nil || t != wire.TypeControl {
		return fmt.Errorf("first stream of type %d: %w", t, errors.Join(err, wire.ErrMalformed))
	}
	f, err := p.frames.Next()
	if err != nil {
		return err
	}
	var h wire.Hello
	if err = f.Decode(&h); err != nil {
		return p.refuse(&refusal{wire.ReasonRefused, err, 300})
	}
	if h.Major != wire.Major || h.Minor < wire.Minor-2 {
		return p.refuse(&refusal{wire.ReasonVersion, wire.ErrVersion, 3600})
	}
	p.machine, p.run, p.caps = h.MachineID, h.Run, h.Caps
	if h.Data != "" {
		return s.greetData(ctx, p, h)
	}
	a, err := s.admit(ctx, p, h)
	if err != nil {
		if r, ok := errors.AsType[*refusal](err); ok {
			return p.refuse(r)
		}
		return err
	}
	p.account = a.AccountID
	s.cfg.PBXs.Presence().Up(p.id, s.cfg.Clock.Now(), pbx.Sighting{
		Address: p.addr, Carrier: p.carrier, Connector: h.Connector, Firmware: h.Firmware, Uptime: seconds(h.Uptime),
		PortalUp: h.Portal.Reachable, Problem: h.Portal.Problem,
	})
	s.report(ctx, p.id, h.HA)
	w := p.welcome()
	w.Name, w.Message = a.Name, a.Message
	return p.send(w)
}

func (p *session) welcome() *wire.Welcome {
	return &wire.Welcome{
		Major: wire.Major, Minor: wire.Minor, PBX: p.id, Now: p.now(), HeartbeatSeconds: max(1, int(p.s.cfg.Heartbeat/time.Second)),
	}
}

// now is the session's own time.
func (p *session) now() time.Time { return p.began.Add(clock.Deadline(0).Sub(p.beganAt)) }

// timer runs fn after d unless the returned function is called before.
func (s *Server) timer(d time.Duration, fn func()) (stop func()) {
	t := s.cfg.Clock.NewTimer(d)
	done := make(chan struct{})
	go func() {
		select {
		case <-t.C():
			fn()
		case <-done:
		}
	}()
	return sync.OnceFunc(func() { t.Stop(); close(done) })
}

// admit asks the pbx room, waits for a proof of life, and makes the session the PBX's own.
func (s *Server) admit(ctx context.Context, p *session, h wire.Hello) (pbx.Admission, error) {
	said := pbx.Hello{
		Device: pbx.Device{
			Serial: h.Serial, Model: h.Model, Firmware: h.Firmware, MachineID: h.MachineID,
			PortalURL: h.Portal.URL, PortalSPKI: h.Portal.SPKI,
		},
		KeySPKI: p.spki, Issued: p.issued, Address: p.addr,
	}
	a, err := s.cfg.PBXs.Admit(ctx, p.id, said)
	switch {
	case errors.Is(err, pbx.ErrIdentity):
		return a, s.contest(ctx, p, said)
	case errors.Is(err, pbx.ErrDuplicate):
		return a, &refusal{wire.ReasonDuplicate, err, 300}
	case errors.Is(err, pbx.ErrRevoked):
		return a, &refusal{wire.ReasonRevoked, err, 300}
	case err != nil:
		return a, err
	}
	if !p.alive() {
		return a, errors.New("the newcomer does not answer a ping")
	}
	return a, s.takeOver(ctx, p, said)
}

// contest judges a machine that the key is not bound to: if the genuine one lives at the same time, both are parked.
func (s *Server) contest(ctx context.Context, p *session, said pbx.Hello) error {
	old := s.session(p.id)
	if old == nil || !p.alive() || !old.alive() {
		return &refusal{wire.ReasonIdentity, s.cfg.PBXs.Contest(ctx, p.id, said, pbx.ErrIdentity), 300}
	}
	err := s.cfg.PBXs.Contest(ctx, p.id, said, pbx.ErrDuplicate)
	old.end(wire.ReasonDuplicate, "", 300)
	return &refusal{wire.ReasonDuplicate, err, 300}
}

// takeOver replaces an older session of the same PBX. One that does not answer a ping is dead; one that
// answers is told so, and two programs that keep replacing each other are a duplicate identity.
func (s *Server) takeOver(ctx context.Context, p *session, said pbx.Hello) error {
	for {
		s.mu.Lock()
		old := s.sessions[p.id]
		if s.stopping {
			s.mu.Unlock()
			return &refusal{wire.ReasonStopping, errors.New("the appliance stops"), 2}
		}
		if old == nil {
			s.sessions[p.id] = p
			s.mu.Unlock()
			return nil
		}
		s.mu.Unlock()
		if old.alive() && old.run != p.run {
			p.swaps = append(recent(old.swaps, s.cfg.Clock.Now()), s.cfg.Clock.Now())
		}
		if len(p.swaps) >= maxSwaps {
			err := s.cfg.PBXs.Contest(ctx, p.id, said, pbx.ErrDuplicate)
			old.end(wire.ReasonDuplicate, "", 300)
			return &refusal{wire.ReasonDuplicate, err, 300}
		}
		s.mu.Lock()
		if s.sessions[p.id] == old {
			s.sessions[p.id] = p
			s.mu.Unlock()
			old.end(wire.ReasonReplaced, "another connector with the same key connected", 60)
			return nil
		}
		s.mu.Unlock()
	}
}

func recent(times []time.Time, now time.Time) []time.Time {
	var out []time.Time
	for _, t := range times {
		if now.Sub(t) < swapWindow {
			out = append(out, t)
		}
	}
	return out
}

// alive pings the other end and waits at most pingTimeout.
func (p *session) alive() bool {
	ok := make(chan bool, 1)
	go func() {
		_, err := p.mux.Ping()
		ok <- err == nil
	}()
	t := p.s.cfg.Clock.NewTimer(pingTimeout)
	defer t.Stop()
	select {
	case v := <-ok:
		return v
	case <-t.C():
		return false
	}
}

func (p *session) send(b wire.Body) error {
	p.wmu.Lock()
	defer p.wmu.Unlock()
	if err := p.control.SetWriteDeadline(clock.Deadline(helloTimeout)); err != nil {
		return err
	}
	if err := wire.WriteFrame(p.control, b); err != nil {
		_ = p.mux.Close() // a stream with a failed write is of no use, and this is the session's own
		return err
	}
	return nil
}

func (p *session) refuse(r *refusal) error {
	_ = p.send(&wire.GoAway{Reason: r.reason, RetrySeconds: r.retry})
	p.linger()
	return r
}

// linger gives the other end the time to read the last frame and close.
func (p *session) linger() {
	t := p.s.cfg.Clock.NewTimer(closeTimeout)
	defer t.Stop()
	select {
	case <-p.mux.CloseChan():
	case <-t.C():
	}
	_ = p.mux.Close()
}

// end says why and closes.
func (p *session) end(reason wire.Reason, message string, retry int) {
	p.dmu.Lock()
	if p.reason == "" {
		p.reason = reason
	}
	p.dmu.Unlock()
	_ = p.send(&wire.GoAway{Reason: reason, Message: message, RetrySeconds: retry})
	p.linger()
}

// gone takes the session out of the table and tells the pbx room.
func (p *session) gone(err error) {
	p.endData("the link ended")
	p.s.mu.Lock()
	mine := p.s.sessions[p.id] == p
	if mine {
		delete(p.s.sessions, p.id)
	}
	p.s.mu.Unlock()
	if !mine {
		return
	}
	p.dmu.Lock()
	reason := string(p.reason)
	p.dmu.Unlock()
	if reason == "" && err != nil && !errors.Is(err, io.EOF) {
		reason = "lost"
	}
	p.s.cfg.PBXs.Presence().Down(p.id, p.s.cfg.Clock.Now(), reason)
}

// loop reads the control stream until the session ends.
func (p *session) loop(ctx context.Context) error {
	for {
		if err := p.control.SetReadDeadline(clock.Deadline(p.s.cfg.Offline)); err != nil {
			return err
		}
		f, err := p.frames.Next()
		if err != nil {
			return err
		}
		if err := apart(func() error { return p.handle(ctx, f) }); err != nil {
			_ = p.send(&wire.GoAway{Reason: wire.ReasonRefused, RetrySeconds: 60})
			p.linger()
			return err
		}
	}
}

func (p *session) handle(ctx context.Context, f wire.Frame) error {
	hot := p.s.cfg.PBXs.Presence()
	switch f.Kind {
	case wire.KindHeartbeat:
		var b wire.Beat
		if err := f.Decode(&b); err != nil {
			return err
		}
		hot.Beat(p.id, p.s.cfg.Clock.Now(), seconds(b.Uptime))
		p.s.report(ctx, p.id, b.HA)
		notice, err := p.s.cfg.PBXs.Notice(ctx, p.id)
		if errors.Is(err, pbx.ErrRevoked) {
			p.end(wire.ReasonRevoked, "", 300)
			return err
		}
		return p.send(&wire.Ack{Seq: b.Seq, Now: p.s.cfg.Clock.Now(), Message: notice})
	case wire.KindStatus:
		var st wire.Status
		if err := f.Decode(&st); err != nil {
			return err
		}
		hot.Portal(p.id, st.Portal.Reachable, st.Portal.Problem)
		p.s.report(ctx, p.id, st.HA)
		return nil
	case wire.KindRenew:
		var r wire.Renew
		if err := f.Decode(&r); err != nil {
			return err
		}
		return p.send(p.s.renew(ctx, p, r))
	default:
		return fmt.Errorf("frame kind %d from a connector: %w", f.Kind, wire.ErrMalformed)
	}
}

func (s *Server) report(ctx context.Context, id string, h *wire.HA) {
	if h != nil {
		s.cfg.PBXs.Report(ctx, id, pbx.Evidence{VIPSerial: h.VIPSerial, Seen: h.Seen})
	}
}

func seconds(n int64) time.Duration { return time.Duration(n) * time.Second }
