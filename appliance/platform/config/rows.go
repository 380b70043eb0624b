package config

import "time"

//go:generate go tool -modfile=../../../scripts/tools/go.mod msgp -io=false -tests=false
//msgp:timezone utc
//msgp:newtime

// Settings are what an operator may change while the appliance runs: one row.
type Settings struct {
	Host            string    `msg:"host" json:"host"` // the console's name
	VisitZone       string    `msg:"visit_zone" json:"visit_zone"`
	HTTPSPort       int       `msg:"https_port" json:"https_port"`
	HTTPPort        int       `msg:"http_port" json:"http_port"`
	PublicPort      int       `msg:"public_port,omitempty" json:"public_port,omitempty"` // of links in mails, behind a forwarder; 0: HTTPSPort
	VisitFirst      int       `msg:"visit_first" json:"visit_first"`                     // ports of visits where no name resolves
	VisitLast       int       `msg:"visit_last" json:"visit_last"`
	PublicAddresses []string  `msg:"public_addresses" json:"public_addresses"` // IP addresses or names
	InsideAddresses []string  `msg:"inside_addresses" json:"inside_addresses"` // IP addresses
	CertMode        string    `msg:"cert_mode" json:"cert_mode"`               // CertInternal or CertOwn
	Languages       []string  `msg:"languages" json:"languages"`               // of the console, the first is the default
	Installation    string    `msg:"installation" json:"installation"`         // id, new after a restore
	SetupAt         time.Time `msg:"setup_at" json:"setup_at"`
	At              time.Time `msg:"at" json:"at"`
	Ver             uint64    `msg:"ver" json:"ver"`
}
