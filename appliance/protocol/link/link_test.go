package link

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/switchkeep/switchkeep/appliance/domain/pbx"
	"github.com/switchkeep/switchkeep/appliance/platform/audit"
	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/protocol/link/client"
	"github.com/switchkeep/switchkeep/appliance/protocol/link/wire"
)

func portal(t testing.TB) *httptest.Server {
	m := http.NewServeMux()
	m.HandleFunc("/hello", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, "hello %s", r.Host) })
	m.HandleFunc("/big", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 3<<20)) })
	m.HandleFunc("/ws", func(w http.ResponseWriter, r *http.Request) {
		c, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
		if err != nil {
			return
		}
		defer c.CloseNow()
		for {
			typ, b, err := c.Read(r.Context())
			if err != nil || c.Write(r.Context(), typ, append([]byte("echo "), b...)) != nil {
				return
			}
		}
	})
	s := httptest.NewServer(m)
	t.Cleanup(s.Close)
	return s
}

func (r *rig) browser(id string) *http.Client {
	tr := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return r.srv.Dial(ctx, id, wire.DstPortal) }}
	r.t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr, Timeout: 10 * time.Second}
}

func get(c *http.Client, path string) (string, error) {
	resp, err := c.Get("http://pbx.local" + path)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return string(b), err
}

func TestPortalThroughTheLink(t *testing.T) {
	t.Parallel()
	for _, carrier := range []string{"tls", "websocket"} {
		t.Run(carrier, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			b := r.enrolled("369C2D0001")
			c, _ := r.connect(b, portal(t).Listener.Addr().String(), func(c *client.Config) {
				if carrier == "websocket" { // the plain way leads to the console's port, which does not speak sk-link/1
					c.Server, c.NoWebSocket = r.web.Listener.Addr().String(), false
				}
			})
			r.until("connected", func() bool { return c.Status().State == client.Connected })
			live := r.pbxs.Presence().Get(b.got.ID)
			if live.Link != pbx.Connected || live.Address != "127.0.0.1" || live.Carrier != carrier || c.Status().Carrier != carrier {
				t.Fatalf("%+v %+v", live, c.Status())
			}
			hc := r.browser(b.got.ID)
			for range 3 {
				if got, err := get(hc, "/hello"); err != nil || got != "hello pbx.local" {
					t.Fatal(got, err)
				}
			}
			if got, err := get(hc, "/big"); err != nil || len(got) != 3<<20 {
				t.Fatal(len(got), err)
			}
			ws, _, err := websocket.Dial(t.Context(), "ws://pbx.local/ws", &websocket.DialOptions{HTTPClient: hc}) //nolint:bodyclose // the library closes it
			must(t, err)
			defer ws.CloseNow()
			must(t, ws.Write(t.Context(), websocket.MessageText, []byte("hi")))
			if _, got, err := ws.Read(t.Context()); err != nil || string(got) != "echo hi" {
				t.Fatal(string(got), err)
			}
		})
	}
}

func TestBothEndsAuthorizeEveryStream(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	b := r.enrolled("S1")
	p := portal(t)
	c, stop := r.connect(b, p.Listener.Addr().String())
	r.until("connected", func() bool { return c.Status().State == client.Connected })

	conn, err := r.srv.Dial(t.Context(), b.got.ID, "10.0.0.1:22")
	must(t, err)
	_, _ = conn.Write([]byte("x"))
	var refused *wire.RefusedError
	if _, err = conn.Read(make([]byte, 1)); !errors.As(err, &refused) || refused.Answer != wire.BadDst {
		t.Fatalf("a destination that is not on the connector's list: %v", err)
	}
	_ = conn.Close()

	r.visitMu.Lock()
	r.visit = ""
	r.visitMu.Unlock()
	if _, err = r.srv.Dial(t.Context(), b.got.ID, wire.DstPortal); !errors.Is(err, ErrNoVisit) {
		t.Fatalf("a stream without a live visit: %v", err)
	}
	r.visitMu.Lock()
	r.visit = "v"
	r.visitMu.Unlock()
	r.freeze("unpaid")
	if _, err = r.srv.Dial(t.Context(), b.got.ID, wire.DstPortal); !errors.Is(err, pbx.ErrFrozen) {
		t.Fatalf("a stream into a frozen account: %v", err)
	}
	r.freeze("")
	stop()
	r.until("offline", func() bool { return !r.srv.Online(b.got.ID) })
	if _, err = r.srv.Dial(t.Context(), b.got.ID, wire.DstPortal); !errors.Is(err, ErrOffline) {
		t.Fatal(err)
	}

	// A connector with another stream key takes nothing from this appliance.
	c, _ = r.connect(b, p.Listener.Addr().String(), func(c *client.Config) { c.StreamKey = make([]byte, 32) })
	r.until("connected", func() bool { return c.Status().State == client.Connected })
	conn, err = r.srv.Dial(t.Context(), b.got.ID, wire.DstPortal)
	must(t, err)
	defer conn.Close()
	if _, err := conn.Read(make([]byte, 1)); !errors.As(err, &refused) || refused.Answer != wire.BadMAC {
		t.Fatal(err)
	}
}

