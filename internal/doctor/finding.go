package doctor

import (
	"fmt"
	"strings"
)

// A Verdict says what a fact means for measuring.
type Verdict string

// The verdicts.
const (
	Good        Verdict = "good"
	Reservation Verdict = "reservation" // figures are worse for it, or tell less
	Unknown     Verdict = "unknown"     // the machine doesn't say
)

// A Finding is a fact about a machine, and what it means.
type Finding struct {
	Name    string  `json:"name"`
	Verdict Verdict `json:"verdict"`
	Fact    string  `json:"fact"`
	Remedy  string  `json:"remedy,omitempty"` // what to do; empty where all is good
}

func good(name, format string, args ...any) Finding {
	return Finding{Name: name, Verdict: Good, Fact: fmt.Sprintf(format, args...)}
}

func (f Finding) but(remedy string) Finding {
	f.Verdict, f.Remedy = Reservation, remedy
	return f
}

func unknown(name, remedy string) Finding { return because(name, "unknown", remedy) }

func because(name, fact, remedy string) Finding {
	return Finding{Name: name, Verdict: Unknown, Fact: fact, Remedy: remedy}
}

// A Report is what was found, in the order in which it is shown.
type Report []Finding

// With returns the names of the findings with the verdict.
func (r Report) With(v Verdict) (names []string) {
	for _, f := range r {
		if f.Verdict == v {
			names = append(names, f.Name)
		}
	}
	return names
}

// Fit reports whether there are no reservations. What is unknown is none.
func (r Report) Fit() bool { return len(r.With(Reservation)) == 0 }

// Summary is one sentence.
func (r Report) Summary() string {
	text := "fit to measure: no reservations"
	if doubts := r.With(Reservation); len(doubts) > 0 {
		text = "with reservations: " + strings.Join(doubts, ", ")
	}
	if names := r.With(Unknown); len(names) > 0 {
		text += "; unknown: " + strings.Join(names, ", ")
	}
	return text
}
