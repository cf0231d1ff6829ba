package workloads

import (
	"slices"

	"readmostly/internal/perf"
)

// A Count is how often an event happened in a window, in all workers together.
type Count struct {
	Event   perf.Event
	N       float64
	Running float64 // the least share of the window in which a worker's counter ran; N is scaled by it, and unknown if it is 0
}

// A counter counts the events of one member's thread in a window. The zero value
// counts nothing.
type counter struct {
	counters *perf.Counters
	readings []perf.Reading
}

// open makes the counter count for the calling thread.
func (c *counter) open(plan *perf.Plan) (err error) {
	c.counters, err = perf.Open(plan)
	return err
}

func (c *counter) start() error {
	if c.counters == nil {
		return nil
	}
	return c.counters.Enable()
}

func (c *counter) stop() (err error) {
	if c.counters == nil {
		return nil
	}
	if err = c.counters.Disable(); err == nil {
		c.readings, err = c.counters.Read()
	}
	return err
}

// close frees the counter.
func (c *counter) close() {
	if c.counters != nil {
		c.counters.Close()
	}
}

// sumCounts sums up what the workers counted. An event whose counter did not run
// in all of them has a Running of 0 and no number, as a sum over the others says
// nothing.
func sumCounts(workers []*worker) []Count {
	var sums []Count
	for _, first := range workers[0].look.member.counter.readings {
		sum := Count{Event: first.Event, Running: 1}
		for _, w := range workers {
			readings := w.look.member.counter.readings
			i := slices.IndexFunc(readings, func(r perf.Reading) bool { return r.Event == first.Event })
			if i < 0 || readings[i].Running <= 0 {
				sum.N, sum.Running = 0, 0
				break
			}
			sum.N += readings[i].Value
			sum.Running = min(sum.Running, readings[i].Running)
		}
		sums = append(sums, sum)
	}
	return sums
}
