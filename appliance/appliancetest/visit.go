package appliancetest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/coder/websocket"
)

// Tab is a visit in a browser.
type Tab struct {
	ID, Origin, Token string

	b *Browser
}

// Launch asks the console for a visit without opening it.
func (b *Browser) Launch(pbx string) (*Tab, *Answer) {
	b.h.t.Helper()
	a := b.API(http.MethodPost, "/pbxs/"+pbx+"/visits", object{"reason": "ticket 7", "probe_ok": true})
	if a.Status >= 300 {
		return nil, a
	}
	var out struct {
		ID, URL string
	}
	if err := a.Into(&out); err != nil {
		b.h.t.Fatal(err)
	}
	u, err := url.Parse(out.URL)
	if err != nil {
		b.h.t.Fatal(err)
	}
	token, _ := strings.CutPrefix(u.Fragment, "t=")
	return &Tab{ID: out.ID, Origin: u.Scheme + "://" + u.Host, Token: token, b: b}, a
}

// Visit launches and opens a visit.
func (b *Browser) Visit(pbx string) *Tab {
	b.h.t.Helper()
	v, a := b.Launch(pbx)
	if v == nil {
		b.h.t.Fatalf("launch: %s", a)
	}
	if status, body := v.Redeem(v.Token); status != http.StatusOK {
		b.h.t.Fatalf("open the visit: %d %s", status, body)
	}
	return v
}

// In is the same visit's address in another browser.
func (v *Tab) In(b *Browser) *Tab { return &Tab{ID: v.ID, Origin: v.Origin, Token: v.Token, b: b} }

// Redeem hands a launch token in, as the launch page does.
func (v *Tab) Redeem(token string) (int, string) {
	in, err := json.Marshal(object{"token": token})
	if err != nil {
		return 0, err.Error()
	}
	q := v.request(http.MethodPost, "/__sk/session", bytes.NewReader(in), "Content-Type", "application/json", "Origin", v.Origin, "Sec-Fetch-Site", "same-origin")
	return v.send(v.b.client.Do, q)
}

func (v *Tab) request(method, path string, body io.Reader, head ...string) *http.Request {
	q, err := http.NewRequestWithContext(context.Background(), method, v.Origin+path, body)
	if err != nil {
		v.b.h.t.Fatal(err)
	}
	for i := 0; i+1 < len(head); i += 2 {
		if head[i] == "Host" {
			q.Host = head[i+1]
			continue
		}
		q.Header.Set(head[i], head[i+1])
	}
	return q
}

func (v *Tab) send(how func(*http.Request) (*http.Response, error), q *http.Request) (int, string) {
	resp, err := v.b.through(how, q)
	if err != nil {
		return 0, err.Error()
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err.Error()
	}
	return resp.StatusCode, string(body)
}

// Get asks the portal.
func (v *Tab) Get(path string, head ...string) (int, string) {
	return v.send(v.b.client.Do, v.request(http.MethodGet, path, nil, head...))
}

// Post sends a body to the portal.
func (v *Tab) Post(path string, body io.Reader, head ...string) (int, string) {
	return v.send(v.b.client.Do, v.request(http.MethodPost, path, body, append([]string{"Origin", v.Origin}, head...)...))
}

// OneConn opens one HTTP/2 connection under the visit's name; requests for any host go on it.
func (v *Tab) OneConn() *http.ClientConn {
	v.b.h.t.Helper()
	tr, ok := v.b.client.Transport.(*http.Transport)
	if !ok {
		v.b.h.t.Fatal("no http.Transport")
	}
	u, err := url.Parse(v.Origin)
	if err != nil {
		v.b.h.t.Fatal(err)
	}
	cc, err := tr.Clone().NewClientConn(context.Background(), "https", u.Host)
	if err != nil {
		v.b.h.t.Fatal(err)
	}
	v.b.h.t.Cleanup(func() { _ = cc.Close() })
	return cc
}

// On asks the portal on a given connection; anything but HTTP/2 is an error.
func (v *Tab) On(cc *http.ClientConn, path string, head ...string) (int, string) {
	return v.send(func(q *http.Request) (*http.Response, error) {
		resp, err := cc.RoundTrip(q)
		if err == nil && resp.ProtoMajor != 2 {
			return nil, fmt.Errorf("protocol %s", resp.Proto)
		}
		return resp, err
	}, v.request(http.MethodGet, path, nil, head...))
}

// Socket opens the portal's WebSocket.
func (v *Tab) Socket(ctx context.Context) (*websocket.Conn, error) {
	head := http.Header{"User-Agent": {v.b.Agent}, "Origin": {v.Origin}}
	u, err := url.Parse(v.Origin)
	if err != nil {
		return nil, err
	}
	v.b.mu.Lock()
	for name, c := range v.b.cookies[u.Host] {
		head.Add("Cookie", name+"="+c.Value)
	}
	v.b.mu.Unlock()
	tr, ok := v.b.client.Transport.(*http.Transport)
	if !ok {
		return nil, http.ErrNotSupported
	}
	one := tr.Clone()
	one.ForceAttemptHTTP2 = false
	one.TLSClientConfig.NextProtos = []string{"http/1.1"}
	ws, resp, err := websocket.Dial(ctx, "wss://"+u.Host+"/ws", &websocket.DialOptions{HTTPClient: &http.Client{Transport: one}, HTTPHeader: head})
	if resp != nil && resp.Body != nil {
		_ = resp.Body.Close()
	}
	if err != nil && resp != nil {
		err = fmt.Errorf("%d: %w", resp.StatusCode, err)
	}
	return ws, err
}
