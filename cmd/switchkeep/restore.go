package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/switchkeep/switchkeep/appliance"
)

type restoreCmd struct {
	Archive string `arg:"" help:"The backup archive." type:"existingfile"`
	KeyFile string `help:"File with the age identity of the recovery recipient; without it the passphrase is asked for." type:"existingfile"`
}

// Run restores into the data folder, which must be empty. The recovery secret never comes from the
// command line: it is read from the terminal, from standard input, or from a key file.
func (c *restoreCmd) Run(ctx context.Context, all *cli, std streams) error {
	req := appliance.RestoreRequest{Archive: c.Archive}
	if c.KeyFile != "" {
		b, err := os.ReadFile(c.KeyFile)
		if err != nil {
			return fmt.Errorf("read the key file: %w", err)
		}
		req.Identity = string(b)
	} else {
		secret, err := readSecret(std, "Recovery passphrase (from the recovery sheet): ")
		if err != nil {
			return err
		}
		req.Passphrase = secret
	}
	return appliance.Restore(ctx, offline(all, std), req, std.out)
}

func readSecret(std streams, prompt string) (string, error) {
	if term.IsTerminal(int(std.in.Fd())) {
		_, _ = fmt.Fprint(std.err, prompt)
		b, err := term.ReadPassword(int(std.in.Fd()))
		_, _ = fmt.Fprintln(std.err)
		return strings.TrimSpace(string(b)), err
	}
	line, err := bufio.NewReader(std.in).ReadString('\n')
	if err != nil && line == "" {
		return "", fmt.Errorf("read the recovery passphrase from standard input: %w", err)
	}
	return strings.TrimSpace(line), nil
}
