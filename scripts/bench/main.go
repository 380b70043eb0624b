// Command bench measures the appliance beside a peer or a bare primitive in the same
// run and prints the ratio.
//
//	go run ./scripts/bench all
//	go run ./scripts/bench store [-rounds 5] [-dur 1s]
//	go run ./scripts/bench link -big
//
// Rounds are interleaved; a ratio is the median of the rounds' ratios, with its spread
// (largest minus smallest, by the median). Above 30 % it is undecided. At the end all lines
// come as one table.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"strings"
	"time"
)

// bench is one benchmark: a file of its own in this folder.
type bench struct {
	name, what string
	run        func(ctx context.Context, out io.Writer, o options) error
}

func benches() []bench {
	return []bench{
		{"store", "durable transactions coalesced beside one commit each on bare bbolt", benchStore},
		{"link", "requests through the tunnel beside direct TLS; memory of idle PBXs", benchLink},
		{"api", "authenticated API requests a second beside a bare net/http handler", benchAPI},
		{"start", "the real binary with 0, 100 000 and 1 000 000 PBXs: start, idle memory, lists by the API", benchStart},
		{"list", "a million rows listed, filtered, sorted and searched beside a plain slice", benchList},
	}
}

// options are common to all.
type options struct {
	rounds int
	dur    time.Duration // of one measurement
	rows   []int         // of lists
	idle   []int         // connected PBXs of the link
	rest   time.Duration // before idle memory is read
	table  *table
}

// note adds a line to the table at the end.
func (o options) note(l line) {
	if o.table != nil {
		*o.table = append(*o.table, l)
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Stdout, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, args []string) error {
	name := "all"
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		name, args = args[0], args[1:]
	}
	o := options{rows: []int{100_000, 1_000_000}, rest: 10 * time.Second, table: &table{}}
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.SetOutput(out)
	f.IntVar(&o.rounds, "rounds", 5, "interleaved rounds")
	big := f.Bool("big", false, "10 000 idle PBXs besides 1 000")
	f.DurationVar(&o.dur, "dur", time.Second, "of one measurement")
	if err := f.Parse(args); err != nil {
		return err
	}
	if o.idle = []int{1000}; *big {
		o.idle = append(o.idle, 10_000)
	}
	header(out)
	found := false
	for _, b := range benches() {
		if name != "all" && name != b.name {
			continue
		}
		found = true
		_, _ = fmt.Fprintf(out, "\n## %s: %s\n", b.name, b.what)
		if err := b.run(ctx, out, o); err != nil {
			return fmt.Errorf("%s: %w", b.name, err)
		}
		runtime.GC()
	}
	if !found {
		return fmt.Errorf("no benchmark %q", name)
	}
	_, _ = fmt.Fprint(out, "\n## table\n")
	header(out)
	return o.table.print(out)
}

func header(out io.Writer) {
	_, _ = fmt.Fprintf(out, "command: %s\n%s %s/%s, %d threads, log off\n", strings.Join(os.Args, " "), runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0))
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return
	}
	for _, m := range info.Deps {
		if m.Path == "go.etcd.io/bbolt" {
			_, _ = fmt.Fprintln(out, m.Path, m.Version)
		}
	}
}
