package workloads

import (
	"fmt"
	"strings"
)

// A Scenario is what the workers of a workload do with a map. All but [Mix] are
// about letting go: what becomes of the elements that updaters take out while
// readers may still see them.
type Scenario uint8

const (
	// Mix is every worker executing lookups and updates at the workload's share:
	// what a map costs in use.
	Mix Scenario = iota
	// Flood is updaters that copy-update in a tight loop while one worker, if
	// there is more than one, looks keys up and watches the clock: how fast
	// elements can be let go of, and how many wait meanwhile. (LKML 2020, on
	// kfree_rcu: the flood of callbacks.)
	Flood
	// Stall is one reader that stays inside for the window while the others
	// copy-update at a modest rate: what piles up, who is held up, and how long
	// it takes to drain when the reader has left.
	Stall
	// Teardown is one worker that takes all elements out, one after the other,
	// and waits until all are free, while the others look keys up: what closing
	// takes. (LKML 2022, on iommu/s390: seconds in close.)
	Teardown
)

var scenarioNames = [...]string{"mix", "flood", "stall", "teardown"}

// String returns the scenario's name in lower case.
func (s Scenario) String() string {
	if int(s) < len(scenarioNames) {
		return scenarioNames[s]
	}
	return fmt.Sprintf("scenario-%d", uint8(s))
}

// ParseScenario reads a scenario's name.
func ParseScenario(name string) (Scenario, error) {
	for i, n := range scenarioNames {
		if n == name {
			return Scenario(i), nil
		}
	}
	return 0, fmt.Errorf("%q is not a workload: want %s", name, strings.Join(scenarioNames[:], ", "))
}

// A role is what one worker has to do in a scenario.
type role uint8

const (
	playing  role = iota // its tape, lookups and updates
	reading              // lookups, watching the clock
	updating             // copy-updates
	stalling             // stays inside a reader
	removing             // takes everything out
)

// role returns what worker id does.
func (w Workload) role(id int) role {
	switch w.Scenario {
	case Flood:
		if id == 0 && w.Threads > 1 {
			return reading
		}
		return updating
	case Stall:
		if id == 0 {
			return stalling
		}
		return updating
	case Teardown:
		if id < w.Threads-1 {
			return reading
		}
		return removing
	}
	return playing
}

// counted reports whether the role's operations are those that are measured.
func (r role) counted() bool { return r == playing || r == updating || r == removing }

// bodies are what workers do in each scenario.
var bodies = [...]body{
	Mix:      play,
	Flood:    flood,
	Stall:    stall,
	Teardown: teardown,
}

// shaped returns the workload that a worker's tape is drawn for.
func (w Workload) shaped(r role) Workload {
	switch r {
	case reading, stalling:
		w.Updates = 0
	case updating, removing:
		w.Updates, w.Replace = 1, true
	}
	return w
}
