package connector

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/switchkeep/switchkeep/appliance/protocol/link/wire"
)

// Yeastar reads a P-Series through its documented OpenAPI (Integrations > API; off by default; the port
// of the web portal). Tokens go in the query of its URLs, so URLs are never logged. A PBX blocks a source
// after five failed sign-ins: the caller backs off after the first.
type Yeastar struct {
	URL    string   `json:"url"`            // https://127.0.0.1:8088
	Pins   []string `json:"pins,omitempty"` // of both halves' certificates, at first sight; none for public chains
	ID     string   `json:"id"`             // Client ID
	Secret string   `json:"secret"`
	// VIP is the virtual IP's origin of a hot-standby pair, Peer the other half's own; both may be empty.
	VIP  string `json:"vip,omitempty"`
	Peer string `json:"peer,omitempty"`
}

// Information is the answer of system/information.
type Information struct {
	Name     string          `json:"device_name"`
	Model    string          `json:"model_name"`
	Serial   string          `json:"sn"`
	Firmware string          `json:"firmware_version"`
	Uptime   json.RawMessage `json:"up_time"`
}

// Device is what the link says of it.
func (i Information) Device() Device {
	return Device{Serial: i.Serial, Model: i.Model, Firmware: i.Firmware}
}

// Information asks the PBX what it is. The token is given back at once.
func (y *Yeastar) Information(ctx context.Context) (Information, error) {
	return y.ask(ctx, y.URL)
}

// ErrYeastar says that the PBX's OpenAPI refused or cannot be understood.
var ErrYeastar = errors.New("the OpenAPI of the PBX")

func (y *Yeastar) ask(ctx context.Context, origin string) (Information, error) {
	var out struct {
		Code int    `json:"errcode"`
		Text string `json:"errmsg"`
		Information
	}
	u, err := ParsePortal(origin)
	if err != nil {
		return out.Information, err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	tr := &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{
		MinVersion: tls.VersionTLS12, InsecureSkipVerify: true, //nolint:gosec // VerifyConnection checks the pin
		VerifyConnection: func(cs tls.ConnectionState) error {
			if slices.Contains(y.Pins, wire.Pin(cs.PeerCertificates[0])) || public(cs, u.Hostname()) {
				return nil
			}
			return ErrPortalChanged
		},
	}}
	c := &http.Client{Transport: tr, Timeout: 10 * time.Second}
	var token struct {
		Code  int    `json:"errcode"`
		Text  string `json:"errmsg"`
		Token string `json:"access_token"`
	}
	login, err := json.Marshal(map[string]string{"username": y.ID, "password": y.Secret})
	if err != nil {
		return out.Information, err
	}
	if err := openAPI(ctx, c, http.MethodPost, origin+"/openapi/v1.0/get_token", login, &token); err != nil {
		return out.Information, err
	}
	if token.Code != 0 || token.Token == "" {
		return out.Information, fmt.Errorf("%w refused the sign-in: %d %s", ErrYeastar, token.Code, token.Text)
	}
	query := "?access_token=" + url.QueryEscape(token.Token)
	defer func() { _ = openAPI(ctx, c, http.MethodGet, origin+"/openapi/v1.0/del_token"+query, nil, &struct{}{}) }()
	if err := openAPI(ctx, c, http.MethodGet, origin+"/openapi/v1.0/system/information"+query, nil, &out); err != nil {
		return out.Information, err
	}
	if out.Code != 0 || out.Serial == "" {
		return out.Information, fmt.Errorf("%w: %d %s", ErrYeastar, out.Code, out.Text)
	}
	return out.Information, nil
}

func openAPI(ctx context.Context, c *http.Client, method, to string, body []byte, into any) error {
	req, err := http.NewRequestWithContext(ctx, method, to, bytes.NewReader(body))
	if err != nil {
		return ErrYeastar
	}
	req.Header.Set("User-Agent", "OpenAPI") // required on every call
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.Do(req)
	if err != nil {
		if ue, ok := errors.AsType[*url.Error](err); ok { // its text holds the URL, and with it the token
			err = ue.Err
		}
		return fmt.Errorf("%w: %w", ErrYeastar, err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(io.LimitReader(resp.Body, 256<<10))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrYeastar, err)
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%w answered %s", ErrYeastar, resp.Status)
	}
	if err := json.Unmarshal(b, into); err != nil {
		return fmt.Errorf("%w: %w", ErrYeastar, err)
	}
	return nil
}

// evidence asks who answers on the virtual IP and at the other half's own address.
func (y *Yeastar) evidence(ctx context.Context) *wire.HA {
	if y == nil || y.VIP == "" {
		return nil
	}
	ha := &wire.HA{VIP: y.VIP}
	if len(ha.VIP) > wire.MaxSerial {
		ha.VIP = ha.VIP[:wire.MaxSerial]
	}
	if i, err := y.ask(ctx, y.VIP); err == nil {
		ha.VIPSerial = i.Serial
	}
	if y.Peer != "" {
		if i, err := y.ask(ctx, y.Peer); err == nil {
			ha.Seen = []string{i.Serial}
		}
	}
	return ha
}
