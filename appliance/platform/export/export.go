package export

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"github.com/switchkeep/switchkeep/appliance/platform/fault"
)

// Format of an export.
type Format string

// The formats.
const (
	XLSX Format = "xlsx"
	CSV  Format = "csv"
	JSON Format = "json"
)

// MaxRows is what one sheet of a workbook holds besides its head.
const MaxRows = 1<<20 - 1

const maxCell = 32767 // characters of an xlsx cell

// ErrTooMany says that an xlsx has no room for all rows.
var ErrTooMany = fault.New(fault.KindInvalid, "too_many_rows", "more rows than a worksheet holds; narrow the filter or use csv")

// Column is one column. Key is its name in json, Title in the others.
type Column struct{ Key, Title string }

// Options of an export.
type Options struct {
	Columns []Column
	Sheet   string         // name of the worksheet, at most 31 characters
	Zone    *time.Location // of times in csv and xlsx; nil is UTC
	TempDir string         // for workbooks above 16 MB; "" is the system's
}

// ParseFormat reads the query parameter.
func ParseFormat(s string) (Format, error) {
	switch f := Format(s); f {
	case XLSX, CSV, JSON:
		return f, nil
	}
	return "", fault.Invalid("format", "unknown", "the format is xlsx, csv or json")
}

// ContentType is the media type.
func (f Format) ContentType() string {
	switch f {
	case XLSX:
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	case CSV:
		return "text/csv; charset=utf-8"
	case JSON:
	}
	return "application/json"
}

// FileName is name-20261122-1504.csv.
func (f Format) FileName(name string, at time.Time) string {
	return name + "-" + at.Format("20060102-1504") + "." + string(f)
}

// Write exports the rows and returns how many there were. A cell is nil, string, bool, int…, uint…,
// float64 or time.Time, and there are as many as columns. An error in the middle leaves a csv or
// json cut off and an xlsx unwritten: the caller must not report success.
func Write(ctx context.Context, w io.Writer, f Format, o Options, rows iter.Seq2[[]any, error]) (int, error) {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	var s sink
	switch f {
	case CSV:
		s = &csvSink{buf: bufio.NewWriter(w), o: o}
	case JSON:
		s = &jsonSink{buf: bufio.NewWriter(w), o: o}
	case XLSX:
		s = &xlsxSink{w: w, o: o}
	default:
		return 0, fmt.Errorf("export: unknown format %q", f)
	}
	n, err := pour(ctx, s, o, rows)
	if err != nil {
		return n, errors.Join(fmt.Errorf("export: row %d: %w", n+1, err), s.abort())
	}
	return n, s.close()
}

type sink interface {
	open() error
	row(cells []any) error
	close() error
	abort() error
}

