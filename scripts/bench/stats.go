package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

// undecided is the spread above which a ratio says nothing.
const undecided = 0.30

func median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(v))
	if n := len(s); n%2 == 0 {
		return (s[n/2-1] + s[n/2]) / 2
	}
	return s[len(s)/2]
}

// verdict words a row of ratios: the median, its spread, and whether it says anything. floor is the
// least ratio that is asked for, 0 for none.
func verdict(ratios []float64, floor float64) string {
	m := median(ratios)
	spread := 0.0
	if m > 0 {
		spread = (slices.Max(ratios) - slices.Min(ratios)) / m
	}
	s := fmt.Sprintf("%5.2fx ±%2.0f%%", m, 50*spread)
	switch {
	case spread > undecided:
		return s + " undecided"
	case floor == 0:
		return s
	case m < floor:
		return s + fmt.Sprintf(" below %.1fx", floor)
	}
	return s + fmt.Sprintf(" ≥ %.1fx", floor)
}

// percentile is the q-quantile (0 to 1) of durations.
func percentile(d []time.Duration, q float64) time.Duration {
	if len(d) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(d))
	return s[min(len(s)-1, int(q*float64(len(s))))]
}

// spread is the largest minus the smallest, by the median.
func spread(v []float64) float64 {
	m := median(v)
	if m <= 0 {
		return 0
	}
	return (slices.Max(v) - slices.Min(v)) / m
}

// line is one line of the table at the end: what was measured, beside what, once for each round. least
// and most are the floor, 0 for none.
type line struct {
	what, beside string
	values       []float64
	unit         string
	least, most  float64
}

// word says what the figures say: a floor is met or not when the rounds agree, else it is undecided.
func (l line) word() string {
	m := median(l.values)
	met := l.least == 0 && l.most == 0 || l.most > 0 && m <= l.most || l.least > 0 && m >= l.least
	floor := fmt.Sprintf("≤ %g", l.most)
	if l.least > 0 {
		floor = fmt.Sprintf("≥ %g", l.least)
	}
	switch {
	case spread(l.values) > undecided && l.least == 0 && l.most == 0:
		return "undecided"
	case spread(l.values) > undecided:
		return "undecided (" + floor + ")"
	case l.least == 0 && l.most == 0:
		return ""
	case met:
		return floor + " met"
	}
	return floor + " NOT met"
}

type table []line

func (t table) print(out io.Writer) error {
	_, err := fmt.Fprintf(out, "%-58s | %-34s | %6s | %12s | %6s | %s\n", "what", "beside", "rounds", "median", "spread", "says")
	for _, l := range t {
		_, lineErr := fmt.Fprintf(out, "%-58s | %-34s | %6d | %8.2f %-3s | %5.0f%% | %s\n",
			l.what, l.beside, len(l.values), median(l.values), l.unit, 100*spread(l.values), l.word())
		err = errors.Join(err, lineErr)
	}
	return err
}
