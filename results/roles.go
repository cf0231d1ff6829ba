package results

import (
	"slices"
	"strings"
)

// Roles say which backends are special, as a file's configuration does.
type roles struct {
	baseline string   // what the others are compared with; empty for none
	control  string   // the baseline once more
	floors   []string // that hold nothing
	faulty   []string // whose checks fail
}

func rolesOf(f File) roles {
	return roles{baseline: f.Value("baseline"), control: f.Value("control"), floors: strings.Fields(f.Value("floors")),
		faulty: strings.Fields(f.Value("faulty"))}
}

// A role is a place in a table.
type role int

const (
	limit role = iota // the baseline
	control
	contender
	faulty
	floor
)

func (r roles) of(impl string) role {
	switch {
	case impl == r.baseline:
		return limit
	case impl == r.control:
		return control
	case slices.Contains(r.floors, impl):
		return floor
	case slices.Contains(r.faulty, impl):
		return faulty
	}
	return contender
}
