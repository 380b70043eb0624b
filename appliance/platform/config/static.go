package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"slices"
	"strconv"

	"github.com/switchkeep/switchkeep/appliance/platform/fault"
)

// Static is what is known before the store is open. The file is JSON, for example
//
//	{"data": "/var/lib/switchkeep", "bind": ["192.0.2.10"], "log": {"level": "info", "format": "json"}}
type Static struct {
	// Data is the data folder.
	Data string `json:"data"`
	// Bind are the addresses that listeners bind; none: all.
	Bind []string `json:"bind,omitempty"`
	// HTTPSPort and HTTPPort override the stored ports: for a first start, or to get back in.
	HTTPSPort int `json:"https_port,omitempty"`
	HTTPPort  int `json:"http_port,omitempty"`
	// ProxyFrom are the prefixes whose PROXY protocol header is believed.
	ProxyFrom []string `json:"proxy_from,omitempty"`
	// Roles that this process plays; none: all.
	Roles []string `json:"roles,omitempty"`
	Log   Log      `json:"log"`
}

// Log says what is logged and how.
type Log struct {
	Level  string `json:"level"`  // debug, info, warn, error
	Format string `json:"format"` // text, json
}

// Roles are the parts that a process may play.
func Roles() []string { return []string{"console", "link", "devices", "turn", "dns"} }

// DefaultStatic is used without a file.
func DefaultStatic(data string) Static {
	return Static{Data: data, Log: Log{Level: "info", Format: "text"}}
}

// ReadStatic reads the file over base. An absent file is an error that matches fs.ErrNotExist.
func ReadStatic(path string, base Static) (Static, error) {
	b, err := os.ReadFile(path) //nolint:gosec // the path is the administrator's
	if err != nil {
		return Static{}, fmt.Errorf("configuration: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&base); err != nil {
		return Static{}, fmt.Errorf("configuration %s: %s: %w", path, place(b, d, err), err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Static{}, fmt.Errorf("configuration %s: something follows the closing brace", path)
	}
	if err := base.Check(); err != nil {
		return Static{}, fmt.Errorf("configuration %s: %w", path, err)
	}
	return base, nil
}

// place tells the line of a mistake.
func place(b []byte, d *json.Decoder, err error) string {
	at := d.InputOffset()
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		at = syntax.Offset
	case errors.As(err, &kind):
		at = kind.Offset
	}
	return "line " + strconv.Itoa(1+bytes.Count(b[:min(int(at), len(b))], []byte("\n")))
}

// Check returns all that is wrong with the fields, as one fault.
func (s Static) Check() error {
	var f fault.Fields
	f.Require("data", s.Data)
	for i, a := range s.Bind {
		if _, err := netip.ParseAddr(a); err != nil {
			f.Add("bind["+strconv.Itoa(i)+"]", "address", "not an IP address: "+strconv.Quote(a))
		}
	}
	for i, p := range s.ProxyFrom {
		if _, err := netip.ParsePrefix(p); err != nil {
			f.Add("proxy_from["+strconv.Itoa(i)+"]", "prefix", "not a prefix such as 192.0.2.0/24: "+strconv.Quote(p))
		}
	}
	for path, n := range map[string]int{"https_port": s.HTTPSPort, "http_port": s.HTTPPort} {
		if n < 0 || n > 65535 {
			f.Add(path, "range", "a port is 1 to 65535")
		}
	}
	for i, r := range s.Roles {
		if !slices.Contains(Roles(), r) {
			f.Add("roles["+strconv.Itoa(i)+"]", "unknown", "not a role: "+strconv.Quote(r))
		}
	}
	if !slices.Contains([]string{"debug", "info", "warn", "error"}, s.Log.Level) {
		f.Add("log.level", "unknown", "the level is debug, info, warn or error")
	}
	if s.Log.Format != "text" && s.Log.Format != "json" {
		f.Add("log.format", "unknown", "the format is text or json")
	}
	return f.Err()
}
