package cli

import (
	"fmt"
	"strconv"

	"readmostly/workloads"
)

// chooseDivided checks the flags of a scenario whose workers either look up or
// update.
func (f *benchFlags) chooseDivided() error {
	switch {
	case f.chained:
		return fmt.Errorf("--chained: the readers of scenario %s don't wait: leave it out", f.scene.Name)
	case f.set("updates"):
		return fmt.Errorf("--updates: the updaters of scenario %s do nothing else: leave it out, and say with --updaters how many they are", f.scene.Name)
	}
	f.updates = "100%" // of what updaters do
	return nil
}

// A crew is how many threads a workload has, and how many of them only update.
type crew struct{ threads, updaters int }

// parseUpdaters reads --updaters, and returns each number with each number of
// threads. Where threads are not divided none only updates.
func (s *settings) parseUpdaters() (crews []crew, err error) {
	numbers := []int{0}
	if s.flags.scene.Divided {
		if numbers, err = parseEach("--updaters", s.flags.updaters, parseUpdaters); err != nil {
			return nil, err
		}
	}
	for _, updaters := range numbers {
		for _, threads := range s.threads {
			crews = append(crews, crew{threads, updaters})
		}
	}
	return crews, nil
}

func parseUpdaters(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > maxThreads {
		return 0, fmt.Errorf("%q is not a number of updaters: want 1 to %d, such as 1,2", s, maxThreads)
	}
	return n, nil
}

// crowded reports whether what may be wrong with a workload is that it has too many
// threads that update, so that others can be measured.
func crowded(w workloads.Workload) bool {
	return w.Updates > 0 && (w.Size < w.Threads || w.Scene().Divided && w.Updaters >= w.Threads)
}
