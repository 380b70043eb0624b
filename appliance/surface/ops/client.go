package ops

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"time"
)

// ErrNotRunning says that no appliance answers on the data folder's socket.
var ErrNotRunning = errors.New("no appliance is running on this data folder")

// Client asks the appliance that runs on a data folder.
type Client struct{ path string }

// NewClient returns a client; it connects at the first call.
func NewClient(folder string) *Client { return &Client{filepath.Join(folder, SocketName)} }

// Running tells whether an appliance answers.
func (c *Client) Running(ctx context.Context) bool {
	conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "unix", c.path)
	if err != nil {
		return false
	}
	return conn.Close() == nil
}

// Do runs a verb and copies its lines to out. It returns ErrNotRunning or the verb's own error.
func (c *Client) Do(ctx context.Context, verb string, in any, out io.Writer) error {
	body, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("encode the request: %w", err)
	}
	tr := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "unix", c.path)
	}}
	defer tr.CloseIdleConnections()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://control/v1/"+verb, bytes.NewReader(body))
	if err != nil {
		return err
	}
	res, err := tr.RoundTrip(req)
	if err != nil {
		return fmt.Errorf("%w (%w)", ErrNotRunning, err)
	}
	defer res.Body.Close() //nolint:errcheck // read to its end below
	if res.StatusCode != http.StatusOK {
		msg, _ := io.ReadAll(io.LimitReader(res.Body, maxRequest))
		return fmt.Errorf("%s", bytes.TrimSpace(msg))
	}
	if _, err := io.Copy(out, res.Body); err != nil {
		return fmt.Errorf("the appliance ended the answer: %w", err)
	}
	if msg := res.Trailer.Get(errorTrailer); msg != "" {
		return errors.New(msg)
	}
	return nil
}
