// Readers compares reader's loops with the raw loop in C over the same memory: the
// loops of all built-in backends, each over the elements of its own map, and over
// those of unsync's map the C twins: liburcu's memb and qsbr, a sequence lock and
// hazard pointers.
//
//	readers -layouts 'bin/c/readers-*' -budget 6m -o results.txt
//
// All play one tape of lookups, half of which miss, in one process and one thread,
// in turns of some milliseconds: a loop twice and the raw loop twice, after a turn
// of the raw loop that doesn't count. Each layout is such a process. What a table
// shows is the median over the layouts and, in brackets, the interval of it: the
// least and the greatest where there are 6 to 8. Time is that of the thread, so
// what else the machine does is in it only as far as it takes caches away. The
// thread is pinned to a core, and those of Go's runtime begin on another.
//
// A map of 1M elements takes 80 MiB per backend, 1.6 GiB together.
//
// Beside the ratios stand instructions, as a tracer counts them that executes the
// binary step by step: of a lookup that hits the first element of its chain, of one
// that misses in an empty chain, and of each element that is passed on the way.
// What a loop calls is counted with it. NOPs count, as they take room among the
// instructions that a processor works on; they stand by themselves, too, as the Go
// compiler leaves one for many a call that it inlines. They are left out where the
// kernel lets nobody trace, and on other processors than amd64.
//
// Hardware counters, where there are some, are in the file.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"time"

	"readmostly/bench"
	_ "readmostly/impls/builtin"
)

// commit is what was built, set by the linker (-X main.commit=...).
var commit string

// What is traced runs on the process's first thread.
func init() { runtime.LockOSThread() }

func main() {
	bench.ServeFork(commit)
	if served := serve(); served {
		return
	}
	c := comparison{rounds: 6}
	layouts := flag.String("layouts", "", "`pattern` of binaries of this program that differ in their layout; empty for this binary alone")
	output := flag.String("o", "", "`file` for the results; empty for none")
	flag.DurationVar(&c.budget, "budget", 6*time.Minute, fmt.Sprintf("how long to measure, but at least %d rounds of each shape in each layout", c.rounds))
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := c.main(ctx, *layouts, *output); err != nil {
		fmt.Fprintf(os.Stderr, "readers: %v\n", err)
		os.Exit(1)
	}
}

func (c *comparison) main(ctx context.Context, layouts, output string) error {
	var err error
	if layouts == "" {
		self, err := os.Executable()
		if err != nil {
			return err
		}
		c.binaries = []string{self}
	} else if c.binaries, err = filepath.Glob(layouts); err != nil || len(c.binaries) == 0 {
		return fmt.Errorf("no binary matches %q: make readers builds bin/c/readers-1 and so on", layouts)
	}
	if err := bench.CheckLayouts(ctx, c.binaries, commit); err != nil {
		return err
	}
	if output != "" {
		file, err := os.OpenFile(output, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o666)
		if err != nil {
			return err
		}
		defer file.Close()
		c.file = file
	}
	c.log = os.Stderr
	if err := c.run(ctx); err != nil {
		return err
	}
	return c.print(os.Stdout)
}
