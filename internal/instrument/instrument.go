// Package instrument is what the programs have in common that test the
// measurement itself: make aa, which compares each backend with itself, and make
// known, which looks for differences that are known.
package instrument

import (
	"context"
	"flag"
	"fmt"
	"go/format"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"time"

	"readmostly/bench"
	"readmostly/impls"
	"readmostly/internal/topo"
	"readmostly/results"
	"readmostly/workloads"
)

// A Program is one of these programs.
type Program struct {
	Name string // the target of the Makefile
	// Run measures, and returns the text that says what came of it.
	Run func(context.Context, Machine) (string, error)
}

// A Machine is where a program runs, and how it is to measure.
type Machine struct {
	topo.Machine
	Forks   int // of each table
	Threads []int
	Log     io.Writer
}

// Main runs the program. It is called first of all in a main function.
func (p Program) Main() {
	bench.ServeFork("")
	doc := flag.String("doc", "", "Go `file` to write the outcome to, as a package comment of its folder")
	forks := flag.Int("forks", 17, "forks of each table")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := p.main(ctx, *doc, *forks); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", p.Name, err)
		os.Exit(1)
	}
}

func (p Program) main(ctx context.Context, doc string, forks int) error {
	machine, err := topo.Read()
	if err != nil {
		return err
	}
	m := Machine{Machine: machine, Forks: forks, Threads: machine.ThreadCounts(), Log: os.Stderr}
	began := time.Now()
	text, err := p.Run(ctx, m)
	if err != nil {
		return err
	}
	text += fmt.Sprintf("\nmake %s took %v.\n", p.Name, time.Since(began).Round(time.Second))
	fmt.Print(text)
	if doc == "" {
		return nil
	}
	source, err := format.Source([]byte(comment(text)))
	if err != nil {
		return err
	}
	return os.WriteFile(doc, source, 0o644)
}

// comment makes a file that adds the text to the documentation of package bench.
func comment(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(strings.TrimRight("// "+line, " \n") + "\n")
	}
	return b.String() + "package bench\n"
}

// Describe says what machine the figures are from.
func (m Machine) Describe() string {
	return fmt.Sprintf("%d cores of %s, %s, Linux %s", m.Cores(), m.Model, m.Virtualization, m.Kernel)
}

// Measure measures the backends under the workloads, in forks of this program.
func (m Machine) Measure(ctx context.Context, backends []impls.Backend, all []workloads.Workload, rounds int) ([]results.Row, error) {
	plan, err := bench.NewPlan(backends, all, nil, "")
	if err != nil {
		return nil, err
	}
	var rows []results.Row
	run := bench.Run{
		Plan: plan,
		Settings: bench.Settings{
			Seed: all[0].Seed, Window: bench.DefaultWindow, Duration: time.Millisecond,
			Precision: bench.DefaultPrecision, Forks: m.Forks, Rounds: rounds, Layouts: 1,
			CPUs: m.Placement, Cache: m.LargestCache(), Processors: len(m.CPUs),
		},
		Keep: func(_ results.Fork, r []results.Row) error { rows = append(rows, r...); return nil },
		Fail: func(f results.Failure) error { return fmt.Errorf("%s: %s", f.Name(), f.Why) },
		Watch: func(p bench.Progress) {
			if p.Fork%100 == 0 {
				fmt.Fprintf(m.Log, "fork %d, %v left: %s\n", p.Fork, p.Left.Round(time.Second), p.Table.Workload)
			}
		},
	}
	_, err = run.Do(ctx)
	return rows, err
}

// Workloads returns mixes of all combinations.
func (m Machine) Workloads(sizes map[workloads.Structure][]int, updates []float64, seed uint64) (all []workloads.Workload) {
	for _, structure := range []workloads.Structure{workloads.List, workloads.Hash} {
		for _, size := range sizes[structure] {
			for _, share := range updates {
				for _, threads := range m.Threads {
					all = append(all, workloads.Workload{
						Scenario: workloads.Mix.Name, Structure: structure, Size: size, Updates: share, Threads: threads, Seed: seed,
					})
				}
			}
		}
	}
	return all
}

// ByFork returns the ratios of one cell, by the number of their fork.
func ByFork(rows []results.Row, baseline string, p results.Point) map[int]float64 {
	ratios := map[int]float64{}
	for _, r := range rows {
		if r.Point == p {
			if x, ok := r.Values.Get(results.Ratio(baseline).Unit); ok {
				ratios[r.Fork] = x
			}
		}
	}
	return ratios
}

// Quantile returns a quantile of the values.
func Quantile(values []float64, q float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[int(q*float64(len(sorted)-1)+0.5)]
}
