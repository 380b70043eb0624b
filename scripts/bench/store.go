package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/switchkeep/switchkeep/appliance/platform/clock"
	"github.com/switchkeep/switchkeep/appliance/platform/store/kv"
	"github.com/switchkeep/switchkeep/bolt"
	"github.com/switchkeep/switchkeep/bolt/bare"
)

const (
	storeKeys  = 100_000
	storeValue = 1050 // bytes, a device's row
	storeFloor = 5    // at 64 writers
)

// contender is an engine under measurement: put writes one pair durably.
type contender struct {
	name string
	put  func(key, value []byte) error
	get  func(key []byte) (int, error)
}

// benchStore measures durable transactions of one pair by 1, 8, 64 and 512 writers.
func benchStore(ctx context.Context, out io.Writer, o options) error {
	dir, err := os.MkdirTemp(".", "bench-") // beside the data, not on a memory disk
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	peer, err := bare.Open(filepath.Join(dir, "bare.db"))
	if err != nil {
		return err
	}
	engine, err := bolt.Open(bolt.Config{Path: filepath.Join(dir, "engine.db"), Now: clock.System{}.Now})
	if err != nil {
		return errors.Join(err, peer.Close())
	}
	a := contender{"bare", peer.Put, peer.Get}
	b := contender{"engine", func(k, v []byte) error {
		_, putErr := engine.Update(ctx, kv.Interactive, func(_ context.Context, tx kv.Tx) error { return tx.Put(k, v) })
		return putErr
	}, func(k []byte) (n int, err error) {
		err = engine.View(ctx, func(r kv.Reader) error {
			v, getErr := r.Get(k)
			n = len(v)
			return getErr
		})
		return n, err
	}}
	_, _ = fmt.Fprintf(out, "%d B values, random among %d keys, every transaction synced; %d rounds of %v\n", storeValue, storeKeys, o.rounds, o.dur)
	_, _ = fmt.Fprintf(out, "%7s | %12s %9s %9s | %12s %9s %9s | %s\n", "writers", "bare tx/s", "p99", "µs CPU/tx", "engine tx/s", "p99", "µs CPU/tx", "engine : bare")
	for _, writers := range []int{1, 8, 64, 512} {
		if err = storeRow(ctx, out, o, writers, a, b); err != nil {
			break
		}
	}
	return errors.Join(err, engine.Close(), peer.Close())
}

func storeRow(ctx context.Context, out io.Writer, o options, writers int, a, b contender) error {
	var ra, rb, pa, pb, ca, cb, ratios []float64
	for round := range o.rounds {
		first, second := a, b
		if round%2 == 1 { // neither is always the warm one
			first, second = b, a
		}
		x, err := storeRun(ctx, first, writers, o.dur)
		if err != nil {
			return err
		}
		y, err := storeRun(ctx, second, writers, o.dur)
		if err != nil {
			return err
		}
		if round%2 == 1 {
			x, y = y, x
		}
		ra, rb = append(ra, x.rate), append(rb, y.rate)
		pa, pb = append(pa, x.p99), append(pb, y.p99)
		ca, cb = append(ca, x.cpu), append(cb, y.cpu)
		ratios = append(ratios, y.rate/x.rate)
	}
	floor := 0.0
	if writers == 64 {
		floor = storeFloor
	}
	o.note(line{what: fmt.Sprintf("store tx/s, %d writers, coalesced", writers), beside: "one commit each, bare bbolt", values: ratios, unit: "x", least: floor})
	_, err := fmt.Fprintf(out, "%7d | %12.0f %7.1fms %9.1f | %12.0f %7.1fms %9.1f | %s\n", writers,
		median(ra), median(pa), median(ca), median(rb), median(pb), median(cb), verdict(ratios, floor))
	return err
}

type storeResult struct{ rate, p99, cpu float64 }

// storeRun lets the writers write for a while, and checks that what they wrote is there.
func storeRun(ctx context.Context, c contender, writers int, dur time.Duration) (storeResult, error) {
	var n atomic.Int64
	var mu sync.Mutex
	var all []time.Duration
	var failed error
	var last []byte
	cpu0, start := cpu(), time.Now()
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			value := make([]byte, storeValue)
			var took []time.Duration
			var err error
			var key []byte
			for once := true; once || err == nil && ctx.Err() == nil && time.Since(start) < dur; once = false {
				key = binary.BigEndian.AppendUint64(nil, rand.Uint64N(storeKeys)) //nolint:gosec // a random key
				begin := time.Now()
				err = c.put(key, value)
				took = append(took, time.Since(begin))
				n.Add(1)
			}
			mu.Lock()
			defer mu.Unlock()
			all, failed, last = append(all, took...), errors.Join(failed, err), key
		})
	}
	wg.Wait()
	elapsed, used := time.Since(start), cpu()-cpu0
	if err := errors.Join(failed, ctx.Err()); err != nil {
		return storeResult{}, fmt.Errorf("%s: %w", c.name, err)
	}
	size, err := c.get(last)
	if err != nil {
		return storeResult{}, fmt.Errorf("%s: the last pair: %w", c.name, err)
	}
	if size != storeValue {
		return storeResult{}, fmt.Errorf("%s: the last pair has %d bytes, want %d", c.name, size, storeValue)
	}
	done := float64(n.Load())
	return storeResult{
		done / elapsed.Seconds(), float64(percentile(all, 0.99).Microseconds()) / 1000, float64(used.Microseconds()) / done,
	}, nil
}
