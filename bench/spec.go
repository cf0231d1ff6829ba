package bench

import (
	"time"

	"readmostly/results"
	"readmostly/workloads"
)

// A Spec says what one fork measures. It is sent to the fork's process as JSON.
type Spec struct {
	Number   int // of the fork in its run, from 1
	Layout   int // which binary, from 1
	Table    Table
	Baseline string // what ratios are over, empty for none
	Rounds   int
	Look     workloads.Look
	Long     time.Duration // of the windows for grace periods and garbage, at least; 0 for none in this fork
	CPUs     []int         // of the workers
	Counters string        // events, as perf.ParseList reads them; empty for none
	Seed     uint64        // of the order
	Note     string        // file for the cell that is at work, instead of events; empty for none
	Profile  string        // file for a CPU profile of the rounds; empty for none
	Patience time.Duration // how long a worker may make no progress; 0 for workloads.Patience
}

// longLook returns how long windows are measured.
func (s Spec) longLook() workloads.Look {
	look := s.Look
	look.Length, look.Most, look.Sample = s.Long, longest*s.Long, true
	return look
}

// A Row is what a fork has to say of one cell.
type Row struct {
	Cell   int // its index in the table
	Ops    int // operations in all its windows
	Values workloads.Values
	Ratios []float64 // to the baseline, round by round

	Windows []results.Window // that nobody disturbed
}

// A Report is what a fork has measured.
type Report struct {
	Rows   []Row
	Fork   results.Fork
	Rounds time.Duration // that all rounds have taken, without what came before and after
	Silent []string      // events that should be counted and never were
	Blind  string        // why nobody saw workers lose their cores, empty if it was seen
}

// An Event is a line that a fork's process prints: JSON with one field set.
type Event struct {
	Playing *int    `json:",omitempty"` // the cell that is at work from now on, negative for none
	Failed  *Failed `json:",omitempty"` // why the fork is over
	Report  *Report `json:",omitempty"` // the last event of a fork that went well
}

// Failed says why a cell could not be measured.
type Failed struct {
	Cell   int // negative if it was none's fault
	Why    string
	Memory bool // it needs more memory than there is

	anonymous bool // nobody said so: its process ended, or was silent, while the cell was at work
}

// Error returns why.
func (f *Failed) Error() string { return f.Why }
