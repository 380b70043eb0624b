package main

import (
	"strings"
	"testing"
	"time"
)

func TestMedianAndVerdict(t *testing.T) {
	t.Parallel()
	if m := median([]float64{3, 1, 2}); m != 2 {
		t.Error(m)
	}
	if m := median([]float64{4, 1, 2, 3}); m != 2.5 {
		t.Error(m)
	}
	for _, c := range []struct {
		ratios []float64
		want   string
	}{
		{[]float64{5, 5.1, 5.2}, "≥ 5.0x"},
		{[]float64{4, 4.1, 4.2}, "below 5.0x"},
		{[]float64{4, 6, 9}, "undecided"},
	} {
		if got := verdict(c.ratios, 5); !strings.HasSuffix(got, c.want) {
			t.Errorf("%v: %q, want %q", c.ratios, got, c.want)
		}
	}
	if p := percentile([]time.Duration{5, 1, 3, 2, 4}, 0.5); p != 3 {
		t.Error(p)
	}
}

// Every benchmark runs to its end; how fast is no matter of a test.
func TestBenchesRun(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, b := range []string{"store", "list", "link"} {
		var out strings.Builder
		o := options{rounds: 1, dur: 5 * time.Millisecond, rows: []int{2000}, idle: []int{50}, table: &table{}}
		for _, have := range benches() {
			if have.name == b {
				if err := have.run(t.Context(), &out, o); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := o.table.print(&out); err != nil || len(*o.table) == 0 || !strings.Contains(out.String(), "x ±") {
			t.Error(err, out.String())
		}
	}
	if err := run(t.Context(), &strings.Builder{}, []string{"nothing"}); err == nil {
		t.Error("an unknown benchmark is no error")
	}
}
