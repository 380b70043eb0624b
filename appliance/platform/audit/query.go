package audit

import (
	"context"
	"errors"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// Bounds of one Query.
const (
	DefaultLimit = 50
	MaxLimit     = 1000
	maxScan      = 50_000
)

// Filter selects rows; a zero field selects all.
type Filter struct {
	Accounts                      func(id string) bool // may the caller see rows of this account; "" is the appliance
	Account, User, Action, Result string               // User matches the actor or the subject
	ObjectKind, ObjectID          string
	Text                          string    // part of a label, address, action, object, reason, code or detail; any case
	From, To                      time.Time // [From, To)
	After                         store.Cursor
	Limit                         int
	Desc                          bool // newest first
}

// Query returns a page of rows and where the next one begins ("" at the end). A page may have fewer
// rows than Limit and still have a next one: a call looks at a bounded number of rows.
func (l *Log) Query(ctx context.Context, f Filter) ([]Row, store.Cursor, error) {
	switch {
	case f.Limit <= 0:
		f.Limit = DefaultLimit
	case f.Limit > MaxLimit:
		f.Limit = MaxLimit
	}
	f.Text = strings.ToLower(f.Text)
	var out []Row
	var next store.Cursor
	err := l.cfg.DB.View(ctx, func(r store.Reader) error {
		out, next = nil, ""
		scanned := 0
		for c, err := range walk(r, f) {
			if err != nil {
				return err
			}
			if f.match(&c.row) {
				if len(out) == f.Limit {
					return nil
				}
				out = append(out, c.row)
			}
			next = c.cursor()
			if scanned++; scanned == maxScan || ctx.Err() != nil {
				return ctx.Err()
			}
		}
		next = ""
		return nil
	})
	return out, next, err
}

// All yields every matching row, page by page, for exports.
func (l *Log) All(ctx context.Context, f Filter) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		f.Limit = MaxLimit
		for {
			page, next, err := l.Query(ctx, f)
			if err != nil {
				yield(Row{}, err)
				return
			}
			for _, r := range page {
				if !yield(r, nil) {
					return
				}
			}
			if next == "" {
				return
			}
			f.After = next
		}
	}
}

type found struct {
	row Row
	day uint64
	at  store.Cursor
}

// cursor is the day's number and the place in the table.
func (c found) cursor() store.Cursor {
	return store.Cursor(strconv.FormatUint(c.day, 10) + "." + string(c.at))
}

// walk goes day by day, so that a narrow range of dates reads only its days.
func walk(r store.Reader, f Filter) iter.Seq2[found, error] {
	return func(yield func(found, error) bool) {
		first, last, err := bounds(r, f)
		if err != nil || first > last {
			if err != nil {
				yield(found{}, err)
			}
			return
		}
		day, after := first, store.Cursor("")
		if f.Desc {
			day = last
		}
		if f.After != "" {
			if day, after, err = parseCursor(f.After); err != nil {
				yield(found{}, err)
				return
			}
		}
		for ; day >= first && day <= last; day = step(day, f.Desc) {
			for it, err := range rows().List(r, store.Page{After: after, Desc: f.Desc}, store.Uint(day)) {
				if !yield(found{it.Row, day, it.At}, err) || err != nil {
					return
				}
			}
			after = ""
		}
	}
}

func step(day uint64, desc bool) uint64 {
	if desc {
		return day - 1
	}
	return day + 1
}

// bounds is the range of days that has rows and is asked for.
func bounds(r store.Reader, f Filter) (first, last uint64, err error) {
	first = 1
	for _, desc := range []bool{false, true} {
		for it, err := range rows().List(r, store.Page{Limit: 1, Desc: desc}) {
			if err != nil {
				return 0, 0, err
			}
			if day := dayOf(it.Row.At); desc {
				last = day
			} else {
				first = day
			}
		}
	}
	if !f.From.IsZero() {
		first = max(first, dayOf(f.From))
	}
	if !f.To.IsZero() {
		last = min(last, dayOf(f.To))
	}
	return first, last, nil
}

func parseCursor(c store.Cursor) (day uint64, at store.Cursor, err error) {
	num, rest, ok := strings.Cut(string(c), ".")
	day, perr := strconv.ParseUint(num, 10, 64)
	table, terr := store.TableOf([]byte(rest))
	if !ok || errors.Join(perr, terr) != nil || table != rows().Name() {
		return 0, "", fault.Invalid("after", "malformed", "after is no cursor of this list")
	}
	return day, store.Cursor(rest), nil
}

func (f *Filter) match(r *Row) bool {
	switch {
	case f.Account != "" && f.Account != r.Account,
		f.User != "" && f.User != r.User && f.User != r.Subject,
		f.Action != "" && f.Action != r.Action,
		f.Result != "" && f.Result != r.Result,
		f.ObjectKind != "" && f.ObjectKind != r.ObjectKind,
		f.ObjectID != "" && f.ObjectID != r.ObjectID,
		!f.From.IsZero() && r.At.Before(f.From),
		!f.To.IsZero() && !r.At.Before(f.To),
		f.Accounts != nil && !f.Accounts(r.Account):
		return false
	}
	return f.Text == "" || r.has(f.Text)
}

func (r *Row) has(text string) bool {
	for _, s := range []string{
		r.UserLabel, r.SubjectLabel, r.IP, r.Action, r.ObjectLabel, r.ObjectID, r.Reason, r.Code, r.Request,
	} {
		if strings.Contains(strings.ToLower(s), text) {
			return true
		}
	}
	for _, s := range r.Detail {
		if strings.Contains(strings.ToLower(s), text) {
			return true
		}
	}
	return false
}
