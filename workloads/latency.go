package workloads

import (
	"sync"

	"github.com/HdrHistogram/hdrhistogram-go"

	"readmostly/impls"
	"readmostly/internal/cycles"
)

// A tape's time per operation is a mean, which says nothing of the lookup in a
// thousand that waits for a writer. A stopwatch times each operation of a window for
// itself, by the processor's counter: from before the call of the worker's method
// until its result is there, with the call through an interface.
//
// That disturbs what it times. Two readings, which let no other operation begin
// before, and an entry in a histogram stand between any two operations, so
// operations don't overlap and contend less often. So workloads whose operations
// are timed are measured apart, and their time per operation is not compared with
// that of others. noop shows the call and the clock, and [Latency].Clock the
// clock alone.
//
// A worker begins an operation when the one before is done, and so does not begin
// any while it is held up: what it notes is how long an operation takes, not how
// long it would have waited if it had been due at a certain time. A [Stall] has
// operations that are due: see pace.

// Latencies are what the times of single operations show, of the lookups and the
// updates apart. A quantile has no value where fewer than ten operations were beyond
// it.
var Latencies = append(append(latenciesOf("lookup"), latenciesOf("update")...), clockCost, clockStep)

var clockStep = Metric{Unit: "clock-step-ns", Form: Nanoseconds, Doc: "the least difference between two times that the clock tells apart"}

var clockCost = Metric{Unit: "clock-ns", Header: "clock", Form: Nanoseconds, Doc: "what two readings of the clock in a row show to have passed: so much of each time of a single operation is the clock's own"}

// quantiles are the percentages that a row has.
var quantiles = []struct {
	percent float64
	text    string
}{{50, "p50"}, {90, "p90"}, {99, "p99"}, {99.9, "p99.9"}, {99.99, "p99.99"}}

// beyond is how many operations a quantile needs beyond itself to be one.
const beyond = 10

func latenciesOf(operation string) (all []Metric) {
	for _, q := range quantiles {
		all = append(all, Metric{
			Unit: operation + "-" + q.text + "-ns", Better: Lower, Header: operation + " " + q.text, Form: Nanoseconds,
			Doc: "time of a single " + operation + ", " + q.text,
		})
	}
	return append(all, Metric{
		Unit: operation + "-max-ns", Better: Lower, Header: operation + " max", Form: Nanoseconds, Pool: Most,
		Doc: "time of a single " + operation + ", the longest, what the system did to it included",
	})
}

// A Latency is how long single operations took, in nanoseconds.
type Latency struct {
	Lookups, Updates *hdrhistogram.Histogram
	Clock            float64 // what two readings of the clock in a row show to have passed; NaN where operations count from when they were due
	Step             float64 // the least difference that it tells apart, or NaN
}

// of returns the times of operations of a kind.
func (l *Latency) of(op impls.Op) *hdrhistogram.Histogram {
	if op.IsLookup() {
		return l.Lookups
	}
	return l.Updates
}

func newLatency() *Latency { return &Latency{Lookups: newGaps(), Updates: newGaps()} }

// Merge adds the operations of another window or worker.
func (l *Latency) Merge(other *Latency) {
	l.Lookups.Merge(other.Lookups)
	l.Updates.Merge(other.Updates)
	l.Clock, l.Step = other.Clock, other.Step
}

// Values returns the values of [Latencies] that are known.
func (l *Latency) Values() (values Values) {
	for _, side := range []struct {
		metrics []Metric
		times   *hdrhistogram.Histogram
	}{{latenciesOf("lookup"), l.Lookups}, {latenciesOf("update"), l.Updates}} {
		n := float64(side.times.TotalCount())
		if n == 0 {
			continue
		}
		for i, q := range quantiles {
			if n*(100-q.percent) > 100*beyond-1e-3 { // less what binary fractions do
				values.Add(side.metrics[i], float64(side.times.ValueAtQuantile(q.percent)))
			}
		}
		values.Add(side.metrics[len(quantiles)], float64(side.times.Max()))
	}
	values.Add(clockCost, l.Clock)
	values.Add(clockStep, l.Step)
	return values
}

// LatencyOf returns how long the single operations of all windows took, or nil if
// they were not timed.
func LatencyOf(windows []Window) *Latency {
	var all *Latency
	for _, w := range windows {
		if w.Latency == nil {
			continue
		}
		if all == nil {
			all = newLatency()
		}
		all.Merge(w.Latency)
	}
	return all
}

// clock is that of this process. Tests put another one in its place.
var clock = sync.OnceValue(func() *cycles.Clock { c := cycles.NewClock(); return &c })

// A stopwatch executes operations one by one and times each of them.
type stopwatch struct {
	clock    *cycles.Clock
	versions impls.Versions
}

func newStopwatch(worker int) *stopwatch {
	return &stopwatch{clock: clock(), versions: impls.NewVersions(uint64(worker))}
}

// run executes operations through w's methods, and checks every element that it
// sees. It notes what each took, if there is somewhere to note it. A backend that
// enters and leaves once a batch does so outside of what is timed.
func (s *stopwatch) run(w impls.Worker, ops []impls.Op, t *impls.Tally, times *Latency) {
	batcher, batches := w.(impls.Batcher)
	if batches {
		batcher.BeginBatch()
	}
	for _, op := range ops {
		if op.IsLookup() {
			began := s.clock.Read()
			e, ok := w.Lookup(uint64(op))
			ended := s.clock.Read()
			if t.Lookups++; ok {
				t.Hits++
				t.Check(op, e)
			}
			if times != nil {
				record(times.Lookups, s.clock.Between(began, ended))
			}
			continue
		}
		began := s.clock.Read()
		impls.Update(w, &s.versions, op, t)
		ended := s.clock.Read()
		if times != nil {
			record(times.Updates, s.clock.Between(began, ended))
		}
		if t.Err != nil {
			break
		}
	}
	if batches {
		batcher.EndBatch()
	}
}
