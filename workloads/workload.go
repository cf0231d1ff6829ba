// Package workloads makes operations and runs them on real cores: tapes, the
// scenarios that say what workers do with a map, the crew of pinned goroutines
// that do it, and the windows in which that is measured.
//
// A [Trial] is one map under one workload. A [Crew] plays windows of it; many
// trials can be alive at once and take turns. What a window shows is a list of
// values, one for each [Metric] of the [Scenario] that was measured.
package workloads

import "slices"

// A Structure is the shape of a map.
type Structure string

// The structures that are compared.
const (
	List Structure = "list" // one chain
	Hash Structure = "hash" // a table of chains
)

// A Workload says what is done to a map. It does not depend on the backend:
// every backend that is given the same workload executes the same operations.
type Workload struct {
	Scenario  string    // its name; empty for that of Mix
	Structure Structure //
	Size      int       // resident elements: exactly half of the key range
	Buckets   int       // chains of a hash, rounded up to a power of two; 0 for one per element
	Updates   float64   // share of operations that update, 0 to 1, where the scenario leaves it open; in a divided one that of the updaters, 1, or 0 if they rest
	Updaters  int       // workers that only update, in a divided scenario
	Replace   bool      // those updates are copy-updates instead of half inserts, half deletes
	Retain    int       // retired elements that a worker gathers before it reclaims; 0 for each backend's own number
	Section   int       // consecutive lookups that a read-side critical section covers, at most; 0 or 1 for a section for each
	Chained   bool      // each lookup waits for the one before it, and all keys are there
	Latency   bool      // each operation is timed for itself; in a stall half of those that are due are lookups
	Threads   int       // workers
	Seed      uint64    // what tapes, keys and memory order are drawn from
}

// Scene returns the workload's scenario. An unknown name is a mistake of the
// program: see [Workload.Validate].
func (w Workload) Scene() *Scenario {
	s, err := FindScenario(w.Scenario)
	if err != nil {
		panic("workloads: " + err.Error())
	}
	return s
}

// Legend returns what a reader of the workload's table must know.
func (w Workload) Legend() []string {
	scene := w.Scene()
	switch {
	case w.Latency && !scene.Paired:
		return []string{legendDue}
	case w.Latency:
		return []string{legendLatency}
	case !scene.Mixed:
		return scene.Legend
	case w.Chained:
		return append(slices.Clip(scene.Legend), legendChained)
	case w.Section > 1:
		return append(slices.Clip(scene.Legend), legendIndependent, legendSections)
	}
	return append(slices.Clip(scene.Legend), legendIndependent)
}

// What tables say of their lookups.
const (
	legendIndependent = "ns/op: the time of one worker's operation; lookups are independent of each other, so it is reciprocal throughput, not latency."
	legendChained     = "chained: each lookup's address depends on the element that the one before it found, so ns/op is latency. " +
		"All keys are there, as a miss returns nothing to depend on; each lookup has a section and a call of its own, which noop shows too."
	legendLatency = "single operations: each lookup and each update is timed for itself, from its call to its result, and a worker begins one when the one before is done. " +
		"clock: what reading the clock adds to each time, nothing is subtracted; noop shows the clock and the call. Times are multiples of clock-step-ns, which is in the file. " +
		"ns/op contains the timing and is not comparable with that of other tables. -: of a percentile, fewer than 10 operations of a fork were beyond it."
	legendDue = "stall, single operations: one reader stays inside while each other thread is to make 50k lookups/s and 50k updates/s. Each counts from when it was due, so a lookup that was due while its thread was held up in an update has waited, too; " +
		"one that was never made counts with how long it had waited at the window's end. -: of a percentile, fewer than 10 operations of a fork were beyond it."
	legendSections = "sections of N: one read-side critical section covers up to N lookups in a row; an update ends it. " +
		"Backends that have no section which could cover a second lookup are left out. What they are compared with has the same loops and enters nothing."
)

// Readers returns how many workers look keys up, unless the scenario has roles of its
// own for them: those that don't only update.
func (w Workload) Readers() int { return w.Threads - w.Updaters }

// Compared reports whether short windows of its backends are compared with those of a
// baseline. Those whose operations are timed one by one are not, as the timing would be
// part of what is compared.
func (w Workload) Compared() bool { return w.Scene().Paired && !w.Latency }

// ReadOnly returns the workload with the same keys and no updates. Workers that only
// update rest.
func (w Workload) ReadOnly() Workload {
	w.Updates, w.Replace = 0, false
	return w
}
