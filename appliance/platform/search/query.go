package search

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/switchkeep/switchkeep/appliance/platform/fault"
	"github.com/switchkeep/switchkeep/appliance/platform/ident"
)

// Op is what a filter asks.
type Op int

const (
	// Is asks for equality with any of Texts (Text, Label) or Nums (Number, Time).
	Is Op = iota
	// Prefix asks for a text that begins with any of Texts.
	Prefix
	// Contains asks for a text that contains any of Texts.
	Contains
	// Between asks for Nums[0] ≤ number ≤ Nums[1].
	Between
)

// Filter narrows a query. Texts are compared without case.
type Filter struct {
	Column string
	Op     Op
	Texts  []string
	Nums   []int64
	Not    bool
}

// Order is one sort key.
type Order struct {
	Column string
	Desc   bool
}

// MaxLimit is the most ids in a page.
const MaxLimit = 500

// Query asks for one page.
type Query struct {
	Allowed *Bits // accounts whose rows may be seen; nil is all
	Filters []Filter
	Text    string // words, each of which must be in a Search column
	Sort    []Order
	After   string // Page.Next of the page before
	Limit   int    // 0 is 50
}

// Page is the answer. Next is "" at the end; Total counts all rows that match.
type Page struct {
	IDs   []string
	Next  string
	Total int
}

type match func(row uint32) bool

// Query returns a page. A query that does not fit is a fault.Error of kind invalid.
func (ix *Index) Query(q Query) (Page, error) {
	if q.Limit <= 0 {
		q.Limit = 50
	}
	q.Limit = min(q.Limit, MaxLimit)
	ix.rankLabels()
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	tests, err := ix.compile(q)
	if err != nil {
		return Page{}, err
	}
	order, err := ix.sorter(q.Sort)
	if err != nil {
		return Page{}, err
	}
	after, err := order.parse(q.After)
	if err != nil {
		return Page{}, err
	}
	rows, total := ix.first(q, tests, order, after)
	page := Page{Total: total, IDs: make([]string, 0, len(rows))}
	for i, row := range rows {
		if i == q.Limit {
			page.Next = order.mark(rows[i-1])
			break
		}
		page.IDs = append(page.IDs, ident.FromBytes(ix.ids[row]))
	}
	return page, nil
}

// Counts returns how many rows match for each value of a Label column.
func (ix *Index) Counts(q Query, column string) (map[string]int, error) {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	tests, err := ix.compile(q)
	if err != nil {
		return nil, err
	}
	c, ok := ix.names[column]
	if !ok {
		return nil, refuse("column", column)
	}
	l, ok := ix.columns[c].(*labels)
	if !ok {
		return nil, refuse("column", column)
	}
	counts := make([]int, len(l.texts))
	ix.each(0, ix.rows(), q.Allowed, tests, func(row uint32) { counts[l.at(row)]++ })
	out := map[string]int{}
	for code, n := range counts {
		if n > 0 {
			out[l.texts[code]] = n
		}
	}
	return out, nil
}

// splitRows is how many rows are worth a goroutine.
const splitRows = 1 << 15

// first returns the first rows in order after the mark, one more than the limit if there are, and how
// many match in all. Many rows are looked through side by side.
func (ix *Index) first(q Query, tests []match, order *sorter, after *place) (rows []uint32, total int) {
	n := ix.rows()
	parts := max(1, min(uint32(runtime.GOMAXPROCS(0)), n/splitRows))
	tops, totals := make([]heap, parts), make([]int, parts)
	scan := func(part uint32) {
		top, hits := heap{limit: q.Limit + 1, order: order}, 0
		from, to := uint64(n)*uint64(part)/uint64(parts), uint64(n)*uint64(part+1)/uint64(parts)
		ix.each(uint32(from), uint32(to), q.Allowed, tests, func(row uint32) {
			hits++
			if after == nil || order.afterMark(row, after) {
				top.offer(row)
			}
		})
		tops[part], totals[part] = top, hits
	}
	var wg sync.WaitGroup
	for part := uint32(1); part < parts; part++ {
		wg.Go(func() { scan(part) })
	}
	scan(0)
	wg.Wait()
	for part := range tops[1:] {
		for _, row := range tops[part+1].rows {
			tops[0].offer(row)
		}
		totals[0] += totals[part+1]
	}
	return tops[0].sorted(), totals[0]
}

