package results

import (
	"fmt"
	"slices"
	"strings"

	"readmostly/workloads"
)

// legend explains what was drawn, once, and how far it can be believed.
func (p *page) legend() (lines []string) {
	if len(p.tables) == 0 {
		return nil
	}
	if ratio := p.ratios(); ratio != "" {
		lines = append(lines, ratio)
	}
	first := p.tables[0]
	if slices.ContainsFunc(p.tables, func(t *table) bool { return t.has(control) && t.compared() }) {
		lines = append(lines, fmt.Sprintf("%s: %s once more, so it should be 1; its interval is the resolution.", first.control, first.baseline))
	}
	if p.Full || slices.ContainsFunc(p.tables, func(t *table) bool { return t.Scene().Divided }) {
		lines = append(lines, "@N: with N threads. ±: how far the 95% interval of the median reaches. Columns without @: with the most threads.")
		if slices.ContainsFunc(p.tables, func(t *table) bool { return len(t.ranks) > 1 }) {
			lines = append(lines, "rank: of the ratio with the most threads; backends that can't be told apart from the first of a rank share it.")
		}
	}
	for _, t := range p.tables {
		if p.full(t) || p.chained() || t.Section > 1 || t.Latency {
			for _, line := range t.Legend() {
				if !slices.Contains(lines, line) {
					lines = append(lines, line)
				}
			}
		}
	}
	if slices.ContainsFunc(p.tables, func(t *table) bool { return p.full(t) && t.tellsSpace() }) {
		lines = append(lines, "B/elem, B/chain, B/worker, B/map: bytes that the mechanism takes for itself; an element has a line of 64 whatever it takes. B/worker: with the list of what it has retired, as long as --retain lets it grow.")
	}
	if slices.ContainsFunc(p.tables, func(t *table) bool { return p.full(t) && t.shows(workloads.AllocBytes) }) {
		lines = append(lines, workloads.HeapLegend)
	}
	for _, m := range []struct{ mark, means string }{
		{markSeldom, fmt.Sprintf("the window was too short for it: what is retained was replaced less than %d times, or fewer grace periods ended (with gc: cycles of the collector).", often)},
		{markCadence, "a cadence: updaters look so seldom whether the grace period is over (every 64 retired elements) that this is how long it took at most."},
	} {
		if strings.Contains(p.marks, m.mark) {
			lines = append(lines, m.mark+": "+m.means)
		}
	}
	if n := p.fewest(); n < 6 {
		lines = append(lines, fmt.Sprintf("There are as few as %s per row; an interval takes at least 6.", counted(n, "fork")))
	}
	return lines
}

// ratios explains the ratios and their marks.
func (p *page) ratios() string {
	i := slices.IndexFunc(p.tables, (*table).compared)
	if i < 0 {
		return ""
	}
	baseline := p.tables[i].baseline
	text := fmt.Sprintf("%s: time over that of %s, taken round by round; median of the forks and its 95%% interval.", Ratio(baseline).Unit, baseline)
	for _, m := range []struct{ mark, means string }{
		{markLike, "1 lies inside."},
		{markWide, fmt.Sprintf("the interval is wider than ±%s.", FormatPercent(p.tables[i].precision))},
		{markModes, "the windows fall into two modes, which are shown with their shares."},
		{markReads, "only reads, as it can't update."},
		{markFault, "its checks fail, so it has no rank."},
	} {
		if strings.Contains(p.marks, m.mark) {
			text += " " + m.mark + ": " + m.means
		}
	}
	if slices.ContainsFunc(p.tables, (*table).limitReads) {
		text += fmt.Sprintf(" Where others update, %s only reads.", baseline)
	}
	return text
}

// chained reports whether a table is of chained lookups: then the legend says of
// each which lookups it shows.
func (p *page) chained() bool {
	return slices.ContainsFunc(p.tables, func(t *table) bool { return t.Chained })
}

func (t *table) has(r role) bool {
	return slices.ContainsFunc(t.subjects, func(s subject) bool { return t.of(s.impl) == r })
}

// tellsSpace reports whether the table shows what mechanisms take.
func (t *table) tellsSpace() bool {
	return slices.ContainsFunc(t.subjects, func(s subject) bool {
		_, ok := t.spaceEntry(ElementSpace)(s)
		return ok
	})
}

// shows reports whether a column of the metric has something to show.
func (t *table) shows(m workloads.Metric) bool {
	return slices.ContainsFunc(t.subjects, func(s subject) bool {
		_, shown := t.metricEntry(m)(s)
		return shown
	})
}

// limitReads reports whether the baseline reads where others update.
func (t *table) limitReads() bool {
	return slices.ContainsFunc(t.subjects, func(s subject) bool { return t.of(s.impl) == limit && s.reads })
}

// fewest returns the least number of forks that a row has.
func (p *page) fewest() int {
	few := 0
	for _, t := range p.tables {
		for _, c := range t.cells {
			if n := len(c.rows); n > 0 && (few == 0 || n < few) {
				few = n
			}
		}
	}
	return few
}
