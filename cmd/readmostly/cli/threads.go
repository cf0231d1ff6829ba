package cli

import "readmostly/internal/topo"

const (
	// runtimeThreads is how many threads the Go runtime lets a process have,
	// 10,000, without those that are not workers.
	runtimeThreads = 9000
	// otherThreads is how many threads there are beside the workers: the
	// runtime's own, and the process that starts the fork.
	otherThreads = 64
)

// mostThreads returns how many workers a process can have on this machine.
func mostThreads() int {
	if n, limited := topo.ThreadLimit(); limited {
		return max(1, min(runtimeThreads, n-otherThreads))
	}
	return runtimeThreads
}
