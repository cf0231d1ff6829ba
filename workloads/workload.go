// Package workloads makes operations, runs them against backends on real cores
// and measures what they cost.
package workloads

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"readmostly/impls"
	"readmostly/internal/perf"
)

// A Structure is the shape of a map.
type Structure string

// The structures that are compared.
const (
	List Structure = "list" // one chain
	Hash Structure = "hash" // a table of chains
)

// A Workload says what is done to a map. It does not depend on the backend:
// every backend that is given the same workload executes the same operations.
type Workload struct {
	Scenario  Scenario // what workers do; the zero value is Mix
	Structure Structure
	Size      int     // resident elements: exactly half of the key range
	Buckets   int     // chains of a hash, rounded up to a power of two; 0 for one an element
	Updates   float64 // share of a Mix's operations that update, 0 to 1
	Replace   bool    // a Mix's updates are copy-updates instead of half inserts, half deletes
	Threads   int     // workers
	Seed      uint64  // what tapes, keys and memory order are drawn from
}

// Options say how a workload is measured.
type Options struct {
	Warmup   time.Duration // all workers run this long before the window opens
	Duration time.Duration // length of the window
	CPUs     []int         // the core of each worker, from the first again if they are too few; nil leaves placement to the system
	Counters *perf.Plan    // what each worker counts in the window; nil for nothing
}

// A Measurement is what one window showed.
type Measurement struct {
	Backend  string
	Reclaim  string // the way to let go, empty if the backend has no choice
	Workload Workload

	// Of all workers of a Mix, of all that update in the other scenarios.
	Tally   impls.Tally   // together, of the window only
	NsPerOp float64       // mean time that one worker spends on one operation, or on taking one element out
	Rate    float64       // operations a second, together
	Window  time.Duration // the time during which all workers were measured

	Retained     float64                 // elements retired and not reusable, mean of the samples
	PeakRetained uint64                  // the greatest of the samples
	Samples      int                     // how many samples of the state were taken in the window
	GracePeriods *hdrhistogram.Histogram // nanoseconds; nil if the backend has none

	LettingGo // what all scenarios but Mix show besides

	Counters []Counter     // events an operation, all workers together
	GCCycles uint32        // of the Go collector, in the window
	GCPause  time.Duration // its stop-the-world pauses, in the window
}

// A Counter is an event counted in the window.
type Counter struct {
	Event   perf.Event
	PerOp   float64
	Running float64 // the least share of the window in which a worker's counter ran
}

// LettingGo is what a window shows of the ways to let go of elements.
type LettingGo struct {
	Ops           uint64  // updates, or elements taken out: what NsPerOp is a mean of
	Lookups       float64 // a second, of all readers together
	Freed         float64 // elements made reusable a second; negative if the backend doesn't know
	Callbacks     float64 // elements waiting in queues, mean of the samples
	PeakCallbacks uint64  // the greatest of the samples
	Throttled     uint64  // times that an updater was made to wait, its queue being too long

	// Drain is the time from the end of the window, or from when the reader left,
	// until everything that updaters had let go of was free. Negative if that
	// could not be found out.
	Drain time.Duration

	// Gaps are what readers noted of each few lookups, or, in a Stall, updaters
	// of each update: from when it was due to when it was done. Nanoseconds.
	Gaps *hdrhistogram.Histogram

	// Of a Stall:
	Stalled    time.Duration  // how long the reader was inside
	Before     float64        // updates a second before that, all updaters together
	RetainedAt map[int]uint64 // elements retained after that many percent of it; without the samples that could not be taken in time

	// Of a Teardown:
	Teardowns int           // how often everything was taken out
	Teardown  time.Duration // mean time that it took
}
