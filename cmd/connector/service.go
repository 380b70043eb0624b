package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"github.com/switchkeep/switchkeep/appliance/connector"
)

const (
	unitName   = "switchkeep-connector.service"
	unitFolder = "/etc/systemd/system"
)

// service drives systemd. Its fields are the machine's own paths, so that a test can point them elsewhere.
type service struct {
	app    *app
	folder string
	exe    string
	ctl    string
}

func newService(a *app) (*service, error) {
	if _, err := os.Stat("/run/systemd/system"); runtime.GOOS != "linux" || err != nil {
		return nil, errNoSystemd
	}
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	if exe, err = filepath.EvalSymlinks(exe); err != nil {
		return nil, err
	}
	return &service{app: a, folder: unitFolder, exe: exe, ctl: "systemctl"}, nil
}

func (s *service) install(page string) error {
	unit, err := connector.Unit(s.exe, string(s.app.folder), page)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(string(s.app.folder), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(s.folder, unitName), []byte(unit), 0o644); err != nil { //nolint:gosec // a unit is public
		return err
	}
	if err := s.systemctl("daemon-reload"); err != nil {
		return err
	}
	if err := s.systemctl("enable", "--now", unitName); err != nil {
		return err
	}
	s.app.say("Installed and started %s.", unitName)
	return nil
}

func (s *service) uninstall() error {
	if err := s.systemctl("disable", "--now", unitName); err != nil {
		return err
	}
	if err := os.Remove(filepath.Join(s.folder, unitName)); err != nil {
		return err
	}
	return s.systemctl("daemon-reload")
}

func (s *service) systemctl(args ...string) error {
	out, err := exec.CommandContext(s.app.ctx, s.ctl, args...).CombinedOutput() //nolint:gosec // systemctl with fixed words
	if err != nil {
		return describeExit(s.ctl, out, err)
	}
	return nil
}
