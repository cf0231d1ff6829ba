package workloads

import "math"

// A Metric is one figure that a scenario measures: what it is called, which way
// is better, how a table shows it and what it promises.
type Metric struct {
	Unit   string    // as a row of results has it, such as "ns/op"
	Better Direction // which way is better
	Header string    // of its column in a table; empty for none
	Form   Form      // how a table writes its values
	Zeros  bool      // a column of zeros says something, so it is shown
	Pool   Pool      // what the windows of a fork make of it together
	Doc    string    // what the figure promises, in a sentence
}

// A Direction says which way a metric is better.
type Direction uint8

// The directions.
const (
	Neither Direction = iota
	Lower
	Higher
)

// A Form is how a table writes a value.
type Form uint8

// The forms.
const (
	Short       Form = iota // three significant digits: 14.6
	Scaled                  // with a unit that keeps it under 1,000: 204M
	Nanoseconds             // as a time: 1.24 µs
	Bytes                   // as an amount of memory: 1.24 MB
)

// A Pool is how the values of several windows become one.
type Pool uint8

// The pools.
const (
	Median Pool = iota // the middle value
	Mean               // the mean, windows weighted by their operations
	Most               // the greatest value
	Sum                // the sum
)

// A Value is a measured number and its unit. What was not measured has no value:
// it is never zero, NaN or infinite instead.
type Value struct {
	Unit  string
	Value float64
}

// Values is a list of measured numbers.
type Values []Value

// Add appends a value. One that is not a finite number was not measured and is
// left out.
func (v *Values) Add(m Metric, value float64) {
	if math.IsNaN(value) || math.IsInf(value, 0) {
		return
	}
	*v = append(*v, Value{m.Unit, value})
}

// Get returns the value in a unit, and whether it was measured.
func (v Values) Get(unit string) (float64, bool) {
	for _, x := range v {
		if x.Unit == unit {
			return x.Value, true
		}
	}
	return 0, false
}

// Metrics that several scenarios measure.
var (
	NsPerOp      = Metric{Unit: "ns/op", Better: Lower, Form: Short, Doc: "mean time that one worker spends on one operation"}
	OpsPerSecond = Metric{Unit: "ops/s", Better: Higher, Form: Scaled, Doc: "operations per second, all workers together"}
	NsPerUpdate  = Metric{Unit: "ns/update", Better: Lower, Header: "ns/update", Form: Short, Doc: "mean time that one worker that only updates spends on one update"}
	UpdateRate   = Metric{Unit: "updates/s", Better: Higher, Form: Scaled, Doc: "attempts to update per second, all workers together"}
	Retained     = Metric{Unit: "retained-elems", Better: Lower, Header: "retained", Form: Scaled, Pool: Mean, Doc: "elements retired and not yet reusable, those that gather in batches included: mean over time"}
	PeakRetained = Metric{Unit: "peak-retained-elems", Better: Lower, Form: Scaled, Pool: Most, Doc: "the greatest of the samples"}
	RetireRate   = Metric{Unit: "retires/s", Form: Scaled, Pool: Mean, Doc: "elements retired per second, all workers together; times the residence it is what is retained"}
	Residence    = Metric{Unit: "residence-ns", Better: Lower, Header: "residence", Form: Nanoseconds, Pool: Mean, Doc: "how long an element stays retired until it can be used again, mean of those that were timed"}
	Turnovers    = Metric{Unit: "turnovers", Form: Short, Pool: Sum, Doc: "how often what is retained was replaced while it was looked, or grace periods that ended if they were fewer; of a backend that leaves it to the collector, the collector's cycles"}
	Uncollected  = Metric{Unit: "uncollected-B", Better: Lower, Header: "uncollected", Form: Bytes, Pool: Mean, Doc: "memory that was removed and that the Go collector has not freed yet, mean over time"}
	Collections  = Metric{Unit: "collections", Header: "cycles", Form: Short, Zeros: true, Pool: Sum, Doc: "cycles of the Go collector while it was looked at what it has not freed"}
	AllocBytes   = Metric{Unit: "B/update", Better: Lower, Header: "B/update", Form: Short, Pool: Mean, Doc: "memory allocated on the Go heap per update, of a backend that leaves its garbage to the collector"}
	Allocs       = Metric{Unit: "allocs/update", Better: Lower, Header: "allocs/update", Form: Short, Pool: Mean, Doc: "objects allocated there per update"}
	GCShare      = Metric{Unit: "gc-cpu-%", Better: Lower, Header: "gc %", Form: Short, Pool: Mean, Doc: "CPU time of the Go collector over the time of the workers, in percent, as the runtime estimates it"}
	Queued       = Metric{Unit: "callbacks", Better: Lower, Form: Scaled, Pool: Mean, Doc: "elements that wait in queues, mean of the samples"}
	PeakQueued   = Metric{Unit: "peak-callbacks", Better: Lower, Form: Scaled, Pool: Most, Doc: "the greatest of the samples"}
	Throttled    = Metric{Unit: "throttled", Better: Lower, Header: "throttled", Form: Scaled, Pool: Sum, Doc: "times that an updater was made to wait because its queue was too long"}
	DrainTime    = Metric{Unit: "drain-ns", Better: Lower, Header: "drain", Form: Nanoseconds, Doc: "from the window's end, or the reader's exit, until everything that was retired is free"}
	GPMedian     = Metric{Unit: "gp-p50-ns", Better: Lower, Header: "gp p50", Form: Nanoseconds, Doc: "duration of a grace period, from asking for it to noticing that it is over"}
	GP99         = Metric{Unit: "gp-p99-ns", Better: Lower, Form: Nanoseconds, Doc: "duration of a grace period, 99th percentile"}
	GPMax        = Metric{Unit: "gp-max-ns", Better: Lower, Form: Nanoseconds, Pool: Most, Doc: "the longest grace period"}
	GPRate       = Metric{Unit: "gps/s", Form: Scaled, Pool: Mean, Doc: "grace periods per second"}
	GPs          = Metric{Unit: "gps", Form: Scaled, Pool: Sum, Doc: "grace periods that ended while it was looked"}
	GPCadence    = Metric{Unit: "gp-cadence-p50-ns", Form: Nanoseconds, Doc: "how long an updater that polls had not looked when it found a grace period over: where that is most of gp-p50-ns, the latter shows how often updaters look, not how long readers stay"}
	LookupRate   = Metric{Unit: "lookups/s", Better: Higher, Header: "lookups/s", Form: Scaled, Doc: "lookups per second of the readers, while others update"}
	PauseMedian  = Metric{Unit: "pause-p50-ns", Better: Lower, Form: Nanoseconds, Doc: "time that 16 lookups of a reader took"}
	Pause99      = Metric{Unit: "pause-p99-ns", Better: Lower, Header: "pause p99", Form: Nanoseconds, Doc: "the same, 99th percentile"}
	PauseMax     = Metric{Unit: "pause-max-ns", Better: Lower, Header: "pause max", Form: Nanoseconds, Pool: Most, Doc: "the same, the longest"}
	GCCycles     = Metric{Unit: "gc-cycles", Better: Lower, Form: Short, Pool: Sum, Doc: "cycles of the Go collector while it was measured"}
)
