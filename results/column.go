package results

import (
	"slices"
	"strconv"
	"strings"

	"readmostly/workloads"
)

// A column is what a table shows of each backend.
type column struct {
	header string
	entry  func(subject) (e entry, shown bool) // not shown: nothing that is worth a column
}

// columns returns all that a table has to show, without columns that are empty.
func (t *table) columns() []column {
	scene := t.Scene()
	var columns []column
	for _, n := range t.threads {
		columns = append(columns, t.timeColumns(n)...)
	}
	if len(t.ranks) > 1 {
		columns = append(columns, column{"rank", t.rankEntry})
	}
	if t.Latency {
		return t.filled(append(columns, t.latencyColumns()...))
	}
	if scene.Paired {
		columns = append(columns, column{"ops/s @" + strconv.Itoa(t.most()), t.metricEntry(workloads.OpsPerSecond)})
		if t.threads[0] == 1 && t.most() > 1 {
			columns = append(columns, column{"scaling", t.scaling})
		}
	}
	for _, m := range slices.Concat(scene.Metrics, t.events()) {
		if m.Header != "" {
			columns = append(columns, column{m.Header, t.metricEntry(m)})
		}
	}
	for _, m := range SpaceMetrics {
		columns = append(columns, column{m.Header, t.spaceEntry(m)})
	}
	return t.filled(columns)
}

// latencyColumns returns what times of single operations show, of whose table the
// rest is no subject.
func (t *table) latencyColumns() (columns []column) {
	for _, m := range workloads.Latencies {
		if m.Header == "" {
			continue
		}
		columns = append(columns, column{m.Header, t.latencyEntry(m)})
	}
	return columns
}

// latencyEntry shows a median at the most threads, of those that only look up, too.
func (t *table) latencyEntry(m workloads.Metric) func(subject) (entry, bool) {
	return func(s subject) (entry, bool) {
		i, ok := t.cell(s, t.most()).interval(m.Unit)
		if !ok {
			return entry{text: absent}, false
		}
		return entry{text: format(m.Form, i.Center)}, true
	}
}

// filled leaves out columns that are empty.
func (t *table) filled(columns []column) []column {
	return slices.DeleteFunc(columns, func(c column) bool {
		return !slices.ContainsFunc(t.subjects, func(s subject) bool {
			_, shown := c.entry(s)
			return shown
		})
	})
}

// timeColumns returns the time with a number of threads, and its ratio.
func (t *table) timeColumns(threads int) []column {
	scene, at := t.Scene(), " @"+strconv.Itoa(threads)
	if m, _ := scene.Metric(workloads.UpdateRate.Unit); m.Header != "" {
		// Updates come at a rate that the scenario sets: that shows what a time would.
		return []column{{"failed" + at, t.failures(threads)}}
	}
	operation := scene.Timed
	if operation == "" {
		operation = "op"
	}
	return []column{
		{"ns/" + operation + at, t.time(threads)},
		{Ratio(t.baseline).Unit + at, func(s subject) (entry, bool) { return t.ratioEntry(s, threads) }},
	}
}

// maxFailed is how many characters of a failure stand in a table.
const maxFailed = 30

// failures shows which backends could not be measured.
func (t *table) failures(threads int) func(subject) (entry, bool) {
	return func(s subject) (entry, bool) {
		if e, ok := failedEntry(t.cell(s, threads), maxFailed); ok {
			return e, true
		}
		return entry{text: absent}, false
	}
}

// time shows the median time and how far its interval reaches.
func (t *table) time(threads int) func(subject) (entry, bool) {
	return func(s subject) (entry, bool) {
		ns, ok := t.cell(s, threads).interval(workloads.NsPerOp.Unit)
		if !ok {
			return t.failures(threads)(s)
		}
		if m, two := t.cell(s, threads).modes(workloads.NsPerOp.Unit); two {
			return entry{text: m.text(formatShort), marks: markModes}, true
		}
		return entry{text: formatShort(ns.Center) + " " + formatHalfWidth(ns)}, true
	}
}

func (t *table) rankEntry(s subject) (entry, bool) {
	if rank, ok := t.ranks[s]; ok {
		return entry{text: strconv.Itoa(rank)}, true
	}
	return entry{text: absent}, false
}

// scaling shows the throughput with the most threads over that with one.
func (t *table) scaling(s subject) (entry, bool) {
	most, ok := t.cell(s, t.most()).interval(workloads.OpsPerSecond.Unit)
	one, ok2 := t.cell(s, 1).interval(workloads.OpsPerSecond.Unit)
	if !ok || !ok2 || one.Center == 0 {
		return entry{text: absent}, false
	}
	return entry{text: formatShort(most.Center/one.Center) + "x"}, true
}

// metricEntry shows a median at the most threads. A column of zeros says
// something only if the metric says so; of a backend that only reads nothing is
// shown that others do while they update.
func (t *table) metricEntry(m workloads.Metric) func(subject) (entry, bool) {
	return func(s subject) (entry, bool) {
		i, ok := t.cell(s, t.most()).interval(m.Unit)
		if text, none := t.never(m, t.cell(s, t.most())); none {
			return entry{text: text}, true
		}
		if !ok || s.reads && m.Unit != workloads.OpsPerSecond.Unit {
			return entry{text: absent}, false
		}
		if both, two := t.rates(s, m); two {
			return entry{text: both, marks: markModes}, true
		}
		e := entry{text: format(m.Form, i.Center)}
		t.qualify(&e, m, t.cell(s, t.most()))
		return e, i.Center != 0 || m.Zeros
	}
}

// spaceEntry shows what a backend takes, to the byte. One that only reads takes as
// much, and none is worth knowing.
func (t *table) spaceEntry(m workloads.Metric) func(subject) (entry, bool) {
	return func(s subject) (entry, bool) {
		bytes, ok := t.cell(s, t.most()).interval(m.Unit)
		if !ok {
			return entry{text: absent}, false
		}
		return entry{text: strconv.FormatFloat(bytes.Center, 'f', 0, 64)}, true
	}
}

// format writes a value in a form.
func format(f workloads.Form, v float64) string {
	switch f {
	case workloads.Scaled:
		return formatScaled(v)
	case workloads.Nanoseconds:
		return formatNanoseconds(v)
	case workloads.Bytes:
		return formatBytes(v)
	}
	return formatShort(v)
}

// events returns the events that were counted, which are no metrics of the
// scenario, by name. Of those that are counted where nobody asks for any, only
// cache misses are worth a column.
func (t *table) events() (events []workloads.Metric) {
	var units []string
	for _, c := range t.cells {
		for _, r := range c.rows {
			for _, v := range r.Values {
				if t.unasked && v.Unit != CacheMisses.Unit {
					continue
				}
				if _, ours := t.Scene().Metric(v.Unit); !ours && strings.HasSuffix(v.Unit, perOp) && !slices.Contains(units, v.Unit) {
					units = append(units, v.Unit)
				}
			}
		}
	}
	slices.Sort(units)
	for _, unit := range units {
		events = append(events, Event(strings.TrimSuffix(unit, perOp)))
	}
	return events
}
