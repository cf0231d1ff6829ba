package main

import (
	"fmt"
	"io"
	"runtime"
	"slices"
	"time"

	"readmostly/internal/perf"
	"readmostly/internal/topo"
	"readmostly/results"
	"readmostly/workloads"
)

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
