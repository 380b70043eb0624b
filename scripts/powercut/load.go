package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/platform/store"
	"github.com/switchkeep/switchkeep/bolt"
)

const (
	dbName   = "power.db"
	acksName = "acks"
)

func table() *store.Table[slot, *slot] {
	return store.NewTable[slot](store.Spec[slot]{
		Name: "slot", Schema: 1,
		Key: func(s *slot) []store.Part {
			return []store.Part{store.Text(strconv.Itoa(s.Worker)), store.Uint(uint64(s.Slot))}
		},
		Unique: []store.Index[slot]{{Name: "seq", Keys: func(s *slot) [][]store.Part {
			return [][]store.Part{{store.Uint(uint64(s.Slot)), store.Text(strconv.Itoa(s.Worker)), store.Int(s.Seq)}}
		}}},
		Lookup: []store.Index[slot]{{Name: "size", Keys: func(s *slot) [][]store.Part {
			return [][]store.Part{{store.Int(int64(len(s.Pad)))}}
		}}},
	})
}

// change is what transaction seq of a worker does beside the counter: it puts one slot and, now and
// then, deletes another.
func change(worker int, seq int64) (put slot, del int) {
	r := rand.New(rand.NewPCG(uint64(worker), uint64(seq))) //nolint:gosec // reproducible
	size := r.IntN(1200)
	if r.IntN(20) == 0 {
		size = 20_000 // a value over several pages
	}
	put = slot{worker, 1 + r.IntN(slots), seq, make([]byte, size)}
	for i := range put.Pad {
		put.Pad[i] = byte(r.Uint32())
	}
	if del = 1 + r.IntN(slots); r.IntN(3) > 0 || del == put.Slot {
		del = 0
	}
	return put, del
}

func openStore(path string, noSync bool) (*bolt.Engine, *store.DB, error) {
	e, err := bolt.Open(bolt.Config{Path: path, Now: clock.System{}.Now, UnsafeNoSync: noSync})
	if err != nil {
		return nil, nil, err
	}
	db, err := store.New(e, table())
	return e, db, err
}

// load writes with all workers and acknowledges each transaction with one write to a file.
func load(args []string) error {
	f := flag.NewFlagSet("load", flag.ExitOnError)
	dir := f.String("dir", "", "")
	writes := f.Int("writes", 0, "")
	noSync := f.Bool("nosync", false, "")
	if err := f.Parse(args); err != nil {
		return err
	}
	path := filepath.Join(*dir, dbName)
	e, db, err := openStore(path, false)
	if err != nil {
		return err
	}
	if *noSync { // created properly, then written without a sync
		if err = e.Close(); err != nil {
			return err
		}
		if _, db, err = openStore(path, true); err != nil {
			return err
		}
	}
	acks, err := os.OpenFile(filepath.Join(*dir, acksName), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	var wg sync.WaitGroup
	failed := make([]error, workers)
	for w := range workers {
		wg.Go(func() { failed[w] = work(db, w, *writes, acks) })
	}
	wg.Wait()
	return errors.Join(append(failed, acks.Close())...) // no Close: the record ends in the middle of life
}

func work(db *store.DB, worker, writes int, acks *os.File) error {
	name := store.Text(strconv.Itoa(worker))
	var seq int64
	if err := db.View(context.Background(), func(r store.Reader) error {
		c, err := table().Get(r, name, store.Uint(0))
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		seq = c.Seq
		return err
	}); err != nil {
		return err
	}
	for range writes {
		seq++
		put, del := change(worker, seq)
		if _, err := db.Update(context.Background(), func(_ context.Context, tx store.Tx) error {
			if err := table().Put(tx, &slot{Worker: worker, Seq: seq}); err != nil {
				return err
			}
			if del != 0 {
				if err := table().Delete(tx, name, store.Uint(uint64(del))); err != nil {
					return err
				}
			}
			return table().Put(tx, &put)
		}); err != nil {
			return err
		}
		if _, err := fmt.Fprintf(acks, "%d %d\n", worker, seq); err != nil {
			return err
		}
	}
	return nil
}

// readAcks raises acked to what the file says and returns how many there are.
func readAcks(path string, acked []int64) (n int64, err error) {
	b, err := os.ReadFile(path) //nolint:gosec // our own file
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(b)) {
		var w int
		var seq int64
		if _, err := fmt.Sscanf(line, "%d %d\n", &w, &seq); err != nil || !strings.HasSuffix(line, "\n") {
			break // the last line may be cut off
		}
		acked[w] = max(acked[w], seq)
		n++
	}
	return n, nil
}

// checkFile checks a database in a process of its own: a damaged file may crash or hang the engine.
func checkFile(exe, file string, acked []int64) error {
	want, err := json.Marshal(acked)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, exe, "check", file, string(want)).CombinedOutput() //nolint:gosec // ourselves
	if err != nil {
		line, _, _ := bufio.NewReader(bytes.NewReader(out)).ReadLine()
		return fmt.Errorf("%w: %s", err, line)
	}
	return nil
}

// check opens a database and compares it with what was acknowledged.
func check(args []string) (err error) {
	var acked []int64
	if err = json.Unmarshal([]byte(args[1]), &acked); err != nil {
		return err
	}
	if _, err = os.Stat(args[0]); err != nil { //nolint:gosec // our own path
		if slices.Max(acked) == 0 {
			return nil // cut before it was created
		}
		return err
	}
	e, db, err := openStore(args[0], true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	ctx := context.Background()
	if err = e.Check(ctx); err != nil {
		return fmt.Errorf("pages: %w", err)
	}
	if _, err = db.Verify(ctx); err != nil {
		return fmt.Errorf("indexes: %w", err)
	}
	return db.View(ctx, func(r store.Reader) error {
		for w := range workers {
			if err := checkWorker(r, w, acked[w]); err != nil {
				return err
			}
		}
		return nil
	})
}

// checkWorker replays the worker's transactions up to its counter: the slots must be those.
func checkWorker(r store.Reader, worker int, acked int64) error {
	have := map[int]slot{}
	var counter int64
	for item, err := range table().List(r, store.Page{}, store.Text(strconv.Itoa(worker))) {
		if err != nil {
			return err
		}
		if item.Row.Slot == 0 {
			counter = item.Row.Seq
			continue
		}
		have[item.Row.Slot] = item.Row
	}
	if counter < acked {
		return fmt.Errorf("worker %d: transaction %d was acknowledged, the last one here is %d", worker, acked, counter)
	}
	want := map[int]int64{}
	for seq := int64(1); seq <= counter; seq++ {
		put, del := change(worker, seq)
		delete(want, del)
		want[put.Slot] = seq
	}
	for n, seq := range want {
		put, _ := change(worker, seq)
		if have[n].Seq != seq || !bytes.Equal(have[n].Pad, put.Pad) {
			return fmt.Errorf("worker %d: slot %d is of transaction %d, want %d (counter %d)", worker, n, have[n].Seq, seq, counter)
		}
	}
	if len(have) != len(want) {
		return fmt.Errorf("worker %d: slots %v, want %v", worker, slices.Sorted(maps.Keys(have)), slices.Sorted(maps.Keys(want)))
	}
	return nil
}
