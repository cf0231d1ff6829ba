package perf

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

// held runs groups that need at most free counters, as others hold the rest.
func held(free int) func([]attr) bool {
	return func(members []attr) bool { return members[0].typ == typeSoftware || len(members) <= free }
}

// A group that opens but never runs gives way to smaller ones. What doesn't run
// alone stays in the plan, as its counter may be free later, and is told.
func TestPlanTriesSmallerGroups(t *testing.T) {
	never := func(config uint64) func([]attr) bool {
		return func(members []attr) bool {
			return !slices.ContainsFunc(members, func(a attr) bool { return a.typ == typeRaw && a.config == config })
		}
	}
	for _, tt := range []struct {
		name string
		runs func([]attr) bool
		list string
		want string
		idle string
	}{
		{"all free", nil, "r1,r2,r3,r4,r5", "user+kernel [r1 r2 r3 r4] [r5]", ""},
		{"a watchdog holds one of four", held(3), "r1,r2,r3,r4,r5", "user+kernel [r1 r2 r3] [r4 r5]", ""},
		{"two are free", held(2), "r1,r2,r3,r4", "user+kernel [r1 r2] [r3 r4]", ""},
		{"one is free", held(1), "r1,r2,r3,r4", "user+kernel [r1] [r2] [r3] [r4]", ""},
		{"none is free", held(0), "r1,r2,cs", "user+kernel [cs] [r1] [r2]", "r1 r2"},
		{"an event that never runs", never(1), "r1,r2,r3,r4", "user+kernel [r1] [r2 r3 r4]", "r1"},
		{"another one", never(3), "r1,r2,r3,r4,r5", "user+kernel [r1 r2] [r3] [r4 r5]", "r3"},
		{"software events always run", func([]attr) bool { return false }, "cs,faults", "software [cs faults]", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k := &fake{t: t, policy: bareMetal, runs: tt.runs}
			p := newPlan(k, environment{pmu: true}, events(t, tt.list))
			if got := describe(p); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			var idle []string
			for _, e := range p.Idle {
				idle = append(idle, e.Name)
			}
			if got := strings.Join(idle, " "); got != tt.idle {
				t.Errorf("idle are %q, want %q", got, tt.idle)
			}
			if len(p.Missing) > 0 || len(k.fds) > 0 {
				t.Errorf("missing %v, %d descriptors left open", p.Missing, len(k.fds))
			}
		})
	}
}

// Counters that others have turns with are waited for, and no longer than that.
func TestPlanWaitsForItsTurn(t *testing.T) {
	for _, tt := range []struct {
		turn, spins int
		idle        bool
	}{{0, 0, false}, {1, 1, false}, {patience, patience, false}, {patience + 1, patience, true}} {
		k := &fake{t: t, policy: bareMetal, now: tt.turn == 0}
		k.runs = func([]attr) bool { return k.spins >= tt.turn }
		p := newPlan(k, environment{pmu: true}, events(t, "cycles"))
		if k.spins != tt.spins || (len(p.Idle) > 0) != tt.idle {
			t.Errorf("its turn is after %d spins: %d were waited for, idle %v", tt.turn, k.spins, p.Idle)
		}
	}
}

// A refusal is noted once, however often the others are tried in groups.
func TestMissingOnceAfterSmallerGroups(t *testing.T) {
	k := &fake{t: t, policy: bareMetal, runs: held(1)}
	p := newPlan(k, environment{pmu: true}, events(t, "node-loads,r1,r2,r3"))
	if got, want := describe(p), "user+kernel [r1] [r2] [r3]"; got != want || len(p.Missing) != 1 {
		t.Errorf("got %s, want %s; missing %v", got, want, p.Missing)
	}
}

// Every planned event has a reading, also where it lost its counter between the
// plan and the window, and where it has it for a part of the window.
func TestReadingsOfWhatNeverRan(t *testing.T) {
	k := &fake{t: t, policy: bareMetal, counts: map[attr]uint64{}}
	c := openFake(t, k, "cycles,instructions,cs,r1,r2,r3")
	defer c.Close()
	k.runs = func(members []attr) bool { return members[0].typ == typeSoftware || members[0].typ == typeRaw }
	if err := c.Enable(); err != nil {
		t.Fatal(err)
	}
	k.spin()
	if err := c.Disable(); err != nil {
		t.Fatal(err)
	}
	readings, err := c.Read()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	var idle []Event
	for _, r := range readings {
		got = append(got, fmt.Sprintf("%s@%v", r.Event.Name, r.Running))
		if r.Running == 0 {
			idle = append(idle, r.Event)
		}
		if math.IsNaN(r.Value) != (r.Running == 0) {
			t.Errorf("%s: value %v, running %v", r.Event.Name, r.Value, r.Running)
		}
	}
	if want := "cs@1 cycles@0 instructions@0 r1@0 r2@0 r3@1"; strings.Join(got, " ") != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if warning := IdleWarning(idle); !strings.HasPrefix(warning, "cycles, instructions, r1, r2: not counted, as ") || strings.Contains(warning, "\n") {
		t.Errorf("the warning is %q", warning)
	}
	if warning := IdleWarning(nil); warning != "" {
		t.Errorf("a warning of nothing: %q", warning)
	}
	if warning := IdleWarning(slices.Concat(idle, idle)); strings.Count(warning, "cycles") != 1 {
		t.Errorf("named twice: %q", warning)
	}
}

func TestProbe(t *testing.T) {
	cycles := Default[0]
	for _, tt := range []struct {
		name string
		k    *fake
		env  environment
		want string
	}{
		{"counts", &fake{policy: bareMetal}, environment{pmu: true}, ""},
		{"held by others", &fake{policy: bareMetal, runs: held(0)}, environment{pmu: true}, "held by others"},
		{"perhaps on another kind of core", &fake{policy: bareMetal, runs: held(0)}, environment{pmu: true, kinds: true}, ""},
		{"no counters", &fake{policy: virtualMachine}, environment{}, "no hardware counters"},
		{"no such event", &fake{policy: virtualMachine}, environment{pmu: true}, "this processor does not count it (no such file or directory)"},
	} {
		tt.k.t = t
		err := probe(tt.k, tt.env, cycles)
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
		if err != nil && strings.Contains(err.Error(), "list counters") {
			t.Errorf("%s: a footnote of list counters recommends it: %v", tt.name, err)
		}
		if len(tt.k.fds) > 0 {
			t.Errorf("%s: %d descriptors left open", tt.name, len(tt.k.fds))
		}
	}
}
