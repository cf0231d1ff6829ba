package results

import (
	"fmt"
	"strconv"
	"strings"
)

// A column is what a table shows of each backend.
type column struct {
	header string
	cell   func(subject) (text string, shown bool) // not shown: nothing worth a column
}

// absent stands where nothing was measured.
const absent = "-"

// columns returns the comparison's columns, without those that have nothing to
// show for any backend.
func (c *comparison) columns() []column {
	var columns []column
	switch c.Workload {
	case "flood":
		columns = c.floodColumns()
	case "stall":
		columns = c.stallColumns()
	case "teardown":
		columns = c.teardownColumns()
	default:
		columns = c.mixColumns()
	}
	kept := columns[:0]
	for _, col := range columns {
		for _, s := range c.subjects {
			if _, shown := col.cell(s); shown {
				kept = append(kept, col)
				break
			}
		}
	}
	return kept
}

func (c *comparison) mixColumns() []column {
	var columns []column
	for _, n := range c.timed() {
		columns = append(columns, column{"ns/op @" + strconv.Itoa(n), c.time(n)})
	}
	most := c.most()
	columns = append(columns, column{"ops/s @" + strconv.Itoa(most), c.plain(OpsPerSecond, formatScaled)})
	if c.workers[0] == 1 && most > 1 {
		columns = append(columns, column{"scaling", c.scaling})
	}
	return append(columns,
		column{"vs unsync", c.ratio},
		column{"retries/op", c.plain(Retries, formatShort)},
		column{"wasted/op", c.plain(Wasted, formatShort)},
		column{"retained", c.plain(Retained, formatScaled)},
		column{"gp p50", c.plain(GPMedian, formatNanoseconds)},
		column{"misses/op", c.plain(CacheMisses, formatShort)},
	)
}

// maxTimed is how many numbers of workers have a column of times each.
const maxTimed = 4

// timed returns the numbers of workers whose times are shown: all, or where they
// are many the least, the greatest and some between.
func (c *comparison) timed() []int {
	if len(c.workers) <= maxTimed {
		return c.workers
	}
	var chosen []int
	for i := range maxTimed {
		chosen = append(chosen, c.workers[i*(len(c.workers)-1)/(maxTimed-1)])
	}
	return chosen
}

// time shows the median time and half the width of its interval.
func (c *comparison) time(workers int) func(subject) (string, bool) {
	return func(s subject) (string, bool) {
		m, ok := c.cell(s, workers).median(NsPerOp)
		if !ok {
			return absent, false
		}
		text := formatShort(m.Center)
		if spread := m.PctRangeString(); strings.HasSuffix(spread, "%") {
			text += " ±" + spread
		}
		return text, true
	}
}

// plain shows a median at the most workers. A column of zeros is not shown.
func (c *comparison) plain(unit string, format func(float64) string) func(subject) (string, bool) {
	return func(s subject) (string, bool) {
		m, ok := c.cell(s, c.most()).median(unit)
		if !ok || s.borrowed && unit != OpsPerSecond {
			return absent, false
		}
		return format(m.Center), m.Center != 0
	}
}

// scaling shows the throughput with the most workers over that with one.
func (c *comparison) scaling(s subject) (string, bool) {
	return c.over(OpsPerSecond, c.cell(s, c.most()), c.cell(s, 1))
}

// ratio shows the time with the most workers over that of the limit.
func (c *comparison) ratio(s subject) (string, bool) {
	for _, limit := range c.subjects {
		if limit.impl == limitImpl {
			return c.over(NsPerOp, c.cell(s, c.most()), c.cell(limit, c.most()))
		}
	}
	return absent, false
}

func (c *comparison) over(unit string, a, b *cell) (string, bool) {
	x, ok := a.median(unit)
	y, ok2 := b.median(unit)
	if !ok || !ok2 || y.Center == 0 {
		return absent, false
	}
	return formatShort(x.Center/y.Center) + "x", true
}

// title names the comparison.
func (c *comparison) title() string {
	if c.Workload != "" {
		return c.lettingGoTitle()
	}
	text := fmt.Sprintf("%s of %s", c.Structure, FormatSize(c.Size))
	if c.Buckets != 0 {
		text += fmt.Sprintf(" in %s chains", FormatSize(c.Buckets))
	}
	switch {
	case c.Updates == 0:
		return text + ", read-only"
	case c.Replace:
		return text + ", " + FormatPercent(c.Updates) + " updates (copy-updates)"
	default:
		return text + ", " + FormatPercent(c.Updates) + " updates (half inserts, half deletes)"
	}
}
