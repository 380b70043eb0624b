// Command powercut cuts the power of a loaded store, without a plug.
//
// It runs a loaded engine under strace, which records every write, truncation, rename
// and sync of the database file and every acknowledged transaction, in their order.
// Then it rebuilds the file as of random points in the record: what was synced is
// there; of what came after the last completed sync it takes nothing, or a part in any
// order, torn at 512 bytes. Each file is opened by the real engine in a process of its
// own: pages and indexes must be clean, every acknowledged transaction there, none half.
//
// The same is done with an engine that never syncs, which must lose writes, or the
// harness proves nothing. Besides, a loaded process is killed again and again.
//
//	go run ./scripts/powercut [-points 200] [-kills 50] [-seed N]
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"
)

const (
	workers = 8
	slots   = 40
)

type options struct {
	points, kills, writes int
	seed                  uint64
	exe                   string // this program, to be run again
}

func main() {
	var err error
	switch {
	case len(os.Args) > 1 && os.Args[1] == "load":
		err = load(os.Args[2:])
	case len(os.Args) > 1 && os.Args[1] == "check":
		err = check(os.Args[2:])
	default:
		o := options{}
		flag.IntVar(&o.points, "points", 200, "points in the record, for each of the two engines")
		flag.IntVar(&o.kills, "kills", 50, "processes killed")
		flag.IntVar(&o.writes, "writes", 150, "transactions of each of 8 workers in the record")
		flag.Uint64Var(&o.seed, "seed", uint64(time.Now().UnixNano()), "of the random choices")
		flag.Parse()
		if o.exe, err = os.Executable(); err == nil {
			err = run(os.Stdout, o)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "powercut:", err)
		os.Exit(1)
	}
}

// run is the whole proof.
func run(out io.Writer, o options) error {
	if _, err := exec.LookPath("strace"); err != nil {
		return errors.New("strace is needed to record the system calls: apt-get install strace")
	}
	dir, err := os.MkdirTemp("", "powercut-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	_, _ = fmt.Fprintf(out, "seed %d\n", o.seed)
	synced, err := trial(out, o, filepath.Join(dir, "synced"), false)
	if err != nil {
		return err
	}
	unsynced, err := trial(out, o, filepath.Join(dir, "unsynced"), true)
	if err != nil {
		return err
	}
	killed := kills(out, o, filepath.Join(dir, "killed"))
	switch {
	case len(synced) > 0:
		return fmt.Errorf("%d of %d points do not hold; the first: %w", len(synced), o.points, synced[0])
	case len(unsynced) == 0:
		return errors.New("an engine without sync lost nothing: this harness proves nothing")
	case killed != nil:
		return killed
	}
	_, _ = fmt.Fprintln(out, "holds")
	return nil
}

// trial records one run and cuts it at the points. It returns what was found wrong.
func trial(out io.Writer, o options, dir string, noSync bool) ([]error, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	name := "with sync"
	args := []string{"load", "-dir", dir, "-writes", fmt.Sprint(o.writes)}
	if noSync {
		name = "without sync"
		args = append(args, "-nosync")
	}
	events, err := record(o.exe, dir, args)
	if err != nil {
		return nil, err
	}
	n := count(events)
	if n[evAck] != workers*o.writes {
		return nil, fmt.Errorf("the record has %d acknowledgements, want %d", n[evAck], workers*o.writes)
	}
	if !noSync && n[evSync] < 100 {
		return nil, fmt.Errorf("the record has only %d syncs", n[evSync])
	}
	r := rand.New(rand.NewPCG(o.seed, 1)) //nolint:gosec // reproducible
	disk := newDisk(events, filepath.Join(dir, dbName))
	type cut struct {
		file  string
		acked []int64
		at    int
	}
	cuts := make(chan cut)
	var mu sync.Mutex
	var bad []error
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for c := range cuts {
				if wrong := checkFile(o.exe, c.file, c.acked); wrong != nil {
					mu.Lock()
					bad = append(bad, fmt.Errorf("event %d: %w", c.at, wrong))
					mu.Unlock()
				}
				_ = os.Remove(c.file)
			}
		})
	}
	for i, at := range points(r, len(events), o.points) {
		disk.advance(at)
		file := filepath.Join(dir, fmt.Sprintf("cut-%03d.db", i))
		if err = disk.cut(r, i, file); err != nil {
			break
		}
		cuts <- cut{file, disk.acknowledged(), at}
	}
	close(cuts)
	wg.Wait()
	_, _ = fmt.Fprintf(out, "%-13s %d transactions, %d writes, %d syncs recorded; %d points replayed, %d lost acknowledged writes or were damaged\n",
		name+":", n[evAck], n[evWrite], n[evSync], o.points, len(bad))
	return bad, err
}

// kills ends a loaded process o.kills times and checks its file each time.
func kills(out io.Writer, o options, dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	r := rand.New(rand.NewPCG(o.seed, 2)) //nolint:gosec // reproducible
	acked := make([]int64, workers)
	var total int64
	for i := range o.kills {
		acks := filepath.Join(dir, acksName)
		if err := os.Remove(acks); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		cmd := exec.Command(o.exe, "load", "-dir", dir, "-writes", "1000000") //nolint:gosec,noctx // ourselves; it is killed
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			return err
		}
		for start := time.Now(); time.Since(start) < 10*time.Second; time.Sleep(time.Millisecond) {
			if st, err := os.Stat(acks); err == nil && st.Size() > 0 {
				break
			}
		}
		time.Sleep(time.Duration(r.IntN(100)) * time.Millisecond)
		if err := cmd.Process.Kill(); err != nil {
			return err
		}
		_ = cmd.Wait()
		n, err := readAcks(acks, acked)
		if err != nil {
			return err
		}
		total += n
		if err := checkFile(o.exe, filepath.Join(dir, dbName), acked); err != nil {
			return fmt.Errorf("kill %d: %w", i, err)
		}
	}
	_, _ = fmt.Fprintf(out, "%-13s %d times after %d transactions, none lost\n", "SIGKILL:", o.kills, total)
	if o.kills > 0 && total == 0 {
		return errors.New("no transaction was acknowledged before a kill")
	}
	return nil
}
