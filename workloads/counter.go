package workloads

import (
	"math"
	"slices"

	"readmostly/internal/perf"
)

// A Count is how often an event happened in a window, in all workers together
// that are measured: in the time that ns/op is made of and in no other. So events
// over [Window].Ops are per the same operation, and cycles per nanosecond are the
// clock rate.
//
// A [Teardown]'s counters stand still while elements are put back. A [Stall] has
// none, because its updaters spin until their next update is due, and starting
// and stopping counters around each would cost more than the update.
type Count struct {
	Event   perf.Event
	N       float64 // scaled by Running; NaN where that is 0
	Running float64 // the least share of its time in which a worker's counter ran, from 0 to 1
}

// A counter counts the events of one member's thread in a window, or in parts of
// it. The zero value counts nothing.
type counter struct {
	counters eventCounters
	readings []perf.Reading // of the parts so far
	parts    int
}

// eventCounters is what a counter needs of a [perf.Counters].
type eventCounters interface {
	Enable() error
	Disable() error
	Read() ([]perf.Reading, error)
	Close() error
}

// open makes the counter count for the calling thread.
func (c *counter) open(plan *perf.Plan) error {
	counters, err := perf.Open(plan)
	if err == nil {
		c.counters = counters
	}
	return err
}

// reset begins a window.
func (c *counter) reset() { c.readings, c.parts = nil, 0 }

// start begins a part of the window.
func (c *counter) start() error {
	if c.counters == nil {
		return nil
	}
	return c.counters.Enable()
}

// stop ends it.
func (c *counter) stop() error {
	if c.counters == nil {
		return nil
	}
	if err := c.counters.Disable(); err != nil {
		return err
	}
	readings, err := c.counters.Read()
	if err != nil {
		return err
	}
	if c.parts++; c.parts > 1 {
		readings = together(c.readings, readings)
	}
	c.readings = readings
	return nil
}

// close frees the counter.
func (c *counter) close() {
	if c.counters != nil {
		c.counters.Close()
	}
}

// together adds up what was counted in two parts of a window, or by two threads.
// What one of them did not count is unknown.
func together(a, b []perf.Reading) []perf.Reading {
	var sums []perf.Reading
	for _, x := range a {
		sum := perf.Reading{Event: x.Event, Value: math.NaN()}
		if i := find(b, x.Event); i >= 0 && x.Running > 0 && b[i].Running > 0 {
			sum.Value, sum.Running = x.Value+b[i].Value, min(x.Running, b[i].Running)
		}
		sums = append(sums, sum)
	}
	for _, y := range b {
		if find(a, y.Event) < 0 {
			sums = append(sums, perf.Reading{Event: y.Event, Value: math.NaN()})
		}
	}
	return sums
}

func find(readings []perf.Reading, e perf.Event) int {
	return slices.IndexFunc(readings, func(r perf.Reading) bool { return r.Event == e })
}

// sumCounts sums up what the workers counted.
func sumCounts(workers []*worker) []Count {
	sum := workers[0].look.member.counter.readings
	for _, w := range workers[1:] {
		sum = together(sum, w.look.member.counter.readings)
	}
	var counts []Count
	for _, r := range sum {
		counts = append(counts, Count{Event: r.Event, N: r.Value, Running: r.Running})
	}
	return counts
}
