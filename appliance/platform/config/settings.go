package config

import (
	"errors"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// Certificate modes.
const (
	CertInternal = "internal" // from the appliance's own CA
	CertOwn      = "own"      // a PEM that an operator loaded
)

// Languages that the console speaks.
func Languages() []string { return []string{"en", "zh-CN"} }

// Default are the settings before setup: names that browsers resolve by themselves.
func Default(privileged bool) Settings {
	s := Settings{
		Host: "console.localhost", VisitZone: "visit.localhost", HTTPSPort: 8443, HTTPPort: 8080,
		VisitFirst: 21000, VisitLast: 21019, CertMode: CertInternal, Languages: Languages(),
		PublicAddresses: []string{}, InsideAddresses: []string{},
	}
	if privileged {
		s.HTTPSPort, s.HTTPPort = 443, 80
	}
	return s
}

// ConsoleURL is the console's address as links in mails give it, without a slash at the end.
func (s Settings) ConsoleURL() string { return "https://" + s.hostPort(s.Host) }

// VisitURL is the origin of the visit with this label.
func (s Settings) VisitURL(label string) string {
	return "https://" + s.hostPort(label+"."+s.VisitZone)
}

func (s Settings) hostPort(host string) string {
	port := s.HTTPSPort
	if s.PublicPort != 0 {
		port = s.PublicPort
	}
	if port == 443 {
		return host
	}
	return net.JoinHostPort(host, strconv.Itoa(port))
}

// Names are all names and addresses by which the console answers.
func (s Settings) Names() []string {
	out := []string{s.Host}
	for _, list := range [][]string{s.PublicAddresses, s.InsideAddresses} {
		for _, n := range list {
			if !slices.Contains(out, n) {
				out = append(out, n)
			}
		}
	}
	return out
}

func (s Settings) normal() Settings {
	s.Host = strings.TrimSuffix(strings.ToLower(strings.TrimSpace(s.Host)), ".")
	s.VisitZone = strings.TrimSuffix(strings.ToLower(strings.TrimSpace(s.VisitZone)), ".")
	s.At, s.SetupAt = s.At.UTC(), s.SetupAt.UTC()
	return s
}

// Check returns all that is wrong with the fields, as one fault.
func (s Settings) Check() error {
	s = s.normal()
	var f fault.Fields
	if !HostName(s.Host) {
		f.Add("host", "host_name", "a full host name such as console.example.com is needed")
	}
	if !HostName(s.VisitZone) {
		f.Add("visit_zone", "host_name", "a zone such as visit.example.com is needed")
	}
	if below(s.Host, s.VisitZone) || below(s.VisitZone, s.Host) {
		f.Add("visit_zone", "not_beside", "the visit zone must lie beside the console's name, not above or below it: their cookies would mix")
	}
	s.checkPorts(&f)
	for i, a := range s.PublicAddresses {
		if _, err := netip.ParseAddr(a); err != nil && !HostName(strings.ToLower(a)) {
			f.Add("public_addresses["+strconv.Itoa(i)+"]", "address", "neither an IP address nor a host name: "+strconv.Quote(a))
		}
	}
	for i, a := range s.InsideAddresses {
		if _, err := netip.ParseAddr(a); err != nil {
			f.Add("inside_addresses["+strconv.Itoa(i)+"]", "address", "not an IP address: "+strconv.Quote(a))
		}
	}
	if s.CertMode != CertInternal && s.CertMode != CertOwn {
		f.Add("cert_mode", "unknown", "the certificate is internal or own")
	}
	if len(s.Languages) == 0 {
		f.Add("languages", "required", "one language at least is needed")
	}
	for i, l := range s.Languages {
		if !slices.Contains(Languages(), l) || slices.Index(s.Languages, l) != i {
			f.Add("languages["+strconv.Itoa(i)+"]", "unknown", "not a language of the console, or named twice: "+strconv.Quote(l))
		}
	}
	return f.Err()
}

func (s Settings) checkPorts(f *fault.Fields) {
	port := func(path string, n int) {
		if n < 1 || n > 65535 {
			f.Add(path, "range", "a port is 1 to 65535")
		}
	}
	port("https_port", s.HTTPSPort)
	port("http_port", s.HTTPPort)
	port("visit_first", s.VisitFirst)
	port("visit_last", s.VisitLast)
	if s.PublicPort != 0 {
		port("public_port", s.PublicPort)
	}
	if s.HTTPPort == s.HTTPSPort {
		f.Add("http_port", "same", "plain HTTP needs a port of its own")
	}
	if s.VisitLast < s.VisitFirst || s.VisitLast-s.VisitFirst > 999 {
		f.Add("visit_last", "range", "the visit ports are a range of 1 to 1000 ports")
	}
	for path, n := range map[string]int{"https_port": s.HTTPSPort, "http_port": s.HTTPPort} {
		if n >= s.VisitFirst && n <= s.VisitLast {
			f.Add(path, "taken", "this port is one of the visit ports")
		}
	}
}

func below(name, zone string) bool { return name == zone || strings.HasSuffix(name, "."+zone) }

// HostName tells whether s is a lower-case name of two labels or more (RFC 1123 section 2.1).
func HostName(s string) bool {
	labels := strings.Split(s, ".")
	if len(s) > 253 || len(labels) < 2 {
		return false
	}
	for _, l := range labels {
		if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' ||
			strings.Trim(l, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return false
		}
	}
	_, err := netip.ParseAddr(s)
	return err != nil
}

func table() *store.Table[Settings, *Settings] {
	return store.NewTable(store.Spec[Settings]{
		Name: "config_settings", Schema: 1,
		Key: func(*Settings) []store.Part { return []store.Part{store.Text(rowID)} },
	})
}

const rowID = "appliance"

// Tables are this room's tables for the catalogue.
func Tables() []store.Registered { return []store.Registered{table()} }

// Load returns the stored settings; done is false when setup has not been run, the defaults then.
func Load(r store.Reader, privileged bool) (s Settings, done bool, err error) {
	s, err = table().Get(r, store.Text(rowID))
	if errors.Is(err, store.ErrNotFound) {
		return Default(privileged), false, nil
	}
	return s, err == nil, err
}

// SaveTx checks and stores the settings if the stored version still is s.Ver (0: none yet).
func SaveTx(tx store.Tx, s Settings, at time.Time) (Settings, error) {
	if err := s.Check(); err != nil {
		return Settings{}, err
	}
	old, done, err := Load(tx, false)
	if err != nil {
		return Settings{}, err
	}
	if old.Ver != s.Ver {
		return Settings{}, fault.Stale(old.Ver)
	}
	s = s.normal()
	s.At, s.Ver = at.UTC(), s.Ver+1
	if !done {
		s.SetupAt = s.At
	}
	return s, table().Put(tx, &s)
}
