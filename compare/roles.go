package compare

import (
	"cmp"
	"slices"

	"readmostly/results"
)

// Roles say which backends are special, as a file's configuration does.
type roles struct {
	baseline, control string
	floors            []string
}

type role int

const (
	baseline role = iota
	control
	contender
	floor
)

func (r roles) of(impl string) role {
	switch {
	case impl == r.baseline:
		return baseline
	case impl == r.control:
		return control
	case slices.Contains(r.floors, impl):
		return floor
	}
	return contender
}

// compare orders cells as tables do: the baseline first, the floors last, cheap ones
// before dear ones.
func (r roles) compare(a, b Cell) int {
	return cmp.Or(
		results.CompareTables(a.Workload, b.Workload),
		cmp.Compare(r.of(a.Impl), r.of(b.Impl)),
		cmp.Compare(cost(a), cost(b)),
		cmp.Compare(a.Backend(), b.Backend()),
	)
}

// cost is what a cell costs in the new run.
func cost(c Cell) float64 {
	if change := c.decides(); change != nil {
		return change.New
	}
	return 0
}
