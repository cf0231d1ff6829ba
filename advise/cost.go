package advise

import (
	"math"

	"readmostly/results"
	"readmostly/workloads"
)

// A Cost is what a backend takes under a workload. Its intervals are empty where that
// was not measured.
type Cost struct {
	Name  string           // with its way to reclaim
	Ratio results.Interval // time per operation over the baseline's
	Time  results.Interval // ns per operation of one worker
	Plain bool             // as [readmostly/impls.Backend] has it

	Modes     *results.Modes // of the ratio, where it has two
	timeModes *results.Modes
}

// An Excluded is a backend that is no answer, with what it would have cost.
type Excluded struct {
	Cost
	Why []string
}

// Known reports whether it was measured.
func (c Cost) Known() bool { return c.Ratio.N > 0 }

// Core returns which share of a core operations at a rate take, and at most: at the
// upper end of the time's interval, or in the dearer of its modes. The times are those
// of workers that do nothing else, where they get into each other's way most.
func (c Cost) Core(l Load) (share, most float64) {
	middle, high := c.Time.Center, c.Time.Hi
	if c.timeModes != nil {
		high = max(high, c.timeModes.High)
	}
	rate := (l.Reads + l.Writes) / 1e9
	return rate * middle, rate * high
}

// costOf returns what a backend costs with a number of threads.
func costOf(b results.Backend, threads int, baseline string) Cost {
	cell := b.Cell(threads)
	c := Cost{Name: b.Name()}
	c.Ratio, _ = cell.Ratio()
	c.Time, _ = cell.Interval(workloads.NsPerOp.Unit)
	if m, two := cell.Modes(results.Ratio(baseline).Unit); two {
		c.Modes = &m
	}
	if m, two := cell.Modes(workloads.NsPerOp.Unit); two {
		c.timeModes = &m
	}
	return c
}

// between returns the cost at a part of the way from one to another.
func between(a, b Cost, part float64) Cost {
	c := a
	c.Ratio, c.Time = blend(a.Ratio, b.Ratio, part), blend(a.Time, b.Time, part)
	c.Modes, c.timeModes = nil, nil
	if a.timeModes != nil || b.timeModes != nil {
		c.timeModes = &results.Modes{High: (1-part)*highest(a) + part*highest(b)}
	}
	return c
}

func highest(c Cost) float64 {
	if c.timeModes != nil {
		return c.timeModes.High
	}
	return c.Time.Center
}

func blend(a, b results.Interval, part float64) results.Interval {
	mix := func(x, y float64) float64 { return (1-part)*x + part*y }
	return results.Interval{
		N: min(a.N, b.N), Center: mix(a.Center, b.Center), Lo: mix(a.Lo, b.Lo), Hi: mix(a.Hi, b.Hi),
		Confidence: min(a.Confidence, b.Confidence),
	}
}

// overlap reports whether two intervals have a value in common.
func overlap(a, b results.Interval) bool { return math.Max(a.Lo, b.Lo) <= math.Min(a.Hi, b.Hi) }
