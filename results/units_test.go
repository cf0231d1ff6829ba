package results

import (
	"bytes"
	"testing"

	"golang.org/x/perf/benchfmt"

	"readmostly/workloads"
)

// Units say what is better, as benchstat asks them.
func TestUnits(t *testing.T) {
	s := mixOf(1)
	s.rows[0][3].Values.Add(Event("instructions"), 12)
	s.rows[0][3].Values.Add(MetricOf("strange"), 12)
	r := benchfmt.NewReader(bytes.NewReader(written(t, s)), "file")
	for r.Scan() {
		if err, ok := r.Result().(*benchfmt.SyntaxError); ok {
			t.Error(err)
		}
	}
	for unit, want := range map[string]int{
		"ns/op": -1, "ops/s": +1, "hits/lookup": 0, "gp-p50-ns": -1, "x/unsync": -1, "rounds": 0, "instructions/op": -1, "strange": 0,
	} {
		if got := r.Units().GetBetter(unit); got != want {
			t.Errorf("%s: better %d, want %d", unit, got, want)
		}
	}
}

// A unit means the same in every scenario, as a file has one line about it.
func TestUnitsAgree(t *testing.T) {
	for _, s := range workloads.Scenarios() {
		for _, m := range s.Metrics {
			if got := MetricOf(m.Unit); got.Better != m.Better {
				t.Errorf("%s of %s: better %d, in the first scenario %d", m.Unit, s.Name, m.Better, got.Better)
			}
		}
	}
	for _, m := range append(rowMetrics, Ratio("unsync"), Event("cycles")) {
		if got := MetricOf(m.Unit); got != m {
			t.Errorf("%s is known as %+v, want %+v", m.Unit, got, m)
		}
	}
}
