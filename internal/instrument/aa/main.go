// Aa compares each backend with itself: all are measured under two names, in the
// same forks. An interval of the ratio of the two that excludes 1 is wrong, and of
// intervals at 95 % about one in twenty is.
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
	instrument.Program{Name: "aa", Run: aa}.Main()
}

const confidence = 0.95

// register gives each backend two names, and returns the backends under those.
func register() (names []string, twins []impls.Backend) {
	for _, b := range impls.Backends() {
		if b.Caps.Floor {
			continue
		}
		names = append(names, b.Name)
		for _, twin := range []string{"-a", "-b"} {
			double := b
			double.Name += twin
			double.Caps.Limit = false // it is compared like the others
			impls.Register(double)
			twins = append(twins, double)
		}
	}
	return names, twins
}

// The backends are registered before main, as forks look them up.
var names, twins = register()

func aa(ctx context.Context, m instrument.Machine) (string, error) {
	sizes := map[workloads.Structure][]int{workloads.List: {16, 128}, workloads.Hash: {128, 1 << 10}}
	all := m.Workloads(sizes, []float64{0, 0.01, 0.1}, 1)
	const rounds = 2
	rows, err := m.Measure(ctx, twins, all, rounds)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# Equal backends\n\nmake aa measures each backend under two names, in the same forks (%s; %d forks of %d rounds per table). ", m.Describe(), m.Forks, rounds)
	b.WriteString("Of the intervals at 95 % of the ratio of the two, so many exclude 1, and so wide they are (half of the width, median and 90th percentile):\n\n")
	fmt.Fprintf(&b, "\t%-28s %12s %10s %8s %8s\n", "tables", "comparisons", "exclude 1", "±50th", "±90th")
	var total tally
	for _, share := range []float64{0, 0.01, 0.1} {
		for _, threads := range m.Threads {
			var t tally
			for _, w := range all {
				if w.Updates == share && w.Threads == threads {
					t.compare(rows, w)
				}
			}
			fmt.Fprintf(&b, "\t%-28s %s\n", fmt.Sprintf("%s updates, %d threads", results.FormatPercent(share), threads), t)
			total.widths = append(total.widths, t.widths...)
			total.wrong += t.wrong
		}
	}
	fmt.Fprintf(&b, "\t%-28s %s\n", "all", total)
	var same tally
	for _, w := range all {
		if w.Structure == workloads.List {
			same.compareTwo(rows, w, "rwlock-a", "rwlock-bucket-a")
		}
	}
	fmt.Fprintf(&b, "\nOn a list rwlock and rwlock-bucket are the same algorithm:\n\n\t%-28s %s\n", "rwlock-bucket, lists", same)
	if 2*same.wrong > len(same.widths) {
		return "", fmt.Errorf("rwlock and rwlock-bucket differ in %d of %d tables of lists: they must be the same there", same.wrong, len(same.widths))
	}
	return b.String(), nil
}

// A tally counts comparisons.
type tally struct {
	widths []float64
	wrong  int
}

func (t *tally) compare(rows []results.Row, w workloads.Workload) {
	for _, name := range names {
		t.compareTwo(rows, w, name+"-a", name+"-b")
	}
}

// compareTwo counts the comparison of two backends that are the same.
func (t *tally) compareTwo(rows []results.Row, w workloads.Workload, one, other string) {
	a := instrument.ByFork(rows, baseline, results.NewPoint(w, one, ""))
	b := instrument.ByFork(rows, baseline, results.NewPoint(w, other, ""))
	var ratios []float64
	for fork, x := range a {
		if y, ok := b[fork]; ok {
			ratios = append(ratios, x/y)
		}
	}
	if len(ratios) == 0 {
		return // it can't update
	}
	i := results.Summarize(ratios, confidence)
	t.widths = append(t.widths, i.HalfWidth())
	if !i.Contains(1) {
		t.wrong++
	}
}

const baseline = "unsync"

func (t tally) String() string {
	return fmt.Sprintf("%12d %4d %4.1f%% %7.2f%% %7.2f%%", len(t.widths), t.wrong, 100*float64(t.wrong)/float64(len(t.widths)),
		100*instrument.Quantile(t.widths, 0.5), 100*instrument.Quantile(t.widths, 0.9))
}
