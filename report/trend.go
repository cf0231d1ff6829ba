package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"readmostly/results"
	"readmostly/workloads"
)

// What changes with threads, with the share of updates and with the size.

// scaling draws the throughput against the number of threads.
func (c *chapter) scaling() section {
	s := c.section("threads", "Throughput against threads", "Operations per second of all workers together, the median of the forks and its 95 % interval; both axes are logarithmic. "+
		"Ideal: as many times the baseline of one thread as there are threads. A line goes through the more frequent of two modes; the other is a ring. An arrow: beyond the axis.")
	m := workloads.OpsPerSecond
	for _, t := range c.Tables {
		if !t.Workload().Scene().Paired || len(t.Threads()) < 2 {
			continue
		}
		plot := linePlot{stops: logarithmic(t.Threads(), decimal), across: "threads", unit: "operations per second", label: label, log: true}
		f := Figure{Title: results.Title(t.Workload()), Columns: columns(plot.stops, " threads")}
		for _, b := range t.Backends() {
			if b.IsFloor() || b.IsControl() {
				continue
			}
			line := series{name: name(b), colour: colourOf(b.Impl()), dash: c.dash(b.Impl())}
			d := newSheet(b.Name(), len(t.Threads()))
			for i, n := range t.Threads() {
				ops, ok := b.Cell(n).Interval(m.Unit)
				if !ok {
					continue
				}
				low, high := bars(ops)
				p := point{stop: i, at: ops.Center, low: low, high: high}
				value := results.Format(m.Form, ops.Center)
				if times, both := twoModes(b.Cell(n), workloads.NsPerOp.Unit); both != "" {
					rate := func(ns float64) float64 { return float64(n) * 1e9 / ns }
					p = point{stop: i, at: rate(times.often()), other: rate(times.seldom()), low: math.NaN(), high: math.NaN()}
					value = fmt.Sprintf("%s or %s", results.Format(m.Form, p.at), results.Format(m.Form, p.other))
				}
				d.set(i, value, between(ops, forms(m)), c.origin(b.Cell(n)))
				line.points = append(line.points, p)
				line.text = results.Format(m.Form, p.at)
				if b.IsBaseline() && i == 0 {
					for j, k := range t.Threads() {
						plot.ideal = append(plot.ideal, point{stop: j, at: ops.Center * float64(k) / float64(n)})
					}
					plot.named = "ideal " + results.Format(m.Form, plot.ideal[len(plot.ideal)-1].at)
				}
			}
			if len(line.points) > 0 {
				plot.series = append(plot.series, line)
				f.Data = append(f.Data, d.Datum)
			}
		}
		f.body, f.height = plot.draw()
		s.Figures = append(s.Figures, c.number(f, "threads"))
	}
	return s
}

// shares draws the ratio against the share of operations that update.
func (c *chapter) shares() section {
	s := c.section("updates", "Cost against the share of updates", "Time per operation over that of the baseline, which only reads. A line goes through the more frequent of two modes; the other is a ring. An arrow: beyond the axis. Bold: the cheapest where most is updated, which can't be told apart.")
	for _, group := range c.families(func(w workloads.Workload) workloads.Workload {
		w.Updates, w.Replace, w.Retain = 0, false, 0
		return w
	}) {
		// A read-only table is that of each way to update.
		var kinds []workloads.Workload
		kind := func(t results.Table) workloads.Workload {
			return workloads.Workload{Replace: t.Workload().Replace, Retain: t.Workload().Retain}
		}
		for _, t := range group {
			if t.Workload().Updates > 0 && !slices.Contains(kinds, kind(t)) {
				kinds = append(kinds, kind(t))
			}
		}
		for _, k := range kinds {
			tables := slices.DeleteFunc(slices.Clone(group), func(t results.Table) bool { return t.Workload().Updates > 0 && kind(t) != k })
			var texts []string
			for _, t := range tables {
				texts = append(texts, results.FormatPercent(t.Workload().Updates))
			}
			what := "updates"
			if k.Replace {
				what = "copy-updates"
			}
			w := group[0].Workload()
			title := fmt.Sprintf("%s of %s", w.Structure, results.FormatSize(w.Size))
			if k.Retain > 0 {
				title += fmt.Sprintf(", %s retained", results.FormatSize(k.Retain))
			}
			s.add(c, "updates", title, what, tables, ordinal(texts))
		}
	}
	return s
}

