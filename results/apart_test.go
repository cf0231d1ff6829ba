package results

import (
	"strings"
	"testing"

	"readmostly/workloads"
)

// apartOf returns a run of readers beside one updater and beside two: a baseline
// that has none, a mechanism that retains, and one whose readers wait.
func apartOf(forks int) *sheet {
	s := &sheet{}
	for i := range forks {
		for _, updaters := range []int{1, 2} {
			w := workloads.Workload{Scenario: workloads.Apart.Name, Structure: workloads.Hash, Size: 1024, Updaters: updaters, Threads: 4}
			base := 0.0
			var rows []Row
			for j, b := range []struct {
				impl       string
				ns, update float64
				retained   float64
			}{
				{"unsync", 6.4, 0, 0}, {"unsync-control", 6.41, 0, 0}, {"noop", 0.62, 0.9, 0}, {"rcu-classic", 8.1, 66, 520}, {"rwlock", 30, 18000, 0},
			} {
				ns := b.ns * spread(i, j)
				if j == 0 {
					base = ns
				}
				r := Row{Point: NewPoint(w, b.impl, ""), Ops: int(1e8/ns) * w.Readers()}
				r.Values.Add(workloads.NsPerOp, round(ns))
				r.Values.Add(Ratio("unsync"), round(ns/base))
				r.Values.Add(workloads.OpsPerSecond, round(float64(w.Readers())*1e9/ns))
				if b.update > 0 {
					r.Values.Add(workloads.NsPerUpdate, b.update*float64(updaters))
					r.Values.Add(workloads.UpdateRate, round(1e9/b.update))
				} else {
					r.ReadOnly = true
				}
				if b.retained > 0 {
					r.Values.Add(workloads.Retained, b.retained)
				}
				rows = append(rows, r)
			}
			s.add(rows...)
		}
	}
	return s
}

// Readers' times have their columns and ratios, updaters' a column beside them, and
// each number of updaters a table, which is shown although a summary was asked for.
func TestRenderApart(t *testing.T) {
	f := apartOf(6).file()
	golden(t, "apart.txt", render(t, f, Options{}))

	mix := mixOf(6)
	for _, rows := range apartOf(6).rows {
		mix.add(rows...)
	}
	got := render(t, mix.file(), Options{})
	for _, want := range []string{"time per operation over that of unsync, 2 threads\n", "\napart: hash of 1k, 2 updaters (half inserts, half deletes)\n"} {
		if !strings.Contains("\n"+got, "\n"+strings.TrimPrefix(want, "\n")) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

// Readers' throughput in two modes is that of as many as they are.
func TestModesOfReaders(t *testing.T) {
	f := apartOf(6).file()
	for i := range f.Rows {
		if f.Rows[i].Impl == "rwlock" && f.Rows[i].Updaters == 1 {
			for n := range 12 {
				f.Rows[i].Windows = append(f.Rows[i].Windows, Window{Time: 10 + 90*float64(n%2)})
			}
		}
	}
	if got := render(t, f, Options{}); !strings.Contains(got, "300M 50% | 30.0M 50%") {
		t.Errorf("not the throughput of three readers with 10 or 100 ns:\n%s", got)
	}
}

// What is written is read back, updaters and all.
func TestApartRoundTrip(t *testing.T) {
	s := apartOf(3)
	f, err := Read(strings.NewReader(string(written(t, s))), "apart.txt")
	if err != nil || len(f.Warnings) > 0 {
		t.Fatal(err, f.Warnings)
	}
	want := s.file()
	if len(f.Rows) != len(want.Rows) {
		t.Fatalf("%d rows, want %d", len(f.Rows), len(want.Rows))
	}
	for i, r := range f.Rows {
		if r.Point != want.Rows[i].Point {
			t.Errorf("%+v, want %+v", r.Point, want.Rows[i].Point)
		}
	}
	if got := render(t, f, Options{}); got != render(t, want, Options{}) {
		t.Errorf("what was read back gives another table:\n%s", got)
	}
}
