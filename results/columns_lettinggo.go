package results

import (
	"fmt"
	"strconv"
)

// The columns of workloads that are about letting go. The times stand for each
// number of workers, everything else is with the most of them.

func (c *comparison) floodColumns() []column {
	return append(append([]column{
		{"freed/s", c.plain(FreedRate, formatScaled)},
		{"vs sync", c.overSync(FreedRate)},
	}, c.times("ns/update")...),
		column{"retained", c.plain(Retained, formatScaled)},
		column{"peak", c.plain(PeakRetained, formatScaled)},
		column{"queued peak", c.plain(PeakWaiting, formatScaled)},
		column{"throttled", c.plain(Throttled, formatScaled)},
		column{"gp p50", c.plain(GPMedian, formatNanoseconds)},
		column{"gp max", c.plain(GPMax, formatNanoseconds)},
		column{"drain", c.plain(DrainTime, formatNanoseconds)},
		column{"lookups/s", c.plain(LookupRate, formatScaled)},
		column{"pause p99", c.plain(Pause99, formatNanoseconds)},
		column{"pause max", c.plain(PauseMax, formatNanoseconds)},
	)
}

func (c *comparison) stallColumns() []column {
	return []column{
		{"before/s", c.plain(RateBefore, formatScaled)},
		{"updates/s", c.value(UpdateRate, formatScaled)},
		{"slowest", c.plain(UpdateMax, formatNanoseconds)},
		{"@25%", c.value(RetainedAt25, formatScaled)},
		{"@50%", c.value(RetainedAt50, formatScaled)},
		{"@75%", c.value(RetainedAt75, formatScaled)},
		{"@100%", c.value(RetainedEnd, formatScaled)},
		{"peak", c.value(PeakRetained, formatScaled)},
		{"throttled", c.plain(Throttled, formatScaled)},
		{"drain", c.plain(DrainTime, formatNanoseconds)},
		{"stall", c.plain(StallTime, formatNanoseconds)},
	}
}

func (c *comparison) teardownColumns() []column {
	return append(c.times("ns/element"),
		column{"teardown", c.plain(Teardown, formatNanoseconds)},
		column{"vs sync", c.overSync(OpsPerSecond)},
		column{"gps/element", c.plain(GPsPerOp, formatShort)},
		column{"gp p50", c.plain(GPMedian, formatNanoseconds)},
		column{"peak", c.plain(PeakRetained, formatScaled)},
		column{"lookups/s", c.plain(LookupRate, formatScaled)},
		column{"pause p99", c.plain(Pause99, formatNanoseconds)},
		column{"pause max", c.plain(PauseMax, formatNanoseconds)},
	)
}

// times has a column of times for each number of workers.
func (c *comparison) times(what string) (columns []column) {
	for _, n := range c.timed() {
		columns = append(columns, column{what + " @" + strconv.Itoa(n), c.time(n)})
	}
	return columns
}

// value is plain that shows zeros, too.
func (c *comparison) value(unit string, format func(float64) string) func(subject) (string, bool) {
	plain := c.plain(unit, format)
	return func(s subject) (string, bool) {
		text, _ := plain(s)
		return text, text != absent
	}
}

// overSync shows a rate over that of the same backend waiting each time.
func (c *comparison) overSync(unit string) func(subject) (string, bool) {
	return func(s subject) (string, bool) {
		if s.reclaim == "" {
			return absent, false
		}
		sync := subject{impl: s.impl, reclaim: "sync"}
		return c.over(unit, c.cell(s, c.most()), c.cell(sync, c.most()))
	}
}

// legendOf explains the columns of a workload.
func legendOf(workload string) []string {
	switch workload {
	case "flood":
		return []string{
			"flood: updaters replace elements without a pause; one worker, if there are more, looks keys up. freed/s: elements made reusable.",
			"vs sync: freed/s over those of the same backend when it waits each time. retained, peak: removed, not yet reusable. drain: until none is, afterwards.",
			"pause: the time that 16 lookups of the reader took, so the longest are what was inflicted on it, by the system too.",
		}
	case "stall":
		return []string{
			"stall: one reader stays inside while the others are to make 50k updates/s each. @25% to @100%: elements retained after that much of it; - where the world was stopped and nobody could look.",
			"slowest: from when an update was due to when it was done. drain: from the reader's exit until nothing is retained.",
		}
	case "teardown":
		return []string{
			"teardown: one worker takes everything out and waits until all is free, the others look keys up. vs sync: its speed over that of waiting for each element.",
			"pause: the time that 16 lookups of a reader took, so the longest are what was inflicted on it, by the system too.",
		}
	}
	return []string{
		"@N: with N workers. ns/op: the time of one worker's operation, median ± its 95% interval; ops/s: all workers.",
		"scaling: ops/s over those of one worker. vs unsync: ns/op over that without protection. Columns without @: most workers.",
	}
}

// lettingGoTitle names a comparison that isn't of a mix.
func (c *comparison) lettingGoTitle() string {
	text := fmt.Sprintf("%s: %s of %s", c.Workload, c.Structure, FormatSize(c.Size))
	if c.Buckets != 0 {
		text += fmt.Sprintf(" in %s chains", FormatSize(c.Buckets))
	}
	return text + fmt.Sprintf(", %d workers", c.most())
}