func (ix *Index) rows() uint32 { return uint32(len(ix.ids)) }

func (ix *Index) each(from, to uint32, allowed *Bits, tests []match, fn func(row uint32)) {
rows:
	for row := from; row < to; row++ {
		if allowed != nil && !allowed.Has(ix.account[row]) || ix.ids[row] == ([16]byte{}) {
			continue
		}
		for _, ok := range tests {
			if !ok(row) {
				continue rows
			}
		}
		fn(row)
	}
}

func refuse(path, value string) error {
	return fault.Invalid(path, "unknown", fmt.Sprintf("%q is not known here", value))
}

// rankLabels brings the order of the labels up to date before the read lock is taken. A label added
// between the two locks is ordered by the next query: see sorter.
func (ix *Index) rankLabels() {
	ix.mu.RLock()
	stale := false
	for _, c := range ix.columns {
		if l, ok := c.(*labels); ok && l.rank == nil {
			stale = true
		}
	}
	ix.mu.RUnlock()
	if !stale {
		return
	}
	ix.mu.Lock()
	defer ix.mu.Unlock()
	for _, c := range ix.columns {
		if l, ok := c.(*labels); ok {
			l.order()
		}
	}
}

func (ix *Index) compile(q Query) ([]match, error) {
	var tests []match
	for i, f := range q.Filters {
		c, ok := ix.names[f.Column]
		if !ok {
			return nil, refuse(fmt.Sprintf("filter[%s]", f.Column), f.Column)
		}
		m, err := filterOn(ix.columns[c], &q.Filters[i])
		if err != nil {
			return nil, fault.Invalid(fmt.Sprintf("filter[%s]", f.Column), "invalid", err.Error())
		}
		if f.Not {
			m = func(inner match) match { return func(row uint32) bool { return !inner(row) } }(m)
		}
		tests = append(tests, m)
	}
	for word := range strings.FieldsSeq(fold(q.Text)) {
		tests = append(tests, ix.word(word))
	}
	return tests, nil
}

// word matches rows that have it in any Search column.
func (ix *Index) word(word string) match {
	var any []match
	for i, c := range ix.columns {
		if !ix.spec.Columns[i].Search {
			continue
		}
		if m, err := filterOn(c, &Filter{Op: Contains, Texts: []string{word}}); err == nil {
			any = append(any, m)
		}
	}
	return func(row uint32) bool {
		for _, m := range any {
			if m(row) {
				return true
			}
		}
		return false
	}
}

func filterOn(c column, f *Filter) (match, error) {
	switch c := c.(type) {
	case *numbers:
		return c.filter(f)
	case *labels:
		test, err := textTest(f)
		if err != nil {
			return nil, err
		}
		hit := make([]bool, len(c.texts))
		for code, s := range c.texts {
			hit[code] = test([]byte(s))
		}
		return func(row uint32) bool { return hit[c.at(row)] }, nil
	case *texts:
		test, err := textTest(f)
		if err != nil {
			return nil, err
		}
		return func(row uint32) bool { return test(c.bytes(row)) }, nil
	}
	return nil, ErrSpec
}

func (c *numbers) filter(f *Filter) (match, error) {
	switch {
	case f.Op == Is && len(f.Nums) > 0:
		return func(row uint32) bool { return slices.Contains(f.Nums, c.n[row]) }, nil
	case f.Op == Between && len(f.Nums) == 2:
		return func(row uint32) bool { return f.Nums[0] <= c.n[row] && c.n[row] <= f.Nums[1] }, nil
	}
	return nil, errors.New("a number is compared with numbers or two bounds")
}

func textTest(f *Filter) (func([]byte) bool, error) {
	if len(f.Texts) == 0 {
		return nil, errors.New("a text is compared with texts")
	}
	var one func(have, want []byte) bool
	switch f.Op {
	case Is:
		one = bytes.Equal
	case Prefix:
		one = bytes.HasPrefix
	case Contains:
		one = bytes.Contains
	default:
		return nil, errors.New("a text has no bounds")
	}
	wants := make([][]byte, len(f.Texts))
	for i, t := range f.Texts {
		wants[i] = []byte(fold(t))
	}
	if len(wants) == 1 {
		return func(have []byte) bool { return one(have, wants[0]) }, nil
	}
	return func(have []byte) bool {
		return slices.ContainsFunc(wants, func(w []byte) bool { return one(have, w) })
	}, nil
}

