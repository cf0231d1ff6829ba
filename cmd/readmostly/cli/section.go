package cli

import (
	"fmt"
	"slices"
	"strconv"

	"readmostly/impls"
	"readmostly/workloads"
)

// addSections reads --section and returns each of the workloads with each number of
// lookups per section.
func (s *settings) addSections(all []workloads.Workload) ([]workloads.Workload, error) {
	numbers, err := parseEach("--section", s.flags.sections, parseSection)
	if err != nil {
		return nil, err
	}
	var with []workloads.Workload
	for _, w := range all {
		for _, n := range numbers {
			if n > 1 {
				w.Section = n
			} else {
				w.Section = 0
			}
			if err := w.Validate(); err != nil {
				return nil, fmt.Errorf("--section: %w", err)
			}
			with = append(with, w)
		}
	}
	if slices.Max(numbers) > 1 && !slices.ContainsFunc(s.backends, func(b impls.Backend) bool { return b.Caps.Section && !b.Caps.Limit }) {
		return nil, fmt.Errorf("--section: none of the chosen backends has sections that cover several lookups: leave it out")
	}
	return with, nil
}

func parseSection(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%q is not a number of lookups: want 1 or more, such as 1,16,64", s)
	}
	return n, nil
}
