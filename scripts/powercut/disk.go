package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const (
	page   = 4096
	sector = 512
)

// image is a file's content by page; absent pages are zero.
type image struct {
	pages map[int64]*[page]byte
	size  int64
}

func (m *image) clone() *image {
	c := &image{pages: make(map[int64]*[page]byte, len(m.pages)), size: m.size}
	for n, p := range m.pages {
		cp := *p
		c.pages[n] = &cp
	}
	return c
}

func (m *image) write(off int64, data []byte) {
	m.size = max(m.size, off+int64(len(data)))
	for len(data) > 0 {
		n, in := off/page, off%page
		p := m.pages[n]
		if p == nil {
			p = new([page]byte)
			m.pages[n] = p
		}
		k := copy(p[in:], data)
		data, off = data[k:], off+int64(k)
	}
}

func (m *image) truncate(size int64) {
	m.size = size
	for n, p := range m.pages {
		switch {
		case n*page >= size:
			delete(m.pages, n)
		case (n+1)*page > size:
			clear(p[size-n*page:])
		}
	}
}

func (m *image) apply(e *event) {
	if e.kind == evTruncate {
		m.truncate(e.off)
		return
	}
	m.write(e.off, e.data)
}

func (m *image) save(path string) error {
	f, err := os.Create(path) //nolint:gosec // our own folder
	if err != nil {
		return err
	}
	err = f.Truncate(m.size)
	for n, p := range m.pages {
		end := min(page, m.size-n*page)
		_, werr := f.WriteAt(p[:max(0, end)], n*page)
		err = errors.Join(err, werr)
	}
	return errors.Join(err, f.Close())
}

// content is a file: what a sync has made sure of, and what was written since.
type content struct {
	sure    *image
	pending []*event
}

// disk replays the record.
type disk struct {
	events []event
	at     int
	db     string
	files  map[string]*content
	before *content // what the database's name held before a rename that no sync has made sure of
	moved  bool
	acked  [workers]int64
}

func newDisk(events []event, db string) *disk {
	return &disk{events: events, db: db, files: map[string]*content{}}
}

// points are n places in the record, in order.
func points(r *rand.Rand, events, n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = 1 + r.IntN(events)
	}
	slices.Sort(out)
	return out
}

// advance replays the events before at.
func (d *disk) advance(at int) {
	for ; d.at < at; d.at++ {
		e := &d.events[d.at]
		switch e.kind {
		case evWrite, evTruncate:
			f := d.file(e.path)
			f.pending = append(f.pending, e)
		case evSync:
			if e.path == filepath.Dir(d.db) {
				d.moved, d.before = false, nil
				continue
			}
			f := d.file(e.path)
			for _, p := range f.pending {
				f.sure.apply(p)
			}
			f.pending = nil
		case evRename:
			if e.to == d.db {
				d.before, d.moved = d.files[e.to], true
			}
			d.files[e.to] = d.file(e.path)
			delete(d.files, e.path)
		case evAck:
			var w int
			var seq int64
			if _, err := fmt.Sscanf(strings.TrimSpace(string(e.data)), "%d %d", &w, &seq); err == nil {
				d.acked[w] = seq
			}
		}
	}
}

func (d *disk) file(path string) *content {
	f := d.files[path]
	if f == nil {
		f = &content{sure: &image{pages: map[int64]*[page]byte{}}}
		d.files[path] = f
	}
	return f
}

func (d *disk) acknowledged() []int64 { return slices.Clone(d.acked[:]) }

// cut saves the database file as a power cut may leave it now. The n-th cut drops all that is
// pending, keeps a beginning of it, or keeps any part in any order, torn at sectors.
func (d *disk) cut(r *rand.Rand, n int, to string) error {
	f := d.files[d.db]
	if d.moved && r.IntN(2) == 0 {
		f = d.before
	}
	if f == nil {
		return nil
	}
	m := f.sure.clone()
	switch n % 3 {
	case 1:
		keep := r.IntN(len(f.pending) + 1)
		for _, e := range f.pending[:keep] {
			m.apply(e)
		}
		if keep < len(f.pending) {
			tear(r, m, f.pending[keep])
		}
	case 2:
		for _, i := range r.Perm(len(f.pending)) {
			switch r.IntN(3) {
			case 0:
				m.apply(f.pending[i])
			case 1:
				tear(r, m, f.pending[i])
			}
		}
	}
	return m.save(to)
}

// tear applies some of a write's sectors.
func tear(r *rand.Rand, m *image, e *event) {
	if e.kind == evTruncate {
		return
	}
	for at := 0; at < len(e.data); at += sector {
		if r.IntN(2) == 0 {
			m.write(e.off+int64(at), e.data[at:min(at+sector, len(e.data))])
		}
	}
}
