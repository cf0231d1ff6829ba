// Known looks for differences that are known: backends that do what the baseline
// does and then some more lookups, a stated share of them, whose results nobody
// counts. It tells from which share on they are seen, and how often the interval
// holds the truth.
package main

import (
	"context"
	"fmt"
	"strings"

	"readmostly/impls"
	_ "readmostly/impls/builtin"
	"readmostly/internal/instrument"
	"readmostly/results"
	"readmostly/workloads"
)

func main() {
	instrument.Program{Name: "known", Run: known}.Main()
}

// permilles are the shares of lookups that are added. Without any, what is seen
// is wrong.
var permilles = []int{0, 5, 10, 20, 40}

func nameOf(permille int) string { return fmt.Sprintf("plus%dpermille", permille) }

// The backends are registered before main, as forks look them up.
var backends = register()

func register() (all []impls.Backend) {
	base, ok := impls.Find(baseline)
	if !ok {
		panic("known: no backend " + baseline)
	}
	for _, permille := range permilles {
		b := base
		b.Name = nameOf(permille)
		b.Caps.Limit = false
		b.New = func(c impls.Config) (impls.Map, error) {
			m, err := base.New(c)
			if err != nil {
				return nil, err
			}
			return dearMap{m.(fillable), permille}, nil
		}
		impls.Register(b)
		all = append(all, b)
	}
	return all
}

const (
	baseline   = "unsync"
	confidence = 0.95
	runs       = 20
	rounds     = 3
)

func known(ctx context.Context, m instrument.Machine) (string, error) {
	sizes := map[workloads.Structure][]int{workloads.List: {16}, workloads.Hash: {1 << 10}}
	tables := m.Workloads(sizes, []float64{0}, 0)
	type outcome struct {
		seen, right int
		estimates   []float64
	}
	outcomes := map[[2]int]*outcome{}
	for run := range runs {
		all := m.Workloads(sizes, []float64{0}, uint64(run+1))
		rows, err := m.Measure(ctx, backends, all, rounds)
		if err != nil {
			return "", err
		}
		for k, w := range all {
			for j, permille := range permilles {
				o := outcomes[[2]int{k, j}]
				if o == nil {
					o = &outcome{}
					outcomes[[2]int{k, j}] = o
				}
				var ratios []float64
				for _, x := range instrument.ByFork(rows, baseline, results.NewPoint(w, nameOf(permille), "")) {
					ratios = append(ratios, x)
				}
				i := results.Summarize(ratios, confidence)
				if i.Lo > 1 {
					o.seen++
				}
				if i.Contains(1 + float64(permille)/1000) {
					o.right++
				}
				o.estimates = append(o.estimates, i.Center)
			}
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# Known differences\n\nmake known measures backends that do what %s does and then a known share of more lookups, %d times (%s; %d forks of %d rounds per table). ",
		baseline, runs, m.Describe(), m.Forks, rounds)
	b.WriteString("In so many of these runs the interval at 95 % of the ratio lies above 1, and in so many it holds the true one; the median of the ratios:\n\n")
	fmt.Fprintf(&b, "\t%-32s %6s %12s %12s %10s\n", "table", "truth", "seen", "holds truth", "median")
	for k, w := range tables {
		smallest := ""
		for j, permille := range permilles {
			o := outcomes[[2]int{k, j}]
			fmt.Fprintf(&b, "\t%-32s %6.3f %6d of %d %6d of %d %10.4f\n", w, 1+float64(permille)/1000, o.seen, runs, o.right, runs, instrument.Quantile(o.estimates, 0.5))
			if smallest == "" && permille > 0 && o.seen >= runs*19/20 {
				smallest = fmt.Sprintf("%.1f %%", float64(permille)/10)
			}
		}
		if smallest == "" {
			smallest = "none of them"
		}
		fmt.Fprintf(&b, "\t%-32s smallest seen in 19 of 20 runs: %s\n", "", smallest)
	}
	return b.String(), nil
}
