package cli

import (
	"time"

	"readmostly/results"
	"readmostly/workloads"
)

// lettingGoRow turns a measurement that isn't of a mix into a row of results.
func lettingGoRow(c workloads.Cell, m workloads.Measurement) results.Row {
	row := results.Row{Point: pointOf(c), Ops: int(m.Ops)}
	row.Add(results.NsPerOp, m.NsPerOp)
	row.Add(results.OpsPerSecond, m.Rate)
	switch c.Workload.Scenario {
	case workloads.Flood:
		row.Add(results.UpdateRate, m.Rate)
		if m.Freed >= 0 {
			row.Add(results.FreedRate, m.Freed)
		}
	case workloads.Stall:
		row.Add(results.UpdateRate, m.Rate)
		row.Add(results.RateBefore, m.Before)
		row.Add(results.StallTime, nanoseconds(m.Stalled))
		for _, at := range []struct {
			unit    string
			percent int
		}{{results.RetainedAt25, 25}, {results.RetainedAt50, 50}, {results.RetainedAt75, 75}, {results.RetainedEnd, 100}} {
			if n, taken := m.RetainedAt[at.percent]; taken && !c.Backend.Caps.NeedsGC {
				row.Add(at.unit, float64(n))
			}
		}
	case workloads.Teardown:
		row.Add(results.Teardown, nanoseconds(m.Teardown))
	}
	addRetention(&row, c, m)
	addGracePeriods(&row, m)
	if m.GracePeriods != nil && c.Workload.Scenario == workloads.Teardown {
		row.Add(results.GPsPerOp, float64(m.GracePeriods.TotalCount())/float64(m.Ops))
	}
	addGaps(&row, c, m)
	addCounters(&row, m)
	return row
}

func nanoseconds(d time.Duration) float64 { return float64(d.Nanoseconds()) }

// addRetention adds what waits to be reusable, and how it drains. What has just
// been removed is not retained by a backend that the collector cleans up behind.
func addRetention(row *results.Row, c workloads.Cell, m workloads.Measurement) {
	if c.Backend.Caps.NeedsGC {
		return
	}
	if m.Samples > 0 {
		row.Add(results.Retained, m.Retained)
		row.Add(results.PeakRetained, float64(m.PeakRetained))
	}
	addWaiting(row, c, m)
	if len(c.Backend.Reclaims) > 0 {
		row.Add(results.Throttled, float64(m.Throttled))
	}
	if m.Drain >= 0 && c.Workload.Scenario != workloads.Teardown {
		row.Add(results.DrainTime, nanoseconds(m.Drain))
	}
}

// addGaps adds what readers noted of their lookups, or updaters of their updates.
func addGaps(row *results.Row, c workloads.Cell, m workloads.Measurement) {
	if m.Gaps == nil {
		return
	}
	median, most := float64(m.Gaps.ValueAtQuantile(50)), float64(m.Gaps.Max())
	if c.Workload.Scenario == workloads.Stall {
		row.Add(results.UpdateMedian, median)
		row.Add(results.UpdateMax, most)
		return
	}
	row.Add(results.LookupRate, m.Lookups)
	row.Add(results.PauseMedian, median)
	row.Add(results.Pause99, float64(m.Gaps.ValueAtQuantile(99)))
	row.Add(results.PauseMax, most)
}
