package audit

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/switchkeep/switchkeep/appliance/platform/store"
)

// ErrTampered says that rows, hashes and the signed checkpoint do not agree.
var ErrTampered = errors.New("the operation log does not match its tree")

// verifyPage bounds one View, so that a long log holds no snapshot for minutes.
const verifyPage = 5000

// Checkpoint returns the last signed note, nil before the first one.
func (l *Log) Checkpoint(ctx context.Context) ([]byte, error) {
	var t treeRow
	err := l.cfg.DB.View(ctx, func(r store.Reader) (err error) {
		t, err = treeOf(r)
		return err
	})
	return t.Note, err
}

// VerifyTree recomputes every hash: rows against leaves, leaves against the root, the root against
// the signed checkpoint. It returns ErrTampered with the first place that differs.
func (l *Log) VerifyTree(ctx context.Context) error {
	var t treeRow
	err := l.cfg.DB.View(ctx, func(r store.Reader) (err error) {
		t, err = treeOf(r)
		return err
	})
	if err != nil {
		return err
	}
	if err = l.verifyRows(ctx, t.Size); err != nil {
		return err
	}
	root, err := l.foldHashes(ctx, t.Size)
	if err != nil || t.Size == 0 {
		return err
	}
	n, err := note.Open(t.Note, note.VerifierList(l.verify))
	if err != nil {
		return fmt.Errorf("%w: checkpoint: %w", ErrTampered, err)
	}
	want := fmt.Sprintf("%s\n%d\n%s\n", l.origin, t.Size, root)
	if !strings.HasPrefix(n.Text, want) {
		return fmt.Errorf("%w: the signed root is another one", ErrTampered)
	}
	return nil
}

// verifyRows compares each sealed row with its leaf and counts that none is missing.
func (l *Log) verifyRows(ctx context.Context, size uint64) error {
	seen := make([]uint64, size/64+1)
	count := uint64(0)
	page := store.Page{Limit: verifyPage}
	for more := true; more; {
		more = false
		err := l.cfg.DB.View(ctx, func(r store.Reader) error {
			for it, err := range rows().List(r, page) {
				if err != nil {
					return fmt.Errorf("%w: %w", ErrTampered, err)
				}
				page.After, more = it.At, true
				n := it.Row.Leaf
				if n == 0 || n > size { // not sealed yet, or while we look
					continue
				}
				if err := sameLeaf(r, it.Row); err != nil {
					return err
				}
				if bit := uint64(1) << (n % 64); seen[n/64]&bit == 0 {
					seen[n/64] |= bit
					count++
				}
			}
			return ctx.Err()
		})
		if err != nil {
			return err
		}
	}
	if count != size {
		return fmt.Errorf("%w: %d rows are sealed, the tree has %d", ErrTampered, count, size)
	}
	return nil
}

func sameLeaf(r store.Reader, row Row) error {
	text, err := canonical(row)
	if err != nil {
		return err
	}
	h, err := hashReader{r: r}.ReadHashes([]int64{tlog.StoredHashIndex(0, int64(row.Leaf-1))})
	if err != nil {
		return fmt.Errorf("%w: leaf %d: %w", ErrTampered, row.Leaf-1, err)
	}
	if h[0] != tlog.RecordHash(text) {
		return fmt.Errorf("%w: row %s was changed", ErrTampered, row.ID)
	}
	return nil
}

// foldHashes walks the stored hashes in order and returns the root. A stored hash above the leaves
// follows right after its two halves, which are the last two on the stack.
func (l *Log) foldHashes(ctx context.Context, size uint64) (tlog.Hash, error) {
	var stack []tlog.Hash
	total := uint64(tlog.StoredHashCount(int64(size)))
	for at := uint64(0); at < total; {
		err := l.cfg.DB.View(ctx, func(r store.Reader) error {
			end := min(at+verifyPage, total)
			for ; at < end; at++ {
				hs, err := hashReader{r: r}.ReadHashes([]int64{int64(at)})
				if err != nil {
					return fmt.Errorf("%w: %w", ErrTampered, err)
				}
				if level, _ := tlog.SplitStoredHashIndex(int64(at)); level > 0 {
					top := len(stack) - 2
					if hs[0] != tlog.NodeHash(stack[top], stack[top+1]) {
						return fmt.Errorf("%w: stored hash %d was changed", ErrTampered, at)
					}
					stack = stack[:top]
				}
				stack = append(stack, hs[0])
			}
			return ctx.Err()
		})
		if err != nil {
			return tlog.Hash{}, err
		}
	}
	if len(stack) == 0 {
		return tlog.Hash{}, nil
	}
	root := stack[len(stack)-1]
	for i := len(stack) - 2; i >= 0; i-- {
		root = tlog.NodeHash(stack[i], root)
	}
	return root, nil
}
