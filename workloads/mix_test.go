package workloads

import (
	"testing"

	"readmostly/impls"
)

// Each count of a tally has its unit, and no other.
func TestMixOfATally(t *testing.T) {
	tr := &Trial{scene: Mix}
	win := Window{Busy: 4000, Rate: 5e6, Tally: impls.Tally{
		Lookups: 80, Hits: 40, Inserts: 10, Inserted: 10, Deletes: 10, Deleted: 10, Nodes: 700, Retries: 3, Wasted: 11,
	}}
	sumMix(tr, &win)
	for unit, want := range map[string]float64{
		"ns/op": 40, "ops/s": 5e6, "retries/op": 0.03, "wasted-nodes/op": 0.11, "nodes/op": 7,
		"hits/lookup": 0.5, "updates/s": 1e6, "updates/op": 0.2, "gc-cycles": 0,
	} {
		if got, ok := win.Values.Get(unit); !ok || got != want {
			t.Errorf("%v %s, %v; want %v", got, unit, ok, want)
		}
	}
	if win.Ops != 100 || len(win.Values) != 9 {
		t.Errorf("%d operations, %v", win.Ops, win.Values)
	}
}
