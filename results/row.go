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
}

// A Row is what one fork showed of one backend: a line of a result file.
type Row struct {
	Point
	Fork   int              // its number; 0 where the file doesn't say
	Layout int              // of the fork's binary; 0 where the file doesn't say
	Ops    int              // operations executed in its windows, all workers together
	Values workloads.Values // what was measured; what was not is missing
}

// A Failure is a row that a fork could not measure.
type Failure struct {
	Point
	Why string // the backend's last words, in one line
}
