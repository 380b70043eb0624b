package link

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/switchkeep/switchkeep/appliance/domain/pbx"
	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/protocol/link/wire"
	"github.com/switchkeep/switchkeep/certs"
)

var (
	// ErrOffline says that the PBX has no session.
	ErrOffline = fault.New(fault.KindUnavailable, "pbx_offline", "the PBX is not connected")
	// ErrNoVisit says that no live visit asks for the stream.
	ErrNoVisit = fault.New(fault.KindDenied, "no_visit", "no live visit asks for this connection")
)

// Config is what the link needs; all fields without a comment are required.
type Config struct {
	PBXs   *pbx.PBXs
	Signer Signer
	// Key is the secret of this installation from which the connectors' stream keys are derived.
	Key []byte
	// TLS is the link's configuration (certs.Authority.LinkConfig), for the WebSocket carrier.
	TLS *tls.Config
	// Visit returns the id of the live visit that opens a stream to the PBX in this context, or an error.
	Visit func(ctx context.Context, pbxID string) (string, error)
	// Heartbeat, Offline and Idle are wire.Heartbeat, wire.Offline and 60 s when zero.
	Heartbeat, Offline, Idle time.Duration

	Clock  clock.Clock
	Logger *slog.Logger
}

// Signer signs the certificates of connectors; *certs.Authority is one.
type Signer interface {
	SignLinkCSR(csr []byte, pbxID string, days int) (certs.LinkCert, error)
}

// Server holds the sessions. It is safe for concurrent use.
type Server struct {
	cfg Config
	log *slog.Logger
	mux *muxLog

	mu       sync.Mutex
	sessions map[string]*session      // control sessions by PBX
	awaited  map[string]chan *session // data sessions by token
	stopping bool
	wg       sync.WaitGroup
	caps     chan struct{} // WebSocket handshakes
	verify   chan struct{} // enrolments that hash
}

// New checks the configuration.
func New(cfg Config) (*Server, error) {
	if cfg.PBXs == nil || cfg.Signer == nil || cfg.TLS == nil || cfg.Visit == nil || cfg.Clock == nil || cfg.Logger == nil {
		return nil, errors.New("link: PBXs, Signer, TLS, Visit, Clock and Logger are required")
	}
	if len(cfg.Key) < 32 {
		return nil, errors.New("link: the key has fewer than 32 bytes")
	}
	cfg.Heartbeat, cfg.Offline, cfg.Idle = or(cfg.Heartbeat, wire.Heartbeat), or(cfg.Offline, wire.Offline), or(cfg.Idle, time.Minute)
	log := cfg.Logger.With(slog.String("room", "link"))
	return &Server{
		cfg: cfg, log: log, mux: &muxLog{log}, sessions: map[string]*session{}, awaited: map[string]chan *session{},
		caps: make(chan struct{}, 256), verify: make(chan struct{}, 16),
	}, nil
}

func or(a, b time.Duration) time.Duration {
	if a > 0 {
		return a
	}
	return b
}

// Verify is the check of every link handshake, for certs.Authority.LinkConfig: the certificate's PBX is
// enrolled with this key and not revoked.
func (s *Server) Verify(cs tls.ConnectionState) error {
	id, spki, issued, err := certified(cs)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return s.cfg.PBXs.Judge(ctx, id, spki, issued)
}

func certified(cs tls.ConnectionState) (id, spki string, issued time.Time, err error) {
	if len(cs.PeerCertificates) == 0 {
		return "", "", issued, errors.New("link: no client certificate")
	}
	leaf := cs.PeerCertificates[0]
	id, ok := certs.LinkPBX(leaf)
	if !ok {
		return "", "", issued, errors.New("link: the certificate names no PBX")
	}
	return id, wire.Pin(leaf), leaf.NotBefore, nil
}

// StreamKey is what only this appliance and the connector with this key know.
func (s *Server) StreamKey(id, spki string) []byte {
	m := hmac.New(sha256.New, s.cfg.Key)
	m.Write([]byte("sk-link/1 stream key\x00" + id + "\x00" + spki))
	return m.Sum(nil)
}

// Serve takes handshaken connections until ctx ends or the listener is closed. It leaves the sessions up: Stop ends them.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	stop := context.AfterFunc(ctx, func() { _ = ln.Close() })
	defer stop()
	for {
		c, err := ln.Accept()
		if err != nil {
			if ctx.Err() != nil || errors.Is(err, net.ErrClosed) {
				return nil
			}
			return fmt.Errorf("link: accept: %w", err)
		}
		t, ok := c.(*tls.Conn)
		if !ok {
			_ = c.Close()
			return fmt.Errorf("link: %T is no TLS connection", c)
		}
		s.spawn(func() { s.serve(context.WithoutCancel(ctx), t, "tls") })
	}
}

func (s *Server) spawn(fn func()) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopping {
		return false
	}
	s.wg.Go(fn)
	return true
}

// Online tells whether the PBX has a session.
func (s *Server) Online(pbxID string) bool { return s.session(pbxID) != nil }

func (s *Server) session(id string) *session {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sessions[id]
}

// Count is the number of sessions.
func (s *Server) Count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sessions)
}

// Run ends the sessions of PBXs that are deleted, revoked or contested, after the commit, until ctx ends.
func (s *Server) Run(ctx context.Context) error {
	return s.cfg.PBXs.Watch(ctx, func(id string, row *pbx.PBX) {
		p := s.session(id)
		switch {
		case p == nil:
		case row == nil || row.State != pbx.Enrolled:
			p.end(wire.ReasonRevoked, "", 300)
		case row.Rival != nil:
			p.end(wire.ReasonDuplicate, "", 300)
		case row.KeySPKI != p.spki && row.KeyedAt.After(p.issued):
			p.end(wire.ReasonRevoked, "", 300)
		}
	})
}

// Stop tells every connector that the appliance stops, and ends all sessions. Call it last: visits run through them.
func (s *Server) Stop(ctx context.Context) error {
	s.mu.Lock()
	s.stopping = true
	all := make([]*session, 0, len(s.sessions))
	for _, p := range s.sessions {
		all = append(all, p)
	}
	s.mu.Unlock()
	var wg sync.WaitGroup
	for _, p := range all {
		wg.Go(func() { p.end(wire.ReasonStopping, "", 2) })
	}
	wg.Wait()
	done := make(chan struct{})
	go func() { s.wg.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("link: sessions did not end in time: %w", ctx.Err())
	}
}

// EndSession implements access.Ender: nothing of the link hangs on a person's session.
func (s *Server) EndSession(string, string) {}

// EndUser implements access.Ender: a PBX keeps its own key and stays.
func (s *Server) EndUser(string, string) {}

// EndAccount implements access.Ender: the data sessions of the account's PBXs end, and with them what runs
// through them. The PBXs stay connected; nothing new starts while the account is frozen (Dial asks).
func (s *Server) EndAccount(account, reason string) {
	s.mu.Lock()
	var hit []*session
	for _, p := range s.sessions {
		if p.account == account {
			hit = append(hit, p)
		}
	}
	s.mu.Unlock()
	for _, p := range hit {
		s.spawn(func() { p.endData(reason) })
	}
}

// PinOf is the pin of a certificate request's key.
func pinOf(csr *x509.CertificateRequest) string { return wire.PinOf(csr.RawSubjectPublicKeyInfo) }

type muxLog struct{ log *slog.Logger }

func (m *muxLog) Write(b []byte) (int, error) {
	m.log.DebugContext(context.Background(), "yamux", slog.String("line", string(b)))
	return len(b), nil
}
