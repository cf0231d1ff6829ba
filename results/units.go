package results

import (
	"slices"
	"strings"

	"readmostly/impls"
	"readmostly/workloads"
)

// What a row says beside the metrics of its scenario: how it was measured.
var (
	Rounds      = workloads.Metric{Unit: "rounds", Form: workloads.Short, Pool: workloads.Sum, Doc: "rounds that the row is the median of"}
	Looked      = workloads.Metric{Unit: "window-ns", Form: workloads.Nanoseconds, Pool: workloads.Sum, Doc: "how long was looked, all short windows together"}
	LookedLong  = workloads.Metric{Unit: "long-window-ns", Form: workloads.Nanoseconds, Pool: workloads.Sum, Doc: "how long was looked, all long windows together: those that grace periods and garbage are seen in"}
	Disturbed   = workloads.Metric{Unit: "disturbed-windows", Better: workloads.Lower, Form: workloads.Short, Pool: workloads.Sum, Doc: "windows that count although a worker lost its core"}
	PerfRunning = workloads.Metric{Unit: "perf-running", Form: workloads.Short, Doc: "least share of the windows in which an event was counted; counts are scaled by it"}
	CacheMisses = workloads.Metric{Unit: "cache-misses/op", Better: workloads.Lower, Header: "misses/op", Form: workloads.Short, Pool: workloads.Mean, Doc: "misses of the last-level cache"}
)

// What a mechanism takes: see [impls.Space].
var (
	ElementSpace = workloads.Metric{Unit: "B/elem", Better: workloads.Lower, Header: "B/elem", Form: workloads.Short, Doc: "memory that the mechanism takes per element"}
	ChainSpace   = workloads.Metric{Unit: "B/chain", Better: workloads.Lower, Header: "B/chain", Form: workloads.Short, Doc: "memory that the mechanism takes per chain"}
	WorkerSpace  = workloads.Metric{Unit: "B/worker", Better: workloads.Lower, Header: "B/worker", Form: workloads.Short, Doc: "memory that the mechanism takes per worker, lists of what it has retired included"}
	MapSpace     = workloads.Metric{Unit: "B/map", Better: workloads.Lower, Header: "B/map", Form: workloads.Short, Doc: "memory that the mechanism takes per map, whatever its size"}
)

// SpaceMetrics are all of what a mechanism takes.
var SpaceMetrics = []workloads.Metric{ElementSpace, ChainSpace, WorkerSpace, MapSpace}

// SpaceValues returns what a mechanism takes as values of a row.
func SpaceValues(s impls.Space) (v workloads.Values) {
	for i, bytes := range []int{s.Element, s.Chain, s.Worker, s.Map} {
		v.Add(SpaceMetrics[i], float64(bytes))
	}
	return v
}

var rowMetrics = append([]workloads.Metric{Rounds, Looked, LookedLong, Disturbed, PerfRunning, CacheMisses}, SpaceMetrics...)

// Ratio returns the metric of the time per operation over the baseline's, taken
// round by round: its unit is "x/unsync" if the baseline is unsync.
func Ratio(baseline string) workloads.Metric {
	return workloads.Metric{
		Unit: ratioPrefix + baseline, Better: workloads.Lower, Form: workloads.Short,
		Doc: "time per operation over that of " + baseline + ", median of the ratios of the rounds",
	}
}

const ratioPrefix = "x/"

// Event returns the metric of an event that counters count: its unit is
// "instructions/op" for instructions. Fewer are better.
func Event(name string) workloads.Metric {
	if name+perOp == CacheMisses.Unit {
		return CacheMisses
	}
	return workloads.Metric{Unit: name + perOp, Better: workloads.Lower, Header: name + perOp, Form: workloads.Short, Pool: workloads.Mean, Doc: "events per operation"}
}

const perOp = "/op"

// MetricOf returns what is known of a unit: a scenario's metric, one of this
// package or, if it is per operation, an event's. Of others only the name is
// known.
func MetricOf(unit string) workloads.Metric {
	for _, s := range workloads.Scenarios() {
		if m, ok := s.Metric(unit); ok {
			return m
		}
	}
	for _, m := range rowMetrics {
		if m.Unit == unit {
			return m
		}
	}
	if baseline, ok := strings.CutPrefix(unit, ratioPrefix); ok {
		return Ratio(baseline)
	}
	if name, ok := strings.CutSuffix(unit, perOp); ok {
		return Event(name)
	}
	return workloads.Metric{Unit: unit}
}

// Reserved reports whether a unit has a meaning already, in these files or in
// those of Go's benchmarks, so that no event may be reported in it.
func Reserved(unit string) bool {
	if unit == CacheMisses.Unit {
		return false // it is an event
	}
	if slices.Contains([]string{"sec/op", "B/op", "allocs/op", "B/s"}, unit) || strings.HasPrefix(unit, ratioPrefix) {
		return true
	}
	for _, s := range workloads.Scenarios() {
		if _, ok := s.Metric(unit); ok {
			return true
		}
	}
	return slices.ContainsFunc(rowMetrics, func(m workloads.Metric) bool { return m.Unit == unit })
}
