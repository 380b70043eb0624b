package link

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"time"

	"github.com/libp2p/go-yamux/v5"

	"github.com/switchkeep/switchkeep/appliance/protocol/link/wire"
)

// capData is the capability of a connector that opens a data session on demand.
const capData = "data"

const dataTimeout = 15 * time.Second

// Dial opens a stream to dst behind the PBX: "portal" is its web portal, HTTP/1.1 in plain text inside
// the link. It asks the pbx room whether anything may start and the visit room for the live visit. A
// refusal of the connector is a *wire.RefusedError and comes with the first Read.
func (s *Server) Dial(ctx context.Context, pbxID, dst string) (net.Conn, error) {
	p := s.session(pbxID)
	if p == nil {
		return nil, ErrOffline
	}
	if err := s.cfg.PBXs.Startable(ctx, pbxID); err != nil {
		return nil, err
	}
	visit, err := s.cfg.Visit(ctx, pbxID)
	if err != nil {
		return nil, ErrNoVisit.Because(err)
	}
	via, err := p.dataSession(ctx)
	if err != nil {
		return nil, err
	}
	o := wire.Open{Dst: dst, Session: visit, Expires: wire.Expiry(via.now())}
	o.Sign(s.StreamKey(p.id, p.spki), wire.TypePortal)
	head, err := wire.AppendOpen(nil, wire.TypePortal, &o)
	if err != nil {
		return nil, err
	}
	st, err := via.mux.OpenStream(ctx)
	if err != nil {
		return nil, ErrOffline.Because(err)
	}
	if _, err := st.Write(head); err != nil {
		_ = st.Reset()
		return nil, ErrOffline.Because(err)
	}
	return wire.Opened(&stream{Stream: st, addr: addr(pbxID)}), nil
}

// stream closes itself on a failed write: yamux leaves the other direction waiting otherwise
// (hashicorp/yamux issue 142).
type stream struct {
	*yamux.Stream
	addr addr
}

func (s *stream) Write(b []byte) (int, error) {
	n, err := s.Stream.Write(b)
	if err != nil {
		_ = s.Reset()
	}
	return n, err
}

func (s *stream) RemoteAddr() net.Addr { return s.addr }

type addr string

func (addr) Network() string  { return "sk-link" }
func (a addr) String() string { return string(a) }

// dataSession returns the session that streams run over; it asks the connector for one when there is none.
func (p *session) dataSession(ctx context.Context) (*session, error) {
	if !slices.Contains(p.caps, capData) {
		return p, nil
	}
	p.dmu.Lock()
	defer p.dmu.Unlock()
	if p.data != nil && !p.data.mux.IsClosed() {
		return p.data, nil
	}
	token := rand.Text()
	ready := make(chan *session, 1)
	p.s.mu.Lock()
	p.s.awaited[token] = ready
	p.s.mu.Unlock()
	defer func() {
		p.s.mu.Lock()
		delete(p.s.awaited, token)
		p.s.mu.Unlock()
	}()
	if err := p.send(&wire.Data{Token: token}); err != nil {
		return nil, ErrOffline.Because(err)
	}
	t := p.s.cfg.Clock.NewTimer(dataTimeout)
	defer t.Stop()
	select {
	case d := <-ready:
		if d.id != p.id || subtle.ConstantTimeCompare([]byte(d.spki), []byte(p.spki)) != 1 {
			_ = d.mux.Close()
			return nil, ErrOffline.Because(errors.New("the data session came from another PBX"))
		}
		p.data = d
		return d, nil
	case <-p.mux.CloseChan():
		return nil, ErrOffline
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-t.C():
		return nil, ErrOffline.Because(errors.New("the connector opened no data session"))
	}
}

// greetData admits a data session: its token was asked for by the same PBX a moment ago.
func (s *Server) greetData(ctx context.Context, p *session, h wire.Hello) error {
	s.mu.Lock()
	ready, ok := s.awaited[h.Data]
	delete(s.awaited, h.Data)
	s.mu.Unlock()
	owner := s.session(p.id)
	if !ok || owner == nil || owner.machine != h.MachineID || owner.run != h.Run {
		return p.refuse(&refusal{wire.ReasonRefused, errors.New("unknown data session"), 0})
	}
	if err := p.send(p.welcome()); err != nil {
		return err
	}
	ready <- p
	s.log.DebugContext(ctx, "data session opened", slog.String("pbx", p.id))
	p.idle()
	return fmt.Errorf("data session: %w", errIdle)
}

var errIdle = errors.New("closed")

// idle waits until the session ends or carried no stream for cfg.Idle.
func (p *session) idle() {
	step := max(p.s.cfg.Idle/6, 10*time.Millisecond)
	t := p.s.cfg.Clock.NewTicker(step)
	defer t.Stop()
	var quiet time.Duration
	for {
		select {
		case <-p.mux.CloseChan():
			return
		case <-t.C():
		}
		if p.mux.NumStreams() > 1 { // the control stream is one
			quiet = 0
			continue
		}
		if quiet += step; quiet >= p.s.cfg.Idle {
			p.end(wire.ReasonIdle, "", 0)
			return
		}
	}
}

// endData closes the data session, and with it what runs through it.
func (p *session) endData(reason string) {
	p.dmu.Lock()
	d := p.data
	p.data = nil
	p.dmu.Unlock()
	if d != nil {
		_ = d.mux.Close()
		p.s.log.InfoContext(context.Background(), "data session ended", slog.String("pbx", p.id), slog.String("reason", reason))
	}
}
