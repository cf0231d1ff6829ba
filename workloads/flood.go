package workloads

import (
	"context"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"readmostly/impls"
	"readmostly/internal/mem"
)

// Flood is updaters that copy-update in a tight loop while one worker, if there
// is more than one, looks keys up and watches the clock: how fast elements can be
// retired and made reusable, and how many wait meanwhile. (LKML 2020, on
// kfree_rcu: the flood of callbacks.)
var Flood = &Scenario{
	Name: "flood",
	Doc: "updaters replace elements in a tight loop while one worker, if there are more, looks keys up: " +
		"what is freed per second, what waits meanwhile, how long readers are paused",
	Metrics: []Metric{
		NsPerOp, OpsPerSecond, UpdateRate, freedRate, Retained, PeakRetained, RetireRate, Residence, Turnovers, Queued,
		{Unit: PeakQueued.Unit, Better: Lower, Header: "queued peak", Form: Scaled, Pool: Most, Doc: PeakQueued.Doc},
		Throttled, Uncollected, Collections, AllocBytes, Allocs, GCShare, GPMedian, GP99,
		{Unit: GPMax.Unit, Better: Lower, Header: "gp max", Form: Nanoseconds, Pool: Most, Doc: GPMax.Doc},
		GPCadence, GPRate, GPs, DrainTime, LookupRate, PauseMedian, Pause99, PauseMax, GCCycles,
	},
	Legend: []string{
		"flood: updaters replace elements without a pause; one worker, if there are more, looks keys up. freed/s: elements made reusable.",
		"retained: removed, not yet reusable. drain: until none is, afterwards.",
		"pause: the time that 16 lookups of a reader took, so the longest are what was inflicted on it, by the system too.",
	},
	Timed:      "update",
	MinThreads: 1,
	Structure:  Hash,
	Size:       1 << 10,
}

var freedRate = Metric{Unit: "freed/s", Better: Higher, Header: "freed/s", Form: Scaled, Doc: "elements made reusable per second"}

func init() {
	Flood.can = func(c impls.Caps, _ Workload) string {
		switch {
		case c.Floor || !c.Delete:
			return "delete"
		case !c.Replace:
			return "replace"
		}
		return ""
	}
	Flood.role = func(w Workload, id int) role {
		if id == 0 && w.Threads > 1 {
			return reading
		}
		return updating
	}
	Flood.body = func(w *worker) error {
		if w.role() == reading {
			return observe(w)
		}
		return play(w)
	}
	Flood.watch = func(t *Trial, ctx context.Context, look Look) error { return t.watch(ctx, look) }
	Flood.after = (*Trial).settle
	Flood.sum = func(t *Trial, win *Window) {
		win.Ops = win.Tally.Updates()
		win.Values.Add(NsPerOp, float64(win.Busy.Nanoseconds())/float64(win.Ops))
		win.Values.Add(OpsPerSecond, win.Rate)
		win.Values.Add(UpdateRate, win.Rate)
		if freed, known := t.freed(win.Rate); known {
			win.Values.Add(freedRate, freed)
		}
		t.sumRetention(win)
		t.sumDrain(win)
		t.sumGracePeriods(win)
		t.sumReaders(win)
		t.sumHeapUse(win)
		win.Values.Add(GCCycles, float64(t.gcCycles))
	}
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
// that it retired is free, says so, and rests until the window is closed.
func (w *worker) settleUp() error {
	if w.ended == 0 {
		w.ended = instant()
	}
	if err := w.look.stop(); err != nil {
		return w.wrong(err)
	}
	w.drain()
	w.drained = instant()
	w.arrive(cooling)
	w.rest()
	return nil
}

// drain waits until all that the worker retired is free, if it can.
func (w *worker) drain() {
	if d, ok := w.impl.(impls.Drainer); ok {
		d.Drain()
	}
}

// rest waits for the end of the window.
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
