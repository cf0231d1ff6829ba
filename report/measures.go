package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"readmostly/results"
	"readmostly/workloads"
)

// Plots of what scenarios measure beside the time.

// A measure is a metric of a plot and how it is drawn there.
type measure struct {
	unit string
	mark mark
}

// measures draws metrics of a table's backends with the most threads, which are in one
// unit. Backends are sorted by the first of them. There is no figure where no backend has
// a value but zero.
func (c *chapter) measures(t results.Table, kind, title, unit string, all ...measure) (Figure, bool) {
	n := t.Most()
	f := Figure{Title: title}
	plot := dotPlot{unit: unit, label: label, bounds: whole}
	for _, m := range all {
		f.Columns = append(f.Columns, m.unit, "from", "to")
		if metric(t, m.unit).Form == workloads.Nanoseconds {
			plot.label = labelTime
		}
	}
	f.Columns = append(f.Columns, "forks", "line")
	type line struct {
		dotRow
		Datum
		first float64
	}
	var rows []line
	var none []string
	for _, b := range t.Backends() {
		if b.IsFloor() || b.IsControl() {
			continue
		}
		cell := b.Cell(n)
		row := line{dotRow: dotRow{name: name(b), colour: colourOf(b.Impl())}, Datum: Datum{Cells: []string{b.Name()}}}
		var texts []string
		forks := 0
		for _, m := range all {
			metric := metric(t, m.unit)
			i, ok := cell.Interval(m.unit)
			if !ok {
				row.Cells = append(row.Cells, "–", "–", "–")
				continue
			}
			forks = max(forks, i.N)
			text, _ := cell.Text(metric)
			texts = append(texts, text)
			row.Cells = append(append(row.Cells, text), limits(i, forms(metric))...)
			if i.Center > 0 {
				low, high := bars(i)
				row.dots = append(row.dots, dot{i.Center, low, high, m.mark})
				row.first = cmp.Or(row.first, i.Center)
			}
		}
		if len(texts) == 0 {
			continue
		}
		row.Datum = c.datum(cell, append(row.Cells, fork(forks)))
		row.text = strings.Join(texts[:min(2, len(texts))], " · ")
		if len(row.dots) == 0 && !b.IsBaseline() {
			none = append(none, b.Name())
		}
		rows = append(rows, row)
	}
	slices.SortStableFunc(rows, func(a, b line) int { return cmp.Compare(a.first, b.first) })
	if metric(t, all[0].unit).Better == workloads.Higher {
		slices.Reverse(rows)
	}
	for _, row := range rows {
		f.Data = append(f.Data, row.Datum)
		if len(row.dots) > 0 {
			plot.rows = append(plot.rows, row.dotRow)
		}
	}
	if len(none) > 0 {
		f.Note = "None with " + strings.Join(none, ", ") + "."
	}
	if len(plot.rows) == 0 {
		return f, false
	}
	f.body, f.height = plot.draw()
	return c.number(f, kind), true
}

func metric(t results.Table, unit string) workloads.Metric {
	if m, ok := t.Workload().Scene().Metric(unit); ok {
		return m
	}
	return results.MetricOf(unit)
}

// draw adds a plot of measures for each table that has them.
func (s *section) draw(c *chapter, kind, unit string, fits func(results.Table) bool, all ...measure) {
	for _, t := range c.Tables {
		if fits != nil && !fits(t) {
			continue
		}
		title := titled(t, t.Most())
		if f, ok := c.measures(t, kind, title, unit, all...); ok {
			s.Figures = append(s.Figures, f)
		}
	}
}

// of reports whether a table is of one of these scenarios.
func of(scenarios ...*workloads.Scenario) func(results.Table) bool {
	return func(t results.Table) bool { return slices.Contains(scenarios, t.Workload().Scene()) }
}

// told says what happens in each of these scenarios that the file has.
func (c *chapter) told(texts map[*workloads.Scenario]string) string {
	var told []string
	for _, scene := range workloads.Scenarios() {
		if slices.ContainsFunc(c.Tables, of(scene)) && texts[scene] != "" {
			told = append(told, texts[scene])
		}
	}
	return strings.Join(told, " ")
}

