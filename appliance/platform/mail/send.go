package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/textproto"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// Timeout bounds the dialling and each answer of the mail server.
const Timeout = 15 * time.Second

// Letter is a mail that is ready to go.
type Letter struct {
	ID      string // makes the Message-ID, so that a letter sent twice is recognised
	To      string
	Subject string
	Text    string
	HTML    string
	At      time.Time
}

// Failure is a letter that the server did not take.
type Failure struct {
	Answer    string // the server's answer line, or what went wrong before there was one
	Temporary bool   // try again later
	Session   bool   // the session itself failed: other letters will fail as well
	err       error
}

// Error implements error.
func (f *Failure) Error() string { return "mail: " + f.Answer }

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.err }

// Send delivers one letter to the server and returns its answer; a *Failure otherwise.
func Send(ctx context.Context, s Settings, l Letter) (answer string, err error) {
	msg, err := compose(s, l)
	if err != nil {
		return "", &Failure{Answer: err.Error(), err: err}
	}
	c, err := client(s)
	if err != nil {
		return "", &Failure{Answer: err.Error(), Temporary: true, Session: true, err: err}
	}
	ctx, cancel := context.WithTimeout(ctx, 4*Timeout)
	defer cancel()
	if err := c.DialWithContext(ctx); err != nil {
		return "", &Failure{Answer: answerOf(err), Temporary: true, Session: true, err: err}
	}
	defer func() { _ = c.Close() }() // the letter's fate is known by then
	if err := c.Send(msg); err != nil && !msg.IsDelivered() {
		return "", refusal(err)
	}
	return accepted(msg.ServerResponse()), nil
}

// accepted is the line that took the letter, with its code: the library hands out the text alone, and
// 250 is the only answer that takes a letter (RFC 5321, 4.3.2).
func accepted(text string) string {
	return "250 " + strings.TrimPrefix(strings.Join(strings.Fields(text), " "), "250 ")
}

// Test sends the test letter and returns the server's answer.
func Test(ctx context.Context, s Settings, to, lang string, at time.Time) (string, error) {
	if err := s.Check(); err != nil {
		return "", err
	}
	c, err := Render("test", lang, map[string]string{"host": s.Host})
	if err != nil {
		return "", err
	}
	return Send(ctx, s, Letter{
		ID: fmt.Sprintf("test-%d", at.UnixNano()), To: to, Subject: c.Subject, Text: c.Text, HTML: c.HTML, At: at,
	})
}

func compose(s Settings, l Letter) (*gomail.Msg, error) {
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := m.From(s.From); err != nil {
		return nil, fmt.Errorf("from %q: %w", s.From, err)
	}
	if err := m.To(l.To); err != nil {
		return nil, fmt.Errorf("to %q: %w", l.To, err)
	}
	from := m.GetFrom()[0].Address
	m.SetMessageIDWithValue(l.ID + "@" + from[strings.LastIndexByte(from, '@')+1:])
	m.SetDateWithValue(l.At)
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.Subject(l.Subject)
	m.SetBodyString(gomail.TypeTextPlain, l.Text)
	if l.HTML != "" {
		m.AddAlternativeString(gomail.TypeTextHTML, l.HTML)
	}
	return m, nil
}

func client(s Settings) (*gomail.Client, error) {
	roots, err := x509.SystemCertPool()
	if err != nil || roots == nil {
		roots = x509.NewCertPool()
	}
	if s.CA != "" {
		roots.AppendCertsFromPEM([]byte(s.CA))
	}
	o := []gomail.Option{
		gomail.WithTimeout(Timeout),
		gomail.WithTLSConfig(&tls.Config{ServerName: s.Host, RootCAs: roots, MinVersion: tls.VersionTLS12}),
	}
	switch s.Security {
	case TLS:
		o = append(o, gomail.WithSSL())
	case STARTTLS:
		o = append(o, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case None:
		o = append(o, gomail.WithTLSPolicy(gomail.NoTLS))
	}
	if s.User != "" {
		o = append(o, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(s.User), gomail.WithPassword(s.Password))
	}
	return gomail.NewClient(s.Host, append(o, gomail.WithPort(s.Port))...)
}

// refusal tells a letter that the server will never take from one that it may take later.
func refusal(err error) *Failure {
	f := &Failure{Answer: answerOf(err), Temporary: true, err: err}
	se := new(gomail.SendError)
	if !errors.As(err, &se) {
		f.Session = true
		return f
	}
	switch code := se.ErrorCode(); {
	case code == 0, code >= 530 && code < 540: // the line, or who we are (RFC 4954): not this letter
		f.Session = true
	case code >= 500:
		f.Temporary = false
	}
	return f
}

// answerOf is the server's line when there is one, else the innermost error.
func answerOf(err error) string {
	if tp := new(textproto.Error); errors.As(err, &tp) {
		return fmt.Sprintf("%d %s", tp.Code, strings.Join(strings.Fields(tp.Msg), " "))
	}
	if errors.Is(err, io.EOF) {
		return "the server closed the connection"
	}
	se := new(gomail.SendError)
	if errors.As(err, &se) {
		// `<reason>: <code> "<text>", affected recipient(s): …`; it unwraps to nothing.
		text, _, _ := strings.Cut(err.Error(), ", affected ")
		_, line, _ := strings.Cut(text, ": ")
		code, quoted, _ := strings.Cut(line, " ")
		if answer, uerr := strconv.Unquote(quoted); uerr == nil {
			return code + " " + strings.Join(strings.Fields(answer), " ")
		}
		return text
	}
	return err.Error()
}