func pour(ctx context.Context, s sink, o Options, rows iter.Seq2[[]any, error]) (n int, err error) {
	if err := s.open(); err != nil {
		return 0, err
	}
	for cells, err := range rows {
		if err = errors.Join(err, ctx.Err()); err != nil {
			return n, err
		}
		if len(cells) != len(o.Columns) {
			return n, fmt.Errorf("%d cells for %d columns", len(cells), len(o.Columns))
		}
		if err := s.row(cells); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

type csvSink struct {
	buf *bufio.Writer
	w   *csv.Writer
	o   Options
}

func (s *csvSink) open() error {
	if _, err := s.buf.WriteString("\uFEFF"); err != nil {
		return err
	}
	s.w = csv.NewWriter(s.buf)
	s.w.UseCRLF = true
	head := make([]string, len(s.o.Columns))
	for i, c := range s.o.Columns {
		head[i] = Guard(c.Title)
	}
	return s.w.Write(head)
}

func (s *csvSink) row(cells []any) error {
	out := make([]string, len(cells))
	for i, c := range cells {
		switch v := c.(type) {
		case nil:
		case string:
			out[i] = Guard(v)
		case time.Time:
			out[i] = stamp(v, s.o.Zone)
		case float64:
			out[i] = strconv.FormatFloat(v, 'f', -1, 64)
		default:
			out[i] = fmt.Sprint(v)
		}
	}
	return s.w.Write(out)
}

func (s *csvSink) close() error {
	s.w.Flush()
	return errors.Join(s.w.Error(), s.buf.Flush())
}

func (s *csvSink) abort() error { return nil }

// Guard prefixes text that a spreadsheet would take for a formula.
func Guard(s string) string {
	if s != "" && strings.ContainsAny(s[:1], "=+-@\t\r\n") {
		return "'" + s
	}
	if r, _ := utf8.DecodeRuneInString(s); strings.ContainsRune("＝＋－＠", r) {
		return "'" + s
	}
	return s
}

func stamp(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return ""
	}
	return t.In(zone).Format("2006-01-02 15:04:05")
}

type jsonSink struct {
	buf  *bufio.Writer
	o    Options
	some bool
}

func (s *jsonSink) open() error {
	_, err := s.buf.WriteString("[")
	return err
}

func (s *jsonSink) row(cells []any) error {
	sep := ",\n{"
	if !s.some {
		sep, s.some = "\n{", true
	}
	if _, err := s.buf.WriteString(sep); err != nil {
		return err
	}
	for i, c := range cells {
		if t, ok := c.(time.Time); ok && t.IsZero() {
			c = nil
		}
		key, err := json.Marshal(s.o.Columns[i].Key)
		if err != nil {
			return err
		}
		val, err := json.Marshal(c)
		if err != nil {
			return err
		}
		if i > 0 {
			key = append([]byte(","), key...)
		}
		if _, err := s.buf.Write(append(append(key, ':'), val...)); err != nil {
			return err
		}
	}
	return s.buf.WriteByte('}')
}

func (s *jsonSink) close() error {
	_, err := s.buf.WriteString("\n]\n")
	return errors.Join(err, s.buf.Flush())
}

func (s *jsonSink) abort() error { return nil }

type xlsxSink struct {
	w    io.Writer
	o    Options
	file *excelize.File
	sw   *excelize.StreamWriter
	n    int
	bold int
	date int
}

func (s *xlsxSink) open() (err error) {
	s.file = excelize.NewFile(excelize.Options{TmpDir: s.o.TempDir})
	sheet := sheetName(s.o.Sheet)
	if err = s.file.SetSheetName("Sheet1", sheet); err != nil {
		return err
	}
	format := "yyyy-mm-dd hh:mm:ss"
	if s.date, err = s.file.NewStyle(&excelize.Style{CustomNumFmt: &format}); err != nil {
		return err
	}
	if s.bold, err = s.file.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}}); err != nil {
		return err
	}
	if s.sw, err = s.file.NewStreamWriter(sheet); err != nil {
		return err
	}
	if err = s.sw.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	if err = s.sw.SetColWidth(1, max(1, len(s.o.Columns)), 20); err != nil {
		return err
	}
	head := make([]any, len(s.o.Columns))
	for i, c := range s.o.Columns {
		head[i] = excelize.Cell{StyleID: s.bold, Value: c.Title}
	}
	return s.set(head)
}

// sheetName drops what a worksheet may not be called.
func sheetName(s string) string {
	s = strings.Trim(strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]`, r) {
			return -1
		}
		return r
	}, s), "'")
	if r := []rune(s); len(r) > 31 {
		s = string(r[:31])
	}
	if s == "" {
		return "Export"
	}
	return s
}

func (s *xlsxSink) set(cells []any) error {
	s.n++
	return s.sw.SetRow("A"+strconv.Itoa(s.n), cells)
}

func (s *xlsxSink) row(cells []any) error {
	if s.n > MaxRows {
		return ErrTooMany
	}
	out := make([]any, len(cells))
	for i, c := range cells {
		switch v := c.(type) {
		case string:
			out[i] = clip(v)
		case time.Time:
			if !v.IsZero() {
				// A workbook knows no zones: the wall time of the zone is written as it is.
				local := v.In(s.o.Zone)
				wall := time.Date(local.Year(), local.Month(), local.Day(), local.Hour(), local.Minute(), local.Second(), 0, time.UTC)
				out[i] = excelize.Cell{StyleID: s.date, Value: wall}
			}
		default:
			out[i] = c
		}
	}
	return s.set(out)
}

func clip(s string) string {
	if utf8.RuneCountInString(s) <= maxCell {
		return s
	}
	return string([]rune(s)[:maxCell])
}

func (s *xlsxSink) close() error {
	err := s.sw.Flush()
	if err == nil {
		err = s.file.Write(s.w)
	}
	return errors.Join(err, s.file.Close())
}

func (s *xlsxSink) abort() error {
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}
