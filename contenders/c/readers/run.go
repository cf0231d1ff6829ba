package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"slices"
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

// What the rows of loops have beside times and counters.
var (
	hitInstructions     = workloads.Metric{Unit: "hit-instructions", Better: workloads.Lower, Doc: "instructions of a lookup that finds its key in the first element of its chain"}
	idleInstructions    = workloads.Metric{Unit: "nop-instructions", Better: workloads.Lower, Doc: "those among the instructions of a hit that do nothing"}
	missInstructions    = workloads.Metric{Unit: "miss-instructions", Better: workloads.Lower, Doc: "instructions of a lookup of an empty chain"}
	elementInstructions = workloads.Metric{Unit: "element-instructions", Better: workloads.Lower, Doc: "instructions per element that a lookup passes"}
)

// A writer writes the results, if there is a file for them.
type writer struct{ out *results.Writer }

func newWriter(file io.Writer) writer {
	if file == nil {
		return writer{}
	}
	return writer{results.NewWriter(file)}
}

func (w writer) header(c *comparison, machine topo.Machine, cpus []int, plan *perf.Plan) error {
	if w.out == nil {
		return nil
	}
	config := [][2]string{{"goos", runtime.GOOS}, {"goarch", runtime.GOARCH}}
	config = append(config, machine.Config(cpus)...)
	config = append(config, [][2]string{
		{"go", runtime.Version()},
		{"commit", commit},
		{"layouts", fmt.Sprint(len(c.binaries))},
		{"command", "readers -budget " + c.budget.String()},
		{"baseline", baseline},
		{"control", control},
		{"clock", "time of the thread"},
		{"placement", "CPU " + topo.FormatCPUList(cpus) + ": the loops on the first, all else on the second"},
		{"memory", "of each backend's own map, which the baseline beside it reads too; the other C loops read that of " + host},
	}...)
	if c.why != nil {
		config = append(config, [2]string{"instructions-missing", c.why.Error()})
	}
	return w.out.Header(append(config, plan.Config()...))
}

// fork writes what one process showed. The baseline's row is from beside the host.
func (w writer) fork(number int, took time.Duration, o outcomes, executed map[string]instructions) error {
	if w.out == nil {
		return nil
	}
	var rows []results.Row
	f := results.Fork{Number: number, Layout: o.layout, Took: took}
	for _, x := range o.loops {
		f.Rounds = x.Rounds
		if x.Loop == host {
			raw := outcome{Loop: baseline, Ratio: 1, Time: x.Raw, Rounds: x.Rounds, Ops: x.Ops}
			rows = append(rows, raw.row(o.shape, executed[control], executed != nil))
		}
		i, known := executed[x.Loop]
		rows = append(rows, x.row(o.shape, i, known))
	}
	f.Windows = f.Rounds * len(o.loops)
	return w.out.Fork(f, rows)
}

// row returns the outcome as a line of a result file.
func (x outcome) row(s shape, i instructions, known bool) results.Row {
	workload := workloads.Workload{Structure: s.structure, Size: s.size, Threads: 1}
	r := results.Row{Point: results.NewPoint(workload, x.Loop, ""), Ops: x.Ops}
	r.Values.Add(workloads.NsPerOp, x.Time)
	r.Values.Add(results.Ratio(baseline), x.Ratio)
	if known {
		r.Values.Add(hitInstructions, i.Hit)
		r.Values.Add(idleInstructions, i.Nop)
		r.Values.Add(missInstructions, i.Miss)
		r.Values.Add(elementInstructions, i.Element)
	}
	var units []string
	for unit := range x.Counts {
		units = append(units, unit)
	}
	slices.Sort(units)
	for _, unit := range units {
		r.Values.Add(results.MetricOf(unit), x.Counts[unit])
	}
	return r
}
