package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

func options() Options {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	return Options{Columns: []Column{{"name", "Name"}, {"n", "Number"}, {"at", "=Time"}, {"ok", "OK"}}, Sheet: "Log: [all]", Zone: berlin}
}

func at() time.Time { return time.Date(2026, 7, 1, 10, 0, 0, 0, time.UTC) }

func rows(cells ...[]any) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for _, c := range cells {
			if !yield(c, nil) {
				return
			}
		}
	}
}

func sample() iter.Seq2[[]any, error] {
	return rows([]any{"=cmd|' /C calc'!A0", 7, at(), true}, []any{"+49 30 1234", 2.5, time.Time{}, nil}, []any{"a\"b,c\nd 表", -3, at(), false})
}

func write(t *testing.T, f Format) string {
	t.Helper()
	var b bytes.Buffer
	n, err := Write(t.Context(), &b, f, options(), sample())
	if err != nil || n != 3 {
		t.Fatal(n, err)
	}
	return b.String()
}

func TestCSVIsGuardedAndMarked(t *testing.T) {
	t.Parallel()
	text, ok := strings.CutPrefix(write(t, CSV), "\uFEFF")
	if !ok {
		t.Fatal("no byte order mark")
	}
	got, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"Name", "Number", "'=Time", "OK"},
		{"'=cmd|' /C calc'!A0", "7", "2026-07-01 12:00:00", "true"},
		{"'+49 30 1234", "2.5", "", ""},
		{"a\"b,c\nd 表", "-3", "2026-07-01 12:00:00", "false"},
	}
	for i := range want {
		if strings.Join(got[i], "|") != strings.Join(want[i], "|") {
			t.Errorf("row %d: %q, want %q", i, got[i], want[i])
		}
	}
	for _, s := range []string{"=1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "＝1"} {
		if Guard(s) != "'"+s {
			t.Errorf("%q is not guarded", s)
		}
	}
	if Guard("a=1") != "a=1" || Guard("") != "" {
		t.Error("harmless text changed")
	}
}

func TestJSON(t *testing.T) {
	t.Parallel()
	var got []map[string]any
	if err := json.Unmarshal([]byte(write(t, JSON)), &got); err != nil {
		t.Fatal(err)
	}
	if len(got) != 3 || got[0]["name"] != "=cmd|' /C calc'!A0" || got[0]["at"] != "2026-07-01T10:00:00Z" || got[1]["at"] != nil || got[2]["n"] != -3.0 {
		t.Fatalf("%v", got)
	}
}

func TestXLSXHasTextNotFormulas(t *testing.T) {
	t.Parallel()
	f, err := excelize.OpenReader(strings.NewReader(write(t, XLSX)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sheet := f.GetSheetName(0)
	cell := func(at, want string) {
		t.Helper()
		v, err := f.GetCellValue(sheet, at)
		if formula, ferr := f.GetCellFormula(sheet, at); err != nil || ferr != nil || v != want || formula != "" {
			t.Errorf("%s: %q (formula %q), want %q", at, v, formula, want)
		}
	}
	if sheet != "Log all" {
		t.Error(sheet)
	}
	cell("A1", "Name")
	cell("A2", "=cmd|' /C calc'!A0")
	cell("A3", "+49 30 1234")
	cell("B3", "2.5")
	cell("C2", "2026-07-01 12:00:00")
	cell("C3", "")
}

func TestAnErrorInTheMiddleIsReported(t *testing.T) {
	t.Parallel()
	boom := errors.New("boom")
	for _, f := range []Format{CSV, JSON, XLSX} {
		var b bytes.Buffer
		_, err := Write(t.Context(), &b, f, options(), func(yield func([]any, error) bool) {
			_ = yield([]any{"a", 1, at(), true}, nil) && yield(nil, boom)
		})
		if !errors.Is(err, boom) {
			t.Errorf("%s: %v", f, err)
		}
		if _, err = Write(t.Context(), &b, f, options(), rows([]any{"a"})); err == nil {
			t.Errorf("%s: a short row was taken", f)
		}
	}
	if _, err := ParseFormat("pdf"); err == nil {
		t.Error("pdf")
	}
	if n := CSV.FileName("log", at()); n != "log-20260701-1000.csv" {
		t.Error(n)
	}
}
