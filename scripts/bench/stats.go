package main

import (
	"fmt"
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
