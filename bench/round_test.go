package bench

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"readmostly/internal/perf"
	"readmostly/results"
	"readmostly/workloads"
)

func tableOf(n int, baseline bool) Table {
	t := Table{Workload: reading, Cells: make([]Cell, n)}
	if baseline {
		t.Cells[0].Rank = Baseline
	}
	return t
}

// A round has each cell once, and the baseline at both ends and between, never
// twice in a row while others are left.
func TestOrder(t *testing.T) {
	for cells := 1; cells <= 40; cells++ {
		f := &fork{spec: Spec{Table: tableOf(cells, true)}, random: rand.New(rand.NewPCG(1, 2))}
		order := f.order()
		if len(order) != windowsOf(cells) && cells > 1 {
			t.Errorf("%d cells: %d windows, and %d are forecast", cells, len(order), windowsOf(cells))
		}
		if order[0] != 0 || order[len(order)-1] != 0 {
			t.Errorf("%d cells: %v has no baseline at an end", cells, order)
		}
		seen := map[int]int{}
		since, longest := 0, 0
		for k, i := range order {
			seen[i]++
			if since++; i == 0 {
				longest, since = max(longest, since-1), 0
			}
			if k > 0 && i == 0 && order[k-1] == 0 && cells > 1 {
				t.Errorf("%d cells: %v has the baseline twice in a row", cells, order)
			}
		}
		for i := 1; i < cells; i++ {
			if seen[i] != 1 {
				t.Errorf("%d cells: cell %d is there %d times", cells, i, seen[i])
			}
		}
		if want := int(math.Round(math.Sqrt(float64(cells - 1)))); longest != want {
			t.Errorf("%d cells: up to %d windows between two of the baseline, want %d", cells, longest, want)
		}
	}
}

func TestOrderWithoutBaseline(t *testing.T) {
	f := &fork{spec: Spec{Table: tableOf(5, false)}, random: rand.New(rand.NewPCG(1, 2))}
	order := f.order()
	if got := slices.Sorted(slices.Values(order)); !slices.Equal(got, []int{0, 1, 2, 3, 4}) {
		t.Errorf("%v is no order of 5", order)
	}
}

// The order is the seed's and the fork's.
func TestOrderIsSeeded(t *testing.T) {
	orders := func(seed, number uint64) (all []int) {
		f := &fork{spec: Spec{Table: tableOf(20, true)}, random: rand.New(rand.NewPCG(seed, number))}
		for range 3 {
			all = append(all, f.order()...)
		}
		return all
	}
	if !slices.Equal(orders(1, 1), orders(1, 1)) {
		t.Error("one seed, two orders")
	}
	if slices.Equal(orders(1, 1), orders(1, 2)) || slices.Equal(orders(1, 1), orders(2, 1)) {
		t.Error("another fork or seed has the same order")
	}
}

// scriptedRound plays windows whose times a script says.
func scriptedRound(t *testing.T, windows ...[3]float64) []played {
	t.Helper()
	var r []played
	for _, w := range windows { // cell, moment, time
		p := played{cell: int(w[0]), at: time.Unix(0, 0).Add(time.Duration(w[1] * float64(time.Millisecond)))}
		p.win.Values.Add(workloads.NsPerOp, w[2])
		p.win.Ops = 100
		r = append(r, p)
	}
	return r
}

// A machine that becomes slower evenly, by a factor of two over the round, does
// not show in the ratios, wherever in the round a window was.
func TestCompareInterpolates(t *testing.T) {
	drift := func(at float64) float64 { return 10 + at }
	r := scriptedRound(t,
		[3]float64{0, 0, drift(0)},
		[3]float64{1, 1, 1.25 * drift(1)}, [3]float64{2, 2.5, 2 * drift(2.5)},
		[3]float64{0, 4, drift(4)},
		[3]float64{3, 9, 0.5 * drift(9)},
		[3]float64{0, 10, drift(10)},
	)
	compare(r)
	for k, want := range []float64{0, 1.25, 2, 0, 0.5, 0} {
		if math.Abs(r[k].ratio-want) > 1e-12 {
			t.Errorf("window %d of cell %d: ratio %v, want %v", k, r[k].cell, r[k].ratio, want)
		}
	}
}

