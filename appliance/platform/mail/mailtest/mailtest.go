// Package mailtest is a small SMTP receiver for tests: EHLO, STARTTLS, AUTH PLAIN, MAIL,
// RCPT, DATA, RSET, NOOP, QUIT (RFC 5321, RFC 3207, RFC 4954). It keeps what it takes and
// refuses what it is told to.
package mailtest

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"net/textproto"
	"strings"
	"sync"
	"testing"
)

// Letter is one mail as it arrived.
type Letter struct {
	From, To string
	Subject  string
	Header   netmail.Header
	Text     string
	HTML     string
	User     string // who was signed in
	Secure   bool   // over TLS
}

// Server receives mail on 127.0.0.1.
type Server struct {
	Host string
	Port int

	mu         sync.Mutex
	tls        *tls.Config
	user, pass string
	answers    []string
	letters    []Letter
	arrived    chan struct{}
	ln         net.Listener
	conns      map[net.Conn]struct{}
	wg         sync.WaitGroup
}

// Option changes a server before it starts.
type Option func(*Server)

// WithTLS offers STARTTLS.
func WithTLS(c *tls.Config) Option { return func(s *Server) { s.tls = c } }

// WithAuth wants this user and password before MAIL.
func WithAuth(user, pass string) Option { return func(s *Server) { s.user, s.pass = user, pass } }

// Start runs a server until the end of the test.
func Start(t testing.TB, opts ...Option) *Server {
	t.Helper()
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return serve(t, ln, opts)
}

// StartImplicitTLS is Start with TLS from the first byte.
func StartImplicitTLS(t testing.TB, c *tls.Config, opts ...Option) *Server {
	t.Helper()
	ln, err := tls.Listen("tcp", "127.0.0.1:0", c)
	if err != nil {
		t.Fatal(err)
	}
	return serve(t, ln, opts)
}

func serve(t testing.TB, ln net.Listener, opts []Option) *Server {
	t.Helper()
	s := &Server{Host: "127.0.0.1", ln: ln, arrived: make(chan struct{}, 1), conns: map[net.Conn]struct{}{}}
	if addr, ok := ln.Addr().(*net.TCPAddr); ok {
		s.Port = addr.Port
	}
	for _, o := range opts {
		o(s)
	}
	s.wg.Go(s.accept)
	t.Cleanup(s.Stop)
	return s
}

// Stop closes the server; connections are refused from then on.
func (s *Server) Stop() {
	_ = s.ln.Close()
	s.mu.Lock()
	for c := range s.conns {
		_ = c.Close()
	}
	s.mu.Unlock()
	s.wg.Wait()
}

// Answer makes the next RCPT commands be answered with these lines, one each, instead of 250.
func (s *Server) Answer(lines ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers = append(s.answers, lines...)
}

// Letters returns what has arrived.
func (s *Server) Letters() []Letter {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Letter(nil), s.letters...)
}

// Arrived gets a value after each arrival (at least one for several).
func (s *Server) Arrived() <-chan struct{} { return s.arrived }

func (s *Server) accept() {
	for {
		c, err := s.ln.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		s.conns[c] = struct{}{}
		s.mu.Unlock()
		s.wg.Go(func() {
			se := &session{s: s, c: c}
			_, se.secure = c.(*tls.Conn)
			se.run()
			s.mu.Lock()
			delete(s.conns, c)
			s.mu.Unlock()
		})
	}
}

type session struct {
	s      *Server
	c      net.Conn
	r      *bufio.Reader
	secure bool
	user   string
	from   string
	to     []string
}

func (se *session) say(line string) bool {
	_, err := fmt.Fprintf(se.c, "%s\r\n", line)
	return err == nil
}

func (se *session) run() {
	defer func() { _ = se.c.Close() }()
	se.r = bufio.NewReader(se.c)
	ok := se.say("220 mailtest ESMTP")
	for ok {
		line, err := se.r.ReadString('\n')
		if err != nil {
			return
		}
		ok = se.command(strings.TrimRight(line, "\r\n"))
	}
}

func (se *session) command(line string) bool {
	verb, rest, _ := strings.Cut(line, " ")
	switch strings.ToUpper(verb) {
	case "EHLO", "HELO":
		return se.hello()
	case "STARTTLS":
		return se.startTLS()
	case "AUTH":
		return se.auth(rest)
	case "MAIL":
		if se.s.user != "" && se.user == "" {
			return se.say("530 5.7.0 Authentication required")
		}
		se.from, se.to = address(rest), nil
		return se.say("250 2.1.0 Ok")
	case "RCPT":
		return se.rcpt(address(rest))
	case "DATA":
		return se.data()
	case "RSET", "NOOP":
		return se.say("250 2.0.0 Ok")
	case "QUIT":
		se.say("221 2.0.0 Bye")
		return false
	}
	return se.say("502 5.5.2 Not known")
}

