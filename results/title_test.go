package results

import (
	"slices"
	"testing"

	"readmostly/workloads"
)

// The tables in their order.
func TestTitle(t *testing.T) {
	type w = workloads.Workload
	tables := []struct {
		w    w
		want string
	}{
		{w{Structure: "list", Size: 16}, "list of 16, read-only"},
		{w{Structure: "list", Size: 16, Latency: true}, "list of 16, read-only, single operations"},
		{w{Structure: "list", Size: 16, Chained: true}, "list of 16, read-only, chained"},
		{w{Structure: "list", Size: 16, Section: 16}, "list of 16, read-only, sections of 16"},
		{w{Scenario: "mix", Structure: "list", Size: 16, Updates: 0.1}, "list of 16, 10% updates"},
		{w{Structure: "list", Size: 16, Updates: 0.1, Replace: true}, "list of 16, 10% copy-updates"},
		{w{Structure: "list", Size: 16, Updates: 0.1, Replace: true, Retain: 64}, "list of 16, 10% copy-updates, 64 retained"},
		{w{Structure: "list", Size: 1024}, "list of 1k, read-only"},
		{w{Structure: "hash", Size: 16}, "hash of 16, read-only"},
		{w{Structure: "hash", Size: 16, Threads: 2}, "hash of 16, read-only"},
		{w{Structure: "hash", Size: 16, Buckets: 4}, "hash of 16 in 4 chains, read-only"},
		{w{Scenario: "apart", Structure: "list", Size: 16, Updates: 1, Updaters: 1}, "apart: list of 16, 1 updater"},
		{w{Scenario: "apart", Structure: "hash", Size: 16, Updates: 1, Updaters: 1, Replace: true}, "apart: hash of 16, 1 updater (copy-updates)"},
		{w{Scenario: "apart", Structure: "hash", Size: 16, Updates: 1, Updaters: 2}, "apart: hash of 16, 2 updaters"},
		{w{Scenario: "apart", Structure: "hash", Size: 16, Updates: 1, Updaters: 2, Retain: 64}, "apart: hash of 16, 2 updaters, 64 retained"},
		{w{Scenario: "flood", Structure: "list", Size: 16}, "flood: list of 16"},
		{w{Scenario: "stall", Structure: "hash", Size: 16}, "stall: hash of 16"},
		{w{Scenario: "stall", Structure: "hash", Size: 16, Latency: true}, "stall: hash of 16, single operations"},
		{w{Scenario: "stall", Structure: "hash", Size: 16, Retain: 1024}, "stall: hash of 16, 1k retained"},
	}
	var in []w
	for _, table := range tables {
		if got := Title(table.w); got != table.want {
			t.Errorf("%+v: %s, want %s", table.w, got, table.want)
		}
		in = append(in, table.w)
	}
	sorted := slices.Clone(in)
	slices.Reverse(sorted)
	slices.SortFunc(sorted, CompareTables)
	if !slices.Equal(sorted, in) {
		t.Errorf("sorted as %+v", sorted)
	}
}
