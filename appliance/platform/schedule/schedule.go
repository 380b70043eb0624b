package schedule

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

const (
	// TickEvery is how often due times are looked at.
	TickEvery = 10 * time.Second
	// MaxTries bounds the runs that are made up for after a crash.
	MaxTries = 3
	// DefaultTimeout of a run.
	DefaultTimeout = time.Hour
)

// ErrRunning says that the job runs already.
var ErrRunning = fault.New(fault.KindConflict, "job_running", "the job is running already")

// Job is what runs at its times.
type Job struct {
	Name       string
	Spec       string
	Zone       string        // IANA; "" is UTC
	Timeout    time.Duration // 0: DefaultTimeout
	WhenUnsure bool          // may run while the time is unsure: it neither expires nor deletes anything
	Run        func(ctx context.Context) error
}

// Config is what a Scheduler needs.
type Config struct {
	DB     *store.DB
	Clock  clock.Clock
	Logger *slog.Logger
	// Sure tells whether the time may be believed (clock.Guard).
	Sure func() bool
}

// Scheduler runs jobs. Add comes before Run; the other methods are safe for concurrent use.
type Scheduler struct {
	c    Config
	mu   sync.Mutex
	jobs map[string]*entry
	wg   sync.WaitGroup
	ctx  context.Context //nolint:containedctx // Run's, for the runs that Trigger starts
}

type entry struct {
	job   Job
	spec  Spec
	state State
	busy  bool
}

// New returns a scheduler without jobs.
func New(c Config) (*Scheduler, error) {
	if c.DB == nil || c.Clock == nil || c.Logger == nil || c.Sure == nil {
		return nil, errors.New("schedule: incomplete configuration")
	}
	return &Scheduler{c: c, jobs: map[string]*entry{}}, nil
}

// Tables are this room's tables for the catalogue.
func Tables() []store.Registered { return []store.Registered{table()} }

func table() *store.Table[State, *State] {
	return store.NewTable(store.Spec[State]{
		Name: "schedule_job", Schema: 1,
		Key: func(s *State) []store.Part { return []store.Part{store.Text(s.Name)} },
	})
}

// Add registers a job.
func (s *Scheduler) Add(j Job) error {
	spec, err := Parse(j.Spec, j.Zone)
	if err != nil {
		return fmt.Errorf("job %q: %w", j.Name, err)
	}
	if j.Timeout == 0 {
		j.Timeout = DefaultTimeout
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, twice := s.jobs[j.Name]; twice || j.Name == "" || j.Run == nil || s.ctx != nil {
		return fmt.Errorf("job %q: without name or work, added twice, or too late", j.Name)
	}
	s.jobs[j.Name] = &entry{job: j, spec: spec}
	return nil
}

// Run starts what is due until ctx ends, then waits for what runs.
func (s *Scheduler) Run(ctx context.Context) error {
	if err := s.load(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	s.ctx = ctx
	s.mu.Unlock()
	tick := s.c.Clock.NewTicker(TickEvery)
	defer tick.Stop()
	for {
		s.look(ctx)
		select {
		case <-ctx.Done():
			s.wg.Wait()
			return nil
		case <-tick.C():
		}
	}
}

// load reads the rows. A run that was cut short is due again.
func (s *Scheduler) load(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.c.Clock.Now()
	return s.c.DB.View(ctx, func(r store.Reader) error {
		for _, e := range s.jobs {
			st, err := table().Get(r, store.Text(e.job.Name))
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				return err
			}
			if st.Spec != e.job.Spec || st.Zone != e.job.Zone {
				st.Name, st.Spec, st.Zone, st.NextDue = e.job.Name, e.job.Spec, e.job.Zone, e.spec.Next(now)
			}
			if st.Running && st.Tries < MaxTries {
				st.NextDue, st.LastDate = now, ""
			}
			st.Running = false
			e.state = st
		}
		return nil
	})
}

// look starts everything that is due.
func (s *Scheduler) look(ctx context.Context) {
	sure := s.c.Sure()
	now := s.c.Clock.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.jobs {
		if e.busy || ctx.Err() != nil || !sure && !e.job.WhenUnsure {
			continue
		}
		if next := e.spec.Next(now); e.state.NextDue.After(next) {
			e.state.NextDue = next // it was computed when the clock was ahead
		}
		if e.state.NextDue.After(now) {
			continue
		}
		date := e.spec.Date(e.state.NextDue)
		if e.spec.daily && date == e.state.LastDate {
			e.state.NextDue = e.spec.Next(now)
			continue
		}
		s.start(ctx, e, date)
	}
}

// start runs the job beside; mu is held.
func (s *Scheduler) start(ctx context.Context, e *entry, date string) {
	now := s.c.Clock.Now()
	e.busy = true
	e.state.Running, e.state.LastStart, e.state.NextDue = true, now, e.spec.Next(now)
	e.state.Tries++
	if date != "" {
		e.state.LastDate = date
	}
	begun := e.state
	s.wg.Go(func() { s.run(ctx, e, begun) })
}

func (s *Scheduler) run(ctx context.Context, e *entry, begun State) {
	log := s.c.Logger.With(slog.String("job", e.job.Name))
	err := s.save(ctx, begun)
	if err == nil {
		log.InfoContext(ctx, "job started")
		err = call(ctx, e.job)
	}
	s.mu.Lock()
	e.busy = false
	if ctx.Err() == nil || err == nil {
		e.state.Running, e.state.Tries = false, 0
		e.state.LastEnd, e.state.LastError = s.c.Clock.Now(), ""
		if err != nil {
			e.state.LastError = err.Error()
		} else {
			e.state.LastGood = e.state.LastEnd
		}
	}
	end := e.state
	s.mu.Unlock()
	if err != nil {
		log.ErrorContext(ctx, "job failed", slog.Any("error", err))
	} else {
		log.InfoContext(ctx, "job done", slog.Duration("took", end.LastEnd.Sub(end.LastStart)))
	}
	if err := s.save(context.WithoutCancel(ctx), end); err != nil {
		log.ErrorContext(ctx, "job state not saved", slog.Any("error", err))
	}
}

// call runs the job with its timeout; a panic is an error.
func call(ctx context.Context, j Job) (err error) {
	ctx, cancel := context.WithTimeout(ctx, j.Timeout)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return j.Run(ctx)
}

func (s *Scheduler) save(ctx context.Context, st State) error {
	_, err := s.c.DB.UpdateBulk(ctx, func(_ context.Context, tx store.Tx) error { return table().Put(tx, &st) })
	return err
}

// Trigger starts a job now, besides its times; ErrRunning when it runs.
func (s *Scheduler) Trigger(name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, ok := s.jobs[name]
	if !ok || s.ctx == nil || s.ctx.Err() != nil {
		return fault.NotFound("job")
	}
	if e.busy {
		return ErrRunning
	}
	s.start(s.ctx, e, "")
	return nil
}

// List returns the states of all jobs, in order of names.
func (s *Scheduler) List() []State {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]State, 0, len(s.jobs))
	for _, e := range s.jobs {
		out = append(out, e.state)
	}
	slices.SortFunc(out, func(a, b State) int { return strings.Compare(a.Name, b.Name) })
	return out
}