func TestRevokedAndDeletedLoseTheirSessionAtOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for i, cut := range []func(id string) error{
		func(id string) error { _, err := r.pbxs.Revoke(t.Context(), cause(), id, 0); return err },
		func(id string) error { return r.pbxs.Delete(t.Context(), cause(), id, 0) },
	} {
		b := r.enrolled(fmt.Sprintf("S%d", i))
		c, _ := r.connect(b, "127.0.0.1:1")
		r.until("connected", func() bool { return c.Status().State == client.Connected })
		must(t, cut(b.got.ID))
		r.until("cut", func() bool { return c.Status().Reason == wire.ReasonRevoked && !r.srv.Online(b.got.ID) })

		// It does not come back: the handshake is refused.
		c2, _ := r.connect(b, "127.0.0.1:1")
		r.until("refused", func() bool { return c2.Status().State == client.Disconnected && c2.Status().Message != "" })
	}
	if n := r.free(); n != 100 {
		t.Fatalf("connections were not given back: %d left", n)
	}
}

func TestFreezeLeavesTheLinkUp(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(c *Config) { c.Heartbeat = time.Second })
	b := r.enrolled("S1")
	c, _ := r.connect(b, portal(t).Listener.Addr().String())
	r.until("connected", func() bool { return c.Status().State == client.Connected })
	hc := r.browser(b.got.ID)
	_, err := get(hc, "/hello")
	must(t, err)
	r.freeze("unpaid")
	r.srv.EndAccount("acme", "frozen")
	if _, err := get(hc, "/hello"); err == nil {
		t.Fatal("a frozen account's portal was reached")
	}
	r.until("message", func() bool { return strings.Contains(c.Status().Message, "unpaid") })
	if c.Status().State != client.Connected || !r.srv.Online(b.got.ID) {
		t.Fatal("the freeze cut the link")
	}
	r.freeze("")
	if _, err := get(hc, "/hello"); err != nil {
		t.Fatal(err)
	}
}

func TestNewestOfOneMachineWins(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	b := r.enrolled("S1")
	one, _ := r.connect(b, "127.0.0.1:1")
	r.until("connected", func() bool { return one.Status().State == client.Connected })
	two, _ := r.connect(b, "127.0.0.1:1", func(c *client.Config) {
		c.Hello = func() wire.Hello { h := b.hello(); h.Run = "another run"; return h }
	})
	r.until("taken over", func() bool {
		return two.Status().State == client.Connected && one.Status().Reason == wire.ReasonReplaced
	})
	if r.pbxs.Presence().Get(b.got.ID).Link != pbx.Connected || r.srv.Count() != 1 {
		t.Fatal("the PBX is not connected once")
	}
}

func TestTwoLiveMachinesParkBoth(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	b := r.enrolled("S1")
	clone := func(c *client.Config) {
		c.Hello = func() wire.Hello { h := b.hello(); h.MachineID, h.Run = "stolen", "r2"; return h }
	}
	// While the genuine one is away the thief alone is refused.
	thief, stop := r.connect(b, "127.0.0.1:1", clone)
	r.until("refused", func() bool { return thief.Status().Reason == wire.ReasonIdentity })
	stop()
	one, _ := r.connect(b, "127.0.0.1:1")
	r.until("connected", func() bool { return one.Status().State == client.Connected })
	two, _ := r.connect(b, "127.0.0.1:1", clone)
	r.until("parked", func() bool {
		return one.Status().Reason == wire.ReasonDuplicate && two.Status().Reason == wire.ReasonDuplicate
	})
	row, err := r.pbxs.Read(t.Context(), b.got.ID)
	must(t, err)
	if row.Rival == nil || pbx.Shown(row, r.pbxs.Presence().Get(row.ID), time.Now()) != "duplicate" {
		t.Fatalf("%+v", row)
	}
	_, err = r.pbxs.Approve(t.Context(), cause(), row.ID, 0, "")
	must(t, err)
	three, _ := r.connect(b, "127.0.0.1:1")
	r.until("back", func() bool { return three.Status().State == client.Connected })
}

