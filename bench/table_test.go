package bench

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"readmostly/results"
	"readmostly/workloads"
)

// Four forks of two rounds whose logarithms lie d beside the fork's mean: the
// variance of rounds is 2d², that of forks what is left of the means' variance.
func TestScatter(t *testing.T) {
	const d = 0.02
	for _, tt := range []struct {
		means           []float64
		within, between float64
	}{
		{[]float64{-0.1, 0.1, -0.1, 0.1}, 2 * d * d, 0.04/3 - d*d},
		{[]float64{1, 1, 1, 1}, 2 * d * d, 0}, // never negative
		{[]float64{0, 0, 0, 0.4}, 2 * d * d, 0.12/3 - d*d},
	} {
		var s scatter
		for _, m := range tt.means {
			if _, _, ok := s.variances(); ok {
				t.Error("three forks are enough")
			}
			s.add([]float64{math.Exp(m - d), math.Exp(m + d)})
			s.add([]float64{math.Exp(m)}) // one round says nothing of rounds
		}
		within, between, ok := s.variances()
		if !ok || math.Abs(within-tt.within) > 1e-12 || math.Abs(between-tt.between) > 1e-12 {
			t.Errorf("means %v: within %v, between %v, %v; want %v and %v", tt.means, within, between, ok, tt.within, tt.between)
		}
	}
}

// Rounds are the root of within over between times fixed over round: rounds that
// scatter more than forks are worth repeating, and so are those of forks that
// cost much.
func TestRounds(t *testing.T) {
	const d = 0.02
	ratios := func(mean, d float64) []float64 { return []float64{math.Exp(mean - d), math.Exp(mean + d)} }
	measured := func(between float64, fixed, round time.Duration) *table {
		tab := newTable(tableOf(2, true))
		tab.forks, tab.fixed, tab.round = FirstForks, fixed, round
		for k := range FirstForks {
			tab.cells[1].scatter.add(ratios(between*float64(k%2), d))
		}
		return tab
	}
	// Of 8 means that are 0 or b by turns the variance is 2b²/7.
	b := func(betweenPerWithin float64) float64 {
		return math.Sqrt((betweenPerWithin*2*d*d + d*d) * 7 / 2)
	}
	ms := time.Millisecond
	for _, tt := range []struct {
		name     string
		table    *table
		settings Settings
		want     int
	}{
		{"alike", measured(b(1), 50*ms, 50*ms), Settings{}, 1},
		{"a fork costs nine rounds", measured(b(1), 450*ms, 50*ms), Settings{}, 3},
		{"rounds scatter more", measured(b(0.25), 50*ms, 50*ms), Settings{}, 2},
		{"both", measured(b(0.25), 200*ms, 50*ms), Settings{}, 4},
		{"at least one", measured(b(10), 50*ms, 50*ms), Settings{}, 1},
		{"forks don't scatter", measured(0, 50*ms, 50*ms), Settings{}, mostRounds},
		{"at most so many", measured(b(0.0001), 50*ms, 50*ms), Settings{}, mostRounds},
		{"asked for", measured(b(1), 50*ms, 50*ms), Settings{Rounds: 7}, 7},
		{"nothing known", newTable(tableOf(2, true)), Settings{}, firstRounds},
		{"not paired", newTable(Table{Workload: flooding, Cells: make([]Cell, 2)}), Settings{Rounds: 7}, 1},
	} {
		if got := tt.table.rounds(tt.settings); got != tt.want {
			t.Errorf("%s: %d rounds, want %d", tt.name, got, tt.want)
		}
	}
	done := measured(b(1), 50*ms, 50*ms)
	done.cells[1].done = true
	if got := done.rounds(Settings{}); got != firstRounds {
		t.Errorf("a cell that is done counts: %d rounds", got)
	}
}

