package bench

import (
	"testing"

	"readmostly/impls"
	"readmostly/workloads"
)

// TestSpaceOf: a row says what its backend takes in its map's configuration.
func TestSpaceOf(t *testing.T) {
	roomy := impls.Backend{Space: func(c impls.Config) impls.Space {
		return impls.Space{Element: c.Buckets, Chain: c.Retain, Worker: len(c.Reclaim), Map: c.Capacity}
	}}
	w := workloads.Workload{Structure: workloads.Hash, Size: 1024, Threads: 1, Retain: 72}
	got := spaceOf(roomy, "call", w)
	for unit, want := range map[string]int{"B/elem": w.Chains(), "B/chain": 72, "B/worker": len("call"), "B/map": w.Capacity()} {
		if v, ok := got.Get(unit); !ok || int(v) != want {
			t.Errorf("%v %s, want %d", v, unit, want)
		}
	}
	if got := spaceOf(impls.Backend{}, "", w); len(got) > 0 {
		t.Errorf("%v of a backend that doesn't say", got)
	}
}
