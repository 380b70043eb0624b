package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/switchkeep/switchkeep/appliance"
	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/platform/config"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/bolt"
)

// What the generator writes is whole: every row, index entry and the tree of the log.
func TestFleetIsWhole(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	f, err := makeFleet(t.Context(), dir, 3*fleetGroup+7)
	if err != nil {
		t.Fatal(err)
	}
	if f.cookie == "" || f.p550 == 0 || f.p550 == f.size {
		t.Errorf("%+v", f)
	}
	e, err := bolt.Open(bolt.Config{Path: config.Layout{Root: dir}.Store(), Now: clock.System{}.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if closeErr := e.Close(); closeErr != nil {
			t.Error(closeErr)
		}
	}()
	db, err := store.New(e, appliance.Tables()...)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := db.Verify(t.Context()); err != nil || n < f.size+fleetAccounts {
		t.Error(n, err)
	}
}

func TestTableSaysWhatTheRoundsSay(t *testing.T) {
	t.Parallel()
	for want, l := range map[string]line{
		"≤ 50 met":         {values: []float64{9, 10, 11}, most: 50},
		"≤ 50 NOT met":     {values: []float64{60, 61}, most: 50},
		"≥ 5 met":          {values: []float64{6, 6.1}, least: 5},
		"≥ 5 NOT met":      {values: []float64{4}, least: 5},
		"undecided (≤ 50)": {values: []float64{10, 30, 90}, most: 50},
		"undecided":        {values: []float64{1, 2}},
		"":                 {values: []float64{2}},
	} {
		if got := l.word(); got != want {
			t.Errorf("%v: %q, want %q", l.values, got, want)
		}
		var out strings.Builder
		if err := (table{l}).print(&out); err != nil || !strings.HasSuffix(strings.TrimRight(out.String(), "\n"), want) {
			t.Error(err, out.String())
		}
	}
}
