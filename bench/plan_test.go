package bench

import (
	"reflect"
	"strings"
	"testing"

	"readmostly/impls"
	"readmostly/workloads"
)

// Backends that are never run.
var (
	limitOf  = impls.Backend{Name: "bare", Caps: impls.Caps{Limit: true, Walk: true}}
	floorOf  = impls.Backend{Name: "idle", Caps: impls.Caps{Floor: true, Insert: true, Delete: true, Replace: true}}
	lookups  = impls.Backend{Name: "idle-reader", Caps: impls.Caps{Floor: true}}
	lockOf   = impls.Backend{Name: "lock", Caps: impls.Caps{Insert: true, Delete: true, Replace: true}}
	rcuOf    = impls.Backend{Name: "rcu", Caps: impls.Caps{Insert: true, Delete: true, Replace: true}, Reclaims: []string{"sync", "call"}}
	wrongOf  = impls.Backend{Name: "wrong", Caps: impls.Caps{Insert: true, Delete: true}, Fault: "loses elements"}
	adderOf  = impls.Backend{Name: "adder", Caps: impls.Caps{Insert: true}}
	reading  = workloads.Workload{Structure: workloads.List, Size: 16, Threads: 1}
	updating = workloads.Workload{Structure: workloads.Hash, Size: 16, Buckets: 9, Updates: 0.1, Threads: 2}
	dividing = workloads.Workload{Scenario: "apart", Structure: workloads.Hash, Size: 16, Updates: 1, Updaters: 1, Threads: 2}
	flooding = workloads.Workload{Scenario: "flood", Structure: workloads.Hash, Size: 16, Threads: 2}
)

// namesOf names cells: how results call them, what they run, and as what.
func namesOf(t Table) (names []string) {
	for _, c := range t.Cells {
		name := c.Impl
		if c.Backend != c.Impl {
			name += "(" + c.Backend + ")"
		}
		if c.Reclaim != "" {
			name += "/" + c.Reclaim
		}
		if c.ReadOnly {
			name += " reads"
		}
		names = append(names, name+map[Rank]string{Contender: "", Baseline: " baseline", Control: " control", Floor: " floor"}[c.Rank])
	}
	return names
}

func TestNewPlan(t *testing.T) {
	everybody := []impls.Backend{lockOf, rcuOf, adderOf, limitOf, lookups, floorOf}
	for _, tt := range []struct {
		name     string
		backends []impls.Backend
		workload workloads.Workload
		reclaims map[string][]string
		want     string
		leftOut  string
	}{
		{"read-only", everybody, reading, nil,
			"bare baseline|bare-control(bare) control|lock|rcu|adder|idle-reader floor|idle floor", ""},
		{"with updates", everybody, updating, nil,
			"bare reads baseline|bare-control(bare) reads control|lock|rcu|idle-reader reads floor|idle floor",
			"adder can't delete: it runs with --updates 0% only"},
		{"ways to reclaim", []impls.Backend{limitOf, rcuOf, lockOf}, updating, map[string][]string{"rcu": {"sync", "call"}},
			"bare reads baseline|bare-control(bare) reads control|rcu/sync|rcu/call|lock", ""},
		{"a backend without the ways that were asked for", []impls.Backend{limitOf, rcuOf, lockOf}, updating, map[string][]string{"rcu": {}},
			"bare reads baseline|bare-control(bare) reads control|lock", ""},
		{"the baseline alone", []impls.Backend{limitOf}, reading, nil, "bare baseline|bare-control(bare) control", ""},
		{"the registered baseline", []impls.Backend{lockOf}, reading, nil, "unsync baseline|unsync-control(unsync) control|lock", ""},
		{"divided", everybody, dividing, nil,
			"bare reads baseline|bare-control(bare) reads control|lock|rcu|idle-reader reads floor|idle floor",
			"adder can't delete, as the updaters of scenario apart do"},
		{"not paired", everybody, flooding, nil, "lock|rcu",
			"adder can't delete, as a flood does|bare can't delete, as a flood does|idle-reader holds nothing, so a flood has nothing to retire|idle holds nothing, so a flood has nothing to retire"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := NewPlan(tt.backends, []workloads.Workload{tt.workload}, tt.reclaims, "")
			if err != nil || len(p.Tables) != 1 || p.Tables[0].Workload != tt.workload {
				t.Fatalf("%v, %+v", err, p)
			}
			if got := strings.Join(namesOf(p.Tables[0]), "|"); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			if got := strings.Join(p.LeftOut, "|"); got != tt.leftOut {
				t.Errorf("left out %s\nwant     %s", got, tt.leftOut)
			}
		})
	}
}