// A table's cells are looked at after 8, 16, 32, ... forks, and at no other time.
func TestLook(t *testing.T) {
	tab := newTable(tableOf(2, true))
	c := tab.cells[1]
	var looked []int
	for n := 1; n <= 70; n++ {
		c.add(workloads.Values{{Unit: "x/bare", Value: 1}}, "bare")
		c.done = false
		if tab.look(Settings{Precision: 0.01}); c.done {
			looked = append(looked, n)
		}
	}
	if !slices.Equal(looked, []int{8, 16, 32, 64}) {
		t.Errorf("looked at %v", looked)
	}
}

// At 8 forks the 99 % interval reaches from the least ratio to the greatest.
func TestLookAtPrecision(t *testing.T) {
	for _, tt := range []struct {
		last float64
		want bool
	}{{1, true}, {1.01, true}, {0.99, true}, {1.011, false}, {0.5, false}} {
		tab := newTable(tableOf(2, true))
		for range FirstForks - 1 {
			tab.cells[1].add(workloads.Values{{Unit: "x/bare", Value: 1}}, "bare")
		}
		tab.cells[1].add(workloads.Values{{Unit: "x/bare", Value: tt.last}}, "bare")
		if tab.look(Settings{Precision: 0.01 + 1e-9}); tab.cells[1].done != tt.want {
			t.Errorf("one of 8 ratios is %v: done %v", tt.last, tab.cells[1].done)
		}
	}
}

// What has no ratio to look at is done after the first forks.
func TestLookWithoutRatio(t *testing.T) {
	for name, tab := range map[string]*table{
		"floor":      newTable(Table{Workload: reading, Cells: []Cell{{Rank: Floor}}}),
		"timed":      newTable(Table{Workload: workloads.Workload{Structure: workloads.List, Size: 16, Threads: 1, Latency: true}, Cells: []Cell{{}}}),
		"not paired": newTable(Table{Workload: flooding, Cells: []Cell{{}}}),
	} {
		for n := 1; n <= FirstForks; n++ {
			tab.cells[0].add(nil, "bare")
			if tab.look(Settings{Precision: 0.01}); tab.cells[0].done != (n == FirstForks) {
				t.Errorf("%s, %d forks: done %v", name, n, tab.cells[0].done)
			}
		}
	}
}

func dueNames(cells []*cell) (names []string) {
	for _, c := range cells {
		names = append(names, c.Impl)
	}
	return names
}

// namedTable has the baseline, the control and so many others.
func namedTable(w workloads.Workload, others int) Table {
	t := Table{Workload: w, Cells: []Cell{
		{Backend: "bare", Impl: "bare", Rank: Baseline}, {Backend: "bare", Impl: "bare-control", Rank: Control},
	}}
	for i := range others {
		name := string(rune('a' + i))
		t.Cells = append(t.Cells, Cell{Backend: name, Impl: name})
	}
	return t
}

// What is done or has failed leaves the forks; the baseline and the control stay
// for the others' sake, and alone they are not measured.
func TestDue(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	tab := newTable(namedTable(reading, 3))
	for _, step := range []struct {
		do   func()
		want string
	}{
		{func() {}, "bare bare-control a b c"},
		{func() { tab.cells[2].done = true }, "bare bare-control b c"},
		{func() { tab.cells[1].done, tab.cells[0].done = true, true }, "bare bare-control b c"},
		{func() { tab.cells[3].failed = true }, "bare bare-control c"},
	} {
		step.do()
		if got := strings.Join(dueNames(tab.due(Settings{}, random)), " "); got != step.want {
			t.Errorf("got %s, want %s", got, step.want)
		}
	}
	tab.cells[4].done = true
	if want := tab.wanting(Settings{}); len(want) > 0 {
		t.Errorf("%v are wanted", dueNames(want))
	}
	tab.cells[0].done = false
	if want := tab.wanting(Settings{Forks: 9}); strings.Join(dueNames(want), " ") != "bare" {
		t.Errorf("%v are wanted, where a number of forks was asked for", dueNames(want))
	}
}

