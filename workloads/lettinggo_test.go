package workloads_test

import (
	"context"
	"testing"
	"time"

	"readmostly/impls"
	_ "readmostly/impls/builtin"
	"readmostly/rcu"
	"readmostly/workloads"
)

// Every backend runs every scenario that it is fit for, lets go of what it must,
// and is left with nothing retained. What waits is bounded by the marks.
func TestLettingGo(t *testing.T) {
	o := workloads.Options{Warmup: time.Millisecond, Duration: 3 * time.Millisecond}
	for _, b := range impls.Backends() {
		t.Run(b.Name, func(t *testing.T) {
			for _, s := range []workloads.Scenario{workloads.Flood, workloads.Stall, workloads.Teardown} {
				ways := b.Reclaims
				if len(ways) == 0 {
					ways = []string{""}
				} else if b.Name != "rcu-classic" {
					ways = ways[:1]
				}
				w := workloads.Workload{Scenario: s, Structure: workloads.Hash, Size: 32, Threads: 2}
				if workloads.Unfit(b, w) != "" {
					continue
				}
				for _, way := range ways {
					m, err := workloads.Measure(context.Background(), b, way, w, o)
					if err != nil {
						t.Error(err)
						continue
					}
					checkLettingGo(t, b, m)
				}
			}
		})
	}
}

func checkLettingGo(t *testing.T, b impls.Backend, m workloads.Measurement) {
	t.Helper()
	w := m.Workload
	if m.Ops == 0 && w.Scenario != workloads.Stall || m.Tally.Updates() != m.Tally.Updated() {
		t.Errorf("%v %s: %d operations, %+v", w, m.Reclaim, m.Ops, m.Tally)
	}
	if m.Drain < 0 || (m.Freed < 0) != b.Caps.NeedsGC {
		t.Errorf("%v %s: drained in %v, freed %v a second", w, m.Reclaim, m.Drain, m.Freed)
	}
	// The worker's own queue, and what it has just let go of.
	if most := uint64(w.Threads * (rcu.DefaultHighWater + 1)); m.PeakCallbacks > most || m.PeakRetained > most {
		t.Errorf("%v %s: %d retained, %d waiting, want at most %d", w, m.Reclaim, m.PeakRetained, m.PeakCallbacks, most)
	}
	if m.Reclaim == "sync" && m.PeakCallbacks > 0 {
		t.Errorf("%v: %d wait in queues that don't exist", w, m.PeakCallbacks)
	}
	if m.Gaps == nil && m.Ops > 0 {
		t.Errorf("%v %s: nobody looked at the clock", w, m.Reclaim)
	}
	if w.Scenario == workloads.Teardown {
		if m.Ops != uint64(w.Size*m.Teardowns) || m.Tally.Deletes != m.Ops {
			t.Errorf("%v %s: %d elements in %d teardowns, %d deleted", w, m.Reclaim, m.Ops, m.Teardowns, m.Tally.Deletes)
		}
		// One grace period an element, or few.
		if n := uint64(0); m.GracePeriods != nil && b.Name == "rcu-classic" {
			n = uint64(m.GracePeriods.TotalCount())
			if m.Reclaim == "sync" && n != m.Ops || m.Reclaim != "sync" && n > m.Ops/2 {
				t.Errorf("%v %s: %d grace periods for %d elements", w, m.Reclaim, n, m.Ops)
			}
		}
	}
}
