package sse

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/switchkeep/switchkeep/appliance/platform/clock"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type bench struct {
	hub   *Hub
	clock *clock.Manual
	url   string
	may   atomic.Bool
	alive atomic.Bool
}

func start(t *testing.T, c Config) *bench {
	t.Helper()
	b := &bench{clock: clock.NewManual(time.Unix(0, 0))}
	b.may.Store(true)
	b.alive.Store(true)
	c.Clock, c.Log = b.clock, slog.New(slog.DiscardHandler)
	b.hub = New(c)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := b.hub.Serve(w, r, Subscriber{
			Session: "s", User: "u",
			In:    func(a string) bool { return a == "mine" },
			May:   func(_ context.Context, c Change) bool { return b.may.Load() && c.Account != "theirs" },
			Alive: func(context.Context) bool { return b.alive.Load() },
		})
		if errors.Is(err, ErrFull) {
			http.Error(w, "full", http.StatusTooManyRequests)
		}
	}))
	b.url = srv.URL
	t.Cleanup(func() {
		b.hub.Close()
		srv.CloseClientConnections()
		srv.Close()
	})
	return b
}

type client struct {
	*bufio.Reader
	id string
}

func (b *bench) dial(t *testing.T, last string) (*client, int) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if last != "" {
		req.Header.Set("Last-Event-ID", last)
	}
	tr := &http.Transport{DisableKeepAlives: true}
	res, err := (&http.Client{Transport: tr, Timeout: 20 * time.Second}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	return &client{Reader: bufio.NewReader(res.Body)}, res.StatusCode
}

// next returns "name data" of the next event, "EOF" at the end.
func (c *client) next(t *testing.T) string {
	t.Helper()
	var name, data string
	for {
		line, err := c.ReadString('\n')
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return "EOF"
		}
		if err != nil {
			t.Fatal(err)
		}
		line = strings.TrimSuffix(line, "\n")
		switch field, value, _ := strings.Cut(line, ": "); {
		case line == "" && name != "":
			return name + " " + data
		case field == "id":
			c.id = value
		case field == "event":
			name = value
		case field == "data":
			data = value
		}
	}
}

func (b *bench) wait(t *testing.T, n int) {
	t.Helper()
	for range 2000 {
		if b.hub.Streams() == n {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatalf("%d streams, want %d", b.hub.Streams(), n)
}

func TestOnlyWhatTheSubscriberMayViewNow(t *testing.T) {
	t.Parallel()
	b := start(t, Config{})
	c, _ := b.dial(t, "")
	b.hub.Publish(Change{"pbx", "1", 7, "theirs"}, Change{"pbx", "2", 7, "mine"})
	if got := c.next(t); got != `change {"type":"pbx","id":"2","rev":7}` {
		t.Fatal(got)
	}
	b.may.Store(false)
	b.hub.Publish(Change{"pbx", "3", 8, "mine"})
	b.hub.EndSession("s", "sign out")
	if got := c.next(t); got != "end {}" {
		t.Fatalf("a lost right let %q through", got)
	}
	if got := c.next(t); got != "EOF" {
		t.Fatal(got)
	}
	b.wait(t, 0)
}

func TestResume(t *testing.T) {
	t.Parallel()
	b := start(t, Config{Ring: 4})
	c, _ := b.dial(t, "")
	b.hub.Publish(Change{"user", "1", 1, ""})
	c.next(t)
	last := c.id
	b.hub.Publish(Change{"user", "2", 2, ""}, Change{"user", "3", 3, "theirs"}, Change{"user", "4", 4, ""})
	again, _ := b.dial(t, last)
	if got := again.next(t); got != `change {"type":"user","id":"2","rev":2}` {
		t.Fatal(got)
	}
	if got := again.next(t); got != `change {"type":"user","id":"4","rev":4}` {
		t.Fatal(got)
	}
	for range 9 {
		b.hub.Publish(Change{"user", "5", 5, ""})
	}
	for name, id := range map[string]string{"older than the ring": last, "another start": "x-1", "nonsense": "?"} {
		lost, _ := b.dial(t, id)
		if got := lost.next(t); got != "reload {}" {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestAStreamDoesNotSurviveItsSession(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*bench){
		"session": func(b *bench) { b.hub.EndSession("s", "") },
		"user":    func(b *bench) { b.hub.EndUser("u", "") },
		"account": func(b *bench) { b.hub.EndAccount("mine", "") },
		"closing": func(b *bench) { b.hub.Close() },
		"expiry":  func(b *bench) { b.alive.Store(false); b.clock.Advance(15 * time.Second) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := start(t, Config{})
			c, _ := b.dial(t, "")
			b.wait(t, 1)
			b.hub.EndSession("other", "")
			b.hub.EndUser("other", "")
			b.hub.EndAccount("theirs", "")
			b.hub.Publish(Change{"pbx", "1", 1, "mine"})
			if got := c.next(t); !strings.HasPrefix(got, "change") {
				t.Fatal(got)
			}
			end(b)
			if got := c.next(t); got != "end {}" {
				t.Fatal(got)
			}
			b.wait(t, 0)
		})
	}
}

func TestBounds(t *testing.T) {
	t.Parallel()
	b := start(t, Config{PerSession: 2})
	b.dial(t, "")
	b.dial(t, "")
	if _, status := b.dial(t, ""); status != http.StatusTooManyRequests {
		t.Fatalf("third stream: %d", status)
	}
}

func TestASlowClientReloads(t *testing.T) {
	t.Parallel()
	b := start(t, Config{Queue: 2})
	b.may.Store(false)
	c, _ := b.dial(t, "")
	b.wait(t, 1)
	b.hub.Reload()
	if got := c.next(t); got != "reload {}" {
		t.Fatal(got)
	}
	if got := c.next(t); got != "EOF" {
		t.Fatal(got)
	}
	if again, _ := b.dial(t, c.id); again.Reader == nil {
		t.Fatal("no second stream")
	}
}
