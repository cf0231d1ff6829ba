package results

import (
	"strings"
	"testing"

	"readmostly/workloads"
)

// What was seen too seldom, never, or only as often as somebody looks is said, and
// what was seen often enough stands as it is.
func TestWhatLongWindowsAreWorth(t *testing.T) {
	for _, tt := range []struct {
		name                            string
		turnovers, gps, gp, cadence     float64
		collected                       bool
		retained, residence, period, of string // "", "?": how it is marked
	}{
		{name: "often", turnovers: 20, gps: 20, gp: 5000, cadence: 2500, retained: "512", residence: "1.00 ms", period: "5.00 µs"},
		{name: "seldom", turnovers: 19, gps: 19, gp: 5000, cadence: 100, retained: "512 ?", residence: "1.00 ms ?", period: "5.00 µs ?"},
		{name: "cadence", turnovers: 20, gps: 20, gp: 5000, cadence: 2501, retained: "512", residence: "1.00 ms", period: "≤5.00 µs c"},
		{name: "never", turnovers: 0, gps: 0, retained: "512 ?", residence: "1.00 ms ?", period: "none in 500 ms"},
		{name: "collector", turnovers: 3, collected: true, retained: "-", residence: "-", period: "-", of: "6.40 kB ?"},
		{name: "unknown", turnovers: -1, gps: -1, gp: 5000, retained: "512", residence: "1.00 ms", period: "5.00 µs"},
	} {
		s := &sheet{}
		w := workloads.Workload{Structure: workloads.Hash, Size: 1024, Updates: 0.1, Threads: 2}
		r := Row{Point: NewPoint(w, tt.name, ""), Ops: 1}
		r.Values.Add(workloads.NsPerOp, 10)
		add := func(m workloads.Metric, v float64, measured bool) {
			if measured {
				r.Values.Add(m, v)
			}
		}
		add(workloads.Retained, 512, !tt.collected)
		add(workloads.Residence, 1e6, !tt.collected)
		add(workloads.Uncollected, 6400, tt.collected)
		add(workloads.Turnovers, tt.turnovers, tt.turnovers >= 0)
		add(workloads.GPMedian, tt.gp, tt.gp > 0)
		add(workloads.GPCadence, tt.cadence, tt.cadence > 0)
		add(workloads.GPs, tt.gps, tt.gps >= 0 && !tt.collected)
		add(LookedLong, 5e8, true)
		s.add(r)
		table := tablesOf(s.file())[0]
		for m, want := range map[*workloads.Metric]string{
			&workloads.Retained: tt.retained, &workloads.Residence: tt.residence, &workloads.GPMedian: tt.period, &workloads.Uncollected: tt.of,
		} {
			if want == "" {
				want = absent
			}
			e, _ := table.metricEntry(*m)(table.subjects[0])
			got := strings.TrimSpace(e.text + " " + e.marks)
			if got != want {
				t.Errorf("%s: %s is shown as %q, want %q", tt.name, m.Unit, got, want)
			}
		}
	}
}