// Only the two windows of the baseline around a window count.
func TestCompareWithNeighbours(t *testing.T) {
	r := scriptedRound(t,
		[3]float64{0, 0, 1000}, [3]float64{1, 1, 1000},
		[3]float64{0, 2, 1000}, [3]float64{2, 3, 150},
		[3]float64{0, 4, 500}, [3]float64{3, 6, 10},
		[3]float64{0, 8, 1500},
	)
	compare(r)
	for k, want := range map[int]float64{1: 1, 3: 0.2, 5: 0.01} {
		if math.Abs(r[k].ratio-want) > 1e-12 {
			t.Errorf("window %d: ratio %v, want %v", k, r[k].ratio, want)
		}
	}
}

// A row has the median of its rounds, of times and of ratios, and says of how
// many rounds; so has the baseline's.
func TestPool(t *testing.T) {
	f := &fork{spec: Spec{Table: tableOf(2, true), Baseline: "bare"}, rows: make([]row, 2)}
	for _, ns := range [][3]float64{{10, 20, 10}, {10, 11, 10}, {10, 30, 10}, {8, 10, 8}} {
		r := scriptedRound(t, [3]float64{0, 0, ns[0]}, [3]float64{1, 1, ns[1]}, [3]float64{0, 2, ns[2]})
		for k := range r {
			r[k].win.Length = 3 * time.Millisecond
			r[k].win.Values.Add(workloads.GCCycles, 1)
		}
		r[1].win.Lost = time.Millisecond
		compare(r)
		f.keep(r)
	}
	if f.report.Fork.Windows != 12 || f.report.Fork.Disturbed != 4 {
		t.Errorf("fork %+v", f.report.Fork)
	}
	for i, want := range []map[string]float64{
		{"ns/op": 10, "rounds": 4, "window-ns": 24e6, "disturbed-windows": 0, "gc-cycles": 8},
		{"ns/op": 15.5, "x/bare": 1.625, "rounds": 4, "window-ns": 12e6, "disturbed-windows": 4, "gc-cycles": 4},
	} {
		row := f.pool(i)
		for _, v := range row.Values {
			if w, ok := want[v.Unit]; !ok || math.Abs(v.Value-w) > 1e-9 {
				t.Errorf("cell %d: %v %s, want %v", i, v.Value, v.Unit, w)
			}
			delete(want, v.Unit)
		}
		if len(want) > 0 {
			t.Errorf("cell %d: no %v", i, want)
		}
		if want := []int{800, 400}[i]; row.Ops != want || row.Cell != i {
			t.Errorf("cell %d: %d operations of cell %d", i, row.Ops, row.Cell)
		}
	}
}

// A row has its windows one by one, those that nobody disturbed.
func TestWindowsOfARow(t *testing.T) {
	f := &fork{spec: Spec{Table: tableOf(2, true), Baseline: "bare"}, rows: make([]row, 2)}
	for _, ns := range []float64{20, 50, 30} {
		r := scriptedRound(t, [3]float64{0, 0, 10}, [3]float64{1, 1, ns}, [3]float64{0, 2, 10})
		for k := range r {
			r[k].win.Length = 3 * time.Millisecond
		}
		if ns == 50 {
			r[1].win.Lost = time.Millisecond
		}
		compare(r)
		f.keep(r)
	}
	if got := f.pool(1).Windows; !slices.Equal(got, []results.Window{{Time: 20, Ratio: 2}, {Time: 30, Ratio: 3}}) {
		t.Errorf("%v", got)
	}
	if got := f.pool(0).Windows; len(got) != 6 || got[0] != (results.Window{Time: 10}) {
		t.Errorf("the baseline: %v", got)
	}
}

