package results

import (
	"time"

	"readmostly/workloads"
)

// A Fork is one process that measured one table once, for one number of threads:
// all its backends, round by round. Its rows repeat those of other forks, which
// are independent of it and may have another layout.
type Fork struct {
	Number    int // in the run, from 1
	Layout    int // which of the differently linked binaries it ran, from 1; 0 if unknown
	Rounds    int // that count; each has one window of each backend, and more of the baseline
	Windows   int // of these rounds, all backends together
	Replayed  int // windows that were thrown away because a worker had lost its core, and played again
	Disturbed int // windows of the rounds that count in which a worker had lost its core all the same

	Took time.Duration // from the start of its process to its end

	// What is known of where its workers were. Near and Far are the least and the
	// greatest time that a cache line took from one worker's core to another's, as
	// seen before each round; 0 where nobody looked.
	CPUs      string // that they were pinned to: "0,1"; empty for none
	Near, Far time.Duration
	Stolen    time.Duration // that the hypervisor took from these, as it says
}

// A Row is what one fork showed of one backend: a line of a result file.
type Row struct {
	Point
	Fork   int              // its number; 0 where the file doesn't say
	Layout int              // of the fork's binary; 0 where the file doesn't say
	Ops    int              // operations executed in its windows, all workers together
	Values workloads.Values // what was measured; what was not is missing

	Windows []Window // that count and that nobody disturbed; empty where the file doesn't say
}

// A Window is what one window of a row showed. A row's values are what its windows
// make together, which hides that they may have fallen into two modes.
type Window struct {
	Time  float64 // ns/op
	Ratio float64 // to the baseline beside it; 0 for none
}

// A Failure is a row that a fork could not measure.
type Failure struct {
	Point
	Why string // the backend's last words, in one line
}
