package workloads

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"readmostly/impls"
)

func TestFindScenario(t *testing.T) {
	for _, s := range Scenarios() {
		if got, err := FindScenario(s.Name); got != s || err != nil {
			t.Errorf("%s is read as %+v, %v", s.Name, got, err)
		}
	}
	if got, err := FindScenario(""); got != Mix || err != nil {
		t.Errorf("the default is %+v, %v", got, err)
	}
	_, err := FindScenario("rain")
	if want := `"rain" is not a scenario: want mix, apart, flood, stall, teardown`; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

// Units name rows of results: none stands for two metrics.
func TestUnitsOfScenarios(t *testing.T) {
	docs := map[string]Metric{}
	for _, s := range Scenarios() {
		var units []string
		for _, m := range s.Metrics {
			units = append(units, m.Unit)
			if m.Doc == "" || strings.ContainsAny(m.Unit, " \t\n") {
				t.Errorf("%s: %+v", s.Name, m)
			}
			other, known := docs[m.Unit]
			if known && (other.Better != m.Better || other.Form != m.Form || other.Pool != m.Pool) {
				t.Errorf("%s: %+v is elsewhere %+v", s.Name, m, other)
			}
			docs[m.Unit] = m
		}
		slices.Sort(units)
		if len(slices.Compact(slices.Clone(units))) != len(units) {
			t.Errorf("%s has a unit twice: %v", s.Name, units)
		}
	}
}

func TestRoles(t *testing.T) {
	for _, test := range []struct {
		scenario *Scenario
		threads  int
		want     []role
	}{
		{Mix, 2, []role{playing, playing}},
		{Flood, 1, []role{updating}},
		{Flood, 3, []role{reading, updating, updating}},
		{Stall, 3, []role{stalling, updating, updating}},
		{Teardown, 1, []role{removing}},
		{Teardown, 3, []role{reading, reading, removing}},
		{Apart, 2, []role{looking, changing}},
		{Apart, 4, []role{looking, looking, looking, changing}},
	} {
		for id, want := range test.want {
			w := Workload{Scenario: test.scenario.Name, Threads: test.threads}.divided()
			if got := test.scenario.role(w, id); got != want {
				t.Errorf("%s, %d threads: worker %d has role %d, want %d", test.scenario.Name, test.threads, id, got, want)
			}
		}
	}
}

// divided returns the workload with an updater, where its scenario needs one.
func (w Workload) divided() Workload {
	if w.Scene().Divided {
		w.Updaters, w.Updates = 1, 1
	}
	return w
}

// A plug-in that has none of the optional methods runs every scenario.
func TestPlainBackend(t *testing.T) {
	for _, s := range []*Scenario{Flood, Stall, Teardown} {
		for _, threads := range []int{2, 3, 5} {
			w := Workload{Scenario: s.Name, Structure: Hash, Size: 40, Threads: threads, Seed: 2}
			wins, err := measure(testBackend(faults{clean: true}), "", w, Hands{}, brief(), brief())
			if err != nil {
				t.Errorf("%v: %v", w, err)
				continue
			}
			for _, win := range wins {
				get := func(m Metric) float64 { v, _ := win.Values.Get(m.Unit); return v }
				if win.Ops == 0 || !(get(NsPerOp) > 0) || !(get(OpsPerSecond) > 0) || get(freedRate) != 0 {
					t.Errorf("%v: %+v", w, win)
				}
				if s == Teardown && (win.Ops%40 != 0 || win.Tally.Deleted != win.Ops || win.Tally.Inserted != win.Ops) {
					t.Errorf("%v: %+v", w, win)
				}
				if s == Stall && (get(stallTime) <= 0 || get(LookupRate) != 0) {
					t.Errorf("%v: %+v", w, win)
				}
				if s != Stall && !(get(LookupRate) > 0) {
					t.Errorf("%v: no lookups", w)
				}
			}
		}
	}
}

// A map that retains elements for good is no failure of a backend that can't be
// told to drain, but then there is no time of draining.
func TestNeverDrains(t *testing.T) {
	w := Workload{Scenario: Flood.Name, Structure: List, Size: 4, Threads: 1}
	b := testBackend(faults{})
	b.Caps.NeedsGC = false
	tr := newTestTrial(t, b, w)
	tr.patience = 3 * time.Second
	win, err := tr.Window(context.Background(), brief())
	if err != nil {
		t.Fatal(err)
	}
	if v, ok := win.Values.Get(DrainTime.Unit); ok {
		t.Errorf("drained in %v", v)
	}
	if err := tr.Close(context.Background()); err != nil {
		t.Error(err)
	}
}

func TestScenarioFails(t *testing.T) {
	for _, test := range []struct {
		scenario *Scenario
		faults   faults
		want     string
	}{
		{Flood, faults{at: 100, wrong: true, clean: true}, "element checks failed"},
		{Flood, faults{at: 100, misses: true, clean: true}, "worker 0: "},
		{Flood, faults{at: 100, ignores: true, clean: true}, "updates found another worker's change"},
		{Stall, faults{at: 30, full: true, clean: true}, "no memory"},
		{Stall, faults{blind: true, clean: true}, "worker 0: the walk to stay in visited nothing"},
		{Teardown, faults{at: 100, panics: true, clean: true}, "panicked: out of order"},
		{Teardown, faults{at: 50, lies: true, clean: true}, "updates found another worker's change"},
	} {
		w := Workload{Scenario: test.scenario.Name, Structure: Hash, Size: 40, Threads: 2, Seed: 2}
		_, err := measure(testBackend(test.faults), "", w, Hands{}, brief())
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v: %v, want %s", w, err, test.want)
		}
	}
}

func TestScenarioStops(t *testing.T) {
	for _, s := range Scenarios() {
		t.Run(s.Name, func(t *testing.T) {
			w := Workload{Scenario: s.Name, Structure: Hash, Size: 40, Threads: 2}.divided()
			tr := newTestTrial(t, testBackend(faults{clean: true}), w)
			ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
			defer cancel()
			if _, err := tr.Window(ctx, Look{Length: time.Hour}); err != context.DeadlineExceeded {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestUnfitToReclaim(t *testing.T) {
	for _, test := range []struct {
		scenario *Scenario
		caps     impls.Caps
		want     string
	}{
		{Flood, impls.Caps{Delete: true, Replace: true}, ""},
		{Flood, impls.Caps{Insert: true}, "x can't delete, as a flood does"},
		{Flood, impls.Caps{Insert: true, Delete: true}, "x can't replace, as a flood does"},
		{Stall, impls.Caps{Delete: true, Replace: true}, "x can't walk, as a stall does"},
		{Teardown, impls.Caps{Delete: true}, "x can't insert, as a teardown does"},
		{Teardown, impls.Caps{Insert: true, Delete: true}, ""},
		{Flood, impls.Caps{Insert: true, Delete: true, Replace: true, Floor: true}, "x holds nothing, so a flood has nothing to retire"},
	} {
		b := impls.Backend{Name: "x", Caps: test.caps}
		if got := Unfit(b, Workload{Scenario: test.scenario.Name}); got != test.want {
			t.Errorf("%s, %+v: %q, want %q", test.scenario.Name, test.caps, got, test.want)
		}
	}
}
