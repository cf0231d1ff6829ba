package workloads

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"readmostly/impls"
	"readmostly/internal/mem"
)

// flood is the body of the flood's workers: they update without a pause, while
// the first, if there are others, looks keys up.
func flood(w *worker) error {
	if w.role() == reading {
		return observe(w)
	}
	return play(w)
}

// glance is how many lookups an observer makes between two looks at the clock:
// few, so that a pause of some microseconds shows.
const glance = 16

// observe is the body of a reader that notes how long every few lookups take. A
// gap that is much longer than others is a pause that somebody inflicted on it:
// a lock that it waited for, a stopped world, a core that it lost.
func observe(w *worker) error {
	if _, err := w.run(warming, glance); err != nil {
		return err
	}
	w.arrive(warming)
	settled := false
	for now, last := warming, instant(); ; {
		if _, err := w.run(now, glance); err != nil {
			return err
		}
		end := instant()
		if now == measuring {
			record(w.gaps, end-last)
		}
		last = end
		if !settled && w.trial.settling.Load() == 1 {
			w.drain()
			settled = true
		}
		if next := w.trial.phase.now(); next != now {
			if err := w.enter(next); err != nil {
				return err
			}
			if next == stopping {
				return nil
			}
			now, last = next, instant()
		}
	}
}

// settleUp is what an updater does when the window is over: it waits until all
// that it let go of is free, says so, and rests until the trial is stopped.
func (w *worker) settleUp() error {
	if w.ended == 0 {
		w.ended = instant()
	}
	if err := w.counter.stop(); err != nil {
		return w.wrong(err)
	}
	w.drain()
	w.drained = instant()
	w.arrive(cooling)
	w.rest()
	return nil
}

// drain waits until all that the worker let go of is free, if it can.
func (w *worker) drain() {
	if d, ok := w.impl.(impls.Drainer); ok {
		d.Drain()
	}
}

// rest waits for the end of the trial.
func (w *worker) rest() {
	for n := 0; w.trial.phase.now() != stopping; n++ {
		mem.Spin(n)
	}
}

// longestGap is what longer times are noted as.
const longestGap = 10 * time.Minute

// newGaps returns a histogram of nanoseconds.
func newGaps() *hdrhistogram.Histogram { return hdrhistogram.New(1, int64(longestGap), 2) }

func record(h *hdrhistogram.Histogram, d time.Duration) {
	if err := h.RecordValue(int64(min(max(d, 1), longestGap))); err != nil {
		panic(err) // the histogram spans what it is given
	}
}
