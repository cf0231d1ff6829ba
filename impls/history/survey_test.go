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
	if err != nil {
		t.Fatal(err)
	}
	if s.Histories != 30 || s.Undecided != 0 || s.Fewest <= minOps || s.Pairs < s.Histories || s.Overlap.Operations > s.Operations {
		t.Errorf("surveyed %+v", s)
	}
}

func TestRepeatsArePermittedIfDeclared(t *testing.T) {
	b := toyBackend(walkRepeats)
	b.Caps.WalkRepeats = true
	if _, err := Survey(b, Options{Count: 30}); err != nil {
		t.Error(err)
	}
}

// TestTurnsAreDiscarded checks that what doesn't overlap isn't counted.
func TestTurnsAreDiscarded(t *testing.T) {
	s, err := Survey(toyBackend(none), Options{Count: 3, plan: func(seed uint64) Plan {
		p := NewPlan(seed)
		p.Workers = 1
		return p
	}})
	if err == nil || s.Histories != 0 || s.Discarded != 3*attempts {
		t.Errorf("surveyed %v: %v", s, err)
	}
}

// TestSummaryIsALine checks the shares that a summary shows.
func TestSummaryIsALine(t *testing.T) {
	s := Summary{Backend: "toy", Reclaim: "call", Histories: 2, Operations: 300, Fewest: 120, Discarded: 7, Undecided: 1,
		Overlap: Overlap{Operations: 75, Pairs: 50, Contending: 9}}
	for _, want := range []string{"toy/call", " 2 histories", "300 operations", "120 or more", "25% overlap", "4.5 contending", "7 discarded", "1 undecided"} {
		if !strings.Contains(s.String(), want) {
			t.Errorf("%q lacks %q", s, want)
		}
	}
}

func ExampleSurvey() {
	b := impls.Backend{Name: "mine", Caps: toyBackend(none).Caps, New: toyBackend(none).New}
	s, err := Survey(b, Options{Count: 10})
	fmt.Println(s.Backend, s.Histories, "histories,", s.Undecided, "undecided,", err)
	// Output: mine 10 histories, 0 undecided, <nil>
}
