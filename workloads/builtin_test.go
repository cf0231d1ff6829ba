package workloads_test

import (
	"context"
	"math"
	"testing"
	"time"

	"readmostly/impls"
	_ "readmostly/impls/builtin"
	"readmostly/workloads"
)

// Every backend runs every workload with updates that it is fit for, or else one
// without, and the update rates agree.
func TestBuiltinBackends(t *testing.T) {
	o := workloads.Options{Warmup: time.Millisecond, Duration: 5 * time.Millisecond}
	for _, b := range impls.Backends() {
		t.Run(b.Name, func(t *testing.T) {
			for _, w := range []workloads.Workload{
				{Structure: workloads.List, Size: 16, Threads: 2},
				{Structure: workloads.List, Size: 16, Threads: 2, Updates: 0.1},
				{Structure: workloads.Hash, Size: 64, Threads: 3, Updates: 0.5},
				{Structure: workloads.Hash, Size: 64, Threads: 2, Updates: 0.1, Replace: true},
			} {
				if workloads.Unfit(b, w) != "" || w.Updates == 0 && b.Caps.Updates() {
					continue
				}
				m, err := workloads.Measure(context.Background(), b, "", w, o)
				if err != nil {
					t.Error(err)
					continue
				}
				// A window may cut its first and its last stretch of the tape, which
				// has one pair of updates somewhere, or one update if it replaces.
				cut := 2 * 2 * w.Threads
				if w.Replace {
					cut = 2 * w.Threads
				}
				expected := w.Updates * float64(m.Tally.Ops())
				if off := math.Abs(float64(m.Tally.Updates()) - expected); off > float64(cut) {
					t.Errorf("%v: %d of %d operations are updates", w, m.Tally.Updates(), m.Tally.Ops())
				}
			}
		})
	}
}
