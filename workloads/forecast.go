package workloads

import (
	"sync"
	"time"
)

// What it takes to set a measurement up and to take it down, until some have
// been measured.
const (
	setupAlways = 5 * time.Millisecond
	setupSize   = 150 * time.Nanosecond // an element
	setupTape   = 15 * time.Nanosecond  // an operation of a tape
)

// A Forecast predicts how long a schedule takes, and learns from its
// measurements as they come. Its methods may be called from any goroutine.
type Forecast struct {
	options Options

	mu    sync.Mutex
	total time.Duration // as predicted at first
	left  map[Workload]int
	seen  map[Workload]seen
	took  time.Duration // by all that have been measured
	guess time.Duration // what was predicted for them
}

// seen is what the measurements of one workload have taken.
type seen struct {
	sum time.Duration
	n   int
}

// NewForecast returns the forecast for a schedule that is measured with the
// options.
func NewForecast(schedule []Cell, o Options) *Forecast {
	f := &Forecast{options: o, left: map[Workload]int{}, seen: map[Workload]seen{}}
	for _, c := range schedule {
		f.left[c.Workload]++
	}
	f.total = f.remaining()
	return f
}

// Total returns how long the whole schedule was predicted to take before
// anything was measured.
func (f *Forecast) Total() time.Duration { return f.total }

// Done tells that a cell of the schedule has been measured, or has failed, and
// how long that took in all.
func (f *Forecast) Done(c Cell, took time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	w := c.Workload
	f.left[w]--
	f.guess += f.predict(w)
	f.took += took
	s := f.seen[w]
	f.seen[w] = seen{s.sum + took, s.n + 1}
}

// Left returns how long the rest of the schedule is going to take.
func (f *Forecast) Left() time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.remaining()
}

func (f *Forecast) remaining() time.Duration {
	var sum time.Duration
	for w, n := range f.left {
		each := f.predict(w)
		if s := f.seen[w]; s.n > 0 {
			each = s.sum / time.Duration(s.n)
		} else if f.guess > 0 {
			each = time.Duration(float64(each) * float64(f.took) / float64(f.guess))
		}
		sum += time.Duration(n) * each
	}
	return sum
}

// predict returns how long a measurement takes as far as one can tell.
func (f *Forecast) predict(w Workload) time.Duration {
	ops, _ := tapeShape(w)
	return f.options.Warmup + f.options.Duration + setupAlways +
		time.Duration(w.Size)*setupSize + time.Duration(ops*w.Threads)*setupTape
}
