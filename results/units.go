package results

import "strings"

// The units of a row. All are per operation, per second or per window.
const (
	NsPerOp      = "ns/op"               // mean time that one worker spends on one operation
	OpsPerSecond = "ops/s"               // of all workers together
	Retries      = "retries/op"          // traversals that readers began again
	Wasted       = "wasted-nodes/op"     // elements visited by traversals that were discarded
	Nodes        = "nodes/op"            // elements visited by those that counted
	HitRate      = "hits/lookup"         // lookups that found their key
	UpdateRate   = "updates/s"           // attempts to update, of all workers together
	UpdateShare  = "updates/op"          // attempts to update among the operations
	Retained     = "retained-elems"      // retired and not yet reusable, mean of the samples
	PeakRetained = "peak-retained-elems" // the greatest of the samples
	GPMedian     = "gp-p50-ns"           // duration of a grace period
	GP99         = "gp-p99-ns"
	GPMax        = "gp-max-ns"
	GPRate       = "gps/s"
	CacheMisses  = "cache-misses/op"
	PerfRunning  = "perf-running" // least share of the window in which an event was counted, the rest is scaled
	GCCycles     = "gc-cycles"    // of the Go collector, in the window
)

// A unit's metadata, as a Unit line has them.
type unitInfo struct {
	unit   string
	better string // "higher", "lower", or empty where neither is
}

// described are the units that every file describes, in the order of a row.
var described = []unitInfo{
	{NsPerOp, "lower"},
	{OpsPerSecond, "higher"},
	{Retries, "lower"},
	{Wasted, "lower"},
	{Nodes, ""},
	{HitRate, ""},
	{UpdateRate, "higher"},
	{UpdateShare, ""},
	{Retained, "lower"},
	{PeakRetained, "lower"},
	{GPMedian, "lower"},
	{GP99, "lower"},
	{GPMax, "lower"},
	{GPRate, ""},
	{PerfRunning, ""},
	{GCCycles, "lower"},
}

// describe returns the metadata of a unit. Of events an operation, such as the
// counters count, fewer are better.
func describe(unit string) unitInfo {
	for _, units := range [][]unitInfo{described, lettingGoUnits} {
		for _, u := range units {
			if u.unit == unit {
				return u
			}
		}
	}
	if strings.HasSuffix(unit, "/op") {
		return unitInfo{unit, "lower"}
	}
	return unitInfo{unit: unit}
}
