package setup

import (
	"strings"

	"github.com/switchkeep/switchkeep/appliance/platform/config"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/mail"
)

// Draft is everything the wizard asks for.
type Draft struct {
	Names       Names          `json:"names"`
	Certificate Certificate    `json:"certificate"`
	Mail        *mail.Settings `json:"mail,omitempty"`
	Recovery    Recovery       `json:"recovery"`
	Operator    Operator       `json:"operator"`
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

// Settings are the settings that the draft asks for; what the wizard does not ask is the default's.
func (d Draft) Settings() config.Settings {
	s := config.Default(false)
	n := d.Names
	s.Host, s.VisitZone, s.HTTPSPort, s.HTTPPort = n.Host, n.VisitZone, n.HTTPSPort, n.HTTPPort
	s.PublicAddresses, s.InsideAddresses, s.CertMode = n.PublicAddresses, n.InsideAddresses, d.Certificate.Mode
	return s
}

// validate checks the form of one step (or all); what needs the host is asked of Inspect.
func (d Draft) validate(step string) error {
	checks := map[string]func() error{
		StepNames: d.names, StepCertificate: d.Certificate.validate, StepMail: d.mail,
		StepRecovery: d.Recovery.validate, StepOperator: d.Operator.validate,
	}
	if step != StepAll {
		check, ok := checks[step]
		if !ok {
			return fault.Invalid("step", "unknown", "the step is one of names, certificate, mail, recovery, operator, all")
		}
		return check()
	}
	var all []error
	for _, s := range []string{StepNames, StepCertificate, StepMail, StepRecovery, StepOperator} {
		all = append(all, checks[s]())
	}
	return fault.Join(all...)
}

func (d Draft) names() error {
	s := d.Settings()
	s.CertMode = config.CertInternal // judged by its own step
	return fault.Under("names", s.Check())
}

func (d Draft) mail() error {
	if d.Mail == nil {
		return nil
	}
	return fault.Under("mail", d.Mail.Check())
}

func (c Certificate) validate() error {
	var bad fault.Fields
	switch c.Mode {
	case config.CertInternal:
	case config.CertOwn:
		bad.Require("certificate.chain", c.Chain)
		bad.Require("certificate.key", c.Key)
	default:
		bad.Add("certificate.mode", "unknown", "the certificate is internal or own")
	}
	return bad.Err()
}

func (r Recovery) validate() error {
	var bad fault.Fields
	switch r.Kind {
	case "later":
	case "passphrase":
		bad.Require("recovery.passphrase", r.Passphrase)
	case "age":
		bad.Require("recovery.recipient", r.Recipient)
	default:
		bad.Add("recovery.kind", "unknown", "recovery is passphrase, age or later")
	}
	return bad.Err()
}

func (o Operator) validate() error {
	var bad fault.Fields
	bad.Require("operator.organization", o.Organization)
	bad.Require("operator.first", o.First)
	bad.Require("operator.last", o.Last)
	bad.Require("operator.email", o.Email)
	bad.Require("operator.password", o.Password)
	if o.TOTP != nil && strings.TrimSpace(o.TOTP.Code) == "" {
		bad.Add("operator.totp.code", "required", "type the six digits that the authenticator shows")
	}
	return bad.Err()
}
