package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/switchkeep/switchkeep/appliance/connector"
	"github.com/switchkeep/switchkeep/appliance/protocol/link/wire"
)

const pollEvery = 5 * time.Second

type enrollCmd struct {
	Server      string `help:"Address of the server: HOST or HOST:PORT." required:""`
	Email       string `help:"Your e-mail address in the console; the password is asked for." xor:"how" required:""`
	Code        string `help:"The authentication code that the console made." xor:"how" required:""`
	Pin         string `help:"The server's pin, sha256/…, from Connect a PBX."`
	Fingerprint string `help:"The first 16 or more characters of the server's fingerprint."`
	Account     string `help:"The account that the PBX is for, when you work in several."`
	Name        string `help:"Name of the PBX in the console."`
	Portal      string `help:"Web portal of the PBX, http[s]://HOST[:PORT]. Without it the usual ports of this machine are tried."`
	Serial      string `help:"Serial number of the PBX."`
	Model       string `help:"Model of the PBX."`
	Firmware    string `help:"Firmware version of the PBX."`
	NoWait      bool   `help:"Do not wait for an approval: the running connector asks for it."`
}

// Run enrols. The password never is an argument.
func (c *enrollCmd) Run(a *app) error {
	in := connector.Enrollment{
		Server: c.Server, Email: c.Email, AuthCode: c.Code, Account: c.Account, Name: c.Name, Portal: c.Portal,
		Device: connector.Device{Serial: c.Serial, Model: c.Model, Firmware: c.Firmware},
		Trust:  connector.Trust{Pin: c.Pin, Typed: c.Fingerprint},
	}
	ask := &asker{app: a, lines: bufio.NewReader(a.in), terminal: term.IsTerminal(int(a.in.Fd()))}
	e := &connector.Enroller{Folder: a.folder, Clock: a.clock, Version: a.version, Proxy: http.ProxyFromEnvironment}
	if err := c.verify(a, e, &in, ask); err != nil {
		return err
	}
	if c.Email != "" {
		var err error
		if in.Password, err = ask.secret("Password: "); err != nil {
			return err
		}
		if in.Code, err = ask.line("Code of your authenticator app (Enter if you use none): "); err != nil {
			return err
		}
	}
	res, err := e.Enroll(a.ctx, in)
	var choose *connector.ChooseError
	if errors.As(err, &choose) && ask.terminal {
		if in.Account, err = ask.choose(choose); err != nil {
			return err
		}
		res, err = e.Enroll(a.ctx, in)
	}
	if err != nil {
		return err
	}
	if res.Waits {
		a.say("%s", wire.WaitMessage)
		if c.NoWait {
			return nil
		}
		if res, err = await(a, e); err != nil {
			return err
		}
	}
	return c.done(a, res)
}

// verify asks for typed characters where nothing else vouches for the server, before a password is asked for.
func (c *enrollCmd) verify(a *app, e *connector.Enroller, in *connector.Enrollment, ask *asker) error {
	err := e.Verify(a.ctx, *in)
	if err == nil || !errors.Is(err, connector.ErrServer) || c.Pin != "" || c.Fingerprint != "" || c.Code != "" || !ask.terminal {
		return err
	}
	a.say("No public authority vouches for %s.", c.Server)
	in.Trust.Typed, err = ask.line("Type the first 16 characters of the fingerprint shown under Connect a PBX in the console: ")
	if err != nil {
		return err
	}
	return e.Verify(a.ctx, *in)
}

func (c *enrollCmd) done(a *app, res connector.Result) error {
	a.say("Enrolled as %q (%s).", res.State.Name, res.State.ID)
	if res.State.Portal.URL == "" {
		a.say("No web portal was found: set one with `switchkeep-connector portal --url …`.")
	} else {
		a.say("Visits reach %s.", res.State.Portal.URL)
	}
	if s, err := a.folder.Status(); err != nil || a.clock.Now().Sub(s.Written) > 24*time.Hour || s.State == connector.NotEnrolled {
		a.say("Start the link with `switchkeep-connector run` or `switchkeep-connector service install`.")
	}
	return nil
}

func await(a *app, e *connector.Enroller) (connector.Result, error) {
	a.say("Waiting; Ctrl-C leaves it to the running connector.")
	for {
		t := a.clock.NewTimer(pollEvery)
		select {
		case <-a.ctx.Done():
			t.Stop()
			return connector.Result{}, exitError(exitDisconnected)
		case <-t.C():
		}
		res, err := e.Poll(a.ctx)
		if errors.Is(err, context.Canceled) {
			return res, exitError(exitDisconnected)
		}
		if err != nil {
			return res, err
		}
		if !res.Waits {
			return res, nil
		}
		if a.clock.Now().Sub(res.State.Pending.Since) > connector.PendingFor {
			return res, errors.New("nobody approved within 24 hours")
		}
	}
}

// asker reads answers from the terminal, or lines from standard input.
type asker struct {
	app      *app
	lines    *bufio.Reader
	terminal bool
}

func (k *asker) line(prompt string) (string, error) {
	if k.terminal {
		_, _ = fmt.Fprint(k.app.err, prompt)
	}
	s, err := k.lines.ReadString('\n')
	if err != nil && s == "" && k.terminal {
		return "", fmt.Errorf("read answer: %w", err)
	}
	return strings.TrimSpace(s), nil
}

// secret reads without echo; from standard input it is the first line.
func (k *asker) secret(prompt string) (string, error) {
	if !k.terminal {
		s, err := k.lines.ReadString('\n')
		if s = strings.TrimRight(s, "\r\n"); s == "" {
			return "", errors.Join(errors.New("no password on standard input"), err)
		}
		return s, nil
	}
	_, _ = fmt.Fprint(k.app.err, prompt)
	b, err := term.ReadPassword(int(k.app.in.Fd()))
	_, _ = fmt.Fprintln(k.app.err)
	if err != nil {
		return "", fmt.Errorf("read password: %w", err)
	}
	return string(b), nil
}

func (k *asker) choose(c *connector.ChooseError) (string, error) {
	k.app.say("You work in several accounts:")
	for i, acc := range c.Accounts {
		k.app.say("  %d  %s", i+1, acc.Name)
	}
	s, err := k.line("Number: ")
	if err != nil {
		return "", err
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > len(c.Accounts) {
		return "", fmt.Errorf("%q is none of the numbers", s)
	}
	return c.Accounts[n-1].ID, nil
}