// sorter orders rows by the keys, then by id.
type sorter struct {
	ix   *Index
	keys []Order
	cols []column
	tag  uint32 // tells the marks of different orders apart
}

func (ix *Index) sorter(keys []Order) (*sorter, error) {
	s := &sorter{ix: ix, keys: keys}
	h := fnv.New32a()
	for _, k := range keys {
		c, ok := ix.names[k.Column]
		if !ok {
			return nil, refuse("sort", k.Column)
		}
		col := ix.columns[c]
		if l, isLabels := col.(*labels); isLabels && l.rank == nil {
			// A label came between the two locks: a private copy is ordered.
			fresh := *l
			fresh.order()
			col = &fresh
		}
		s.cols = append(s.cols, col)
		_, _ = fmt.Fprintf(h, "%s %t ", k.Column, k.Desc)
	}
	s.tag = h.Sum32()
	return s, nil
}

func (s *sorter) compare(a, b uint32) int {
	for i, c := range s.cols {
		if d := c.compare(a, b); d != 0 {
			if s.keys[i].Desc {
				return -d
			}
			return d
		}
	}
	return bytes.Compare(s.ix.ids[a][:], s.ix.ids[b][:])
}

// place is a parsed mark: the sort values and the id of the last row of a page.
type place struct {
	values []Value
	id     [16]byte
}

func (s *sorter) afterMark(row uint32, p *place) bool {
	for i, c := range s.cols {
		if d := c.compareTo(row, p.values[i]); d != 0 {
			return (d > 0) != s.keys[i].Desc
		}
	}
	return bytes.Compare(s.ix.ids[row][:], p.id[:]) > 0
}

func (s *sorter) mark(row uint32) string {
	b := binary.BigEndian.AppendUint32(nil, s.tag)
	b = append(b, s.ix.ids[row][:]...)
	for _, c := range s.cols {
		v := c.value(row)
		b = binary.AppendVarint(b, v.num)
		b = binary.AppendUvarint(b, uint64(len(v.text)))
		b = append(b, v.text...)
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

func (s *sorter) parse(mark string) (*place, error) {
	if mark == "" {
		return nil, nil
	}
	bad := fault.Invalid("after", "invalid", "the cursor does not belong to this list and order")
	b, err := base64.RawURLEncoding.DecodeString(mark)
	if err != nil || len(b) < 20 || binary.BigEndian.Uint32(b) != s.tag {
		return nil, bad
	}
	p := &place{id: [16]byte(b[4:20])}
	b = b[20:]
	for range s.cols {
		num, n := binary.Varint(b)
		if n <= 0 {
			return nil, bad
		}
		b = b[n:]
		size, n := binary.Uvarint(b)
		if n <= 0 || size > uint64(len(b)-n) {
			return nil, bad
		}
		p.values = append(p.values, Value{num: num, text: string(b[n : uint64(n)+size])})
		b = b[uint64(n)+size:]
	}
	return p, nil
}

// heap keeps the first limit rows in order; its root is the last of them.
type heap struct {
	rows  []uint32
	limit int
	order *sorter
}

func (h *heap) offer(row uint32) {
	if len(h.rows) < h.limit {
		h.rows = append(h.rows, row)
		for i := len(h.rows) - 1; i > 0; {
			up := (i - 1) / 2
			if h.order.compare(h.rows[i], h.rows[up]) <= 0 {
				return
			}
			h.rows[i], h.rows[up] = h.rows[up], h.rows[i]
			i = up
		}
		return
	}
	if h.order.compare(row, h.rows[0]) >= 0 {
		return
	}
	h.rows[0] = row
	for i := 0; ; {
		big := i
		for kid := 2*i + 1; kid <= 2*i+2 && kid < len(h.rows); kid++ {
			if h.order.compare(h.rows[kid], h.rows[big]) > 0 {
				big = kid
			}
		}
		if big == i {
			return
		}
		h.rows[i], h.rows[big] = h.rows[big], h.rows[i]
		i = big
	}
}

func (h *heap) sorted() []uint32 {
	slices.SortFunc(h.rows, h.order.compare)
	return h.rows
}
