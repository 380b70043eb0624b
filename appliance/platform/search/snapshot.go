package search

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"

	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/appliance/platform/store/kv"
)

// ErrSnapshot says that a file holds no snapshot of this index at a revision that can be followed from.
var ErrSnapshot = errors.New("search: the snapshot does not fit")

// snapshotFormat is part of what a file must agree on.
const snapshotFormat = "switchkeep list 1"

// A file is a row of sections, each with its length and CRC-32C: the shape, revision and number of
// rows; ids; account numbers; one section for each column.
const sectionHead = 12

func castagnoli(b []byte) uint32 { return crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)) }

// shape is what the writer and the reader must agree on. schema is the projection's: raise it when the
// same row gives other cells.
func (ix *Index) shape(schema uint32) string {
	return fmt.Sprint(snapshotFormat, ix.spec.Name, ix.spec.Columns, schema)
}

// Save writes the index to a file; the next start Restores it. A torn file is found by its checksums,
// so nothing is synced.
func (ix *Index) Save(path string, schema uint32) (err error) {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	if !ix.isReady {
		return nil
	}
	f, err := os.OpenFile(path+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600) //nolint:gosec // in the data folder
	if err != nil {
		return fmt.Errorf("save list: %w", err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	err = errors.Join(ix.write(w, schema), w.Flush(), f.Close())
	if err == nil {
		err = os.Rename(path+".new", path)
	}
	if err != nil {
		return fmt.Errorf("save list: %w", errors.Join(err, os.Remove(path+".new")))
	}
	return nil
}

func (ix *Index) write(w io.Writer, schema uint32) error {
	rows := make([]uint32, 0, ix.live)
	for row, id := range ix.ids {
		if id != ([16]byte{}) {
			rows = append(rows, uint32(row))
		}
	}
	buf := make([]byte, 0, 1<<20)
	section := func(fill func(b []byte) []byte) error {
		buf = fill(buf[:0])
		head := binary.LittleEndian.AppendUint64(nil, uint64(len(buf)))
		head = binary.LittleEndian.AppendUint32(head, castagnoli(buf))
		_, err := w.Write(head)
		if err == nil {
			_, err = w.Write(buf)
		}
		return err
	}
	errs := []error{
		section(func(b []byte) []byte {
			b = binary.LittleEndian.AppendUint64(b, uint64(ix.rev))
			b = binary.LittleEndian.AppendUint64(b, uint64(len(rows)))
			return append(b, ix.shape(schema)...)
		}),
		section(func(b []byte) []byte {
			for _, row := range rows {
				b = append(b, ix.ids[row][:]...)
			}
			return b
		}),
		section(func(b []byte) []byte {
			for _, row := range rows {
				b = binary.LittleEndian.AppendUint32(b, ix.account[row])
			}
			return b
		}),
	}
	for _, c := range ix.columns {
		errs = append(errs, section(func(b []byte) []byte { return c.encode(b, rows) }))
	}
	return errors.Join(errs...)
}

// Restore fills an empty index from a file, when it fits and db still knows what changed since; Follow
// then goes on from there. Else the index stays empty, and the error is ErrSnapshot or the file's.
func (ix *Index) Restore(db *store.DB, path string, schema uint32) error {
	f, err := os.Open(path) //nolint:gosec // in the data folder
	if err != nil {
		return fmt.Errorf("read list: %w", err)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("read list: %w", err)
	}
	ix.mu.Lock()
	defer ix.mu.Unlock()
	if len(ix.ids) > 0 {
		return fmt.Errorf("%w: the index is not empty", ErrSnapshot)
	}
	r := &sections{r: bufio.NewReaderSize(f, 1<<20), left: info.Size()}
	rev, n, err := ix.readHead(r, schema)
	if err == nil && !follows(db, rev) {
		err = fmt.Errorf("%w: revision %d is not followed by the store", ErrSnapshot, rev)
	}
	if err == nil {
		err = ix.readRows(r, n)
	}
	if err != nil {
		ix.clear()
		return err
	}
	ix.rev = rev
	return nil
}

// follows tells whether all changes after rev are still known.
func follows(db *store.DB, rev store.Rev) bool {
	ctx, cancel := context.WithCancel(context.Background())
	cancel() // a history that is gone is told first
	for _, err := range db.Watch(ctx, rev) {
		if errors.Is(err, kv.ErrCompacted) {
			return false
		}
	}
	return true
}

func (ix *Index) clear() {
	ix.ids, ix.account, ix.free, ix.live, ix.rev = nil, nil, nil, 0, 0
	ix.slots = make([]uint32, minSlots)
	for i, c := range ix.spec.Columns {
		ix.columns[i] = newColumn(c.Kind)
	}
}

func (ix *Index) readHead(r *sections, schema uint32) (rev store.Rev, n int, err error) {
	b, err := r.next()
	if err != nil {
		return 0, 0, err
	}
	if len(b) < 16 || string(b[16:]) != ix.shape(schema) {
		return 0, 0, fmt.Errorf("%w: it is of another version", ErrSnapshot)
	}
	rows := binary.LittleEndian.Uint64(b[8:])
	if rows > uint64(r.left)/16 {
		return 0, 0, fmt.Errorf("%w: %d rows", ErrSnapshot, rows)
	}
	return store.Rev(binary.LittleEndian.Uint64(b)), int(rows), nil
}

func (ix *Index) readRows(r *sections, n int) error {
	b, err := r.next()
	if err != nil || len(b) != 16*n {
		return errors.Join(ErrSnapshot, err)
	}
	ix.ids, ix.live = make([][16]byte, n), n
	for i := range ix.ids {
		ix.ids[i] = [16]byte(b[16*i:])
	}
	if b, err = r.next(); err != nil || len(b) != 4*n {
		return errors.Join(ErrSnapshot, err)
	}
	ix.account = make([]uint32, n)
	for i := range ix.account {
		ix.account[i] = binary.LittleEndian.Uint32(b[4*i:])
	}
	for _, c := range ix.columns {
		if b, err = r.next(); err != nil {
			return err
		}
		if !c.decode(b, n) {
			return fmt.Errorf("%w: a column", ErrSnapshot)
		}
	}
	size := minSlots
	for 4*n > 3*size {
		size *= 2
	}
	ix.slots = make([]uint32, size)
	for row, id := range ix.ids {
		ix.slots[ix.slot(id)] = uint32(row) + 1
	}
	return nil
}

// sections reads one section after the other into the same memory.
type sections struct {
	r    io.Reader
	left int64
	buf  []byte
}

func (s *sections) next() ([]byte, error) {
	var head [sectionHead]byte
	if _, err := io.ReadFull(s.r, head[:]); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSnapshot, err)
	}
	size := binary.LittleEndian.Uint64(head[:])
	s.left -= sectionHead
	if s.left < 0 || size > uint64(s.left) {
		return nil, fmt.Errorf("%w: it is cut short", ErrSnapshot)
	}
	s.left -= int64(size)
	if uint64(cap(s.buf)) < size {
		s.buf = make([]byte, size)
	}
	s.buf = s.buf[:size]
	if _, err := io.ReadFull(s.r, s.buf); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSnapshot, err)
	}
	if castagnoli(s.buf) != binary.LittleEndian.Uint32(head[8:]) {
		return nil, fmt.Errorf("%w: its checksum is wrong", ErrSnapshot)
	}
	return s.buf, nil
}

