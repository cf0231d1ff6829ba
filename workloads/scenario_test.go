package workloads

import (
	"context"
	"strings"
	"testing"
	"time"

	"readmostly/impls"
)

func TestParseScenario(t *testing.T) {
	for _, s := range []Scenario{Mix, Flood, Stall, Teardown} {
		if got, err := ParseScenario(s.String()); got != s || err != nil {
			t.Errorf("%v is read as %v, %v", s, got, err)
		}
	}
	_, err := ParseScenario("rain")
	if want := `"rain" is not a workload: want mix, flood, stall, teardown`; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestRoles(t *testing.T) {
	for _, test := range []struct {
		scenario Scenario
		threads  int
		want     []role
	}{
		{Mix, 2, []role{playing, playing}},
		{Flood, 1, []role{updating}},
		{Flood, 3, []role{reading, updating, updating}},
		{Stall, 3, []role{stalling, updating, updating}},
		{Teardown, 1, []role{removing}},
		{Teardown, 3, []role{reading, reading, removing}},
	} {
		for id, want := range test.want {
			w := Workload{Scenario: test.scenario, Threads: test.threads}
			if got := w.role(id); got != want {
				t.Errorf("%v, %d threads: worker %d has role %d, want %d", test.scenario, test.threads, id, got, want)
			}
		}
	}
}

// A plug-in that has none of the optional methods runs every scenario.
func TestPlainBackend(t *testing.T) {
	for _, s := range []Scenario{Flood, Stall, Teardown} {
		for _, threads := range []int{2, 3} {
			w := Workload{Scenario: s, Structure: Hash, Size: 40, Threads: threads, Seed: 2}
			m, err := Measure(context.Background(), testBackend(faults{clean: true}), "", w, brief())
			if err != nil {
				t.Errorf("%v: %v", w, err)
				continue
			}
			if m.Ops == 0 || !(m.NsPerOp > 0) || !(m.Rate > 0) || m.Drain < 0 || m.Freed >= 0 {
				t.Errorf("%v: %+v", w, m)
			}
			if s == Teardown && (m.Teardowns == 0 || m.Ops != uint64(40*m.Teardowns) || m.Tally.Deleted != m.Ops) {
				t.Errorf("%v: %d elements in %d teardowns, %d deleted", w, m.Ops, m.Teardowns, m.Tally.Deleted)
			}
			if s == Stall && (m.Stalled <= 0 || m.Lookups != 0) {
				t.Errorf("%v: stalled %v, %v lookups", w, m.Stalled, m.Lookups)
			}
			if s != Stall && !(m.Lookups > 0) {
				t.Errorf("%v: no lookups", w)
			}
		}
	}
}

// A map that retains elements for good is no failure of a backend that can't be
// told to drain, but then there is no time of draining.
func TestNeverDrains(t *testing.T) {
	w := Workload{Scenario: Flood, Structure: List, Size: 4, Threads: 1}
	tr, err := newTrial(context.Background(), testBackend(faults{}), "", w, brief())
	if err != nil {
		t.Fatal(err)
	}
	tr.patience = 3 * time.Second
	var m Measurement
	if err := tr.fail(tr.window(context.Background(), &m)); err != nil {
		t.Error(err)
	}
	if m.Drain >= 0 {
		t.Errorf("drained in %v", m.Drain)
	}
}

func TestScenarioFails(t *testing.T) {
	for _, test := range []struct {
		scenario Scenario
		faults   faults
		want     string
	}{
		{Flood, faults{at: 100, wrong: true, clean: true}, "element checks failed"},
		{Flood, faults{at: 100, ignores: true, clean: true}, "updates found another worker's change"},
		{Stall, faults{at: 30, full: true, clean: true}, "no memory"},
		{Stall, faults{blind: true, clean: true}, "worker 0: the walk to stay in visited nothing"},
		{Teardown, faults{at: 100, panics: true, clean: true}, "panicked: out of order"},
		{Teardown, faults{at: 100, lies: true, clean: true}, "updates found another worker's change"},
	} {
		w := Workload{Scenario: test.scenario, Structure: Hash, Size: 40, Threads: 2, Seed: 2}
		_, err := Measure(context.Background(), testBackend(test.faults), "", w, brief())
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v: %v, want %s", w, err, test.want)
		}
	}
}

func TestScenarioStops(t *testing.T) {
	for _, s := range []Scenario{Flood, Stall, Teardown} {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
		w := Workload{Scenario: s, Structure: Hash, Size: 40, Threads: 2}
		o := Options{Duration: time.Hour}
		if _, err := Measure(ctx, testBackend(faults{clean: true}), "", w, o); err != context.DeadlineExceeded {
			t.Errorf("%v: error %v", s, err)
		}
		cancel()
	}
}

func TestUnfitToLetGo(t *testing.T) {
	for _, test := range []struct {
		scenario Scenario
		caps     impls.Caps
		want     string
	}{
		{Flood, impls.Caps{Delete: true, Replace: true}, ""},
		{Flood, impls.Caps{Insert: true}, "x can't delete, as a flood does"},
		{Flood, impls.Caps{Insert: true, Delete: true}, "x can't replace, as a flood does"},
		{Stall, impls.Caps{Delete: true, Replace: true}, "x can't walk, as a stall does"},
		{Teardown, impls.Caps{Delete: true}, "x can't insert, as a teardown does"},
		{Teardown, impls.Caps{Insert: true, Delete: true}, ""},
		{Flood, impls.Caps{Insert: true, Delete: true, Replace: true, Floor: true}, "x holds nothing, so a flood has nothing to let go"},
	} {
		b := impls.Backend{Name: "x", Caps: test.caps}
		if got := Unfit(b, Workload{Scenario: test.scenario}); got != test.want {
			t.Errorf("%v, %+v: %q, want %q", test.scenario, test.caps, got, test.want)
		}
	}
}
