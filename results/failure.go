package results

import (
	"fmt"
	"slices"
)

// failures lists what could not be measured, each reason once.
func failures(f File) (lines []string) {
	counts := map[Failure]int{}
	var all []Failure
	for _, failure := range f.Failures {
		if counts[failure]++; counts[failure] == 1 {
			all = append(all, failure)
		}
	}
	for _, failure := range all {
		line := fmt.Sprintf("failed: %s, %s, %s: %s", failure.Backend(), Title(failure.Workload), counted(failure.Threads, "thread"), failure.Why)
		if n := counts[failure]; n > 1 {
			line += fmt.Sprintf(" (in %d forks)", n)
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return lines
}