func (c *numbers) encode(b []byte, rows []uint32) []byte {
	for _, row := range rows {
		b = binary.LittleEndian.AppendUint64(b, uint64(c.n[row]))
	}
	return b
}

func (c *numbers) decode(b []byte, n int) bool {
	if len(b) != 8*n {
		return false
	}
	c.n = make([]int64, n)
	for i := range c.n {
		c.n[i] = int64(binary.LittleEndian.Uint64(b[8*i:]))
	}
	return true
}

func (c *labels) encode(b []byte, rows []uint32) []byte {
	b = binary.AppendUvarint(b, uint64(len(c.texts)))
	for _, s := range c.texts {
		b = append(binary.AppendUvarint(b, uint64(len(s))), s...)
	}
	for _, row := range rows {
		b = binary.AppendUvarint(b, uint64(c.at(row)))
	}
	return b
}

func (c *labels) decode(b []byte, n int) bool {
	count, size := binary.Uvarint(b)
	if size <= 0 || count == 0 || count > uint64(len(b)) {
		return false
	}
	b = b[size:]
	for range count {
		s, rest, ok := cutText(b)
		if !ok {
			return false
		}
		c.code(string(s))
		b = rest
	}
	if uint64(len(c.texts)) != count {
		return false
	}
	if c.wide != nil {
		c.wide = make([]uint32, 0, n)
	} else {
		c.small = make([]uint8, 0, n)
	}
	for row := range n {
		code, size := binary.Uvarint(b)
		if size <= 0 || code >= count {
			return false
		}
		b = b[size:]
		c.grow()
		c.put(uint32(row), uint32(code))
	}
	return len(b) == 0
}

func (c *texts) encode(b []byte, rows []uint32) []byte {
	for _, row := range rows {
		s := c.bytes(row)
		b = append(binary.AppendUvarint(b, uint64(len(s))), s...)
	}
	return b
}

func (c *texts) decode(b []byte, n int) bool {
	c.at = make([]uint32, n)
	c.arena = make([]byte, 1, len(b)+1)
	for i := range c.at {
		s, rest, ok := cutText(b)
		if !ok {
			return false
		}
		if len(s) > 0 {
			c.at[i] = uint32(len(c.arena))
			c.arena = append(c.arena, b[:len(b)-len(rest)]...)
		}
		b = rest
	}
	return len(b) == 0 && len(c.arena) < maxArena
}

func cutText(b []byte) (s, rest []byte, ok bool) {
	n, size := binary.Uvarint(b)
	if size <= 0 || n > uint64(len(b)-size) {
		return nil, nil, false
	}
	b = b[size:]
	return b[:n], b[n:], true
}
