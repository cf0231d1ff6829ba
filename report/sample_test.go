package report

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"readmostly/results"
	"readmostly/workloads"

	_ "readmostly/impls/builtin" // for their colours
)

// How backends do in the sample run: with one thread and with two.
var shapes = []struct {
	impl     string
	one, two float64 // times the baseline
	waste    float64
	retained float64
}{
	{"unsync", 1, 1, 0, 0},
	{"unsync-control", 1, 1.001, 0, 0},
	{"noop", 0.05, 0.06, 0, 0},
	{"nulls", 1.02, 1.03, 0.0001, 0},
	{"rcu-classic", 1.08, 1.10, 0, 512},
	{"seqlock", 1.10, 1.12, 0.2, 0},
	{"rwlock", 1.9, 40, 0, 0},
	{"rwmutex", 2, 5, 0, 0}, // and 50 in every second fork
}

// wobble is what a fork's layout does to a backend.
func wobble(fork, backend int) float64 { return 1 + 0.001*float64((fork*7+backend*3)%11-5) }

// sample writes a run with everything that a page can show: lists of two sizes, three
// shares of updates, two numbers of threads, two modes, a failure, events that were
// counted, grace periods; and the scenarios.
func sample(t testing.TB) []byte {
	t.Helper()
	var out bytes.Buffer
	w := results.NewWriter(&out)
	must(t, w.Header([][2]string{
		{"cpu", "Example <CPU>"}, {"cores", "2"}, {"commit", "c0ffee"}, {"layouts", "8"}, {"command", "readmostly bench --size '16,1k'"},
		{"precision", "1%"}, {"baseline", "unsync"}, {"control", "unsync-control"}, {"floors", "noop"}, {"counters", "cycles,instructions"},
		{"virtualization", "kvm"}, {"membarrier", "yes"}, {"perf-missing", "cache-misses: no hardware counters (PMU)"},
	}))
	number := 0
	fork := func(rows []results.Row) {
		number++
		must(t, w.Fork(results.Fork{Number: number, Layout: 1 + number%8, Rounds: 3, Windows: 3 * len(rows), Replayed: number % 2, Took: time.Second}, rows))
	}
	for n := range 8 {
		for _, size := range []int{16, 1024} {
			for _, updates := range []float64{0, 0.01, 0.1} {
				for _, threads := range []int{1, 2} {
					fork(mixRows(workloads.Workload{Structure: workloads.List, Size: size, Updates: updates, Threads: threads}, n))
				}
			}
		}
		for _, scene := range []*workloads.Scenario{workloads.Flood, workloads.Stall, workloads.Teardown} {
			fork(scenarioRows(scene, n))
		}
	}
	must(t, w.Fail(results.Failure{Point: results.NewPoint(workloads.Workload{Structure: workloads.List, Size: 16, Threads: 2}, "srcu", ""), Why: "panic: out of <order>"}))
	return out.Bytes()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func mixRows(w workloads.Workload, fork int) (rows []results.Row) {
	for i, s := range shapes {
		ratio := s.one
		if w.Threads == 2 {
			ratio = s.two
		}
		if i > 2 {
			ratio *= 1 + 4*w.Updates
		}
		if s.impl == "rwmutex" && w.Threads == 2 && fork%2 == 1 {
			ratio *= 10
		}
		ratio *= wobble(fork, i)
		ns := 14 * math.Log2(float64(w.Size)) / 4 * ratio
		r := results.Row{Point: results.NewPoint(w, s.impl, ""), Ops: 1e6}
		r.ReadOnly = i < 2 && w.Updates > 0
		r.Values.Add(workloads.NsPerOp, ns)
		if i > 0 {
			r.Values.Add(results.Ratio("unsync"), ratio)
		}
		r.Values.Add(workloads.OpsPerSecond, float64(w.Threads)*1e9/ns)
		r.Values.Add(results.Event("cycles"), 3*ns)
		if i > 2 {
			r.Values.Add(results.MetricOf("wasted-nodes/op"), s.waste*w.Updates)
		}
		if s.retained > 0 && w.Updates > 0 {
			grace(&r, fork)
			r.Values.Add(workloads.Retained, s.retained*wobble(fork, i))
			r.Values.Add(workloads.PeakRetained, 2*s.retained)
		}
		for k := range 3 {
			r.Windows = append(r.Windows, results.Window{Time: ns * (1 + 0.01*float64(k)), Ratio: ratio * (1 + 0.01*float64(k))})
		}
		rows = append(rows, r)
	}
	return rows
}

func grace(r *results.Row, fork int) {
	r.Values.Add(workloads.GPMedian, 12_000*wobble(fork, 1))
	r.Values.Add(workloads.GP99, 250_000*wobble(fork, 2))
	r.Values.Add(workloads.GPMax, 1_300_000)
	r.Values.Add(workloads.GPCadence, 11_000)
	r.Values.Add(workloads.Turnovers, 50)
}

func scenarioRows(scene *workloads.Scenario, fork int) (rows []results.Row) {
	for i, impl := range []string{"rcu-classic", "seqlock", "hazard"} {
		w := workloads.Workload{Scenario: scene.Name, Structure: workloads.Hash, Size: 1024, Threads: 2}
		reclaim := ""
		if i == 0 {
			reclaim = "kfree"
		}
		r := results.Row{Point: results.NewPoint(w, impl, reclaim), Ops: 1000}
		by := wobble(fork, i) * float64(i+1)
		for _, m := range scene.Metrics {
			switch {
			case slices.Contains(workloads.Latencies, m): // of tables of their own
			case i > 0 && (m == workloads.GPMedian || m == workloads.GP99 || m.Unit == workloads.GPMax.Unit || m == workloads.GPCadence):
			case i == 1 && (m.Unit == workloads.Retained.Unit || m.Unit == workloads.PeakRetained.Unit):
				r.Values.Add(m, 0)
			case m.Form == workloads.Nanoseconds:
				r.Values.Add(m, 1000*by)
			default:
				r.Values.Add(m, math.Round(500*by))
			}
		}
		rows = append(rows, r)
	}
	return rows
}

// source reads the sample.
func source(t testing.TB) Source {
	t.Helper()
	s, err := NewSource("results/local/bench-1.txt", sample(t))
	must(t, err)
	return s
}

// crowded writes a run on a great machine, with many backends that have long names.
func crowded(t testing.TB) Source {
	t.Helper()
	var out bytes.Buffer
	w := results.NewWriter(&out)
	must(t, w.Header([][2]string{{"cpu", "Example"}, {"cores", "128"}, {"precision", "1%"}, {"baseline", "unsync"}, {"control", "unsync-control"}, {"floors", "noop"}}))
	for n := range 6 {
		for _, updates := range []float64{0, 0.01, 0.5} {
			for _, threads := range []int{1, 2, 4, 8, 16, 32, 64, 128, 256} {
				var rows []results.Row
				add := func(impl string, ratio float64) {
					wl := workloads.Workload{Structure: workloads.Hash, Size: 1 << 20, Updates: updates, Threads: threads}
					r := results.Row{Point: results.NewPoint(wl, impl, ""), Ops: 1000}
					ratio *= wobble(n, len(rows))
					r.Values.Add(workloads.NsPerOp, 120*ratio)
					if impl != "unsync" {
						r.Values.Add(results.Ratio("unsync"), ratio)
					}
					r.Values.Add(workloads.OpsPerSecond, float64(threads)*1e9/120/ratio)
					rows = append(rows, r)
				}
				add("unsync", 1)
				add("unsync-control", 1)
				for k := range 40 {
					add(fmt.Sprintf("a-backend-with-a-long-name-x%d", k), 1+float64(k*k)*0.01*(1+updates)*math.Log2(float64(threads)+1))
				}
				must(t, w.Fork(results.Fork{Number: n + 1, Layout: n + 1}, rows))
			}
		}
	}
	s, err := NewSource("crowded.txt", out.Bytes())
	must(t, err)
	return s
}
