package workloads

import (
	"testing"
	"time"

	"readmostly/impls"
)

// runningClock has each look at the scripted clock take a while, as a loop that
// waits for it would wait for ever otherwise.
func (s *script) runningClock(step time.Duration) {
	instant = func() time.Duration { s.pass(step); return s.now() }
}

// updates is a tape of nothing else.
func updates() tape {
	all := make(tape, 1<<12)
	for i := range all {
		all[i] = impls.MakeOp(impls.Replace, 1)
	}
	return all
}

// An update that was due in the window counts, also where the updater was held up
// and never made it: it has waited until the window's end.
func TestUpdatesCountFromWhenTheyWereDue(t *testing.T) {
	const interval = time.Second / StallRate
	for _, test := range []struct {
		name          string
		steps         []scene
		made          uint64
		due           int64
		median, least time.Duration
	}{
		// One update of 200 ms holds up those behind it, and all are made up for:
		// 10,000 that were due meanwhile, and 100 more while these were made.
		{"made up for", []scene{
			{0, warming}, {0, measuring},
			{200 * time.Millisecond, measuring},
		}, 0, 0, 100 * time.Millisecond, 199 * time.Millisecond},
		// It lasts until the window's end.
		{"never made", []scene{
			{0, warming}, {0, measuring},
			{200 * time.Millisecond, cooling},
		}, 1, 10000, 100 * time.Millisecond, 199 * time.Millisecond},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := &script{steps: test.steps, ends: true}
			if test.made == 0 { // all of them, until nothing is owed
				const n = 10_500
				for range n {
					s.steps = append(s.steps, scene{0, measuring})
				}
				s.steps = append(s.steps, scene{0, cooling})
				test.made, test.due = n+2, n+2
			}
			_, w := s.play(t, Stall, updating)
			w.tape = updates()
			s.runningClock(100)
			if err := pace(w); err != nil {
				t.Fatal(err)
			}
			if got := w.tallies[measuring].Updates(); got != test.made {
				t.Errorf("%d were made, want %d", got, test.made)
			}
			if n := w.gaps.TotalCount(); n < test.due-1 || n > test.due+1 {
				t.Errorf("%d were noted, want the %d that were due, every %v", n, test.due, interval)
			}
			if got := time.Duration(w.gaps.ValueAtQuantile(50)); got < test.median*9/10 || got > test.median*11/10 {
				t.Errorf("half of them took up to %v, want %v", got, test.median)
			}
			if got := time.Duration(w.gaps.Max()); got < test.least {
				t.Errorf("the slowest took %v, want at least %v", got, test.least)
			}
		})
	}
}

// What the warm-up owes is none of the window's.
func TestUpdatesThatTheWarmUpOwes(t *testing.T) {
	s := &script{ends: true, steps: []scene{
		{time.Second, warming}, {0, measuring},
		{0, measuring}, {0, measuring}, {0, cooling},
	}}
	_, w := s.play(t, Stall, updating)
	w.tape = updates()
	s.runningClock(100)
	if err := pace(w); err != nil {
		t.Fatal(err)
	}
	if n, slowest := w.gaps.TotalCount(), time.Duration(w.gaps.Max()); n != 3 || slowest > time.Millisecond {
		t.Errorf("%d updates, the slowest took %v", n, slowest)
	}
}
