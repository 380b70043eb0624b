package appliance

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/switchkeep/switchkeep/appliance/platform/config"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/surface/setup"
)

// trial is the front of the house as a draft wants it, beside the one in force.
type trial struct {
	a      *Appliance
	doors  *doors // nil when the addresses stay
	before config.Settings
	wanted config.Settings
}

// openForSetup lets the certificates answer to the draft's names too, and opens its ports when they
// are other ones.
func (a *Appliance) openForSetup(ctx context.Context, d setup.Draft) (setup.Doors, error) {
	before, wanted := *a.rooms.now.Load(), d.Settings()
	t := &trial{a: a, before: before, wanted: wanted}
	if err := a.rooms.certs.SetNames(ctx, names(wanted)); err != nil {
		return nil, fmt.Errorf("certificates for the new names: %w", err)
	}
	if before.HTTPSPort == wanted.HTTPSPort && before.HTTPPort == wanted.HTTPPort {
		return t, nil
	}
	doors, err := a.openDoors(ctx, a.rooms.bindAt(a.rooms.cfg.HTTPS, wanted.HTTPSPort), a.rooms.bindAt(a.rooms.cfg.HTTP, wanted.HTTPPort))
	if err != nil {
		return nil, errors.Join(fault.Invalid("names.https_port", "taken", "the ports cannot be opened: "+err.Error()), t.back(ctx))
	}
	t.doors = doors
	doors.serve(a.tasks.fail)
	return t, nil
}

// bindAt is the address of a port on the interface that the command line names, all otherwise.
func (r *rooms) bindAt(override string, port int) string {
	host, _, _ := net.SplitHostPort(override) // "" without an override
	return net.JoinHostPort(host, fmt.Sprint(port))
}

// URL implements setup.Doors.
func (t *trial) URL() string { return t.wanted.ConsoleURL() }

// Keep implements setup.Doors: the old doors close when they are others.
func (t *trial) Keep(ctx context.Context) error {
	if t.doors == nil {
		return nil
	}
	old := t.a.swapDoors(t.doors)
	// The answer to this very request may still leave through the old doors.
	t.a.tasks.run("old doors", func(context.Context) error { return old.close(ctx, true) })
	return nil
}

// Close implements setup.Doors: everything goes back.
func (t *trial) Close(ctx context.Context) error {
	err := t.back(ctx)
	if t.doors != nil {
		err = errors.Join(err, t.doors.close(ctx, true))
	}
	return err
}

func (t *trial) back(ctx context.Context) error {
	return t.a.rooms.certs.SetNames(ctx, names(t.before))
}
