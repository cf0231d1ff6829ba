package workloads_test

import (
	"context"
	"math"
	"testing"
	"time"

	"readmostly/impls"
	_ "readmostly/impls/builtin"
	"readmostly/rcu"
	"readmostly/workloads"
)

// measure plays windows of a trial with a crew of its own.
func measure(t *testing.T, b impls.Backend, way string, w workloads.Workload, looks ...workloads.Look) []workloads.Window {
	t.Helper()
	ctx := context.Background()
	c, err := workloads.NewCrew(w.Threads, workloads.Hands{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	tr, err := workloads.NewTrial(ctx, c, b, way, w, workloads.MakeTapes(w, false))
	if err != nil {
		t.Fatal(err)
	}
	var windows []workloads.Window
	for _, l := range looks {
		win, err := tr.Window(ctx, l)
		if err != nil {
			t.Fatal(err)
		}
		windows = append(windows, win)
	}
	if err := tr.Drain(ctx); err != nil {
		t.Error(err)
	}
	if err := tr.Close(ctx); err != nil {
		t.Error(err)
	}
	return windows
}

// Every backend runs every workload with updates that it is fit for, or else one
// without, and the update rates agree.
func TestBuiltinBackends(t *testing.T) {
	look := workloads.Look{Warm: 100, Warmup: time.Millisecond, Length: 3 * time.Millisecond}
	sampling := look
	sampling.Sample = true
	for _, b := range impls.Backends() {
		t.Run(b.Name, func(t *testing.T) {
			for _, w := range []workloads.Workload{
				{Structure: workloads.List, Size: 16, Threads: 2},
				{Structure: workloads.List, Size: 16, Threads: 2, Updates: 0.1},
				{Structure: workloads.Hash, Size: 64, Threads: 3, Updates: 0.5},
				{Structure: workloads.Hash, Size: 64, Threads: 2, Updates: 0.1, Replace: true},
				{Structure: workloads.Hash, Size: 64, Threads: 2, Updates: 0.1, Section: 16},
				{Structure: workloads.Hash, Size: 64, Threads: 2, Chained: true},
				{Structure: workloads.List, Size: 16, Threads: 2, Updates: 0.1, Replace: true, Chained: true},
				{Structure: workloads.Hash, Size: 64, Threads: 2, Updates: 0.1, Latency: true},
			} {
				if workloads.Unfit(b, w) != "" || w.Updates == 0 && b.Caps.Updates() && !w.Chained {
					continue
				}
				for _, win := range measure(t, b, "", w, look, look, sampling) {
					// A window may cut its first and its last stretch of the tape, which
					// has one pair of updates somewhere, or one update if it replaces.
					cut := 2 * 2 * w.Threads
					if w.Replace {
						cut = 2 * w.Threads
					}
					expected := w.Updates * float64(win.Tally.Ops())
					if off := math.Abs(float64(win.Tally.Updates()) - expected); off > float64(cut) {
						t.Errorf("%v: %d of %d operations are updates", w, win.Tally.Updates(), win.Tally.Ops())
					}
					checkUnits(t, w, win)
				}
			}
		})
	}
}

// Every backend that updates has readers and updaters side by side, each with a time,
// and the others have readers alone.
func TestBuiltinApart(t *testing.T) {
	look := workloads.Look{Warm: 100, Warmup: time.Millisecond, Length: 3 * time.Millisecond}
	sampling := look
	sampling.Sample = true
	for _, b := range impls.Backends() {
		t.Run(b.Name, func(t *testing.T) {
			for _, replace := range []bool{false, true} {
				w := workloads.Workload{Scenario: workloads.Apart.Name, Structure: workloads.Hash, Size: 64, Updates: 1, Updaters: 1, Replace: replace, Threads: 2}
				if workloads.Unfit(b, w) != "" {
					w = w.ReadOnly()
				}
				for _, win := range measure(t, b, "", w, look, look, sampling) {
					perUpdate, timed := win.Values.Get(workloads.NsPerUpdate.Unit)
					perSecond, counted := win.Values.Get(workloads.UpdateRate.Unit)
					if updates := w.Updates > 0; timed != updates || counted != updates || updates && !(perUpdate > 0 && perSecond > 0) {
						t.Errorf("%v: %v", w, win.Values)
					}
					if win.Ops == 0 || win.Tally.Lookups != win.Ops || win.Tally.Updates() != 0 {
						t.Errorf("%v: %d operations, of readers %+v", w, win.Ops, win.Tally)
					}
					checkUnits(t, w, win)
				}
			}
		})
	}
}

// checkUnits compares a window's values with what the scenario says that it
// measures.
func checkUnits(t *testing.T, w workloads.Workload, win workloads.Window) {
	t.Helper()
	seen := map[string]bool{}
	for _, v := range win.Values {
		if _, known := w.Scene().Metric(v.Unit); !known || seen[v.Unit] {
			t.Errorf("%v: %v is no metric of it, or there twice", w, v)
		}
		seen[v.Unit] = true
		if math.IsNaN(v.Value) || math.IsInf(v.Value, 0) || v.Value < 0 {
			t.Errorf("%v: %v", w, v)
		}
	}
}

// Every backend runs every scenario that it is fit for, frees what it must, and is
// left with nothing retained. What waits is bounded by the marks.
func TestBuiltinReclamation(t *testing.T) {
	look := workloads.Look{Warmup: time.Millisecond, Length: 3 * time.Millisecond}
	for _, b := range impls.Backends() {
		t.Run(b.Name, func(t *testing.T) {
			for _, s := range []*workloads.Scenario{workloads.Flood, workloads.Stall, workloads.Teardown} {
				ways := b.Reclaims
				if len(ways) == 0 {
					ways = []string{""}
				} else if b.Name != "rcu-classic" {
					ways = ways[:1]
				}
				w := workloads.Workload{Scenario: s.Name, Structure: workloads.Hash, Size: 32, Threads: 2}
				if workloads.Unfit(b, w) != "" {
					continue
				}
				for _, way := range ways {
					for _, win := range measure(t, b, way, w, look, look) {
						checkReclamation(t, b, way, w, win)
					}
				}
			}
		})
	}
}

func checkReclamation(t *testing.T, b impls.Backend, way string, w workloads.Workload, win workloads.Window) {
	t.Helper()
	checkUnits(t, w, win)
	has := func(m workloads.Metric) bool { _, ok := win.Values.Get(m.Unit); return ok }
	get := func(unit string) float64 { v, _ := win.Values.Get(unit); return v }
	s := w.Scene()
	if win.Ops == 0 && s != workloads.Stall || win.Tally.Updates() != win.Tally.Updated() {
		t.Errorf("%v %s: %d operations, %+v", w, way, win.Ops, win.Tally)
	}
	if has(workloads.DrainTime) != (!b.Caps.NeedsGC && s != workloads.Teardown) {
		t.Errorf("%v %s: %v", w, way, win.Values)
	}
	if _, known := win.Values.Get("freed/s"); known != (!b.Caps.NeedsGC && s == workloads.Flood) {
		t.Errorf("%v %s: %v", w, way, win.Values)
	}
	// The worker's own queue, and what it has just retired.
	most := float64(w.Threads * (rcu.DefaultHighWater + 1))
	if get(workloads.PeakQueued.Unit) > most || get(workloads.PeakRetained.Unit) > most {
		t.Errorf("%v %s: more is retained or waits than %v: %v", w, way, most, win.Values)
	}
	if way == "sync" && get(workloads.PeakQueued.Unit) > 0 {
		t.Errorf("%v: elements wait in queues that don't exist: %v", w, win.Values)
	}
	if s != workloads.Stall && !has(workloads.PauseMax) || s == workloads.Stall && win.Ops > 0 && get("update-max-ns") == 0 {
		t.Errorf("%v %s: nobody looked at the clock: %v", w, way, win.Values)
	}
	if s != workloads.Teardown {
		return
	}
	// A window that isn't longer than one teardown cuts it short.
	if win.Tally.Deletes != win.Ops || win.Tally.Inserts != win.Ops || win.Ops%uint64(w.Size) != 0 {
		t.Errorf("%v %s: %d elements, %d deleted, %d inserted", w, way, win.Ops, win.Tally.Deletes, win.Tally.Inserts)
	}
	// One grace period per element, or few.
	if b.Name == "rcu-classic" && has(workloads.GPRate) {
		n := math.Round(get("gps/op") * float64(win.Ops))
		if way == "sync" && n != float64(win.Ops) || way != "sync" && n > float64(win.Ops)/2 {
			t.Errorf("%v %s: %v grace periods for %d elements", w, way, n, win.Ops)
		}
	}
}
