package torture

import (
	"fmt"
	"strings"
	"time"
)

// A Report is what a run found.
type Report struct {
	Results []Result
	Elapsed time.Duration
	LeftOut int // trials that were not begun because one hung, or by FailFast
}

// Failed returns the first failure, or nil.
func (r Report) Failed() *Failure {
	for i := range r.Results {
		if f := r.Results[i].Failure; f != nil {
			return f
		}
	}
	return nil
}

// Failures returns the number of trials that failed.
func (r Report) Failures() (n int) {
	for _, result := range r.Results {
		if result.Failure != nil {
			n++
		}
	}
	return n
}

// A Result is what a trial exercised, and how it failed if it did.
type Result struct {
	Trial
	Elapsed time.Duration
	Counts  []Count
	Failure *Failure // nil if the trial passed
}

// A Count is a number of things that were exercised. A near miss is a count like
// any other.
type Count struct {
	What string
	N    uint64
}

// Count returns the number of things of a name, 0 if there is no such count.
func (r Result) Count(what string) uint64 {
	for _, c := range r.Counts {
		if c.What == what {
			return c.N
		}
	}
	return 0
}

// String describes the result in one line. A failure's story is not part of it.
func (r Result) String() string {
	verdict := "ok  "
	if r.Failure != nil {
		verdict = "FAIL"
	}
	counts := make([]string, len(r.Counts))
	for i, c := range r.Counts {
		counts[i] = formatCount(c.N) + " " + c.What
	}
	s := fmt.Sprintf("%s %-18s %-7s %5.1fs  %s", verdict, r.Subject, r.Structure, r.Elapsed.Seconds(), strings.Join(counts, ", "))
	if r.Failure != nil {
		s += ": " + r.Failure.What
	}
	return strings.TrimRight(s, " ")
}

// formatCount writes a number with three digits that matter.
func formatCount(n uint64) string {
	switch {
	case n < 10_000:
		return fmt.Sprint(n)
	case n < 1_000_000:
		return fmt.Sprintf("%.0fk", float64(n)/1e3)
	case n < 100_000_000:
		return fmt.Sprintf("%.1fM", float64(n)/1e6)
	}
	return fmt.Sprintf("%.0fM", float64(n)/1e6)
}

// A Failure is the first thing that went wrong in a trial.
type Failure struct {
	Trial
	What  string // in one line
	Story string // the circumstances, in many
}

// Error returns the failure with its story.
func (f *Failure) Error() string {
	return fmt.Sprintf("%v: %s\n%s", f.Trial, f.What, f.Story)
}
