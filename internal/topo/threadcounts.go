package topo

import "slices"

// ThreadCounts returns the numbers of workers at which something new begins to
// matter on this machine, ascending and without repetitions:
//
//   - 1, where nothing is shared;
//   - the cores of one kind, where there are several kinds;
//   - the cores behind one last-level cache, beyond which the workers' caches
//     talk to each other over the chip;
//   - the cores of one NUMA node, beyond which they talk between sockets;
//   - all cores;
//   - all hardware threads.
//
// None exceeds the CPU time that the process is allowed, see [CPUQuota]: where
// there are greater ones, what is allowed stands in for them.
//
// Each is what [Machine.Placement] fills before it goes on to the next cache,
// node or kind. What is unknown is left out, so that a machine of which nothing
// is known gives 1 and its number of CPUs.
func (m Machine) ThreadCounts() []int {
	order := m.order()
	if len(order) == 0 {
		return []int{1}
	}
	cores := order[:m.Cores()] // the first hardware thread of each core
	first := cores[0]
	filled := func(same func(CPU) bool) int {
		if i := slices.IndexFunc(cores, func(c CPU) bool { return !same(c) }); i >= 0 {
			return i
		}
		return len(cores)
	}
	counts := []int{
		1,
		filled(func(c CPU) bool { return c.Class == first.Class }),
		filled(func(c CPU) bool { return c.Node == first.Node }),
		len(cores),
		len(order),
	}
	if first.LastLevel != nil {
		counts = append(counts, filled(func(c CPU) bool { return slices.Contains(first.LastLevel, c.ID) }))
	}
	for i := range counts {
		counts[i] = min(counts[i], m.withinQuota())
	}
	slices.Sort(counts)
	return slices.Compact(counts)
}