// A table of the baseline alone is measured until its control is known.
func TestDueBaselineAlone(t *testing.T) {
	tab := newTable(namedTable(reading, 0))
	if got := dueNames(tab.wanting(Settings{})); !slices.Equal(got, []string{"bare-control"}) {
		t.Errorf("%v are wanted", got)
	}
	tab.cells[1].done = true
	if got := dueNames(tab.wanting(Settings{})); len(got) > 0 {
		t.Errorf("%v are wanted", got)
	}
}

// Where memory holds four maps, the baseline and the control leave two places,
// which the others take in turn.
func TestDueTakesTurns(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	tab := newTable(namedTable(reading, 5))
	s := Settings{Memory: workloads.EstimateFork(reading, 4, true)}
	if room := tab.room(s); room != 4 {
		t.Fatalf("room for %d", room)
	}
	for range 10 {
		due := tab.due(s, random)
		if names := dueNames(due); len(due) != 4 || names[0] != "bare" || names[1] != "bare-control" {
			t.Fatalf("due %v", names)
		}
		for _, c := range due {
			c.rows++
		}
		least, most := tab.cells[2].rows, tab.cells[2].rows
		for _, c := range tab.cells[2:] {
			least, most = min(least, c.rows), max(most, c.rows)
		}
		if most > least+1 {
			t.Fatalf("one has %d rows, another %d", least, most)
		}
	}
	if rows := tab.cells[2].rows; rows != 4 {
		t.Errorf("10 forks of 2 of 5 cells are %d rows of one", rows)
	}
	s.Memory = 1
	if due := tab.due(s, random); len(due) != 3 {
		t.Errorf("without memory %v are due: want one beside the baseline and the control", dueNames(due))
	}
}

func TestMissing(t *testing.T) {
	tab := newTable(namedTable(reading, 5))
	s := Settings{Forks: 6}
	if got := tab.missing(s); got != 6 {
		t.Errorf("%d forks are missing, want 6", got)
	}
	s.Memory = workloads.EstimateFork(reading, 4, true)
	if got := tab.missing(s); got != 15 {
		t.Errorf("%d forks of 2 of 5 cells are missing, want 15", got)
	}
}

// Forks with and without long windows are averaged.
func TestTook(t *testing.T) {
	tab := newTable(tableOf(2, true))
	const ms = time.Millisecond
	report := &Report{Rounds: 30 * ms, Fork: results.Fork{Rounds: 3}}
	tab.took(report, 130*ms)
	if tab.fixed != 100*ms || tab.round != 10*ms || tab.forks != 1 {
		t.Errorf("fixed %v, round %v, %d forks", tab.fixed, tab.round, tab.forks)
	}
	tab.took(report, 50*ms)
	if tab.fixed != 80*ms || tab.round != 10*ms {
		t.Errorf("fixed %v, round %v", tab.fixed, tab.round)
	}
}

// A table that is gone on with has had as many forks as its best known cell has
// rows: the next of them has long windows only when it is their turn.
func TestResumedTableCountsItsForks(t *testing.T) {
	s := newTable(Table{Cells: []Cell{{Impl: "a"}, {Impl: "b"}}})
	s.cells[0].rows, s.cells[1].rows = 3, 5
	s.resume()
	if s.forks != 5 || s.started != 5 {
		t.Errorf("%d forks, %d started, want 5", s.forks, s.started)
	}
	r := &Run{Plan: Plan{Tables: []Table{s.Table}}, Kept: results.File{Rows: []results.Row{
		{Point: s.Point(s.Cells[0]), Fork: 1}, {Point: s.Point(s.Cells[0]), Fork: 2},
	}}, tables: []*table{newTable(s.Table)}}
	if err := r.resume(&Summary{}); err != nil || r.tables[0].forks != 2 {
		t.Errorf("%d forks, %v, want 2", r.tables[0].forks, err)
	}
}
