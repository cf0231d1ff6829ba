package workloads

import "readmostly/impls"

// A Cell is one thing to measure: a workload on a backend with one of its ways
// to let go.
type Cell struct {
	Backend  impls.Backend
	Reclaim  string
	Workload Workload
}

// A Plan is what a run measures.
type Plan []Cell

// Schedule returns the cells in the order in which they are measured: all of
// them in a random order, then all of them again in another, count times. So
// whatever drifts in the machine hits all backends alike, and an interrupted
// run has as many repetitions of one as of another. The order depends on the
// seed alone.
func (p Plan) Schedule(count int, seed uint64) []Cell {
	random := newRand(seed, streamSchedule)
	var schedule []Cell
	for range count {
		for _, i := range random.Perm(len(p)) {
			schedule = append(schedule, p[i])
		}
	}
	return schedule
}
