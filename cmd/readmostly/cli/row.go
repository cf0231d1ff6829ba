package cli

import (
	"readmostly/results"
	"readmostly/workloads"
)

// rowOf turns a cell's measurement into a row of results. What the backend has
// no notion of is left out: an operation without effect neither hits nor visits.
func rowOf(c workloads.Cell, m workloads.Measurement) results.Row {
	if c.Workload.Scenario != workloads.Mix {
		return lettingGoRow(c, m)
	}
	t, ops := &m.Tally, m.Tally.Ops()
	row := results.Row{Point: pointOf(c), Ops: int(ops)}
	perOp := func(unit string, n uint64) { row.Add(unit, float64(n)/float64(ops)) }

	row.Add(results.NsPerOp, m.NsPerOp)
	row.Add(results.OpsPerSecond, m.Rate)
	if !c.Backend.Caps.Floor {
		perOp(results.Retries, t.Retries)
		perOp(results.Wasted, t.Wasted)
		perOp(results.Nodes, t.Nodes)
		if t.Lookups > 0 {
			row.Add(results.HitRate, float64(t.Hits)/float64(t.Lookups))
		}
	}
	row.Add(results.UpdateRate, m.Rate*float64(t.Updates())/float64(ops))
	perOp(results.UpdateShare, t.Updates())
	if m.Samples > 0 && !c.Backend.Caps.Floor {
		row.Add(results.Retained, m.Retained)
		row.Add(results.PeakRetained, float64(m.PeakRetained))
		addWaiting(&row, c, m)
	}
	addGracePeriods(&row, m)
	addCounters(&row, m)
	return row
}

// addWaiting adds what waits in workers' queues, for backends that have them.
func addWaiting(row *results.Row, c workloads.Cell, m workloads.Measurement) {
	if len(c.Backend.Reclaims) > 0 {
		row.Add(results.Waiting, m.Callbacks)
		row.Add(results.PeakWaiting, float64(m.PeakCallbacks))
	}
}

// addCounters adds what was counted, in the workers and in the Go runtime.
func addCounters(row *results.Row, m workloads.Measurement) {
	running := 1.0
	for _, counter := range m.Counters {
		row.Add(counter.Event.Unit(), counter.PerOp)
		running = min(running, counter.Running)
	}
	if len(m.Counters) > 0 {
		row.Add(results.PerfRunning, running)
	}
	row.Add(results.GCCycles, float64(m.GCCycles))
}

// addGracePeriods adds how long grace periods took, if any ended in the window.
func addGracePeriods(row *results.Row, m workloads.Measurement) {
	if m.GracePeriods == nil {
		return
	}
	n := m.GracePeriods.TotalCount()
	if n > 0 {
		row.Add(results.GPMedian, float64(m.GracePeriods.ValueAtQuantile(50)))
		row.Add(results.GP99, float64(m.GracePeriods.ValueAtQuantile(99)))
		row.Add(results.GPMax, float64(m.GracePeriods.Max()))
	}
	row.Add(results.GPRate, float64(n)/m.Window.Seconds())
}

// pointOf names a cell as results do.
func pointOf(c workloads.Cell) results.Point {
	w := c.Workload
	p := results.Point{
		Scenario: results.Scenario{
			Structure: string(w.Structure),
			Size:      w.Size,
			Updates:   w.Updates,
			Replace:   w.Replace,
		},
		Impl:    c.Backend.Name,
		Reclaim: c.Reclaim,
		Workers: w.Threads,
	}
	if w.Scenario != workloads.Mix {
		p.Workload = w.Scenario.String()
	}
	if w.Buckets != 0 {
		p.Buckets = w.Chains()
	}
	return p
}
