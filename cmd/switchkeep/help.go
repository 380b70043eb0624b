package main

import (
	"fmt"

	"github.com/alecthomas/kong"
)

type helpCmd struct {
	What string `arg:"" enum:"all" default:"all" help:"all: every verb with its options."`
}

// Run prints the help of every verb, one after another.
func (c *helpCmd) Run(app *kong.Application, std streams) error {
	_, _ = fmt.Fprintf(std.out, "switchkeep: %s\n", app.Help)
	return walkHelp(app.Node, std, "switchkeep")
}

func walkHelp(n *kong.Node, std streams, path string) error {
	for _, child := range n.Children {
		if child.Type != kong.CommandNode {
			continue
		}
		name := path + " " + child.Name
		if len(child.Children) == 0 {
			if _, err := fmt.Fprintf(std.out, "\n%s\n    %s\n", name, child.Help); err != nil {
				return err
			}
			for _, p := range child.Positional {
				_, _ = fmt.Fprintf(std.out, "    %-24s %s\n", p.Summary(), p.Help)
			}
			for _, f := range child.Flags {
				_, _ = fmt.Fprintf(std.out, "    --%-22s %s\n", f.Name, f.Help)
			}
		}
		if err := walkHelp(child, std, name); err != nil {
			return err
		}
	}
	return nil
}
