package doctor

import (
	"time"

	"readmostly/internal/topo"
)

// An Observation is what is known of a machine. Fields of what could not be tried are
// nil, or have their zero value.
type Observation struct {
	Machine topo.Machine

	Memory     Memory
	HugePages  HugePages
	Membarrier error  // why membarrier(2) can't be had, nil if it can
	Paranoid   string // kernel.perf_event_paranoid, empty where unknown
	PMU        PMU
	Clock      Clock
	Activity   *Activity // before anything is measured
	Load       string    // the kernel's load averages, empty where unknown
	Noise      *Noise

	NotMeasured string // why there is no noise: bench's own words
}

// Memory is in bytes.
type Memory struct {
	Available uint64
	Known     bool
	Needed    uint64 // by bench with its defaults, 0 where unknown
}

// HugePages are the bytes of element memory that were touched, and how many of them lie
// in huge pages: what was granted of what was asked for.
type HugePages struct {
	Asked   string // as slab.HugePages says it
	Granted int64
	Touched int64
	Known   bool
}

// A PMU says which of bench's events can be counted.
type PMU struct {
	Counted []string // hardware events
	Scope   string   // user, user+kernel, ...
	Missing string   // why others are not counted, and what would help
}

// An Activity is what the machine's CPUs did for a while, in CPUs: 1.5 are one and a
// half of them.
type Activity struct {
	Busy, Stolen float64 // of CPUs
	CPUs         int
}

// A Noise says what difference can be seen.
type Noise struct {
	Resolution float64       // half-width of the 95 % interval of a ratio, relative to it
	Forks      int           // that it is foreseen for
	Budget     time.Duration // that it is foreseen for
	Layouts    bool          // the noise of layouts is part of it

	Baseline          string // what was measured, against itself
	Threads           int
	Took              time.Duration
	Windows, Replayed int
	Disturbed         int           // windows that count although they were disturbed
	Stolen            time.Duration // from the workers' CPUs meanwhile
	Blind             string        // why nobody saw workers lose their cores
}
