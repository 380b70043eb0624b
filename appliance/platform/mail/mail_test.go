package mail

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/mail/mailtest"
	"github.com/switchkeep/switchkeep/appliance/platform/secret"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/bolt/bolttest"
)

func at() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }

// selfSigned returns a certificate for 127.0.0.1 and its PEM.
func selfSigned(t *testing.T) (c *tls.Config, ca string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, tpl, tpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}},
		string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

func TestSendOverEachSecurity(t *testing.T) {
	t.Parallel()
	conf, ca := selfSigned(t)
	auth := mailtest.WithAuth("postbox", "s3cret")
	for name, c := range map[string]struct {
		srv  *mailtest.Server
		s    Settings
		user string
	}{
		"none":     {mailtest.Start(t), Settings{Security: None}, ""},
		"starttls": {mailtest.Start(t, mailtest.WithTLS(conf), auth), Settings{Security: STARTTLS, User: "postbox", Password: "s3cret", CA: ca}, "postbox"},
		"tls":      {mailtest.StartImplicitTLS(t, conf, auth), Settings{Security: TLS, User: "postbox", Password: "s3cret", CA: ca}, "postbox"},
	} {
		s := c.s
		s.Host, s.Port, s.From = c.srv.Host, c.srv.Port, "Switchkeep <keep@example.org>"
		answer, err := Test(t.Context(), s, "ann@example.com", "en", at())
		if err != nil || answer != "250 2.0.0 Ok: queued as T1" {
			t.Fatalf("%s: %q %v", name, answer, err)
		}
		l := c.srv.Letters()[0]
		if l.To != "ann@example.com" || l.From != "keep@example.org" || l.User != c.user || l.Secure != (c.user != "") ||
			!strings.Contains(l.Text, "accepts messages") || !strings.Contains(l.HTML, "<p") ||
			l.Header.Get("Auto-Submitted") != "auto-generated" || !strings.HasSuffix(l.Header.Get("Message-ID"), "@example.org>") {
			t.Fatalf("%s: %+v", name, l)
		}
	}
}

func TestSendTellsTheServersAnswer(t *testing.T) {
	t.Parallel()
	conf, ca := selfSigned(t)
	plain := mailtest.Start(t)
	closed := mailtest.Start(t)
	closed.Stop()
	secure := mailtest.Start(t, mailtest.WithTLS(conf), mailtest.WithAuth("u", "right"))
	base := Settings{Security: None, From: "keep@example.org"}
	on := func(srv *mailtest.Server, s Settings) Settings { s.Host, s.Port = srv.Host, srv.Port; return s }
	tlsBase := Settings{Security: STARTTLS, From: "keep@example.org", CA: ca}
	wrong, strange := tlsBase, tlsBase
	wrong.User, wrong.Password = "u", "wrong"
	strange.CA = ""
	for name, c := range map[string]struct {
		answers            []string
		s                  Settings
		want               string
		temporary, session bool
	}{
		"unknown user":  {[]string{"550 5.1.1 No such user"}, on(plain, base), "550 5.1.1 No such user", false, false},
		"greylisted":    {[]string{"451 4.7.1 Try again later"}, on(plain, base), "451 4.7.1 Try again later", true, false},
		"down":          {nil, on(closed, base), "connection refused", true, true},
		"no TLS":        {nil, on(plain, tlsBase), "STARTTLS", true, true},
		"bad password":  {nil, on(secure, wrong), "535 5.7.8", true, true},
		"not trusted":   {nil, on(secure, strange), "certificate", true, true},
		"needs sign-in": {nil, on(secure, tlsBase), "530 5.7.0", true, true},
	} {
		plain.Answer(c.answers...)
		_, err := Test(t.Context(), c.s, "ann@example.com", "en", at())
		f := new(Failure)
		if !errors.As(err, &f) || !strings.Contains(f.Answer, c.want) || f.Temporary != c.temporary || f.Session != c.session {
			t.Errorf("%s: %+v", name, err)
		}
	}
	if len(plain.Letters()) != 0 {
		t.Fatal("a refused letter arrived")
	}
}

