package search

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math"
	"slices"
	"strings"
	"time"
)

// Kind is how a column is kept.
type Kind int

const (
	// Text is a text of many distinct values: a name, a serial number.
	Text Kind = iota
	// Label is a text of few distinct values: a model, a state.
	Label
	// Number is a signed number.
	Number
	// Time is an instant in milliseconds.
	Time
)

// Column describes one column.
type Column struct {
	Name   string
	Kind   Kind
	Search bool // Query.Text looks here (Text and Label)
	Hot    bool // set by Set only, left alone by Put
}

// Value is one cell.
type Value struct {
	text string
	num  int64
}

// TextValue is the cell of a Text or Label column.
func TextValue(s string) Value { return Value{text: s} }

// Text is the cell of a Text or Label column, folded when it comes from an index.
func (v Value) Text() string { return v.text }

// NumberValue is the cell of a Number column.
func NumberValue(n int64) Value { return Value{num: n} }

// TimeValue is the cell of a Time column; the zero time sorts first.
func TimeValue(t time.Time) Value {
	if t.IsZero() {
		return Value{}
	}
	return Value{num: t.UnixMilli()}
}

func fold(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// column holds the cells of one column, by row number.
type column interface {
	grow() // one more row, with the empty value
	set(row uint32, v Value)
	value(row uint32) Value
	// compare orders two rows.
	compare(a, b uint32) int
	// compareTo orders a row and a value.
	compareTo(row uint32, v Value) int
	memory() int
	fit() // gives back what was kept for growth, when it is much
	// encode appends the cells of these rows; decode fills an empty column with n rows of them.
	encode(b []byte, rows []uint32) []byte
	decode(b []byte, n int) bool
}

// fit returns s without the room for growth when that is much.
func fit[T any](s []T) []T {
	if cap(s)-len(s) <= len(s)/16 {
		return s
	}
	return append(make([]T, 0, len(s)), s...)
}

func newColumn(k Kind) column {
	switch k {
	case Label:
		c := &labels{codes: map[string]uint32{}}
		c.code("")
		return c
	case Number, Time:
		return &numbers{}
	default:
		return &texts{arena: []byte{0}}
	}
}

type numbers struct{ n []int64 }

func (c *numbers) grow()                             { c.n = append(c.n, 0) }
func (c *numbers) set(row uint32, v Value)           { c.n[row] = v.num }
func (c *numbers) value(row uint32) Value            { return Value{num: c.n[row]} }
func (c *numbers) compare(a, b uint32) int           { return cmp.Compare(c.n[a], c.n[b]) }
func (c *numbers) compareTo(row uint32, v Value) int { return cmp.Compare(c.n[row], v.num) }
func (c *numbers) memory() int                       { return 8 * cap(c.n) }
func (c *numbers) fit()                              { c.n = fit(c.n) }

// labels keeps each distinct text once. rank[code] is the text's place in order. A row's code takes a
// byte, and four once there are more than 256 texts.
type labels struct {
	small []uint8
	wide  []uint32 // nil while small holds all
	texts []string
	codes map[string]uint32
	rank  []uint32
}

func (c *labels) at(row uint32) uint32 {
	if c.wide != nil {
		return c.wide[row]
	}
	return uint32(c.small[row])
}

func (c *labels) code(s string) uint32 {
	if code, ok := c.codes[s]; ok {
		return code
	}
	code := uint32(len(c.texts))
	s = strings.Clone(s)
	c.texts = append(c.texts, s)
	c.codes[s] = code
	c.rank = nil
	if code == 256 {
		c.widen()
	}
	return code
}

func (c *labels) widen() {
	c.wide = make([]uint32, len(c.small), cap(c.small))
	for row, code := range c.small {
		c.wide[row] = uint32(code)
	}
	c.small = nil
}

// order brings rank up to date; the index calls it under its write lock.
func (c *labels) order() {
	if c.rank != nil {
		return
	}
	byText := make([]uint32, len(c.texts))
	for i := range byText {
		byText[i] = uint32(i)
	}
	slices.SortFunc(byText, func(a, b uint32) int { return strings.Compare(c.texts[a], c.texts[b]) })
	c.rank = make([]uint32, len(byText))
	for place, code := range byText {
		c.rank[code] = uint32(place)
	}
}

func (c *labels) grow() {
	if c.wide != nil {
		c.wide = append(c.wide, 0)
		return
	}
	c.small = append(c.small, 0)
}

func (c *labels) fit() { c.small, c.wide = fit(c.small), fit(c.wide) }

func (c *labels) set(row uint32, v Value) { c.put(row, c.code(fold(v.text))) }

func (c *labels) put(row, code uint32) {
	if c.wide != nil {
		c.wide[row] = code
		return
	}
	c.small[row] = uint8(code)
}

func (c *labels) value(row uint32) Value { return Value{text: c.texts[c.at(row)]} }
func (c *labels) compare(a, b uint32) int {
	return cmp.Compare(c.rank[c.at(a)], c.rank[c.at(b)])
}

func (c *labels) compareTo(row uint32, v Value) int {
	return strings.Compare(c.texts[c.at(row)], v.text)
}

func (c *labels) memory() int {
	n := cap(c.small) + 4*(cap(c.wide)+cap(c.rank))
	for _, s := range c.texts {
		n += 2*len(s) + 48
	}
	return n
}

// maxArena bounds an arena.
const maxArena = math.MaxInt32

// texts keeps the bytes of all rows in one arena: a uvarint length, then the text. Offset 0 is the
// empty text. What is overwritten stays as waste until half of the arena is.
type texts struct {
	at    []uint32
	arena []byte
	waste int
}

func (c *texts) grow() { c.at = append(c.at, 0) }
func (c *texts) fit()  { c.at, c.arena = fit(c.at), fit(c.arena) }

func (c *texts) bytes(row uint32) []byte {
	at := c.at[row]
	n := uint64(c.arena[at])
	size := 1
	if n >= 0x80 {
		n, size = binary.Uvarint(c.arena[at:])
	}
	start := uint64(at) + uint64(size)
	return c.arena[start : start+n]
}

func (c *texts) set(row uint32, v Value) {
	s := fold(v.text)
	old := c.bytes(row)
	if string(old) == s {
		return
	}
	c.waste += len(old) + 1
	if c.waste > 1<<16 && c.waste > len(c.arena)/2 {
		c.pack()
	}
	c.at[row] = c.put(s)
}

func (c *texts) put(s string) uint32 {
	if s == "" || uint64(len(c.arena)+len(s)) > maxArena-16 {
		return 0
	}
	at := uint32(len(c.arena))
	c.arena = binary.AppendUvarint(c.arena, uint64(len(s)))
	c.arena = append(c.arena, s...)
	return at
}

func (c *texts) pack() {
	fresh := texts{at: c.at, arena: make([]byte, 1, len(c.arena)-c.waste+1024)}
	for row := range c.at {
		c.at[row] = fresh.put(string(c.bytes(uint32(row))))
	}
	c.arena, c.waste = fresh.arena, 0
}

func (c *texts) value(row uint32) Value  { return Value{text: string(c.bytes(row))} }
func (c *texts) compare(a, b uint32) int { return bytes.Compare(c.bytes(a), c.bytes(b)) }
func (c *texts) compareTo(row uint32, v Value) int {
	return strings.Compare(string(c.bytes(row)), v.text)
}
func (c *texts) memory() int { return 4*cap(c.at) + cap(c.arena) }
