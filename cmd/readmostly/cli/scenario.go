package cli

import (
	"fmt"
	"slices"

	"readmostly/internal/topo"
	"readmostly/workloads"
)

// allReclaims asks for every way to let go that a backend knows.
const allReclaims = "all"

// choose reads --workload, and gives flags that the user has not set the
// defaults that suit it.
func (f *benchFlags) choose(set func(flag string) bool) (err error) {
	if f.scenario, err = workloads.ParseScenario(f.workload); err != nil {
		return fmt.Errorf("--workload: %w", err)
	}
	if f.scenario == workloads.Mix {
		return nil
	}
	for _, flag := range []string{"updates", "replace"} {
		if set(flag) {
			return fmt.Errorf("--%s: a %s has updates of its own: leave it out", flag, f.scenario)
		}
	}
	if !set("structure") {
		f.structures = string(workloads.Hash)
	}
	if !set("size") {
		f.sizes = "1k"
	}
	if !set("reclaim") && f.scenario != workloads.Stall {
		f.reclaim = allReclaims
	}
	f.updates = "0%"
	return nil
}

// threadsFor are the numbers of threads where the user names none. What is about
// letting go takes one that reads and one that updates.
func threadsFor(scenario workloads.Scenario, m topo.Machine) []int {
	if scenario == workloads.Mix {
		return defaultThreads(m)
	}
	return slices.Compact([]int{2, max(2, m.Cores())})
}
