package listen

import (
	"context"
	"errors"
	"sync"
)

// Stop is the order in which a front door closes: first the port (no new connections, unfinished
// handshakes end), then each stage after the one before, the functions of a stage in parallel.
// Visits run through the link, so the link is a stage after the console and the visits.
func Stop(ctx context.Context, port *Port, stages ...[]func(context.Context) error) error {
	errs := []error{port.Close()}
	for _, stage := range stages {
		var wg sync.WaitGroup
		got := make([]error, len(stage))
		for i, f := range stage {
			wg.Go(func() { got[i] = f(ctx) })
		}
		wg.Wait()
		errs = append(errs, got...)
	}
	return errors.Join(errs...)
}
