// Package cycles times what takes nanoseconds, by the counter that the processor
// keeps: RDTSC on amd64 where it is invariant, CNTVCT_EL0 on arm64, and the
// monotonic clock elsewhere.
//
// A reading waits until the instructions before it have finished, and those behind
// it wait for the reading, so that what is timed is what stands between two. A
// store counts as finished when it is in the store buffer: when another core sees
// it is not timed.
//
// The fences and the reading take time themselves, and a part of it lies between two
// readings. [Clock].Cost says how much. Nothing subtracts it: out-of-order execution
// hides more of it behind some operations than behind others.
package cycles

import (
	"slices"
	"time"
)

// A Clock is a counter that runs at a constant rate. Its Read may be called by any
// number of goroutines. Two readings are comparable on one core; on several only as
// far as the system keeps their counters together, as Linux does where it uses them
// for its own clock.
type Clock struct {
	Name string        // of the counter
	Read func() uint64 // ticks since some instant
	Tick float64       // nanoseconds
	Cost time.Duration // what two readings in a row show to have passed, the median: so much of each time is the clock's own
	Step float64       // nanoseconds between two times that it tells apart: some processors count in strides of many ticks
}

// Between returns the time from one reading to a later one, rounded to nanoseconds.
// Where the later one is less, on another core, it is negative.
func (c *Clock) Between(from, to uint64) time.Duration {
	return time.Duration(float64(int64(to-from))*c.Tick + 0.5)
}

// calibration is how long a counter is compared with the monotonic clock. Each end
// is known to some 50 ns, so the tick is known to a few parts in a million.
const calibration = 20 * time.Millisecond

// NewClock calibrates the counter of this machine, which takes 20 ms, and measures
// what reading it costs on the calling thread's core.
func NewClock() Clock {
	epoch := time.Now()
	now := func() time.Duration { return time.Since(epoch) }
	c := Clock{Name: "monotonic", Read: func() uint64 { return uint64(now()) }, Tick: 1}
	if counts() {
		c.Name, c.Read = name, read
		c.Tick = tick(now, read, calibration)
	}
	c.Cost, c.Step = c.look()
	return c
}

// tick compares a counter with a clock for so long, and returns how many nanoseconds
// it counts as one.
func tick(now func() time.Duration, read func() uint64, length time.Duration) float64 {
	at, from := both(now, read)
	for now() < at+length {
	}
	end, to := both(now, read)
	return float64(end-at) / float64(to-from)
}

// both reads the clock and, as close behind it as it comes in a few tries, the
// counter: nobody else had the core between the two looks at the clock.
func both(now func() time.Duration, read func() uint64) (at time.Duration, count uint64) {
	least := time.Duration(1<<63 - 1)
	for range 16 {
		before := now()
		n := read()
		if after := now(); after-before < least {
			least = after - before
			at, count = before+least/2, n
		}
	}
	return at, count
}

// look returns the median of the times between two readings in a row, and the least
// difference between two of these times.
func (c *Clock) look() (cost time.Duration, step float64) {
	const readings = 2001
	times := make([]uint64, readings)
	for i := range times {
		from := c.Read()
		times[i] = c.Read() - from
	}
	slices.Sort(times)
	least := times[0]
	for i := 1; i < len(times); i++ {
		if d := times[i] - times[i-1]; d > 0 && (d < least || least == 0) {
			least = d
		}
	}
	return c.Between(0, times[readings/2]), float64(least) * c.Tick
}
