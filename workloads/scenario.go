package workloads

import (
	"context"
	"fmt"
	"strings"

	"readmostly/impls"
)

// A Scenario is what the workers of a workload do with a map, and what that
// shows. Each stands in a file of its own.
type Scenario struct {
	Name    string   // in lower case
	Doc     string   // for the help: what happens, what it shows
	Metrics []Metric // all that it measures, in the order of a row and of a table's columns
	Legend  []string // what a reader of its table must know
	Timed   string   // what an operation that ns/op is of is called, where that isn't any operation: "update"

	// Mixed says that the workload chooses the share of updates. Other scenarios
	// update in a way of their own.
	Mixed bool
	// Divided says that the last workers only update and the others only look keys
	// up, and that the two are timed apart. The workload says how many update.
	Divided bool
	// Paired says that short windows show what is to be seen, so backends are
	// played in turn and compared window by window. Other scenarios need windows
	// that last as long as many grace periods, each on a fresh map.
	Paired bool
	// MinThreads is the least number of workers.
	MinThreads int
	// Size and Structure are used where nothing else is asked for.
	Structure Structure
	Size      int

	counting counting // when workers' counters run

	can   func(impls.Caps, Workload) string         // what a backend lacks for it, or nothing
	role  func(w Workload, id int) role             // what worker id does
	body  body                                      // how
	watch func(*Trial, context.Context, Look) error // what the coordinator does during a window
	after func(*Trial, context.Context) error       // and when all workers have left it; may be nil
	sum   func(*Trial, *Window)                     // what the workers and the coordinator have seen
}

// A body is what a worker does in a window, from the start of the warm-up to the
// stop. It looks at the phase often, and calls enter whenever that has changed.
// It returns nil when the window is over.
type body func(w *worker) error

// Scenarios returns all scenarios, the default first.
func Scenarios() []*Scenario { return []*Scenario{Mix, Apart, Flood, Stall, Teardown} }

// FindScenario returns the scenario with a name; the empty name is that of the
// default.
func FindScenario(name string) (*Scenario, error) {
	var names []string
	for _, s := range Scenarios() {
		if s.Name == name || name == "" {
			return s, nil
		}
		names = append(names, s.Name)
	}
	return nil, fmt.Errorf("%q is not a scenario: want %s", name, strings.Join(names, ", "))
}

// Metric returns the scenario's metric with a unit.
func (s *Scenario) Metric(unit string) (Metric, bool) {
	for _, m := range s.Metrics {
		if m.Unit == unit {
			return m, true
		}
	}
	return Metric{}, false
}

// A role is what one worker has to do in a scenario.
type role uint8

const (
	playing  role = iota // its tape, lookups and updates
	reading              // lookups, watching the clock
	updating             // copy-updates
	stalling             // stays inside a reader
	removing             // takes everything out
	looking              // its tape, lookups alone
	changing             // its tape, updates alone, timed apart
	resting              // nothing
)

// counted reports whether the role's operations are those that are measured.
func (r role) counted() bool { return r == playing || r == updating || r == removing || r == looking }

// tapeOf returns what a role's tape has.
func (w Workload) tapeOf(r role) tapeKind {
	switch r {
	case reading, stalling, looking:
		return tapeKind{chained: w.Chained}
	case updating:
		if w.Latency { // beside lookups, as due as they are
			return tapeKind{updates: 0.5, replace: true}
		}
		return tapeKind{updates: 1, replace: true}
	case removing:
		return tapeKind{updates: 1, replace: true}
	case changing:
		return tapeKind{updates: 1, replace: w.Replace}
	}
	return tapeKind{w.Updates, w.Replace, w.Chained}
}
