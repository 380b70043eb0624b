package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// One batch stays within the portable limits: a row costs two writes (row, index entry) and two
// hashes on average, and up to four reads.
const (
	batchRows  = 80
	batchBytes = 256 << 10
)

// errMoved says that the tree grew between planning and writing.
var errMoved = errors.New("the tree has moved")

// batch is planned on a snapshot and written in one transaction.
type batch struct {
	from   uint64
	rows   []Row
	hashes []hashRow
	tree   treeRow
}

// Seal puts all committed rows into the tree and signs it. It returns how many rows there were.
func (l *Log) Seal(ctx context.Context) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := 0
	for ctx.Err() == nil {
		b, err := l.plan(ctx)
		if err != nil || len(b.rows) == 0 {
			return n, err
		}
		if err := l.write(ctx, b); err != nil {
			return n, err
		}
		n += len(b.rows)
	}
	return n, ctx.Err()
}

func (l *Log) plan(ctx context.Context) (batch, error) {
	var b batch
	err := l.cfg.DB.View(ctx, func(r store.Reader) error {
		b = batch{}
		t, err := treeOf(r)
		if err != nil {
			return err
		}
		b.from = t.Size
		b.tree.Size = t.Size
		size := 0
		over := hashReader{r, map[int64]tlog.Hash{}}
		for it, err := range rows().Lookup(r, "unsealed", store.Page{Limit: batchRows}) {
			if err != nil {
				return err
			}
			text, err := canonical(it.Row)
			if err != nil {
				return err
			}
			if size += len(text); size > batchBytes && len(b.rows) > 0 {
				break
			}
			if err := b.add(it.Row, text, over); err != nil {
				return err
			}
		}
		if len(b.rows) == 0 {
			return nil
		}
		b.tree.At = l.cfg.Clock.Now()
		b.tree.Note, err = l.sign(b.tree.Size, over)
		return err
	})
	return b, err
}

func (b *batch) add(row Row, text []byte, over hashReader) error {
	n := int64(b.tree.Size)
	hs, err := tlog.StoredHashes(n, text, over)
	if err != nil {
		return fmt.Errorf("audit: hash of leaf %d: %w", n, err)
	}
	at := tlog.StoredHashIndex(0, n)
	for i, h := range hs {
		over.fresh[at+int64(i)] = h
		b.hashes = append(b.hashes, hashRow{Index: uint64(at) + uint64(i), Hash: h[:]})
	}
	b.tree.Size++
	row.Leaf = b.tree.Size
	b.rows = append(b.rows, row)
	return nil
}

func (l *Log) write(ctx context.Context, b batch) error {
	_, err := l.cfg.DB.UpdateBulk(ctx, func(_ context.Context, tx store.Tx) error {
		t, err := treeOf(tx)
		if err != nil {
			return err
		}
		if t.Size != b.from {
			return errMoved
		}
		for i := range b.rows {
			if err := rows().Put(tx, &b.rows[i]); err != nil {
				return err
			}
		}
		for i := range b.hashes {
			if err := hashes().Put(tx, &b.hashes[i]); err != nil {
				return err
			}
		}
		return tree().Put(tx, &b.tree)
	})
	if err != nil {
		return fmt.Errorf("audit: seal %d rows after leaf %d: %w", len(b.rows), b.from, err)
	}
	return nil
}

// sign writes the checkpoint: origin, size and root hash (https://c2sp.org/tlog-checkpoint).
func (l *Log) sign(size uint64, r tlog.HashReader) ([]byte, error) {
	root, err := tlog.TreeHash(int64(size), r)
	if err != nil {
		return nil, fmt.Errorf("audit: root of %d: %w", size, err)
	}
	text := l.origin + "\n" + strconv.FormatUint(size, 10) + "\n" + root.String() + "\n"
	b, err := note.Sign(&note.Note{Text: text}, l.signer)
	if err != nil {
		return nil, fmt.Errorf("audit: sign: %w", err)
	}
	return b, nil
}

func treeOf(r store.Reader) (treeRow, error) {
	t, err := tree().Get(r, store.Uint(0))
	if errors.Is(err, store.ErrNotFound) {
		return treeRow{}, nil
	}
	return t, err
}

// canonical is what the tree hashes: the row's JSON, Leaf left out.
func canonical(r Row) ([]byte, error) {
	b, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("audit: row %s: %w", r.ID, err)
	}
	return b, nil
}

// hashReader reads stored hashes, fresh ones first.
type hashReader struct {
	r     store.Reader
	fresh map[int64]tlog.Hash
}

// ReadHashes implements tlog.HashReader.
func (h hashReader) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, at := range indexes {
		if f, ok := h.fresh[at]; ok {
			out[i] = f
			continue
		}
		row, err := hashes().Get(h.r, store.Uint(uint64(at)))
		if err != nil {
			return nil, fmt.Errorf("stored hash %d: %w", at, err)
		}
		if len(row.Hash) != tlog.HashSize {
			return nil, fmt.Errorf("stored hash %d: %w", at, ErrTampered)
		}
		out[i] = tlog.Hash(row.Hash)
	}
	return out, nil
}
