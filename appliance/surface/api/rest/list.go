package rest

import (
	"cmp"
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/fault"
)

// Bounds of a page.
const (
	defaultLimit = 50
	maxLimit     = 200
)

// ListIn are the parameters of every list.
type ListIn struct {
	Q      string            `query:"q" maxLength:"200" doc:"words, each of which must be in the row"`
	Filter map[string]string `query:"filter,deepObject" doc:"filter[column]=a,b: any of the values; filter[account] means this account and all below"`
	Sort   string            `query:"sort" maxLength:"60" doc:"column, with - in front for descending"`
	After  string            `query:"after" maxLength:"2000" doc:"next of the page before"`
	Limit  int               `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

// List is a page of rows.
type List[T any] struct {
	Items []T     `json:"items" nullable:"false"`
	Next  *string `json:"next" doc:"cursor of the next page, null at the end"`
	Total int     `json:"total" doc:"rows on all pages; -1: not counted"`
}

// page makes a List; the cursor is wrapped so that nobody builds on its form.
func page[T any](items []T, next string, total int) List[T] {
	if items == nil {
		items = []T{}
	}
	l := List[T]{Items: items, Total: total}
	if next != "" {
		c := base64.RawURLEncoding.EncodeToString([]byte(next))
		l.Next = &c
	}
	return l
}

// after unwraps the cursor.
func (in *ListIn) after() (string, error) {
	b, err := base64.RawURLEncoding.DecodeString(in.After)
	if err != nil {
		return "", fault.Invalid("query.after", "malformed", "is no cursor of this list")
	}
	return string(b), nil
}

// known refuses filters that the list does not have.
func (in *ListIn) known(names ...string) error {
	var bad fault.Fields
	for name := range in.Filter {
		if !slices.Contains(names, name) {
			bad.Add("query.filter["+name+"]", "unknown", "is no filter of this list")
		}
	}
	slices.SortFunc(bad, func(a, b fault.Field) int { return cmp.Compare(a.Path, b.Path) })
	return bad.Err()
}

// any are the values of a filter; nil when it is not set.
func (in *ListIn) any(name string) []string {
	if in.Filter[name] == "" {
		return nil
	}
	return strings.Split(in.Filter[name], ",")
}

// instant is a filter that holds a time.
func (in *ListIn) instant(name string) (time.Time, error) {
	text := in.Filter[name]
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fault.Invalid("query.filter["+name+"]", "malformed", "must be a time of RFC 3339")
}

// order splits the sort parameter.
func (in *ListIn) order(fallback string) (column string, desc bool) {
	s := cmp.Or(in.Sort, fallback)
	column, desc = strings.CutPrefix(s, "-")
	return column, desc
}

// short lists a slice that is in memory anyway (accounts, people of an account): filtered, sorted by
// the named column and then by id, cut after the cursor.
type short[T any] struct {
	id      func(*T) string
	text    func(*T) []string          // where q looks
	columns map[string]func(*T) string // sortable
	sort    string                     // default
}

func (s short[T]) page(in *ListIn, rows []T) (List[T], error) {
	column, desc := in.order(s.sort)
	key, ok := s.columns[column]
	if !ok {
		return List[T]{}, fault.Invalid("query.sort", "unknown", "is no column of this list")
	}
	mark, err := in.after()
	if err != nil {
		return List[T]{}, err
	}
	rows = slices.DeleteFunc(rows, func(r T) bool { return !hasWords(s.text(&r), in.Q) })
	compare := func(ak, aid, bk, bid string) int {
		c := cmp.Or(strings.Compare(ak, bk), strings.Compare(aid, bid))
		if desc {
			return -c
		}
		return c
	}
	slices.SortFunc(rows, func(a, b T) int { return compare(key(&a), s.id(&a), key(&b), s.id(&b)) })
	total, start := len(rows), 0
	if mark != "" {
		mk, mid, _ := strings.Cut(mark, "\x00")
		start, _ = slices.BinarySearchFunc(rows, 0, func(r T, _ int) int {
			if compare(key(&r), s.id(&r), mk, mid) <= 0 {
				return -1
			}
			return 1
		})
	}
	end, next := min(start+limit(in), total), ""
	if end < total {
		next = key(&rows[end-1]) + "\x00" + s.id(&rows[end-1])
	}
	return page(rows[start:end], next, total), nil
}

func limit(in *ListIn) int {
	if in.Limit < 1 || in.Limit > maxLimit {
		return defaultLimit
	}
	return in.Limit
}

func hasWords(in []string, q string) bool {
	for word := range strings.FieldsSeq(strings.ToLower(q)) {
		if !slices.ContainsFunc(in, func(s string) bool { return strings.Contains(strings.ToLower(s), word) }) {
			return false
		}
	}
	return true
}

func stamp(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
