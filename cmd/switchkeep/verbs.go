package main

import (
	"context"
	"fmt"
	"io"

	"github.com/switchkeep/switchkeep/appliance"
	"github.com/switchkeep/switchkeep/appliance/surface/ops"
)

// through asks the running appliance; when none runs, it opens the data folder and does the same there.
func through(ctx context.Context, all *cli, std streams, verb string, in any) error {
	client := ops.NewClient(all.Data)
	if client.Running(ctx) {
		return client.Do(ctx, verb, in, std.out)
	}
	return appliance.Offline(ctx, offline(all, std), verb, in, std.out)
}

type verifyCmd struct{}

// Run implements the verb.
func (c *verifyCmd) Run(ctx context.Context, all *cli, std streams) error {
	return through(ctx, all, std, "verify", nil)
}

type backupCmd struct {
	To             string `help:"Folder or file of the archive; the data folder's backups by default." type:"path"`
	WithoutSecrets bool   `help:"Leave the master key out when no recovery recipient is set."`
}

// Run implements the verb.
func (c *backupCmd) Run(ctx context.Context, all *cli, std streams) error {
	return through(ctx, all, std, "backup", appliance.BackupRequest{To: c.To, WithoutSecrets: c.WithoutSecrets})
}

type doctorCmd struct {
	JSON bool `help:"Print the findings as JSON."`
}

// Run implements the verb.
func (c *doctorCmd) Run(ctx context.Context, all *cli, std streams) error {
	return through(ctx, all, std, "doctor", appliance.DoctorRequest{JSON: c.JSON})
}

type adminCmd struct {
	ResetPassword resetPasswordCmd `cmd:"" help:"Print a one-time link with which the user sets a new password."`
	ResetMFA      resetMFACmd      `cmd:"" name:"reset-mfa" help:"Take the second factor away; the user sets it up again."`
}

type resetPasswordCmd struct {
	Email string `arg:"" help:"The user's e-mail address."`
}

// Run implements the verb.
func (c *resetPasswordCmd) Run(ctx context.Context, all *cli, std streams) error {
	return through(ctx, all, std, "admin-reset-password", appliance.UserRequest{Email: c.Email})
}

type resetMFACmd struct {
	Email string `arg:"" help:"The user's e-mail address."`
}

// Run implements the verb.
func (c *resetMFACmd) Run(ctx context.Context, all *cli, std streams) error {
	return through(ctx, all, std, "admin-reset-mfa", appliance.UserRequest{Email: c.Email})
}

type dbCmd struct {
	Dump dumpCmd `cmd:"" help:"Write every row as a line of JSON."`
}

type dumpCmd struct{}

// Run implements the verb.
func (c *dumpCmd) Run(ctx context.Context, all *cli, std streams) error {
	return through(ctx, all, std, "db-dump", nil)
}

type setupCmd struct{}

// Run implements the verb.
func (c *setupCmd) Run(ctx context.Context, all *cli, std streams) error {
	client := ops.NewClient(all.Data)
	if !client.Running(ctx) {
		return fmt.Errorf("%w: start it with: switchkeep run", ops.ErrNotRunning)
	}
	return client.Do(ctx, "setup-link", nil, std.out)
}

type versionCmd struct{}

// Run implements the verb.
func (c *versionCmd) Run(std streams) error {
	_, err := io.WriteString(std.out, "switchkeep "+version+"\n")
	return err
}
