package appliance

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
)

// tasks are the goroutines of the appliance: named, recovered, awaited.
type tasks struct {
	log    *slog.Logger
	ctx    context.Context //nolint:containedctx // the life of the tasks, ended by stop.
	cancel context.CancelFunc
	wg     sync.WaitGroup
	failed chan error
}

func newTasks(ctx context.Context, log *slog.Logger) *tasks {
	t := &tasks{log: log, failed: make(chan error, 1)}
	t.ctx, t.cancel = context.WithCancel(context.WithoutCancel(ctx))
	return t
}

// run starts fn; an error or a panic before the end of the context is the appliance's failure.
func (t *tasks) run(name string, fn func(context.Context) error) {
	t.wg.Go(func() {
		defer func() {
			if p := recover(); p != nil {
				t.log.ErrorContext(t.ctx, "task panicked", slog.String("task", name), slog.Any("panic", p), slog.String("stack", string(debug.Stack())))
				t.fail(fmt.Errorf("%s: panic: %v", name, p))
			}
		}()
		if err := fn(t.ctx); err != nil && !errors.Is(err, context.Canceled) && t.ctx.Err() == nil {
			t.log.ErrorContext(t.ctx, "task ended", slog.String("task", name), slog.Any("error", err))
			t.fail(fmt.Errorf("%s: %w", name, err))
		}
	})
}

func (t *tasks) fail(err error) {
	select {
	case t.failed <- err:
	default:
	}
}

func (t *tasks) stop() {
	t.cancel()
	t.wg.Wait()
}