func (se *session) hello() bool {
	lines := []string{"mailtest", "ENHANCEDSTATUSCODES", "8BITMIME", "SMTPUTF8"}
	if se.s.tls != nil && !se.secure {
		lines = append(lines, "STARTTLS")
	}
	if se.s.user != "" {
		lines = append(lines, "AUTH PLAIN")
	}
	for i, l := range lines {
		sep := "-"
		if i == len(lines)-1 {
			sep = " "
		}
		if !se.say("250" + sep + l) {
			return false
		}
	}
	return true
}

func (se *session) startTLS() bool {
	if se.s.tls == nil || se.secure {
		return se.say("502 5.5.1 Not offered")
	}
	if !se.say("220 2.0.0 Go ahead") {
		return false
	}
	c := tls.Server(se.c, se.s.tls)
	if c.HandshakeContext(context.Background()) != nil {
		return false
	}
	se.c, se.r, se.secure = c, bufio.NewReader(c), true
	return true
}

func (se *session) auth(rest string) bool {
	_, b64, _ := strings.Cut(rest, " ")
	plain, err := base64.StdEncoding.DecodeString(b64)
	parts := strings.Split(string(plain), "\x00")
	if err != nil || len(parts) != 3 || parts[1] != se.s.user || parts[2] != se.s.pass {
		return se.say("535 5.7.8 Authentication credentials invalid")
	}
	se.user = parts[1]
	return se.say("235 2.7.0 Ok")
}

func (se *session) rcpt(to string) bool {
	se.s.mu.Lock()
	answer := "250 2.1.5 Ok"
	if len(se.s.answers) > 0 {
		answer, se.s.answers = se.s.answers[0], se.s.answers[1:]
	}
	se.s.mu.Unlock()
	if strings.HasPrefix(answer, "250") {
		se.to = append(se.to, to)
	}
	return se.say(answer)
}

func (se *session) data() bool {
	if len(se.to) == 0 {
		return se.say("503 5.5.1 No recipients")
	}
	if !se.say("354 Go on") {
		return false
	}
	b, err := io.ReadAll(textproto.NewReader(se.r).DotReader())
	if err != nil {
		return false
	}
	l, err := parse(string(b))
	if err != nil {
		return se.say("554 5.6.0 " + err.Error())
	}
	l.From, l.To, l.User, l.Secure = se.from, strings.Join(se.to, ","), se.user, se.secure
	se.s.mu.Lock()
	se.s.letters = append(se.s.letters, l)
	n := len(se.s.letters)
	se.s.mu.Unlock()
	ok := se.say(fmt.Sprintf("250 2.0.0 Ok: queued as T%d", n))
	select {
	case se.s.arrived <- struct{}{}:
	default:
	}
	return ok
}

func address(s string) string {
	_, s, _ = strings.Cut(s, "<")
	s, _, _ = strings.Cut(s, ">")
	return s
}

func parse(raw string) (Letter, error) {
	m, err := netmail.ReadMessage(strings.NewReader(raw))
	if err != nil {
		return Letter{}, err
	}
	l := Letter{Header: m.Header}
	if l.Subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil {
		return Letter{}, err
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		return Letter{}, err
	}
	if !strings.HasPrefix(kind, "multipart/") {
		l.Text, err = body(m.Body, m.Header.Get("Content-Transfer-Encoding"))
		return l, err
	}
	err = l.parts(multipart.NewReader(m.Body, params["boundary"]))
	return l, err
}

func (l *Letter) parts(r *multipart.Reader) error {
	for {
		p, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		text, err := body(p, p.Header.Get("Content-Transfer-Encoding"))
		if err != nil {
			return err
		}
		if strings.HasPrefix(p.Header.Get("Content-Type"), "text/html") {
			l.HTML = text
		} else {
			l.Text = text
		}
	}
}

func body(r io.Reader, encoding string) (string, error) {
	switch strings.ToLower(encoding) {
	case "quoted-printable":
		r = quotedprintable.NewReader(r)
	case "base64":
		r = base64.NewDecoder(base64.StdEncoding, r)
	}
	b, err := io.ReadAll(r)
	return strings.ReplaceAll(string(b), "\r\n", "\n"), err
}