func TestDataSessionComesAndGoes(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(c *Config) { c.Idle = 200 * time.Millisecond })
	b := r.enrolled("S1")
	c, _ := r.connect(b, portal(t).Listener.Addr().String())
	r.until("connected", func() bool { return c.Status().State == client.Connected })
	p := r.srv.session(b.got.ID)
	if p.data != nil {
		t.Fatal("a data session without a stream")
	}
	for range 2 {
		hc := r.browser(b.got.ID)
		_, err := get(hc, "/hello")
		must(t, err)
		hc.CloseIdleConnections()
		p.dmu.Lock()
		d := p.data
		p.dmu.Unlock()
		r.until("closed idle", func() bool { return d.mux.IsClosed() })
	}
	if c.Status().State != client.Connected {
		t.Fatal("the idle data session took the link with it")
	}
}

func TestConnectorWithoutDataSessions(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	b := r.enrolled("S1")
	c, _ := r.connect(b, portal(t).Listener.Addr().String(), func(c *client.Config) {
		c.Hello = func() wire.Hello { h := b.hello(); h.Caps = nil; return h }
	})
	r.until("connected", func() bool { return c.Status().State == client.Connected })
	if got, err := get(r.browser(b.got.ID), "/hello"); err != nil || got != "hello pbx.local" {
		t.Fatal(got, err)
	}
}

func TestRenewKeepsTheKey(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(c *Config) { c.Heartbeat = time.Second })
	b, foreign := r.enrolled("S1"), newBox(t, "S2")
	var csr atomic.Value
	csr.Store(foreign.csr)
	renewed := make(chan string, 8)
	c, _ := r.connect(b, "127.0.0.1:1", func(c *client.Config) {
		c.CSR = func() string { s, _ := csr.Load().(string); return s }
		c.Renewed = func(s string) error { renewed <- s; return nil }
	})
	r.until("connected", func() bool { return c.Status().State == client.Connected })
	select {
	case s := <-renewed:
		t.Fatalf("a certificate for a foreign key: %s", s)
	case <-time.After(1500 * time.Millisecond):
	}
	csr.Store(b.csr)
	if s := <-renewed; !strings.Contains(s, "BEGIN CERTIFICATE") {
		t.Fatal(s)
	}
}

func TestStopSaysGoAway(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	b := r.enrolled("S1")
	c, _ := r.connect(b, "127.0.0.1:1")
	r.until("connected", func() bool { return c.Status().State == client.Connected })
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	must(t, r.srv.Stop(ctx))
	r.until("told", func() bool { return c.Status().Reason == wire.ReasonStopping })
	if l := r.pbxs.Presence().Get(b.got.ID); l.Link != pbx.Disconnected || l.Reason != "stopping" {
		t.Fatalf("%+v", l)
	}
}

func TestSilentConnectorGoesOffline(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(c *Config) { c.Offline = 300 * time.Millisecond })
	b := r.enrolled("S1")
	c, _ := r.connect(b, "127.0.0.1:1", func(c *client.Config) { c.Clock = clock.System{} })
	r.until("connected", func() bool { return c.Status().State == client.Connected })
	r.until("offline", func() bool { return !r.srv.Online(b.got.ID) })
}

func TestConnectProxyAndCertificateOfAnotherCA(t *testing.T) {
	t.Parallel()
	r, other := newRig(t), newRig(t)
	b := r.enrolled("S1")
	// The other appliance takes no certificate of this one, and the connector none of the other's.
	c, stop := r.connect(b, "127.0.0.1:1", func(c *client.Config) { c.Server = other.addr })
	r.until("refused", func() bool { return c.Status().Message != "" })
	stop()
	raw, err := tls.Dial("tcp", other.addr, client.TLS("127.0.0.1", &b.cert, other.ca.LinkCA()))
	if err == nil {
		if _, err = raw.Read(make([]byte, 1)); err == nil {
			t.Fatal("a certificate of another CA was taken")
		}
		_ = raw.Close()
	}
	if other.srv.Count() != 0 {
		t.Fatal("a foreign session")
	}
}

func TestGarbageOnTheLink(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	b := r.enrolled("S1")
	conn, err := tls.Dial("tcp", r.addr, client.TLS("127.0.0.1", &b.cert, r.ca.LinkCA()))
	must(t, err)
	_, _ = conn.Write([]byte("GET / HTTP/1.1\r\n\r\n"))
	must(t, conn.SetReadDeadline(time.Now().Add(5*time.Second)))
	if _, err := io.Copy(io.Discard, conn); errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatal("the session stayed open")
	}
	_ = conn.Close()
}

func cause() audit.Cause { return audit.Cause{At: time.Now(), User: "u", UserLabel: "op"} }
