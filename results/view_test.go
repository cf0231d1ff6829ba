package results

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"readmostly/workloads"
)

// Tables show as data what they show when they are drawn.
func TestTables(t *testing.T) {
	f := mixOf(8).file()
	var drawn strings.Builder
	if err := Render(&drawn, f, Options{Full: true}); err != nil {
		t.Fatal(err)
	}
	tables := Tables(f)
	if len(tables) != 2 {
		t.Fatalf("%d tables", len(tables))
	}
	for _, table := range tables {
		if !table.Compared() || table.TooFew() || table.Baseline() != "unsync" || table.Precision() != 0.01 || table.Most() != 2 || !slices.Equal(table.Threads(), []int{1, 2}) {
			t.Errorf("%s: %+v", Title(table.Workload()), table)
		}
		text := strings.Join(strings.Fields(drawn.String()), " ")
		if !strings.Contains(text, strings.Join(strings.Fields(table.Sentence()), " ")) || table.Sentence() == "" {
			t.Errorf("%q is not in the tables", table.Sentence())
		}
		ranked := 0
		for _, b := range table.Backends() {
			cell := b.Cell(2)
			point, ok := cell.Point()
			if !ok || point.Impl != b.Impl() || point.Threads != 2 || cell.Forks() != 8 || cell.Layouts() != 2 { // eight forks, but every fourth of the run
				t.Errorf("%s: %+v, %v, %d forks of %d layouts", b.Name(), point, ok, cell.Forks(), cell.Layouts())
			}
			if ratio, ok := cell.Ratio(); ok && !b.IsBaseline() {
				if want := FormatRatio(ratio.Center) + " " + FormatHalfWidth(ratio); !strings.Contains(text, want) {
					t.Errorf("%s: %s is not in the tables", b.Name(), want)
				}
			}
			if b.Rank() > 0 {
				ranked++
			}
		}
		if ranked == 0 {
			t.Error("nobody has a rank")
		}
	}
	if c := tables[0].Backends()[0].Cell(7); c.Forks() != 0 || len(c.Units()) != 0 {
		t.Errorf("%+v was not measured", c)
	}
	if Tables(File{}) != nil {
		t.Error("tables of nothing")
	}
}

// The best in a metric is the one with the least median, or the greatest, and those that
// can't be told apart from it.
func TestBest(t *testing.T) {
	values := map[string][2]float64{"a": {100, 5}, "b": {100.1, 90}, "c": {200, 99.95}, "d": {300, 100}}
	file := func(forks int) File {
		s := &sheet{}
		for i := range forks {
			var rows []Row
			for _, impl := range []string{"a", "b", "c", "d"} {
				r := Row{Point: NewPoint(workloads.Workload{Scenario: "flood", Structure: workloads.Hash, Size: 1024, Threads: 2}, impl, ""), Ops: 1}
				wobble := 0.2 * float64((i*5+len(rows))%8)
				r.Values.Add(workloads.Pause99, values[impl][0]+wobble)
				r.Values.Add(workloads.UpdateRate, values[impl][1]+wobble)
				rows = append(rows, r)
			}
			s.add(rows...)
		}
		return s.file()
	}
	for _, test := range []struct {
		m     workloads.Metric
		forks int
		want  []string
		known bool
	}{
		{workloads.Pause99, 8, []string{"a", "b"}, true},
		{workloads.UpdateRate, 8, []string{"d", "c"}, true},
		{workloads.Pause99, 2, []string{"a", "b", "c", "d"}, false},
		{workloads.LookupRate, 8, nil, false},
	} {
		var got []string
		best, known := Tables(file(test.forks))[0].Best(test.m)
		for _, b := range best {
			got = append(got, b.Name())
		}
		if !slices.Equal(got, test.want) || known != test.known {
			t.Errorf("%s of %d forks: %v, %v; want %v, %v", test.m.Unit, test.forks, got, known, test.want, test.known)
		}
	}
}

// A ranking of all with the most threads is that of the table; of some, with fewer
// threads, it is of these alone.
func TestRanking(t *testing.T) {
	f := tableOf(0.01, ratios{"a", around(1.2, 8), false}, ratios{"b", around(1.2005, 8), false}, ratios{"c", around(1.3, 8), false},
		ratios{"reads", around(1.01, 8), true}, ratios{"wrong", around(1.01, 8), false}, ratios{"noop", around(0.1, 8), false})
	one := tableOf(0.01, ratios{"a", around(1.5, 8), false}, ratios{"b", around(1.4, 8), false}, ratios{"d", around(1.4003, 8), false})
	for _, r := range one.Rows {
		r.Threads = 1
		f.Rows = append(f.Rows, r)
	}
	table := Tables(f)[0]
	for _, test := range []struct {
		threads int
		without string
		want    string
	}{
		{2, "", "a 1, b 1, c 3"},
		{2, "a", "b 1, c 2"},
		{2, "abc", ""},
		{1, "", "b 1, d 1, a 3"},
		{1, "b", "d 1, a 2"},
		{4, "", ""},
	} {
		r := table.Ranking(test.threads, func(b Backend) bool { return !strings.Contains(test.without, b.Name()) })
		var got []string
		for i, b := range r.Backends {
			got = append(got, fmt.Sprint(b.Name(), " ", r.Ranks[i]))
			if test.threads == table.Most() && test.without == "" && b.Rank() != r.Ranks[i] {
				t.Errorf("%s has rank %d in the table", b.Name(), b.Rank())
			}
		}
		if strings.Join(got, ", ") != test.want || r.TooFew {
			t.Errorf("%d threads without %q: %v, want %s; too few: %v", test.threads, test.without, got, test.want, r.TooFew)
		}
	}
	few := Tables(tableOf(0.01, ratios{"a", around(1.2, 3), false}, ratios{"b", around(9, 3), false}))[0]
	if r := few.Ranking(2, func(Backend) bool { return true }); !r.TooFew {
		t.Error("3 forks tell two apart")
	}
}

// The text of a metric has the marks of the table.
func TestCellText(t *testing.T) {
	for _, table := range Tables(mixOf(8).file()) {
		for _, b := range table.Backends() {
			text, ok := b.Cell(2).Text(workloads.GPMedian)
			if want := b.Impl() == "rcu-classic" && table.Workload().Updates > 0; want && text != "≤1.23 µs c" {
				t.Errorf("%s: %q, %v", b.Name(), text, ok)
			}
			if table.Workload().Updates == 0 && ok {
				t.Errorf("%s: %q without updates", b.Name(), text)
			}
		}
	}
}
