package torture

import (
	"strings"
	"testing"
	"time"
)

// The shortest trial has some of everything but the orders.
func TestShortestTrialOfFlavours(t *testing.T) {
	for _, l := range Libraries() {
		if !strings.HasPrefix(l.Name, "rcu.") {
			continue
		}
		r := torture(t, Options{Libraries: []Library{l}, Duration: time.Millisecond}).Results[0]
		if r.Failure != nil {
			t.Errorf("%v", r.Failure)
		}
		for _, what := range []string{"sections", "long sections", "callbacks", "callbacks in the fullest grace period", "registrations", "freed", "grace periods"} {
			if r.Count(what) == 0 {
				t.Errorf("%s: no %s", l.Name, what)
			}
		}
	}
}

// The story of a grace period that was too short tells the element's whole life.
func TestStoryTellsLife(t *testing.T) {
	l := brokenFlavour("unmarked", nil, func(r Reader) Reader { return unmarked{r} })
	for range 20 {
		f := findsFault(t, Options{Libraries: []Library{l}})
		if !strings.Contains(f.What, "grace period was too short") {
			continue // found in another way
		}
		for _, want := range []string{"publish", "remove 1, after ", "age 2, after ", "enter a section"} {
			if !strings.Contains(f.Story, want) {
				t.Errorf("the story does not tell %q", want)
			}
		}
		return
	}
	t.Error("no grace period was found too short")
}
