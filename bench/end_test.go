package bench

import (
	"slices"
	"strings"
	"testing"
	"time"

	"readmostly/impls"
	"readmostly/results"
	"readmostly/workloads"
)

// brief settings are for forks that shall be over soon.
var brief = Settings{
	Seed: 1, Window: 200 * time.Microsecond, Duration: 2 * time.Millisecond, Forks: 1, Rounds: 2, Layouts: 1, patience: 5 * time.Second,
}

// measure runs real forks of backends.
func measure(t *testing.T, names []string, w workloads.Workload) (Plan, []results.Fork, []results.Row, Summary) {
	t.Helper()
	backends, err := impls.Match(names)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := NewPlan(backends, []workloads.Workload{w}, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	var forks []results.Fork
	var rows []results.Row
	r := Run{Plan: plan, Settings: brief, Keep: func(f results.Fork, some []results.Row) error {
		forks = append(forks, f)
		rows = append(rows, some...)
		return nil
	}}
	sum, err := r.Do(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return plan, forks, rows, sum
}

// One fork of a small table: each backend has a row, complete.
func TestMeasureTable(t *testing.T) {
	w := workloads.Workload{Structure: workloads.Hash, Size: 16, Updates: 0.1, Threads: 2, Seed: 1}
	plan, forks, rows, sum := measure(t, []string{"rcu-classic", "seqlock", "rwlock", "noop"}, w)
	if len(sum.Failures) > 0 || len(forks) != 1 || forks[0].Rounds != 2 || forks[0].Windows < 2*windowsOf(6) || forks[0].Took <= 0 {
		t.Fatalf("%+v, %+v", sum, forks)
	}
	cells := plan.Tables[0].Cells
	if len(rows) != len(cells) || len(cells) != 6 {
		t.Fatalf("%d rows of %d cells", len(rows), len(cells))
	}
	for i, row := range rows {
		c := cells[i]
		units := []string{"ns/op", "ops/s", "rounds", "window-ns", "disturbed-windows"}
		if c.Rank != Baseline {
			units = append(units, "x/unsync")
		}
		if c.Rank != Floor {
			units = append(units, "nodes/op", "hits/lookup", "retries/op")
		}
		if c.Impl == "rcu-classic" {
			units = append(units, "long-window-ns", "retained-elems")
		}
		for _, unit := range units {
			if _, ok := row.Values.Get(unit); !ok {
				t.Errorf("%s has no %s", row.Name(), unit)
			}
		}
		if rounds, _ := row.Values.Get("rounds"); rounds != 2 {
			t.Errorf("%s: %v rounds", row.Name(), rounds)
		}
		if _, ok := row.Values.Get("x/unsync"); ok != (c.Rank != Baseline) {
			t.Errorf("%s: a ratio: %v", row.Name(), ok)
		}
		if updates, _ := row.Values.Get("updates/op"); (updates > 0) == c.ReadOnly {
			t.Errorf("%s: %v updates per operation", row.Name(), updates)
		}
		if row.Ops <= 0 || row.Fork != 1 || row.Point != plan.Tables[0].Point(c) {
			t.Errorf("%+v", row)
		}
	}
}

// A scenario whose windows stand alone has a row for each backend, without a ratio.
func TestMeasureAlone(t *testing.T) {
	w := workloads.Workload{Scenario: "flood", Structure: workloads.Hash, Size: 16, Threads: 2, Seed: 1}
	_, forks, rows, sum := measure(t, []string{"rcu-classic", "rwlock"}, w)
	if len(sum.Failures) > 0 || len(forks) != 1 || forks[0].Windows != 2 || forks[0].Rounds != 1 || len(rows) != 2 {
		t.Fatalf("%+v, %+v, %d rows", sum, forks, len(rows))
	}
	for _, row := range rows {
		if _, ok := row.Values.Get("x/unsync"); ok {
			t.Errorf("%s has a ratio", row.Name())
		}
		if looked, _ := row.Values.Get("window-ns"); looked < float64(brief.Duration) {
			t.Errorf("%s was looked at for %v ns", row.Name(), looked)
		}
	}
}

// Backends that hang, panic, find torn elements or leave something running that
// ends the process lose their rows. The rows of those beside them are complete.
func TestMeasureBesideBadBackends(t *testing.T) {
	w := workloads.Workload{Structure: workloads.List, Size: 16, Threads: 2, Seed: 1}
	_, _, rows, sum := measure(t, []string{"rcu-classic", "seqlock", "plug-*"}, w)
	var measured, failed []string
	for _, row := range rows {
		measured = append(measured, row.Impl)
		if _, ok := row.Values.Get("ns/op"); !ok {
			t.Errorf("%s has no time", row.Name())
		}
	}
	slices.Sort(measured)
	if want := []string{"plug-prints", "rcu-classic", "seqlock", "unsync", "unsync-control"}; !slices.Equal(measured, want) {
		t.Errorf("rows of %v, want %v", measured, want)
	}
	for _, f := range sum.Failures {
		failed = append(failed, f.Impl)
		want := map[string]string{
			"plug-hangs":  "plug-hangs, list of 16, 0% updates, 2 threads: of 2 workers 2 have not finished a batch for 5s",
			"plug-panics": "panicked: out of order (main_test.go:",
			"plug-tears":  "element checks failed, the first: ",
			"plug-leaves": "its process ended: exit status 2: panic: left running",
		}[f.Impl]
		if want == "" || !strings.Contains(f.Why, want) {
			t.Errorf("%s: %q, want %q", f.Impl, f.Why, want)
		}
		if strings.Contains(f.Why, "\n") {
			t.Errorf("%s: not one line: %q", f.Impl, f.Why)
		}
	}
	slices.Sort(failed)
	if want := []string{"plug-hangs", "plug-leaves", "plug-panics", "plug-tears"}; !slices.Equal(failed, want) {
		t.Errorf("failures of %v, want %v", failed, want)
	}
}

// A backend that another build of the program lacks is reported as that.
func TestMeasureUnknownBackend(t *testing.T) {
	var last Event
	err := Measure(t.Context(), Spec{Table: Table{Workload: reading, Cells: []Cell{{Backend: "missing", Impl: "missing"}}}, Rounds: 1, Layout: 1},
		func(e Event) { last = e })
	if err == nil || last.Failed == nil || last.Failed.Cell != 0 || !strings.Contains(last.Failed.Why, "has no backend missing: ") {
		t.Errorf("%v, %+v", err, last)
	}
}
