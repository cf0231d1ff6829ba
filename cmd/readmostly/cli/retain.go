package cli

import (
	"fmt"
	"slices"
	"strings"

	"readmostly/impls"
	"readmostly/results"
	"readmostly/workloads"
)

// parseRetain reads --retain and returns each of the workloads with each number,
// where anything is retired.
func (s *settings) parseRetain(all []workloads.Workload) ([]workloads.Workload, error) {
	if s.flags.retain == "" {
		return all, nil
	}
	numbers, err := parseEach("--retain", s.flags.retain, results.ParseSize)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(s.backends, func(b impls.Backend) bool { return b.Retain > 0 }) {
		return nil, fmt.Errorf("--retain: none of the chosen backends gathers what it retires: leave it out")
	}
	var with []workloads.Workload
	retires := false
	for _, w := range all {
		if w.Scene().Mixed && w.Updates == 0 {
			with = append(with, w)
			continue
		}
		retires = true
		for _, n := range numbers {
			w.Retain = n
			if err := w.Validate(); err != nil {
				return nil, fmt.Errorf("--retain: %w", err)
			}
			with = append(with, w)
		}
	}
	if !retires {
		return nil, fmt.Errorf("--retain: lookups retire nothing: want --updates of more than 0%%")
	}
	return with, nil
}

// defaultRetains names how many elements a worker of each backend gathers, where
// no number was asked for.
func (s *settings) defaultRetains() string {
	if s.flags.retain != "" {
		return ""
	}
	var defaults []string
	for _, b := range s.backends {
		if b.Retain > 0 {
			defaults = append(defaults, fmt.Sprintf("%s=%d", b.Name, b.Retain))
		}
	}
	return strings.Join(defaults, " ")
}
