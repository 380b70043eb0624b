// Command switchkeep is the appliance and its command line, one file per verb.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// version and built (the commit's time, RFC 3339) are set by the build. A clock before built is not
// believed.
var version, built = "dev", ""

// cli is the command line. The data folder is where everything lives.
type cli struct {
	Data string `help:"Data folder." default:"data" env:"SWITCHKEEP_DATA" type:"path"`

	Run     runCmd     `cmd:"" help:"Run the appliance in the foreground."`
	Backup  backupCmd  `cmd:"" help:"Write a backup now; asks the running appliance when there is one."`
	Restore restoreCmd `cmd:"" help:"Restore a backup into an empty data folder."`
	Verify  verifyCmd  `cmd:"" help:"Check every page, row, index entry and the operation log's tree."`
	Doctor  doctorCmd  `cmd:"" help:"Look for what is wrong and say how to mend it."`
	Admin   adminCmd   `cmd:"" help:"Help a user who cannot sign in."`
	DB      dbCmd      `cmd:"" name:"db" help:"Look into the database."`
	Setup   setupCmd   `cmd:"" help:"Open the setup again and print a new one-time link."`
	Version versionCmd `cmd:"" help:"Print the version."`
	Help    helpCmd    `cmd:"" help:"Print the help of all verbs with: help all."`
}

// streams are the program's own, handed to every verb.
type streams struct {
	in       *os.File
	out, err io.Writer
}

func main() { os.Exit(run(os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr})) }

// run parses and carries out; the exit code is 0, 1 for a failure, 2 for a wrong command line.
func run(args []string, std streams) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var c cli
	parser, err := kong.New(&c, kong.Name("switchkeep"), kong.UsageOnError(),
		kong.Description("Central management for PBXs and phones on your own server."),
		kong.Writers(std.out, std.err), kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(&c, std),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		_, _ = fmt.Fprintln(std.err, err)
		return 2
	}
	k, err := parser.Parse(args)
	if err != nil {
		if parse, ok := errors.AsType[*kong.ParseError](err); ok {
			_ = parse.Context.PrintUsage(true)
		}
		_, _ = fmt.Fprintf(std.err, "switchkeep: %v\n", err)
		return 2
	}
	k.Bind(k.Model)
	if err := k.Run(); err != nil {
		_, _ = fmt.Fprintf(std.err, "switchkeep: %v\n", err)
		return 1
	}
	return 0
}
