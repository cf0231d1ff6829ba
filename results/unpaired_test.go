package results

import (
	"slices"
	"strings"
	"testing"

	"readmostly/workloads"
)

// unpairedOf returns a run of the scenarios that are not compared with a
// baseline: ways that wait, queue and gather, a mechanism without a choice, and a
// stopped world in which nobody could take samples.
func unpairedOf(forks int) *sheet {
	sheet := &sheet{}
	for i := range forks {
		for _, scene := range []*workloads.Scenario{workloads.Teardown, workloads.Flood, workloads.Stall} {
			var rows []Row
			for j, way := range []struct {
				impl, reclaim      string
				ns, waiting, pause float64
			}{
				{"rcu-classic", "kfree", 38.2, 480, 700},
				{"rcu-classic", "call", 46.9, 480, 720},
				{"rcu-classic", "sync", 1180, 0, 9000},
				{"rcu-sched", "kfree", 61, 9800, 45000},
				{"hazard", "", 44.1, 0, 690},
			} {
				w := workloads.Workload{Scenario: scene.Name, Structure: workloads.Hash, Size: 1024, Threads: 2}
				r := Row{Point: NewPoint(w, way.impl, way.reclaim), Ops: int(1e8 / way.ns)}
				add := func(unit string, value float64) {
					m, ok := scene.Metric(unit)
					if !ok {
						panic(scene.Name + " has no " + unit)
					}
					r.Values.Add(m, round(value))
				}
				ns := way.ns * spread(i, j)
				add("peak-retained-elems", 1+way.waiting)
				switch scene {
				case workloads.Flood:
					add("ns/op", ns)
					add("ops/s", 1e9/ns)
					add("freed/s", 1e9/ns)
					add("retained-elems", 1+way.waiting/2)
					if way.reclaim != "" {
						add("peak-callbacks", way.waiting)
						add("throttled", 0)
						add("gp-max-ns", 91000)
					}
					add("drain-ns", 31000)
				case workloads.Stall:
					add("ns/op", 400*spread(i, j))
					add("updates/s", 50000)
					add("updates-before/s", 49900)
					if way.impl != "rcu-sched" {
						for q, unit := range []string{"retained-at-25%", "retained-at-50%", "retained-at-75%", "retained-at-100%"} {
							add(unit, float64(q)*way.waiting)
						}
					}
					add("update-max-ns", 1000*way.pause)
					add("drain-ns", 250000)
					add("stall-ns", 1e8)
				case workloads.Teardown:
					add("ns/op", ns)
					add("teardown-ns", 1024*ns)
					if way.reclaim == "sync" {
						add("gps/op", 1)
					} else if way.reclaim != "" {
						add("gps/op", 0.00195)
					}
				}
				if scene != workloads.Stall {
					add("lookups/s", 2.4e7)
					add("pause-max-ns", 20*way.pause)
				}
				rows = append(rows, r)
			}
			sheet.add(rows...)
		}
	}
	return sheet
}

// These tables are shown also where only a summary was asked for.
func TestRenderUnpaired(t *testing.T) {
	f := unpairedOf(6).file()
	golden(t, "unpaired.txt", render(t, f, Options{}))
	golden(t, "unpaired.md", render(t, f, Options{Style: Markdown}))

	// Even with a ratio they are more than that.
	for i := range f.Rows {
		f.Rows[i].Values.Add(Ratio("unsync"), 1.5)
	}
	if got := render(t, f, Options{}); !strings.HasPrefix(got, "flood: hash of 1k, 2 threads\n") || !strings.Contains(got, "x/unsync @2") {
		t.Errorf("with a ratio:\n%s", got)
	}

	mix := mixOf(6)
	for _, rows := range unpairedOf(6).rows {
		mix.add(rows...)
	}
	f = mix.file()
	golden(t, "both.txt", render(t, f, Options{}))
	slices.Reverse(f.Rows)
	golden(t, "both.txt", render(t, f, Options{}))
}
