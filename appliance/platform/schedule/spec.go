package schedule

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// ErrSpec says that a specification or a zone cannot be read.
var ErrSpec = errors.New("not a schedule")

// Spec is a parsed specification in its zone.
type Spec struct {
	text  string
	sched cron.Schedule
	zone  *time.Location
	daily bool // at most one time a day
}

// Parse reads "minute hour day month weekday" or @daily and the like, with an IANA zone ("" is UTC).
func Parse(spec, zone string) (s Spec, err error) {
	// The library panics on some inputs, such as "TZ=".
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %q: %v", ErrSpec, spec, p)
		}
	}()
	if strings.Contains(spec, "TZ=") {
		return Spec{}, fmt.Errorf("%w: %q: the zone is given beside it", ErrSpec, spec)
	}
	s.text = spec
	if s.zone, err = time.LoadLocation(zone); err != nil {
		return Spec{}, fmt.Errorf("%w: zone %q: %w", ErrSpec, zone, err)
	}
	if s.sched, err = cron.ParseStandard(spec); err != nil {
		return Spec{}, fmt.Errorf("%w: %q: %w", ErrSpec, spec, err)
	}
	if sp, ok := s.sched.(*cron.SpecSchedule); ok {
		sp.Location = time.UTC // it counts wall times as if they were UTC
	}
	first := s.sched.Next(time.Date(2023, 12, 31, 23, 59, 59, 0, time.UTC))
	if first.IsZero() {
		return Spec{}, fmt.Errorf("%w: %q never comes", ErrSpec, spec)
	}
	second := s.sched.Next(first)
	s.daily = first.Format(time.DateOnly) != second.Format(time.DateOnly)
	return s, nil
}

// Next is the first due time after t.
func (s Spec) Next(t time.Time) time.Time {
	wall := s.wall(t)
	for {
		wall = s.sched.Next(wall)
		if wall.IsZero() {
			return time.Time{}
		}
		if at := s.instant(wall); at.After(t) {
			return at
		}
	}
}

// Date is the local date of an instant.
func (s Spec) Date(t time.Time) string { return t.In(s.zone).Format(time.DateOnly) }

// wall reads the clock on the wall of the zone, as if it were UTC.
func (s Spec) wall(t time.Time) time.Time {
	l := t.In(s.zone)
	return time.Date(l.Year(), l.Month(), l.Day(), l.Hour(), l.Minute(), l.Second(), 0, time.UTC)
}

// instant is when the wall shows this time: the first of two, or the end of the gap that swallows it.
func (s Spec) instant(wall time.Time) time.Time {
	t := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), 0, s.zone)
	start, end := t.ZoneBounds()
	switch shown := s.wall(t); {
	case shown.Before(wall): // before the gap
		return end.UTC()
	case shown.After(wall): // behind it
		return start.UTC()
	}
	if !start.IsZero() {
		_, before := start.Add(-time.Second).Zone()
		_, after := t.Zone()
		// before and after count seconds east; the clock went back by their difference.
		earlier := t.Add(-time.Duration(before-after) * time.Second)
		if before > after && earlier.Before(start) && s.wall(earlier).Equal(wall) {
			return earlier.UTC()
		}
	}
	return t.UTC()
}
