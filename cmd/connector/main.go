// Command switchkeep-connector connects a PBX to a Switchkeep appliance. It runs on the PBX itself or
// on a machine of its LAN; see package appliance/connector.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/switchkeep/switchkeep/appliance/connector"
	"github.com/switchkeep/switchkeep/appliance/platform/clock"
)

// Exit codes besides 0 and 1.
const (
	exitUsage        = 2
	exitDisconnected = 3
)

type cli struct {
	State string `help:"Folder of the connector's state." default:"${state}" env:"SWITCHKEEP_CONNECTOR_STATE"`

	Enroll  enrollCmd  `cmd:"" help:"Connect this PBX to a server. The password is read from the terminal or from standard input."`
	Run     runCmd     `cmd:"" help:"Hold the link up and serve the connector's own page."`
	Status  statusCmd  `cmd:"" help:"Show the state of the running connector; exit code 3 unless it is connected."`
	Portal  portalCmd  `cmd:"" help:"Show or change the PBX's web portal that visits reach, and pin its certificate anew."`
	Yeastar yeastarCmd `cmd:"" help:"Read serial, model, firmware and hot-standby roles from a P-Series through its OpenAPI."`
	Service serviceCmd `cmd:"" help:"Install the connector as a systemd service, or remove, start or stop it."`
	Version versionCmd `cmd:"" help:"Print the version."`
}

// app is what every verb gets.
type app struct {
	ctx     context.Context //nolint:containedctx // the process's own, handed to kong's Run methods
	folder  connector.Folder
	in      *os.File
	out     io.Writer
	err     io.Writer
	clock   clock.Clock
	version string
}

// exitError ends the process with a code and without another message.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

func run(ctx context.Context, args []string, in *os.File, out, errOut io.Writer) int {
	var c cli
	parser, err := kong.New(&c, kong.Name("switchkeep-connector"), kong.Writers(out, errOut), kong.Vars{"state": stateFolder()},
		kong.Description("Connects a PBX to a Switchkeep appliance."), kong.UsageOnError())
	if err != nil {
		_, _ = fmt.Fprintln(errOut, err)
		return 1
	}
	kctx, err := parser.Parse(args)
	if err != nil {
		parser.Errorf("%s", err)
		return exitUsage
	}
	folder, err := filepath.Abs(c.State)
	if err != nil {
		_, _ = fmt.Fprintln(errOut, err)
		return 1
	}
	a := &app{ctx: ctx, folder: connector.Folder(folder), in: in, out: out, err: errOut, clock: clock.System{}, version: version()}
	err = kctx.Run(a)
	var code exitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &code):
		return int(code)
	}
	_, _ = fmt.Fprintln(errOut, "switchkeep-connector: "+err.Error())
	return 1
}

func stateFolder() string {
	switch {
	case runtime.GOOS == "windows":
		return filepath.Join(os.Getenv("ProgramData"), "Switchkeep Connector")
	case os.Geteuid() == 0:
		return "/var/lib/switchkeep-connector"
	}
	if d := os.Getenv("XDG_STATE_HOME"); d != "" {
		return filepath.Join(d, "switchkeep-connector")
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "switchkeep-connector.state"
	}
	return filepath.Join(home, ".local", "state", "switchkeep-connector")
}

func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "devel"
	}
	return info.Main.Version
}

func (a *app) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(a.err, &slog.HandlerOptions{Level: slog.LevelInfo}))
}

func (a *app) say(format string, args ...any) { _, _ = fmt.Fprintf(a.out, format+"\n", args...) }

type versionCmd struct{}

// Run prints the version.
func (versionCmd) Run(a *app) error { //nolint:unparam // the shape that kong calls
	a.say("switchkeep-connector %s %s/%s", a.version, runtime.GOOS, runtime.GOARCH)
	return nil
}
