package history

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"readmostly/impls"
)

// TestCatches checks that each fault is found, and shown.
func TestCatches(t *testing.T) {
	const violated = "no order explains"
	for _, test := range []struct {
		fault fault
		says  string
	}{
		{staleRead, violated},
		{oldVersion, violated},
		{ownCache, violated},
		{lostReplace, violated},
		{lostInsert, violated},
		{lateDelete, violated},
		{resurrection, violated},
		{twoInserts, violated},
		{twoDeletes, violated},
		{batchMisses, violated},
		{walkOmits, violated},
		{walkRepeats, violated},
		{walkIsOld, violated},
		{walkGoesOn, "a walk went on"},
		{unwritten, "that nobody wrote"},
		{otherKey, "returned key"},
		{refuses, "full"},
		{leaks, "an element is missing"},
	} {
		t.Run(string(test.fault), func(t *testing.T) {
			s, err := Survey(toyBackend(test.fault), Options{Count: 500})
			var f *Failure
			if !errors.As(err, &f) {
				t.Fatalf("not caught (%v): %v", s, err)
			}
			if !strings.Contains(f.Error(), test.says) || !strings.Contains(f.Error(), "seed=") {
				t.Errorf("it says %q; want %q in it, and the seed", f.Error(), test.says)
			}
			var page bytes.Buffer
			if err := f.Visualize(&page); err != nil || (test.says == violated) != strings.Contains(page.String(), "</html>") {
				t.Errorf("a page of %d bytes, %v", page.Len(), err)
			}
		})
	}
}

func TestPassesSoundToy(t *testing.T) {
	s, err := Survey(toyBackend(none), Options{Count: 30})
	if errors.Is(err, ErrTurns) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	if s.Histories != 30 || s.Undecided != 0 || s.Fewest <= minOps || s.Least.Pairs < minPairs || s.Least.Contending < minContending || s.Overlap.Operations > s.Operations {
		t.Errorf("surveyed %+v", s)
	}
}

func TestRepeatsArePermittedIfDeclared(t *testing.T) {
	b := toyBackend(walkRepeats)
	b.Caps.WalkRepeats = true
	if _, err := Survey(b, Options{Count: 30}); err != nil && !errors.Is(err, ErrTurns) {
		t.Error(err)
	}
}

// TestTurnsAreNotCounted checks that what doesn't overlap isn't counted, and that
// the survey comes to an end all the same.
func TestTurnsAreNotCounted(t *testing.T) {
	s, err := Survey(toyBackend(none), Options{Count: 3, plan: alone})
	if !errors.Is(err, ErrTurns) || s.Histories != 0 || s.Uncounted != 3*attempts+spare {
		t.Errorf("surveyed %v: %v", s, err)
	}
}

// TestWhatIsNotCountedIsChecked has a worker alone meet a fault that shows
// without any overlap.
func TestWhatIsNotCountedIsChecked(t *testing.T) {
	_, err := Survey(toyBackend(lostReplace), Options{Count: 3, plan: alone})
	var f *Failure
	if !errors.As(err, &f) {
		t.Errorf("not caught: %v", err)
	}
}

// alone plans histories of one worker.
func alone(seed uint64) Plan {
	p := NewPlan(seed)
	p.Workers = 1
	return p
}

// TestCounts checks which histories count, and what is noted of them.
func TestCounts(t *testing.T) {
	h := &History{Operations: make([]Operation, 120)}
	for _, test := range []struct {
		o       Overlap
		updates bool
		want    bool
	}{
		{Overlap{Operations: 2, Pairs: 4, Contending: 4}, true, false},
		{Overlap{Operations: 9, Pairs: 5, Contending: 0}, true, false},
		{Overlap{Operations: 9, Pairs: 5, Contending: 0}, false, true},
		{Overlap{Operations: 9, Pairs: 5, Contending: 1}, true, true},
	} {
		var s Summary
		if s.add(h, test.o, test.updates); (s.Histories == 1) != test.want || s.Histories+s.Uncounted != 1 {
			t.Errorf("%+v, updates %v: %d count, %d don't; want %v", test.o, test.updates, s.Histories, s.Uncounted, test.want)
		}
	}
	var s Summary
	for _, o := range []Overlap{{8, 7, 6}, {9, 5, 9}, {7, 9, 3}, {1, 1, 0}} {
		s.add(h, o, true)
	}
	if want := (Overlap{24, 21, 18}); s.Overlap != want || s.Least != (Overlap{7, 5, 3}) || s.Fewest != 120 || s.Operations != 360 {
		t.Errorf("added up: %+v", s)
	}
}

// TestSummaryIsALine checks the means that a summary shows.
func TestSummaryIsALine(t *testing.T) {
	s := Summary{Backend: "toy", Reclaim: "call", Histories: 2, Operations: 300, Fewest: 120, Uncounted: 7, Undecided: 1,
		Overlap: Overlap{Operations: 75, Pairs: 51, Contending: 9}, Least: Overlap{Operations: 30, Pairs: 20, Contending: 3}}
	for _, want := range []string{"toy/call", " 2 histories", "120 operations or more", "20 overlapping pairs or more (mean 25.5)",
		"3 contending or more (mean 4.5)", "7 not counted", "1 undecided"} {
		if !strings.Contains(s.String(), want) {
			t.Errorf("%q lacks %q", s, want)
		}
	}
	if s := (Summary{Backend: "toy"}).String(); !strings.Contains(s, "mean 0.0") {
		t.Errorf("without a history: %q", s)
	}
}

func ExampleSurvey() {
	b := impls.Backend{Name: "mine", Caps: toyBackend(none).Caps, New: toyBackend(none).New}
	s, err := Survey(b, Options{Count: 10})
	var violated *Failure
	fmt.Println(s.Backend, s.Undecided, "undecided, violated:", errors.As(err, &violated))
	// Output: mine 0 undecided, violated: false
}
