package results

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"golang.org/x/perf/benchmath"

	"readmostly/workloads"
)

// ratios are what forks showed of one backend.
type ratios struct {
	impl   string
	values []float64
	reads  bool
}

// around returns so many ratios about a center, by thousandths.
func around(center float64, n int) (values []float64) {
	for i := range n {
		values = append(values, center*(1+0.001*(float64(i)-float64(n-1)/2)))
	}
	return values
}

// tableOf returns a file that has one table, with two threads.
func tableOf(updates float64, backends ...ratios) File {
	f := File{Config: Known(exampleConfig)}
	for _, b := range backends {
		for i, ratio := range b.values {
			p := NewPoint(workloads.Workload{Structure: "hash", Size: 1024, Updates: updates, Threads: 2}, b.impl, "")
			p.ReadOnly = b.reads
			f.Rows = append(f.Rows, Row{Point: p, Fork: i + 1, Values: workloads.Values{
				{Unit: "ns/op", Value: 10 * ratio}, {Unit: "x/unsync", Value: ratio},
			}})
		}
	}
	return f
}

func TestHolm(t *testing.T) {
	for _, test := range []struct {
		p    []float64
		want []bool
	}{
		{nil, []bool{}},
		{[]float64{0.05}, []bool{true}},
		{[]float64{0.051}, []bool{false}},
		{[]float64{0.03, 0.03}, []bool{false, false}}, // each alone would do
		{[]float64{0.04, 0.025}, []bool{true, true}},
		{[]float64{0.04, 0.001, 0.03}, []bool{false, true, false}},
		{[]float64{0.04, 0.001, 0.024}, []bool{true, true, true}},
		{[]float64{0.01, 0.02, 0.06, 0.001}, []bool{true, true, false, true}},
	} {
		if got := holm(test.p, 0.05); !slices.Equal(got, test.want) {
			t.Errorf("%v: %v, want %v", test.p, got, test.want)
		}
	}
}

// A corrected p-value is never below that of a hypothesis with a lesser one.
func TestHolmCorrects(t *testing.T) {
	got := Holm([]float64{0.04, 0.001, 0.03, 0.5, 0.9})
	for i, want := range []float64{0.12, 0.005, 0.12, 1, 1} {
		if math.Abs(got[i]-want) > 1e-12 {
			t.Errorf("%v", got)
		}
	}
}

// The least p-value is the one that benchstat's test has for samples that do not
// overlap.
func TestLeastP(t *testing.T) {
	for n := 1; n <= 9; n++ {
		for m := 1; m <= 9; m++ {
			want := benchmath.AssumeNothing.Compare(sampleOf(around(1, n)), sampleOf(around(2, m))).P
			if got := leastP(n, m); math.Abs(got-want) > 1e-12 {
				t.Errorf("%d and %d values: %v, want %v", n, m, got, want)
			}
		}
	}
}

func TestRanks(t *testing.T) {
	wide := []float64{0.9, 1.02, 1.03, 1.2, 1.3, 1.35, 1.4, 1.5}
	for _, test := range []struct {
		name     string
		backends []ratios
		want     map[string]int
	}{
		{"two apart", []ratios{{"a", around(1.2, 8), false}, {"b", around(1.3, 8), false}}, map[string]int{"a": 1, "b": 2}},
		{"two alike", []ratios{{"a", around(1.2, 8), false}, {"b", around(1.2005, 8), false}}, map[string]int{"a": 1, "b": 1}},
		{"the next rank counts those before", []ratios{{"a", around(1.2, 8), false}, {"b", around(1.2, 8), false}, {"c", around(2, 8), false}, {"d", around(2, 8), false}, {"e", around(3, 8), false}},
			map[string]int{"a": 1, "b": 1, "c": 3, "d": 3, "e": 5}},
		{"a wide one shares the rank that it might have", []ratios{{"a", around(1.05, 8), false}, {"b", around(1.06, 8), false}, {"wide", wide, false}},
			map[string]int{"a": 1, "b": 3, "wide": 1}},
		{"the special ones have none", []ratios{
			{"unsync", around(1, 8), false}, {"unsync-control", around(1, 8), false}, {"noop", around(0.1, 8), false},
			{"reads", around(1.01, 8), true}, {"wrong", around(1.01, 8), false}, {"a", around(1.2, 8), false},
		}, map[string]int{"a": 1}},
		{"few forks tell nothing", []ratios{{"a", around(1.2, 3), false}, {"b", around(9, 3), false}}, map[string]int{"a": 1, "b": 1}},
		{"equal values", []ratios{{"a", []float64{1, 1, 1, 1, 1, 1}, false}, {"b", []float64{1, 1, 1, 1, 1, 1}, false}}, map[string]int{"a": 1, "b": 1}},
	} {
		table := tablesOf(tableOf(0.01, test.backends...))[0]
		got := map[string]int{}
		for s, rank := range table.ranks {
			got[s.impl] = rank
		}
		if fmt.Sprint(got) != fmt.Sprint(test.want) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

// The correction counts: of twenty backends that are alike, hardly one is told
// apart from the first, though one in twenty comparisons would be by itself.
func TestRanksCorrect(t *testing.T) {
	var backends []ratios
	for i := range 20 {
		backends = append(backends, ratios{fmt.Sprintf("b%c", 'a'+i), around(1.2, 10), false})
	}
	backends[19].values = around(1.205, 10) // p = 0.035
	table := tablesOf(tableOf(0, backends...))[0]
	for s, rank := range table.ranks {
		if rank != 1 {
			t.Errorf("%v has rank %d", s, rank)
		}
	}
	p := benchmath.AssumeNothing.Compare(sampleOf(backends[0].values), sampleOf(backends[19].values)).P
	if !(p < alpha) {
		t.Errorf("p = %v says nothing about the correction", p)
	}
}

// A backend whose checks fail is shown behind those that are ranked, with a mark
// that the legend explains.
func TestFaultyHasNoRank(t *testing.T) {
	f := tableOf(0.01, ratios{"unsync", around(1, 8), false}, ratios{"wrong", around(1.01, 8), false}, ratios{"a", around(1.2, 8), false}, ratios{"b", around(1.4, 8), false})
	var page strings.Builder
	if err := Render(&page, f, Options{Full: true}); err != nil {
		t.Fatal(err)
	}
	if a, wrong := strings.Index(page.String(), "\n b "), strings.Index(page.String(), "\n wrong "); a < 0 || wrong < a {
		t.Errorf("want the faulty one last:\n%s", page.String())
	}
	for _, want := range []string{"1.010 ±0.3% x", "x: its checks fail, so it has no rank.", "a is the cheapest"} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("no %q in\n%s", want, page.String())
		}
	}
}