// sizes draws the ratio against the number of elements.
func (c *chapter) sizes() section {
	s := c.section("size", "Cost against size", "Time per operation over that of the baseline on a map of the same size. An arrow: beyond the axis. Bold: the cheapest in the largest map, which can't be told apart.")
	for _, group := range c.families(func(w workloads.Workload) workloads.Workload { w.Size, w.Buckets = 0, 0; return w }) {
		group = slices.CompactFunc(group, func(a, b results.Table) bool { return a.Workload().Size == b.Workload().Size })
		var numbers []int
		for _, t := range group {
			numbers = append(numbers, t.Workload().Size)
		}
		w := group[0].Workload()
		title := fmt.Sprintf("%s, %s updates", w.Structure, results.FormatPercent(w.Updates))
		if w.Updates == 0 {
			title = fmt.Sprintf("%s, read-only", w.Structure)
		}
		if w.Replace {
			title = fmt.Sprintf("%s, %s copy-updates", w.Structure, results.FormatPercent(w.Updates))
		}
		s.add(c, "size", title, "elements", group, logarithmic(numbers, results.FormatSize))
	}
	return s
}

// families returns tables of ratios that differ in one thing only, which plain takes out
// of a workload, and in the number of threads not at all. There are two of each at least.
func (c *chapter) families(plain func(workloads.Workload) workloads.Workload) (found [][]results.Table) {
	index := map[workloads.Workload]int{}
	for _, t := range c.Tables {
		if !t.Compared() || !t.Workload().Scene().Mixed {
			continue
		}
		k := plain(t.Workload())
		k.Threads = t.Most()
		if _, ok := index[k]; !ok {
			index[k] = len(found)
			found = append(found, nil)
		}
		found[index[k]] = append(found[index[k]], t)
	}
	return slices.DeleteFunc(found, func(group []results.Table) bool { return len(group) < 2 })
}

// add draws the ratios of several tables, each a stop of the plot.
func (s *section) add(c *chapter, kind, title, across string, tables []results.Table, stops []stop) {
	if len(tables) < 2 {
		return
	}
	n := tables[0].Most()
	unit := results.Ratio(tables[0].Baseline()).Unit
	plot := linePlot{stops: stops, across: across, unit: "times " + tables[0].Baseline(), label: label, log: true}
	f := Figure{Title: title + ", " + threads(n), Columns: columns(stops, "")}
	if slices.ContainsFunc(tables, func(t results.Table) bool { return t.Workload().Chained }) {
		f.Title += ", chained"
	}
	lines, sheets := map[string]*series{}, map[string]*sheet{}
	var order []string
	for i, t := range tables {
		for _, b := range ranked(t) {
			ratio, ok := b.Cell(n).Ratio()
			if !ok || b.IsControl() || b.ReadOnly() {
				continue
			}
			line := lines[b.Name()]
			if line == nil {
				line = &series{name: name(b), colour: colourOf(b.Impl()), dash: c.dash(b.Impl())}
				lines[b.Name()], sheets[b.Name()] = line, newSheet(b.Name(), len(stops))
				order = append(order, b.Name())
			}
			low, high := bars(ratio)
			p := point{stop: i, at: ratio.Center, low: low, high: high}
			modes, both := twoModes(b.Cell(n), unit)
			if both != "" {
				p = point{stop: i, at: modes.often(), other: modes.seldom(), low: math.NaN(), high: math.NaN()}
			}
			line.points = append(line.points, p)
			line.text = results.Format(workloads.Short, p.at)
			line.band = cheapest(b, t)
			value := cmp.Or(both, results.FormatRatio(ratio.Center))
			sheets[b.Name()].set(i, value, between(ratio, results.FormatRatio), c.origin(b.Cell(n)))
		}
	}
	for _, name := range order {
		if len(lines[name].points) > 1 {
			plot.series = append(plot.series, *lines[name])
			f.Data = append(f.Data, sheets[name].Datum)
		}
	}
	if len(plot.series) == 0 {
		return
	}
	f.body, f.height = plot.draw()
	s.Figures = append(s.Figures, c.number(f, kind))
}

// A sheet is the datum of a line: at each stop a figure, its interval, and the line of
// the file where its first row stands.
type sheet struct{ Datum }

func newSheet(backend string, stops int) *sheet {
	s := &sheet{Datum{Cells: []string{backend}}}
	for range 3 * stops {
		s.Cells = append(s.Cells, "–")
	}
	return s
}

func (s *sheet) set(stop int, value, interval string, o origin) {
	copy(s.Cells[1+3*stop:], []string{value, interval, fmt.Sprint(o.Line)})
	s.From = append(s.From, o)
}

// columns are those of sheets.
func columns(stops []stop, of string) (heads []string) {
	for _, s := range stops {
		heads = append(heads, s.text+of, "interval", "line")
	}
	return heads
}
