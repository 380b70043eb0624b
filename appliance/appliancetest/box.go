package appliancetest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"github.com/switchkeep/switchkeep/appliance/connector"
	"github.com/switchkeep/switchkeep/appliance/platform/clock"
)

// Box is a PBX: its web portal and the connector beside it.
type Box struct {
	Serial string
	ID     string // in the inventory, after an enrolment
	Portal *httptest.Server
	Folder connector.Folder

	h        *House
	seen     atomic.Int64 // requests at the portal
	mu       sync.Mutex
	running  *connector.Connector
	stop     func()
	lastHead http.Header
}

// Box puts a PBX on the bench, not yet enrolled.
func (h *House) Box(serial string) *Box {
	h.t.Helper()
	x := &Box{h: h, Serial: serial, Folder: connector.Folder(filepath.Join(h.t.TempDir(), "state"))}
	x.Portal = httptest.NewTLSServer(http.HandlerFunc(x.portal))
	x.Portal.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)
	h.t.Cleanup(x.Portal.Close)
	h.t.Cleanup(x.Unplug)
	return x
}

// portal is a PBX's web interface: it names itself, sets a cookie, echoes what it was sent, keeps a
// WebSocket open and has a service worker.
func (x *Box) portal(w http.ResponseWriter, r *http.Request) {
	x.seen.Add(1)
	x.mu.Lock()
	x.lastHead = r.Header.Clone()
	x.mu.Unlock()
	switch r.URL.Path {
	case "/login":
		http.SetCookie(w, &http.Cookie{Name: "sid", Value: x.Serial + "-secret", Path: "/"})
		http.SetCookie(w, &http.Cookie{Name: "__Host-sk_portal", Value: "forged", Path: "/", Secure: true})
		_, _ = fmt.Fprintf(w, "signed in at %s", x.Serial)
	case "/echo":
		_, _ = fmt.Fprintf(w, "%s saw Cookie %q", x.Serial, r.Header["Cookie"])
	case "/upload":
		n, err := io.Copy(io.Discard, r.Body)
		_, _ = fmt.Fprintf(w, "%d bytes, %v", n, err)
	case "/ws":
		x.socket(w, r)
	case "/sw.js":
		w.Header().Set("Content-Type", "text/javascript")
		_, _ = io.WriteString(w, "self.addEventListener('fetch', () => {})")
	default:
		_, _ = fmt.Fprintf(w, "portal %s %s", x.Serial, r.URL.Path)
	}
}

func (x *Box) socket(w http.ResponseWriter, r *http.Request) {
	ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		return
	}
	defer func() { _ = ws.CloseNow() }()
	for {
		kind, b, err := ws.Read(r.Context())
		if err != nil {
			return
		}
		if ws.Write(r.Context(), kind, b) != nil {
			return
		}
	}
}

// Seen is how many requests reached the portal.
func (x *Box) Seen() int64 { return x.seen.Load() }

// Pin is what Connect a PBX shows.
func (b *Browser) Pin() string {
	b.h.t.Helper()
	var out struct {
		Pin string `json:"pin"`
	}
	b.Must(http.MethodGet, "/pbxs/connect", nil, &out)
	return out.Pin
}

// Direct is the connector's proxy setting: none.
func Direct(*http.Request) (*url.URL, error) { return nil, nil }

// Enrollment is what a person types at the PBX.
func (x *Box) Enrollment(email, pin string) connector.Enrollment {
	return connector.Enrollment{
		Server: x.h.Addr(), Email: email, Password: Password, Trust: connector.Trust{Pin: pin}, Portal: x.Portal.URL, Name: "PBX " + x.Serial,
		Device: connector.Device{Serial: x.Serial, Model: "P560", Firmware: Firmware},
	}
}

// Enroll sends an enrolment with the real connector.
func (x *Box) Enroll(q connector.Enrollment) (connector.Result, error) {
	e := &connector.Enroller{Folder: x.Folder, Clock: clock.System{}, Version: "test", Proxy: Direct}
	r, err := e.Enroll(context.Background(), q)
	if r.State.ID != "" {
		x.ID = r.State.ID
	}
	return r, err
}

// Plug runs the connector until Unplug.
func (x *Box) Plug() {
	x.h.t.Helper()
	c, err := connector.New(connector.Config{Folder: x.Folder, Version: "test", Proxy: Direct, Clock: hasty{}, Logger: logger(x.h.t)})
	if err != nil {
		x.h.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx) }()
	x.mu.Lock()
	defer x.mu.Unlock()
	x.running = c
	x.stop = func() {
		cancel()
		if err := <-done; err != nil {
			x.h.t.Error(err)
		}
	}
}

// Unplug stops the connector.
func (x *Box) Unplug() {
	x.mu.Lock()
	stop := x.stop
	x.stop, x.running = nil, nil
	x.mu.Unlock()
	if stop != nil {
		stop()
	}
}

// Connected tells what the connector says of its link.
func (x *Box) Connected() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.running != nil && x.running.Status().State == "connected"
}

// Connector enrols a PBX for a person by e-mail and runs it until both ends say Connected.
func (b *Browser) Connector(email, serial string) *Box {
	b.h.t.Helper()
	x := b.h.Box(serial)
	r, err := x.Enroll(x.Enrollment(email, b.Pin()))
	if err != nil || r.Waits {
		b.h.t.Fatalf("enrolment of %s: waits %v, %v", serial, r.Waits, err)
	}
	x.Plug()
	b.h.Until(serial+" is connected", x.Connected)
	b.h.Until(serial+" is shown as connected", func() bool { return b.PBX(x.ID).State == "connected" })
	return x
}

// PBX is a row of the console.
type PBX struct {
	ID    string `json:"id"`
	State string `json:"state"`
	Since string `json:"since"`
	Pair  *struct {
		ID   string `json:"id"`
		Role string `json:"role"`
		Live string `json:"live"`
	} `json:"pair"`
}

// PBX asks the console for one.
func (b *Browser) PBX(id string) PBX {
	b.h.t.Helper()
	var p PBX
	b.Must(http.MethodGet, "/pbxs/"+id, nil, &p, "X-Passive", "1")
	return p
}

// hasty is the machine's clock with waits cut to an eighth: a connector comes back sooner.
type hasty struct{ clock.System }

const haste = 8

// NewTimer implements clock.Clock.
func (h hasty) NewTimer(d time.Duration) clock.Timer { return hastyTimer{h.System.NewTimer(d / haste)} }

// NewTicker implements clock.Clock.
func (h hasty) NewTicker(d time.Duration) clock.Ticker { return h.System.NewTicker(d / haste) }

type hastyTimer struct{ clock.Timer }

// Reset implements clock.Timer.
func (t hastyTimer) Reset(d time.Duration) bool { return t.Timer.Reset(d / haste) }

// Text is JSON for a message.
func Text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}
