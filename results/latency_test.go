package results

import (
	"bytes"
	"testing"

	"readmostly/workloads"
)

// timedRun returns a run in which single operations were timed: without updates, with
// some, and beside a reader that stays.
func timedRun(forks int) *sheet {
	s := &sheet{}
	for i := range forks {
		for _, w := range []workloads.Workload{
			{Structure: workloads.Hash, Size: 1024, Threads: 2},
			{Structure: workloads.Hash, Size: 1024, Updates: 0.1, Threads: 2},
			{Scenario: workloads.Stall.Name, Structure: workloads.Hash, Size: 1024, Threads: 2},
		} {
			w.Latency = true
			var rows []Row
			for j, b := range []struct {
				impl string
				tail float64 // p99.9 over p50
			}{{"unsync", 3}, {"unsync-control", 3}, {"rwlock", 40}, {"rcu-classic", 5}, {"noop", 2}} {
				if !w.Scene().Paired && b.impl != "rwlock" && b.impl != "rcu-classic" {
					continue
				}
				r := Row{Point: NewPoint(w, b.impl, ""), Ops: 400_000}
				r.ReadOnly = w.Updates > 0 && j < 2
				r.Values.Add(workloads.NsPerOp, round(120*spread(i, j)))
				for _, kind := range []string{"lookup", "update"} {
					if kind == "update" && (r.ReadOnly || w.Scene().Paired && w.Updates == 0) {
						continue
					}
					for k, q := range []string{"p50", "p90", "p99", "p99.9"} {
						r.Values.Add(MetricOf(kind+"-"+q+"-ns"), round((50+b.tail*float64(k*k)*5)*spread(i, j)))
					}
					r.Values.Add(MetricOf(kind+"-max-ns"), 4e6)
				}
				if w.Scene().Paired {
					r.Values.Add(MetricOf("clock-ns"), 30)
					r.Values.Add(MetricOf("clock-step-ns"), 10)
				}
				r.Values.Add(Rounds, 3)
				rows = append(rows, r)
			}
			s.add(rows...)
		}
	}
	return s
}

// Times of single operations have tables of their own, beside a summary too, and
// nothing in them is a ratio.
func TestRenderLatency(t *testing.T) {
	golden(t, "latency.txt", render(t, timedRun(6).file(), Options{}))
}

func TestLatencyRowsRoundTrip(t *testing.T) {
	s := timedRun(2)
	var rows []Row
	for _, r := range s.rows {
		rows = append(rows, r...)
	}
	read, err := Read(bytes.NewReader(written(t, s)), "file")
	if err != nil {
		t.Fatal(err)
	}
	if len(read.Rows) != len(rows) || len(read.Warnings) > 0 {
		t.Fatalf("%d rows of %d, %v", len(read.Rows), len(rows), read.Warnings)
	}
	for i, r := range read.Rows {
		if r.Point != rows[i].Point || len(r.Values) != len(rows[i].Values) {
			t.Errorf("%+v is read as %+v", rows[i], r)
		}
		for _, v := range rows[i].Values {
			if got, ok := r.Values.Get(v.Unit); !ok || got != v.Value {
				t.Errorf("%s: %v %s, want %v", r.Name(), got, v.Unit, v.Value)
			}
		}
	}
}
