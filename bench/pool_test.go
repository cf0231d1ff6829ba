package bench

import (
	"testing"

	"readmostly/impls"
	"readmostly/results"
	"readmostly/workloads"
)

// TestPoolSpace: a row says what its backend takes in its map's configuration.
func TestPoolSpace(t *testing.T) {
	impls.Register(impls.Backend{
		Name: "roomy",
		Space: func(c impls.Config) impls.Space {
			return impls.Space{Element: c.Buckets, Chain: c.Retain, Worker: len(c.Reclaim), Map: c.Capacity}
		},
		New: func(impls.Config) (impls.Map, error) { panic("only its space is asked for") },
	})
	w := workloads.Workload{Structure: workloads.Hash, Size: 1024, Threads: 1, Retain: 72}
	f := &fork{rows: make([]row, 2)}
	f.spec.Table.Workload = w
	f.spec.Table.Cells = []Cell{{Backend: "roomy", Reclaim: "call"}, {Backend: "unknown"}}
	row := f.pool(0)
	for unit, want := range map[string]int{"B/elem": w.Chains(), "B/chain": 72, "B/worker": len("call"), "B/map": w.Capacity()} {
		if got, ok := row.Values.Get(unit); !ok || int(got) != want {
			t.Errorf("%v %s, want %d", got, unit, want)
		}
	}
	for _, m := range results.SpaceMetrics {
		if _, ok := f.pool(1).Values.Get(m.Unit); ok {
			t.Errorf("%s of a backend that doesn't say", m.Unit)
		}
	}
}
