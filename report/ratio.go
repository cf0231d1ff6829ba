package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"readmostly/results"
	"readmostly/workloads"
)

// ratios draws what each backend costs, a plot for each table and number of threads.
func (c *chapter) ratios() section {
	s := c.section("ratio", "What each backend costs", "Time per operation over that of the baseline, measured in the same rounds: the median of the forks and its 95 % interval. "+
		"Shaded: the cheapest, which can't be told apart. An arrow: dearer than the axis reaches. A ring: the rarer of two modes, joined to the more frequent one. Above each plot: the time of an operation of the baseline, and what the harness itself costs.")
	for _, t := range c.Tables {
		if !t.Compared() {
			continue
		}
		for _, n := range slices.Backward(t.Threads()) {
			if f := c.ratio(t, n); n == t.Most() {
				s.Figures = append(s.Figures, f)
			} else {
				s.Minor = append(s.Minor, f)
			}
		}
	}
	return s
}

func (c *chapter) ratio(t results.Table, n int) Figure {
	unit := results.Ratio(t.Baseline()).Unit
	f := Figure{Title: titled(t, n), Columns: []string{unit, "from", "to", "two modes", "rank", "forks", "line"}}
	plot := dotPlot{unit: "times " + t.Baseline(), label: label, one: t.Baseline(), bounds: cheap}
	var failed []string
	for _, b := range inOrder(ranked(t), n) {
		cell := b.Cell(n)
		ratio, ok := cell.Ratio()
		if !ok {
			if _, there := cell.Point(); there {
				failed = append(failed, b.Name())
			}
			continue
		}
		low, high := bars(ratio)
		row := dotRow{name: name(b), colour: colourOf(b.Impl()), text: figures(ratio), dots: []dot{{ratio.Center, low, high, full}},
			band: cheapest(b, t) && n == t.Most()}
		modes, both := twoModes(cell, unit)
		if both != "" {
			row.text = both
			row.dots = []dot{{modes.often(), 0, 0, full}, {modes.seldom(), 0, 0, open}}
		}
		if b.IsControl() {
			row.colour = grey
		}
		plot.rows = append(plot.rows, row)
		f.Data = append(f.Data, c.datum(cell, slices.Concat([]string{b.Name(), results.FormatRatio(ratio.Center)}, limits(ratio, results.FormatRatio),
			[]string{both, rank(b, n == t.Most()), fork(ratio.N)})))
	}
	for _, b := range t.Backends() {
		if ratio, ok := b.Cell(n).Ratio(); ok && b.IsFloor() {
			f.Note += fmt.Sprintf("%s: %s. ", b.Name(), figures(ratio))
			f.Data = append(f.Data, c.datum(b.Cell(n), slices.Concat([]string{b.Name(), results.FormatRatio(ratio.Center)}, limits(ratio, results.FormatRatio),
				[]string{"", "", fork(ratio.N)})))
		}
		if ns, ok := b.Cell(n).Interval(workloads.NsPerOp.Unit); ok && b.IsBaseline() {
			f.Note = fmt.Sprintf("%s: %s. ", b.Name(), results.Format(workloads.Nanoseconds, ns.Center)) + f.Note
		}
	}
	if len(failed) > 0 {
		f.Note += "Failed: " + strings.Join(failed, ", ") + "."
	}
	f.Note = strings.TrimSpace(f.Note)
	f.body, f.height = plot.draw()
	return c.number(f, "ratio")
}

// cheapest reports whether a backend is one of the cheapest that can't be told apart. It
// takes some forks to be that.
func cheapest(b results.Backend, t results.Table) bool { return b.Rank() == 1 && !t.TooFew() }

// inOrder sorts backends by their ratio with a number of threads, the control first.
func inOrder(backends []results.Backend, n int) []results.Backend {
	center := func(b results.Backend) float64 {
		ratio, _ := b.Cell(n).Ratio()
		return ratio.Center
	}
	slices.SortStableFunc(backends, func(a, b results.Backend) int {
		return cmp.Or(-cmp.Compare(b2i(a.IsControl()), b2i(b.IsControl())), cmp.Compare(center(a), center(b)))
	})
	return backends
}

// figures writes a ratio and how far its interval reaches.
func figures(ratio results.Interval) string {
	return results.FormatRatio(ratio.Center) + " " + results.FormatHalfWidth(ratio)
}

func rank(b results.Backend, most bool) string {
	if b.Rank() == 0 || !most {
		return ""
	}
	return fmt.Sprint(b.Rank())
}

// modes are two modes and which of them is more frequent.
type modes struct{ results.Modes }

func (m modes) often() float64 {
	if m.Share >= 0.5 {
		return m.Low
	}
	return m.High
}

func (m modes) seldom() float64 { return m.Low + m.High - m.often() }

// twoModes returns the modes of a cell, and both in words; none where there aren't two.
func twoModes(c results.Cell, unit string) (modes, string) {
	m, two := c.Modes(unit)
	if !two {
		return modes{}, ""
	}
	short := func(v float64) string { return results.Format(workloads.Short, v) }
	return modes{m}, fmt.Sprintf("%s %.0f%% | %s %.0f%%", short(m.Low), 100*m.Share, short(m.High), 100*(1-m.Share))
}
