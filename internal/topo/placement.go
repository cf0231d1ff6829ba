package topo

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

var errNoPinning = errors.New("threads can be pinned on Linux only")

// Placement returns a CPU for each of n workers: one worker a physical core,
// the fastest kind of core first, node by node within a kind, and cache by cache
// within a node; then the second hardware thread of each core in the same
// order, and so on. Where n exceeds the CPUs it starts again from the first,
// which is oversubscription. It returns nil where the machine has no CPUs or n
// is not positive.
func (m Machine) Placement(n int) []int {
	order := m.order()
	ids := make([]int, len(order))
	for i, c := range order {
		ids[i] = c.ID
	}
	return wrap(ids, n)
}

// order returns all CPUs, the first to be given a worker first.
func (m Machine) order() []CPU {
	cpus := slices.Clone(m.CPUs)
	slices.SortFunc(cpus, func(a, b CPU) int { return cmp.Compare(a.ID, b.ID) })
	used := map[int]int{}
	rank := map[int]int{}
	for _, c := range cpus {
		rank[c.ID] = used[c.Core]
		used[c.Core]++
	}
	slices.SortStableFunc(cpus, func(a, b CPU) int {
		return cmp.Or(
			cmp.Compare(rank[a.ID], rank[b.ID]),
			cmp.Compare(a.Class, b.Class),
			cmp.Compare(a.Node, b.Node),
			cmp.Compare(a.Package, b.Package),
			cmp.Compare(a.lastLevel(), b.lastLevel()),
		)
	})
	return cpus
}

// ParsePlacement reads a user's choice of CPUs for n workers:
//
//   - "" or "auto" is [Machine.Placement], or "none" where nothing can be pinned;
//   - "none" leaves the workers unpinned and returns nil;
//   - a list such as "0,2,4-7" gives worker i the i-th CPU, from the start again
//     where there are more workers than CPUs.
//
// Its error names a CPU that the process can't use, and those that it can.
func (m Machine) ParsePlacement(s string, n int) ([]int, error) {
	switch {
	case s == "none", m.NoPinning && (s == "" || s == "auto"):
		return nil, nil
	case m.NoPinning:
		return nil, fmt.Errorf("placement: %w: auto and none are the choices", errNoPinning)
	case s == "", s == "auto":
		return m.Placement(n), nil
	}
	cpus, err := ParseCPUList(s)
	if err != nil {
		return nil, fmt.Errorf("placement: %w; auto and none are the other choices", err)
	}
	if len(cpus) == 0 {
		return nil, fmt.Errorf("placement: %q names no CPU; want auto, none or a list such as 0,2,4-7", s)
	}
	for _, cpu := range cpus {
		if !slices.ContainsFunc(m.CPUs, func(c CPU) bool { return c.ID == cpu }) {
			return nil, fmt.Errorf("placement: CPU %d is offline or not allowed to this process; it may use %s", cpu, FormatCPUList(m.ids()))
		}
	}
	return wrap(cpus, n), nil
}

func (m Machine) ids() []int {
	ids := make([]int, len(m.CPUs))
	for i, c := range m.CPUs {
		ids[i] = c.ID
	}
	return ids
}

// wrap returns the first n of cpus, repeated as often as it takes.
func wrap(cpus []int, n int) []int {
	if len(cpus) == 0 || n <= 0 {
		return nil
	}
	out := make([]int, n)
	for i := range out {
		out[i] = cpus[i%len(cpus)]
	}
	return out
}
