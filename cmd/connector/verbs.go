package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"golang.org/x/term"

	"github.com/switchkeep/switchkeep/appliance/connector"
)

type runCmd struct {
	Page string `help:"Address of the connector's own page, loopback only; empty for none." default:"127.0.0.1:8199"`
}

// Run holds the link.
func (c *runCmd) Run(a *app) error {
	con, err := connector.New(connector.Config{
		Folder: a.folder, Version: a.version, Page: c.Page, Proxy: http.ProxyFromEnvironment, Clock: a.clock, Logger: a.logger(),
		Said: func(url string) { a.say("Page of this connector: %s", url) },
	})
	if err != nil {
		return err
	}
	return con.Run(a.ctx)
}

type statusCmd struct {
	JSON bool `help:"Print JSON."`
}

// Run prints what the running connector wrote.
func (c *statusCmd) Run(a *app) error {
	s, err := a.folder.Status()
	if err != nil {
		return err
	}
	running := true
	if release, err := a.folder.Lock(); err == nil {
		release()
		running = false
	}
	if !running {
		s.Message = "the connector does not run"
		if s.State == "connected" || s.State == "connecting" {
			s.State = "disconnected"
		}
	}
	if c.JSON {
		b, err := json.Marshal(s)
		if err != nil {
			return err
		}
		a.say("%s", b)
	} else {
		c.print(a, s, running)
	}
	if s.State != "connected" {
		return exitError(exitDisconnected)
	}
	return nil
}

func (c *statusCmd) print(a *app, s connector.Status, running bool) {
	words := map[string]string{
		"connected": "Connected", "connecting": "Connecting", "disconnected": "Disconnected", connector.Awaiting: "Awaiting approval",
		connector.NotEnrolled: "Not enrolled",
	}
	a.say("%s", words[s.State])
	for _, row := range [][2]string{
		{"Server", s.Server}, {"Name", s.Name}, {"Serial", s.Serial}, {"Portal", s.Portal.URL}, {"Portal problem", s.Portal.Problem}, {"Message", s.Message},
	} {
		if row[1] != "" {
			a.say("%-15s %s", row[0], row[1])
		}
	}
	if !s.Since.IsZero() {
		a.say("%-15s %s", "Since", s.Since.Format(time.RFC3339))
	}
	if url := a.folder.PageURL(); running && url != "" {
		a.say("%-15s %s", "Page", url)
	}
}

type portalCmd struct {
	URL string `help:"New web portal, http[s]://HOST[:PORT]." name:"url"`
	Pin bool   `help:"Pin the certificate that the portal shows now."`
}

// Run shows or changes the portal.
func (c *portalCmd) Run(a *app) error {
	p, err := a.folder.SetPortal(a.ctx, c.URL, c.Pin)
	if err != nil {
		return err
	}
	a.say("%-15s %s", "Portal", p.URL)
	switch {
	case p.SPKI != "":
		a.say("%-15s %s", "Pinned", p.SPKI)
	case p.URL != "":
		a.say("%-15s %s", "Pinned", "no (plain HTTP, or a certificate of a public CA)")
	}
	return nil
}

type yeastarCmd struct {
	URL  string `help:"Origin of the P-Series, https://HOST:8088." name:"url" required:""`
	ID   string `help:"Client ID of Integrations > API. The secret is asked for." name:"client-id" required:""`
	VIP  string `help:"Origin of the hot-standby pair's virtual IP." name:"vip"`
	Peer string `help:"Origin of the other half."`
}

// Run tries the OpenAPI and stores the way to it.
func (c *yeastarCmd) Run(a *app) error {
	ask := &asker{app: a, lines: bufio.NewReader(a.in), terminal: term.IsTerminal(int(a.in.Fd()))}
	secret, err := ask.secret("Client secret: ")
	if err != nil {
		return err
	}
	info, err := a.folder.SetYeastar(a.ctx, connector.Yeastar{URL: c.URL, ID: c.ID, Secret: secret, VIP: c.VIP, Peer: c.Peer})
	if err != nil {
		return err
	}
	a.say("%s %s, firmware %s, serial %s", info.Name, info.Model, info.Firmware, info.Serial)
	return nil
}

type serviceCmd struct {
	Install   installCmd   `cmd:"" help:"Write the systemd unit, enable and start it."`
	Uninstall uninstallCmd `cmd:"" help:"Stop, disable and remove it. The state folder stays."`
	Start     startCmd     `cmd:"" help:"Start the service."`
	Stop      stopCmd      `cmd:"" help:"Stop the service."`
}

type (
	installCmd struct {
		Page string `help:"Address of the connector's own page, loopback only." default:"127.0.0.1:8199"`
	}
	uninstallCmd struct{}
	startCmd     struct{}
	stopCmd      struct{}
)

// Run installs the service.
func (c *installCmd) Run(a *app) error {
	s, err := newService(a)
	if err != nil {
		return err
	}
	return s.install(c.Page)
}

// Run removes the service.
func (uninstallCmd) Run(a *app) error {
	s, err := newService(a)
	if err != nil {
		return err
	}
	return s.uninstall()
}

// Run starts the service.
func (startCmd) Run(a *app) error { return systemctl(a, "start") }

// Run stops the service.
func (stopCmd) Run(a *app) error { return systemctl(a, "stop") }

func systemctl(a *app, verb string) error {
	s, err := newService(a)
	if err != nil {
		return err
	}
	return s.systemctl(verb, unitName)
}

var errNoSystemd = errors.New("this machine has no systemd: start `switchkeep-connector run` by its own means")

func describeExit(name string, out []byte, err error) error {
	return fmt.Errorf("%s: %w: %s", name, err, out)
}
