package workloads

import (
	"slices"

	"readmostly/internal/perf"
)

// A counter counts the events of one worker's thread in its window. The zero
// value counts nothing.
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

// close frees the counter. What it read stays.
func (c *counter) close() {
	if c.counters != nil {
		c.counters.Close()
	}
}

// countersPerOp sums up what the workers counted. An event that one of them
// could not count is left out, as a sum over the others says nothing.
func countersPerOp(workers []*worker, ops uint64) []Counter {
	var sums []Counter
	for _, first := range workers[0].counter.readings {
		sum, known := Counter{Event: first.Event, Running: 1}, true
		for _, w := range workers {
			i := slices.IndexFunc(w.counter.readings, func(r perf.Reading) bool { return r.Event == first.Event })
			if known = known && i >= 0 && w.counter.readings[i].Running > 0; !known {
				break
			}
			r := w.counter.readings[i]
			sum.PerOp += r.Value / float64(ops)
			sum.Running = min(sum.Running, r.Running)
		}
		if known {
			sums = append(sums, sum)
		}
	}
	return sums
}
