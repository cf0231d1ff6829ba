package workloads

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"readmostly/impls"
)

func testPlan() Plan {
	var p Plan
	for i := range 10 {
		for _, size := range []int{16, 1000} {
			p = append(p, Cell{Backend: impls.Backend{Name: fmt.Sprint("impl", i)}, Workload: Workload{Structure: List, Size: size, Threads: 1}})
		}
	}
	return p
}

func names(cells []Cell) []string {
	var all []string
	for _, c := range cells {
		all = append(all, fmt.Sprint(c.Backend.Name, "/", c.Workload.Size))
	}
	return all
}

func TestSchedule(t *testing.T) {
	p := testPlan()
	want := slices.Sorted(slices.Values(names(p)))
	s := names(p.Schedule(3, 1))
	if len(s) != 3*len(p) {
		t.Fatalf("%d cells, want %d", len(s), 3*len(p))
	}
	var rounds [][]string
	for round := range slices.Chunk(s, len(p)) {
		if got := slices.Sorted(slices.Values(round)); !slices.Equal(got, want) {
			t.Errorf("a repetition measures %v", got)
		}
		rounds = append(rounds, round)
	}
	if slices.Equal(rounds[0], rounds[1]) || slices.Equal(rounds[0], names(p)) {
		t.Error("the order is not random")
	}
	if !slices.Equal(s, names(p.Schedule(3, 1))) {
		t.Error("the order doesn't depend on the seed alone")
	}
	if slices.Equal(s, names(p.Schedule(3, 2))) {
		t.Error("the order doesn't depend on the seed")
	}
	if n := len(Plan(nil).Schedule(3, 1)); n != 0 {
		t.Errorf("an empty plan has %d cells", n)
	}
}

func TestForecast(t *testing.T) {
	o := Options{Duration: 100 * time.Millisecond, Warmup: 20 * time.Millisecond}
	s := testPlan().Schedule(2, 1)
	f := NewForecast(s, o)
	total := f.Total()
	if least := time.Duration(len(s)) * (o.Duration + o.Warmup); total < least || total > 2*least {
		t.Errorf("total %v, want a little more than %v", total, least)
	}
	if f.Left() != total {
		t.Errorf("before the start %v of %v are left", f.Left(), total)
	}
	// Everything takes a second.
	for i, c := range s {
		f.Done(c, time.Second)
		want := time.Duration(len(s)-1-i) * time.Second
		if got := f.Left(); i > 5 && (got < want*9/10 || got > want*11/10) {
			t.Errorf("after %d measurements %v are left, want about %v", i+1, got, want)
		}
	}
	if f.Left() != 0 || f.Total() != total {
		t.Errorf("at the end %v of %v are left", f.Left(), f.Total())
	}
}