// rates draws the time or the throughput of scenarios that nothing is compared in.
func (c *chapter) rates() section {
	s := c.section("rate", "How fast it goes", c.told(map[*workloads.Scenario]string{
		workloads.Flood:    "Updaters replace elements in a tight loop while a reader looks keys up.",
		workloads.Teardown: "One worker takes everything out, and waits until all is free.",
	}))
	s.draw(c, "rate", "updates per second", of(workloads.Flood), measure{workloads.UpdateRate.Unit, full})
	s.draw(c, "rate", "lookups per second meanwhile", of(workloads.Flood), measure{workloads.LookupRate.Unit, full})
	s.draw(c, "rate", "time to take everything out", of(workloads.Teardown), measure{"teardown-ns", full})
	return s
}

// waste draws what readers do for nothing.
func (c *chapter) waste() section {
	s := c.section("retries", "Retry waste", "Elements visited per operation by traversals that readers threw away because a writer was there. RCU never retries.")
	s.draw(c, "retries", "wasted elements per operation", nil, measure{"wasted-nodes/op", full})
	return s
}

const retainedDots = "Dot: mean over time; line: the greatest sample."

// retained draws what can't be used again yet.
func (c *chapter) retained() section {
	s := c.section("retained", "Retained elements", "What was removed and can't be used again yet: the price of letting readers do nothing, and of gathering batches. "+
		c.told(map[*workloads.Scenario]string{
			workloads.Mix:      retainedDots,
			workloads.Flood:    retainedDots,
			workloads.Stall:    "While one reader stays inside and the others go on updating.",
			workloads.Teardown: retainedDots,
		}))
	for _, t := range c.Tables {
		if f, ok := c.pileUp(t); ok {
			s.Figures = append(s.Figures, f)
		} else if f, ok := c.measures(t, "retained", titled(t, t.Most()), "elements", measure{workloads.Retained.Unit, full}, measure{workloads.PeakRetained.Unit, tick}); ok {
			s.Figures = append(s.Figures, f)
		}
	}
	return s
}

// pileUp draws what a stalled reader holds up, as time goes by.
func (c *chapter) pileUp(t results.Table) (Figure, bool) {
	var units []string
	for _, m := range t.Workload().Scene().Metrics {
		if strings.HasPrefix(m.Unit, "retained-at-") {
			units = append(units, m.Unit)
		}
	}
	if len(units) == 0 {
		return Figure{}, false
	}
	n := t.Most()
	plot := linePlot{across: "share of the time that the reader stays", unit: "retained elements", label: label}
	f := Figure{Title: titled(t, n)}
	for i, unit := range units {
		plot.stops = append(plot.stops, stop{float64(i+1) / float64(len(units)), strings.TrimPrefix(unit, "retained-at-")})
		f.Columns = append(f.Columns, "after "+plot.stops[i].text, "interval")
	}
	f.Columns = append(f.Columns, "forks", "line")
	var unseen []string
	for _, b := range t.Backends() {
		line := series{name: name(b), colour: colourOf(b.Impl()), dash: c.dash(b.Impl())}
		cells, forks := []string{b.Name()}, 0
		for i, unit := range units {
			v, ok := b.Cell(n).Interval(unit)
			if !ok {
				cells = append(cells, "–", "–")
				continue
			}
			forks = max(forks, v.N)
			cells = append(cells, results.Format(workloads.Scaled, v.Center), between(v, forms(metric(t, unit))))
			low, high := bars(v)
			line.points = append(line.points, point{stop: i, at: v.Center, low: low, high: high})
			line.text = results.Format(workloads.Scaled, v.Center)
		}
		if len(line.points) > 0 {
			plot.series = append(plot.series, line)
			f.Data = append(f.Data, c.datum(b.Cell(n), append(cells, fork(forks))))
		} else if b.Cell(n).Forks() > 0 {
			unseen = append(unseen, b.Name())
		}
	}
	if len(unseen) > 0 {
		f.Note = fmt.Sprintf("Not seen, as the world was stopped or the collector has it: %s.", strings.Join(unseen, ", "))
	}
	if len(plot.series) == 0 {
		return Figure{}, false
	}
	f.body, f.height = plot.draw()
	return c.number(f, "retained"), true
}

