package setup

import (
	"net/netip"
	"regexp"
	"strings"

	"github.com/switchkeep/switchkeep/appliance/platform/fault"
)

// Draft is everything the wizard asks for.
type Draft struct {
	Names       Names       `json:"names"`
	Certificate Certificate `json:"certificate"`
	Mail        *Mail       `json:"mail,omitempty"`
	Recovery    Recovery    `json:"recovery"`
	Operator    Operator    `json:"operator"`
}

// Names is where the appliance is reached.
type Names struct {
	Host            string   `json:"host"`
	HTTPSPort       int      `json:"https_port"`
	HTTPPort        int      `json:"http_port"`
	PublicAddresses []string `json:"public_addresses"`
	InsideAddresses []string `json:"inside_addresses"`
	VisitZone       string   `json:"visit_zone"`
}

// Certificate says which certificate the console shows.
type Certificate struct {
	Mode  string `json:"mode"` // "internal" or "own"
	Chain string `json:"chain,omitempty"`
	Key   string `json:"key,omitempty"`
}

// Mail is the outgoing mail server.
type Mail struct {
	Host     string `json:"host"`
	Port     int    `json:"port"`
	Security string `json:"security"` // "starttls", "tls" or "none"
	User     string `json:"user"`
	Password string `json:"password"`
	From     string `json:"from"`
}

// Recovery says for whom backups hold the master key.
type Recovery struct {
	Kind       string `json:"kind"` // "passphrase", "age" or "later"
	Passphrase string `json:"passphrase,omitempty"`
	Recipient  string `json:"recipient,omitempty"`
}

// Operator is the first account and its first user.
type Operator struct {
	Organization string `json:"organization"`
	First        string `json:"first"`
	Last         string `json:"last"`
	Email        string `json:"email"`
	Password     string `json:"password"`
	Lang         string `json:"lang"`
	TimeZone     string `json:"time_zone"`
	TOTP         *TOTP  `json:"totp,omitempty"`
}

// TOTP is the second factor as the browser sends it back: the secret it was shown and one code.
type TOTP struct {
	Secret string `json:"secret"`
	Code   string `json:"code"`
}

// Steps of the wizard, in order.
const (
	StepNames       = "names"
	StepCertificate = "certificate"
	StepMail        = "mail"
	StepRecovery    = "recovery"
	StepOperator    = "operator"
	StepAll         = "all"
)

// validate checks the form of one step (or all); what needs the host is asked of Inspect.
func (d Draft) validate(step string) error {
	checks := map[string]func() []error{
		StepNames: d.Names.validate, StepCertificate: d.Certificate.validate, StepMail: d.Mail.validate,
		StepRecovery: d.Recovery.validate, StepOperator: d.Operator.validate,
	}
	if step != StepAll {
		check, ok := checks[step]
		if !ok {
			return fault.Invalid("step", "unknown", "the step is one of names, certificate, mail, recovery, operator, all")
		}
		return fault.Join(check()...)
	}
	var all []error
	for _, s := range []string{StepNames, StepCertificate, StepMail, StepRecovery, StepOperator} {
		all = append(all, checks[s]()...)
	}
	return fault.Join(all...)
}

func hostName(s string) bool {
	// RFC 1123 section 2.1: letters, digits and hyphens, labels of 1 to 63.
	return len(s) <= 253 && regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$`).MatchString(s)
}

func (n Names) validate() (bad []error) {
	host := strings.ToLower(n.Host)
	if !hostName(host) {
		bad = append(bad, fault.Invalid("names.host", "host_name", "a full host name such as console.example.com is needed"))
	}
	if !hostName(strings.ToLower(n.VisitZone)) {
		bad = append(bad, fault.Invalid("names.visit_zone", "host_name", "a zone such as visit.example.com is needed"))
	}
	if strings.HasSuffix(strings.ToLower(n.VisitZone), "."+host) {
		bad = append(bad, fault.Invalid("names.visit_zone", "below_host", "the visit zone must not lie below the console's name: their cookies would mix"))
	}
	for _, p := range []struct {
		path string
		port int
	}{{"names.https_port", n.HTTPSPort}, {"names.http_port", n.HTTPPort}} {
		if p.port < 1 || p.port > 65535 {
			bad = append(bad, fault.Invalid(p.path, "range", "a port is 1 to 65535"))
		}
	}
	if n.HTTPPort == n.HTTPSPort {
		bad = append(bad, fault.Invalid("names.http_port", "same", "plain HTTP needs a port of its own"))
	}
	for _, a := range n.InsideAddresses {
		if _, err := netip.ParseAddr(a); err != nil {
			bad = append(bad, fault.Invalid("names.inside_addresses", "address", "not an IP address: "+a))
		}
	}
	for _, a := range n.PublicAddresses {
		if _, err := netip.ParseAddr(a); err != nil && !hostName(strings.ToLower(a)) {
			bad = append(bad, fault.Invalid("names.public_addresses", "address", "neither an IP address nor a host name: "+a))
		}
	}
	return bad
}

func (c Certificate) validate() (bad []error) {
	switch c.Mode {
	case "internal":
	case "own":
		if c.Chain == "" {
			bad = append(bad, fault.Invalid("certificate.chain", "required", "the certificate chain in PEM is needed"))
		}
		if c.Key == "" {
			bad = append(bad, fault.Invalid("certificate.key", "required", "the private key in PEM is needed"))
		}
	default:
		bad = append(bad, fault.Invalid("certificate.mode", "unknown", "the certificate is internal or own"))
	}
	return bad
}

func (m *Mail) validate() (bad []error) {
	if m == nil {
		return nil
	}
	if m.Host == "" {
		bad = append(bad, fault.Invalid("mail.host", "required", "the mail server's name is needed"))
	}
	if m.Port < 1 || m.Port > 65535 {
		bad = append(bad, fault.Invalid("mail.port", "range", "a port is 1 to 65535"))
	}
	if m.Security != "starttls" && m.Security != "tls" && m.Security != "none" {
		bad = append(bad, fault.Invalid("mail.security", "unknown", "security is starttls, tls or none"))
	}
	if !strings.Contains(m.From, "@") {
		bad = append(bad, fault.Invalid("mail.from", "email", "the sender's address is needed"))
	}
	return bad
}

func (r Recovery) validate() (bad []error) {
	switch r.Kind {
	case "later":
	case "passphrase":
		if r.Passphrase == "" {
			bad = append(bad, fault.Invalid("recovery.passphrase", "required", "make the recovery sheet first"))
		}
	case "age":
		if r.Recipient == "" {
			bad = append(bad, fault.Invalid("recovery.recipient", "required", "an age recipient (age1…) is needed"))
		}
	default:
		bad = append(bad, fault.Invalid("recovery.kind", "unknown", "recovery is passphrase, age or later"))
	}
	return bad
}

func (o Operator) validate() (bad []error) {
	for path, v := range map[string]string{
		"operator.organization": o.Organization, "operator.first": o.First, "operator.last": o.Last,
		"operator.email": o.Email, "operator.password": o.Password,
	} {
		if strings.TrimSpace(v) == "" {
			bad = append(bad, fault.Invalid(path, "required", "this is needed"))
		}
	}
	if o.TOTP != nil && o.TOTP.Code == "" {
		bad = append(bad, fault.Invalid("operator.totp.code", "required", "type the six digits that the authenticator shows"))
	}
	return bad
}
