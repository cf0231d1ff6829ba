package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"readmostly/internal/perf"
	"readmostly/internal/reexec"
	"readmostly/internal/topo"
	"readmostly/results"
	"readmostly/workloads"
)

// A shape is what one table is about.
type shape struct {
	structure workloads.Structure
	size      int
}

var shapes = []shape{
	{workloads.List, 16}, {workloads.List, 1 << 10},
	{workloads.Hash, 1 << 10}, {workloads.Hash, 1 << 16}, {workloads.Hash, 1 << 20},
}

func (s shape) String() string {
	return fmt.Sprintf("%s of %s", s.structure, results.FormatSize(s.size))
}

// A comparison runs every shape in every layout.
type comparison struct {
	binaries []string // layouts of this program
	budget   time.Duration
	rounds   int       // at least, of each shape in each layout
	file     io.Writer // for the results; nil for none
	log      io.Writer

	outcomes     []outcomes
	instructions map[string]instructions // by loop; nil where they can't be had
	why          error                   // they can't
	uncounted    string                  // events that are not counted and why; empty for none
}

// Outcomes are what one process showed.
type outcomes struct {
	shape  shape
	layout int // from 1
	loops  []outcome
}

func (c *comparison) run(ctx context.Context) error {
	c.instructions, c.why = countSteps(ctx, c.binaries[0])
	machine, err := topo.Read()
	if err != nil {
		return err
	}
	cpus := machine.Placement(min(2, len(machine.CPUs)))
	plan := perf.NewPlanOn(cpus, perf.Default)
	c.uncounted = plan.Why()
	w := newWriter(c.file)
	if err := w.header(c, machine, cpus, plan); err != nil {
		return err
	}
	began := time.Now()
	overhead := map[shape]time.Duration{} // of a process, as the last one showed it
	left := len(c.binaries) * len(shapes)
	number := 0
	for i, binary := range c.binaries {
		for _, s := range shapes {
			j := job{Structure: s.structure, Size: s.size, Seed: uint64(i + 1), Rounds: c.rounds, Counters: len(plan.Groups) > 0}
			j.Budget = max(0, (c.budget-time.Since(began))/time.Duration(left)-overhead[s])
			fmt.Fprintf(c.log, "%s, layout %d of %d\n", s, i+1, len(c.binaries))
			started := time.Now()
			loops, err := j.run(ctx, binary, cpus)
			if err != nil {
				return fmt.Errorf("%s in layout %s: %w", s, filepath.Base(binary), err)
			}
			took := time.Since(started)
			overhead[s] = max(0, took-j.Budget)
			left--
			number++
			o := outcomes{s, i + 1, loops}
			c.outcomes = append(c.outcomes, o)
			if err := w.fork(number, took, o, c.instructions); err != nil {
				return err
			}
		}
	}
	return nil
}

// run does a job in a process of the binary. Go's runtime looks every 20 µs what a
// goroutine does that is not in C, which on its core costs loops in Go some percent;
// so the loops have a core of their own, and all other threads begin on another.
// Goroutines are not interrupted, as what runs in C isn't.
func (j job) run(ctx context.Context, binary string, cpus []int) ([]outcome, error) {
	j.CPU = -1
	if len(cpus) > 1 {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		if err := topo.PinThread(cpus[1]); err != nil {
			return nil, err
		}
		defer topo.UnpinThread()
		j.CPU = cpus[0]
	}
	text, err := json.Marshal(j)
	if err != nil {
		return nil, err
	}
	cmd := reexec.CommandOf(ctx, binary, []string{jobVariable + "=" + string(text), "GODEBUG=asyncpreemptoff=1"})
	var complaints strings.Builder
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, strings.TrimSpace(complaints.String()))
	}
	var loops []outcome
	if err := json.Unmarshal(out, &loops); err != nil {
		return nil, fmt.Errorf("it answers %q: %w", out, err)
	}
	return loops, nil
}