// A receiver that we did not write: the smtpd module of Python 3.11, or aiosmtpd.
func TestSendToPython(t *testing.T) {
	t.Parallel()
	const script = `
import sys
try:
    from aiosmtpd.controller import Controller
    class H:
        async def handle_DATA(self, server, session, envelope):
            print(envelope.content.decode(), flush=True); return '250 taken by python'
    c = Controller(H(), hostname='127.0.0.1', port=0); c.start()
    print(c.server.sockets[0].getsockname()[1], flush=True)
    sys.stdin.read()
except ImportError:
    import warnings; warnings.simplefilter('ignore')
    import smtpd, asyncore
    class S(smtpd.SMTPServer):
        def process_message(self, peer, mailfrom, rcpttos, data, **kw):
            print(data.decode(), flush=True); return '250 taken by python'
    s = S(('127.0.0.1', 0), None)
    print(s.socket.getsockname()[1], flush=True)
    asyncore.loop()
`
	cmd := exec.CommandContext(t.Context(), "python3", "-c", script)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err = cmd.Start(); err != nil {
		t.Skipf("no python3 (apt install python3 python3-aiosmtpd): %v", err)
	}
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		t.Skip("python3 has neither aiosmtpd nor smtpd (apt install python3-aiosmtpd)")
	}
	port, err := strconv.Atoi(lines.Text())
	if err != nil {
		t.Fatal(lines.Text())
	}
	s := Settings{Host: "127.0.0.1", Port: port, Security: None, From: "keep@example.org"}
	c, err := Render("email_code", "zh-CN", map[string]string{"code": "482913", "ends": "2026-11-22T12:10:00Z"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	answer, err := Send(ctx, s, Letter{ID: "x1", To: "ann@example.com", Subject: c.Subject, Text: c.Text, HTML: c.HTML, At: at()})
	if err != nil || !strings.Contains(answer, "taken by python") {
		t.Fatalf("%q %v", answer, err)
	}
	for lines.Scan() {
		if lines.Text() == "Message-ID: <x1@example.org>" || lines.Text() == "Message-Id: <x1@example.org>" {
			return
		}
	}
	t.Fatal("the letter lacks its Message-ID")
}

func TestSettingsAreSealedAndThePasswordStays(t *testing.T) {
	t.Parallel()
	k, err := secret.CreateKeeper(filepath.Join(t.TempDir(), "k"), at())
	if err != nil {
		t.Fatal(err)
	}
	db := bolttest.Open(t, Tables()...)
	save := func(s Settings, ver uint64) (v View, err error) {
		_, err = db.Update(t.Context(), func(_ context.Context, tx store.Tx) error {
			v, err = SaveTx(tx, k, s, ver, at())
			return err
		})
		return v, err
	}
	load := func() (s Settings, v View, err error) {
		err = db.View(t.Context(), func(r store.Reader) error { s, v, err = Load(r, k); return err })
		return s, v, err
	}
	if _, _, err = load(); !errors.Is(err, ErrNotConfigured) {
		t.Fatal(err)
	}
	s := Settings{Host: "mx.example.org", Port: 587, Security: STARTTLS, User: "u", Password: "s3cret", From: "Keep <k@example.org>"}
	v, err := save(s, 0)
	if err != nil || v.Ver != 1 || !v.HasPassword {
		t.Fatal(v, err)
	}
	var dump strings.Builder
	if err = db.Dump(t.Context(), &dump); err != nil || strings.Contains(dump.String(), "s3cret") || strings.Contains(dump.String(), "mx.example") {
		t.Fatal("the settings are readable", err)
	}
	if _, err = save(s, 0); !fault.Is(err, fault.KindStale) {
		t.Fatal(err)
	}
	s.Password, s.Port = "", 2525
	if _, err = save(s, 1); err != nil {
		t.Fatal(err)
	}
	if got, _, lerr := load(); lerr != nil || got.Password != "s3cret" || got.Port != 2525 {
		t.Fatal("the password is gone", lerr)
	}
	s.Host = "evil.example.org" // a stored password goes to no other server
	if _, err = save(s, 2); err != nil {
		t.Fatal(err)
	}
	if got, _, lerr := load(); lerr != nil || got.Password != "" {
		t.Fatal("the password went to another host", lerr)
	}
	for field, bad := range map[string]Settings{
		"host":     {Host: "a b", Port: 25, Security: None, From: "a@b.c"},
		"port":     {Host: "a", Port: 0, Security: None, From: "a@b.c"},
		"security": {Host: "a", Port: 25, Security: None, User: "u", Password: "p", From: "a@b.c"},
		"from":     {Host: "a", Port: 25, Security: None, From: "nobody"},
		"ca":       {Host: "a", Port: 25, Security: TLS, From: "a@b.c", CA: "x"},
	} {
		_, err := save(bad, 3)
		if e, ok := fault.As(err); !ok || len(e.Fields) != 1 || e.Fields[0].Path != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}