// graces draws how long grace periods take.
func (c *chapter) graces() section {
	s := c.section("gp", "Grace periods", "From asking for a grace period to noticing that it is over. Dot: median; ring: 99th percentile; line: the longest. "+
		"≤ and c: updaters look so seldom that this is how long it took at most. ?: the window was too short for it.")
	s.draw(c, "gp", "time", nil, measure{workloads.GPMedian.Unit, full}, measure{workloads.GP99.Unit, open}, measure{workloads.GPMax.Unit, tick})
	return s
}

// delays draws how long readers and updaters are held up.
func (c *chapter) delays() section {
	s := c.section("latency", "How long one is held up", c.told(map[*workloads.Scenario]string{
		workloads.Flood:    "16 lookups of a reader, beside updaters that replace elements in a tight loop.",
		workloads.Stall:    "An update, from when it was due to when it was done, while one reader stays inside.",
		workloads.Teardown: "16 lookups of a reader, beside a worker that takes everything out.",
	})+" Dot: median; ring: 99th percentile; line: the longest.")
	s.draw(c, "latency", "time of 16 lookups", of(workloads.Flood, workloads.Teardown), measure{workloads.PauseMedian.Unit, full}, measure{workloads.Pause99.Unit, open}, measure{workloads.PauseMax.Unit, tick})
	s.draw(c, "latency", "time until an update is done", func(t results.Table) bool { return of(workloads.Stall)(t) && !timed(t) }, measure{"update-p50-ns", full}, measure{"update-max-ns", tick})
	return s
}

// timed reports whether single operations of a table were timed.
func timed(t results.Table) bool { return t.Workload().Latency }

// tails draws the times of single operations.
func (c *chapter) tails() section {
	s := c.section("tails", "Single operations", "Each lookup and each update was timed for itself, the clock and the call through an interface included, which noop shows. "+
		"With a reader that stays inside, from when an operation was due. Dot: median; ring: 99th percentile; line: 99.9th.")
	s.draw(c, "tails", "time of a lookup", timed, measure{"lookup-p50-ns", full}, measure{"lookup-p99-ns", open}, measure{"lookup-p99.9-ns", tick})
	s.draw(c, "tails", "time of an update", timed, measure{"update-p50-ns", full}, measure{"update-p99-ns", open}, measure{"update-p99.9-ns", tick})
	return s
}

// drains draws how long it takes until all is free.
func (c *chapter) drains() section {
	s := c.section("drain", "Time to drain", "From the end of the window, or the reader's exit, until everything that was retired is free.")
	s.draw(c, "drain", "time", nil, measure{workloads.DrainTime.Unit, full})
	return s
}

// unasked are events of the kernel that are counted where nobody asks: they say how much
// a run was disturbed, and nothing about a backend.
var unasked = []string{"context-switches/op", "page-faults/op", "cpu-migrations/op"}

// events draws what counters counted.
func (c *chapter) events() section {
	s := c.section("counters", "Hardware counters", "Events per operation, all workers together.")
	for _, t := range c.Tables {
		var units []string
		for _, b := range t.Backends() {
			for _, unit := range b.Cell(t.Most()).Units() {
				_, ours := t.Workload().Scene().Metric(unit)
				if ours || !strings.HasSuffix(unit, "/op") || slices.Contains(units, unit) ||
					c.File.Value("counters") == "default" && slices.Contains(unasked, unit) {
					continue
				}
				units = append(units, unit)
			}
		}
		slices.Sort(units)
		for _, unit := range units {
			if f, ok := c.measures(t, "counters", strings.TrimSuffix(unit, "/op")+": "+titled(t, t.Most()), unit, measure{unit, full}); ok {
				s.Figures = append(s.Figures, f)
			}
		}
	}
	return s
}