func TestNewPlanNames(t *testing.T) {
	p, err := NewPlan([]impls.Backend{limitOf, floorOf, lookups, lockOf, wrongOf}, []workloads.Workload{reading, updating}, nil, "")
	if err != nil || len(p.Tables) != 2 {
		t.Fatalf("%v, %+v", err, p)
	}
	if p.Baseline != "bare" || p.Control != "bare-control" || !reflect.DeepEqual(p.Floors, []string{"idle", "idle-reader"}) {
		t.Errorf("baseline %s, control %s, floors %v", p.Baseline, p.Control, p.Floors)
	}
	if !reflect.DeepEqual(p.Faulty, []string{"wrong"}) {
		t.Errorf("faulty %v", p.Faulty)
	}
}

func TestNewPlanBaseline(t *testing.T) {
	if _, err := NewPlan([]impls.Backend{limitOf, lockOf}, []workloads.Workload{reading}, nil, "lock"); err == nil || !strings.Contains(err.Error(), "the baseline lock: want one that reads without protection") {
		t.Error(err)
	}
	other := impls.Backend{Name: "other", Caps: impls.Caps{Limit: true}}
	p, err := NewPlan([]impls.Backend{limitOf, other, lockOf}, []workloads.Workload{reading}, nil, "other")
	if err != nil || p.Baseline != "other" {
		t.Fatalf("%v, baseline %s", err, p.Baseline)
	}
	if got := strings.Join(namesOf(p.Tables[0]), " "); !strings.Contains(got, "bare") {
		t.Errorf("the other backend without protection is left out: %s", got)
	}
}

// A table of sections has those that have such a section, compared with what has the
// same loops and enters nothing.
func TestNewPlanSections(t *testing.T) {
	w := updating
	w.Section = 16
	looping, lockOf := limitOf, lockOf
	looping.Name, looping.Caps.Section, lockOf.Caps.Section = "looping", true, true
	backends := []impls.Backend{lockOf, rcuOf, limitOf, looping, floorOf}
	if _, err := NewPlan(backends, []workloads.Workload{w}, nil, "bare"); err == nil || !strings.Contains(err.Error(), "the baseline: bare has no section that covers several lookups: it runs with --section 1 only") {
		t.Error(err)
	}
	p, err := NewPlan(backends, []workloads.Workload{w}, nil, "looping")
	if err != nil || len(p.Tables) != 1 {
		t.Fatalf("%v, %+v", err, p)
	}
	const want = "looping reads baseline|looping-control(looping) reads control|lock|idle floor"
	if got := strings.Join(namesOf(p.Tables[0]), "|"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	const left = "rcu has no section that covers several lookups: it runs with --section 1 only|bare can't update: it runs with --updates 0% only"
	if got := strings.Join(p.LeftOut, "|"); got != left {
		t.Errorf("left out %s\nwant     %s", got, left)
	}
}

func TestNewPlanOfNothing(t *testing.T) {
	for _, tt := range []struct {
		backends []impls.Backend
		all      []workloads.Workload
		want     string
	}{
		{nil, nil, "nothing to measure: no backends and no workloads were chosen"},
		{[]impls.Backend{adderOf}, []workloads.Workload{updating}, "nothing to measure: adder can't delete: it runs with --updates 0% only"},
		{[]impls.Backend{limitOf}, []workloads.Workload{flooding}, "nothing to measure: bare can't delete, as a flood does"},
	} {
		if _, err := NewPlan(tt.backends, tt.all, nil, ""); err == nil || err.Error() != tt.want {
			t.Errorf("%v, want %s", err, tt.want)
		}
	}
}

// Each cell of a table has a name of its own, which says what was measured.
func TestPointNames(t *testing.T) {
	p, err := NewPlan([]impls.Backend{limitOf, rcuOf}, []workloads.Workload{reading, updating}, map[string][]string{"rcu": {"sync", "call"}}, "")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, table := range p.Tables {
		for _, c := range table.Cells {
			got = append(got, table.Point(c).Name())
		}
	}
	want := []string{
		"List/impl=bare/size=16/updates=0%-1", "List/impl=bare-control/size=16/updates=0%-1",
		"List/impl=rcu/size=16/updates=0%/reclaim=sync-1", "List/impl=rcu/size=16/updates=0%/reclaim=call-1",
		"Hash/impl=bare/size=16/buckets=16/updates=10%/reads=only-2", "Hash/impl=bare-control/size=16/buckets=16/updates=10%/reads=only-2",
		"Hash/impl=rcu/size=16/buckets=16/updates=10%/reclaim=sync-2", "Hash/impl=rcu/size=16/buckets=16/updates=10%/reclaim=call-2",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
