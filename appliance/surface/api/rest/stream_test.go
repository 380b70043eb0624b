package rest_test

import (
	"bufio"
	"net/http"
	"strings"
	"testing"

	"github.com/switchkeep/switchkeep/appliance/surface/api"
)

// stream opens the events of the caller; each data line comes through the channel, done closes at the end.
func (c *caller) stream(t *testing.T) (lines <-chan string, done <-chan struct{}) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.url+"/api/v1/events", nil)
	c.must(err)
	req.AddCookie(&http.Cookie{Name: api.Cookie, Value: c.cookie})
	res, err := c.client.Do(req) //nolint:bodyclose // the goroutine below closes it.
	c.must(err)
	if res.StatusCode != http.StatusOK {
		t.Fatalf("events: %d", res.StatusCode)
	}
	out, end := make(chan string, 16), make(chan struct{})
	go func() {
		defer close(end)
		defer func() { _ = res.Body.Close() }()
		for s := bufio.NewScanner(res.Body); s.Scan(); {
			if data, ok := strings.CutPrefix(s.Text(), "data: "); ok && data != "{}" {
				out <- data
			}
		}
	}()
	return out, end
}
