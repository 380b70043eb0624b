package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/switchkeep/switchkeep/appliance"
	"github.com/switchkeep/switchkeep/appliance/platform/clock"
)

// stopWithin bounds a clean stop; a busy one takes about a second.
const stopWithin = 20 * time.Second

type runCmd struct {
	HTTPS    string `help:"Address and port of the console over TLS; overrides the setting." placeholder:"ADDR:PORT"`
	HTTP     string `help:"Address and port of plain HTTP; overrides the setting." placeholder:"ADDR:PORT"`
	LogLevel string `help:"Lowest level that is logged." enum:"debug,info,warn,error" default:"info"`
}

// Run starts the appliance, prints where it answers and waits for a signal.
func (c *runCmd) Run(ctx context.Context, all *cli, std streams) error {
	a, err := appliance.New(ctx, c.config(all, std))
	if err != nil {
		return err
	}
	if err = a.Bind(ctx); err != nil {
		return err
	}
	if err = a.Start(ctx); err != nil {
		return err
	}
	_, _ = fmt.Fprint(std.out, a.Banner())
	select {
	case <-ctx.Done():
	case err = <-a.Failed():
	}
	stopCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	if stopErr := a.Stop(stopCtx); err == nil {
		err = stopErr
	}
	return err
}

func (c *runCmd) config(all *cli, std streams) appliance.Config {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.LogLevel)) // kong admits the four names only
	at, err := time.Parse(time.RFC3339, built)
	if err != nil {
		at = time.Time{} // a build by hand knows no date
	}
	return appliance.Config{
		Built:   at,
		DataDir: all.Data, HTTPS: c.HTTPS, HTTP: c.HTTP, Version: version, Clock: clock.System{},
		Logger: slog.New(slog.NewTextHandler(std.err, &slog.HandlerOptions{Level: level})),
	}
}

// offline is the configuration of verbs that open the data folder themselves.
func offline(all *cli, std streams) appliance.Config {
	return (&runCmd{LogLevel: "warn"}).config(all, std)
}