// A long window samples its map and lasts as long as that takes, within bounds.
func TestLongLook(t *testing.T) {
	s := Spec{Look: workloads.Look{Length: 3, Warm: 7, Warmup: 9}, Long: 25}
	if got, want := s.longLook(), (workloads.Look{Length: 25, Most: 500, Sample: true, Warm: 7, Warmup: 9}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// What is per operation is weighted by operations; what only the long window has
// seen is its; both say for how long was looked.
func TestPoolOfKinds(t *testing.T) {
	nodes := workloads.Metric{Unit: "nodes/op", Pool: workloads.Mean}
	windows := []workloads.Window{{Ops: 100}, {Ops: 300}}
	windows[0].Values.Add(nodes, 4)
	windows[1].Values.Add(nodes, 8)
	windows[0].Values.Add(workloads.PauseMax, 7)
	windows[1].Values.Add(workloads.PauseMax, 5)
	long := workloads.Window{Ops: 1e6, Length: 25 * time.Millisecond}
	long.Values.Add(nodes, 1000)
	long.Values.Add(workloads.Retained, 50)
	f := &fork{spec: Spec{Table: tableOf(1, false)}, rows: []row{{windows: windows, long: &long}}}
	row := f.pool(0)
	for unit, want := range map[string]float64{"nodes/op": 7, "retained-elems": 50, "long-window-ns": 25e6} {
		if got, ok := row.Values.Get(unit); !ok || got != want {
			t.Errorf("%v %s, want %v", got, unit, want)
		}
	}
	for _, tt := range []struct {
		pool workloads.Pool
		want float64
	}{{workloads.Median, 6}, {workloads.Mean, 7}, {workloads.Most, 8}, {workloads.Sum, 12}} {
		if got, ok := pooled(workloads.Metric{Unit: "nodes/op", Pool: tt.pool}, windows); !ok || got != tt.want {
			t.Errorf("pool %d: %v, %v, want %v", tt.pool, got, ok, tt.want)
		}
	}
	if _, ok := pooled(workloads.Metric{Unit: "none"}, windows); ok {
		t.Error("a metric that no window has was measured")
	}
	if _, ok := pooled(nodes, []workloads.Window{{Values: windows[0].Values}}); ok {
		t.Error("a mean over no operations was measured")
	}
}

// The times of single operations of all windows are one distribution, and where they
// are timed nothing is compared.
func TestPoolOfSingleOperations(t *testing.T) {
	var windows []workloads.Window
	for i := range 3 {
		l := &workloads.Latency{Lookups: hdrhistogram.New(1, 1e9, 2), Updates: hdrhistogram.New(1, 1e9, 2), Clock: 20, Step: 10}
		for range 100 {
			_ = l.Lookups.RecordValue(100)
		}
		if i == 2 { // in one of them a tenth is slow
			for range 34 {
				_ = l.Lookups.RecordValue(1000)
			}
		}
		w := workloads.Window{Ops: 100, Latency: l}
		w.Values.Add(workloads.NsPerOp, 150)
		windows = append(windows, w)
	}
	tab := tableOf(1, false)
	tab.Workload.Latency = true
	f := &fork{spec: Spec{Table: tab, Baseline: "bare"}, rows: []row{{windows: windows, ratios: []float64{1, 2}}}}
	row := f.pool(0)
	for unit, want := range map[string]float64{"ns/op": 150, "lookup-p50-ns": 100, "lookup-max-ns": 1000, "clock-ns": 20, "clock-step-ns": 10} {
		if got, ok := row.Values.Get(unit); !ok || got < want || got > want*1.01 {
			t.Errorf("%v %s, want %v", got, unit, want)
		}
	}
	if p90, _ := row.Values.Get("lookup-p90-ns"); p90 < 1000 {
		t.Errorf("p90 %v ns, want 1000, as 34 of 334 took: windows' own are 100, 100 and 1000", p90)
	}
	for _, unit := range []string{"x/bare", "update-p50-ns", "lookup-p99-ns"} {
		if v, ok := row.Values.Get(unit); ok {
			t.Errorf("%v %s", v, unit)
		}
	}
}

// Events are summed over the windows in which they were counted. perf-running is
// the least share of all windows, 0 for an event that never was, which is named.
func TestPoolCounters(t *testing.T) {
	cycles, misses, silent := perf.Event{Name: "cycles"}, perf.Event{Name: "misses"}, perf.Event{Name: "silent"}
	windows := []workloads.Window{
		{Ops: 100, Counters: []workloads.Count{{Event: cycles, N: 1000, Running: 1}, {Event: misses, N: 5, Running: 0.2}}},
		{Ops: 300, Counters: []workloads.Count{{Event: cycles, N: 200, Running: 0.5}, {Event: misses}}},
	}
	var r Row
	f := &fork{}
	f.addCounters(&r, windows)
	want := workloads.Values{
		{Unit: results.Event("cycles").Unit, Value: 3}, {Unit: results.Event("misses").Unit, Value: 0.05},
		{Unit: results.PerfRunning.Unit, Value: 0.1},
	}
	if !slices.Equal(r.Values, want) || f.report.Silent != nil {
		t.Errorf("%v, silent %v, want %v", r.Values, f.report.Silent, want)
	}

	windows[0].Counters = append(windows[0].Counters, workloads.Count{Event: silent})
	r = Row{}
	f.addCounters(&r, windows)
	want[2].Value = 0
	if !slices.Equal(f.report.Silent, []string{"silent"}) {
		t.Errorf("silent %v", f.report.Silent)
	}
	if !slices.Equal(r.Values, want) {
		t.Errorf("%v, want %v", r.Values, want)
	}
}
