package workloads

import (
	"context"
	"fmt"
	"slices"
	"time"

	"readmostly/impls"
	"readmostly/internal/mem"
)

// Teardown is one worker that takes all elements out, one after the other, and
// waits until all are free, while the others look keys up: what closing takes.
// (LKML 2022, on iommu/s390: seconds in close.)
var Teardown = &Scenario{
	Name: "teardown",
	Doc:  "one worker takes everything out, again and again, and waits until all is free, while the others look keys up: what an element costs",
	Metrics: []Metric{
		NsPerOp, OpsPerSecond, teardownTime, gpsPerOp,
		Retained,
		{Unit: PeakRetained.Unit, Better: Lower, Header: "peak", Form: Scaled, Pool: Most, Doc: PeakRetained.Doc},
		RetireRate, Residence, Turnovers, Queued, PeakQueued, Throttled, Uncollected, Collections, AllocBytes, Allocs, GCShare, GPMedian, GP99, GPMax, GPCadence, GPRate, GPs,
		LookupRate, PauseMedian, Pause99, PauseMax, GCCycles,
	},
	Legend: []string{
		"teardown: one worker takes everything out and waits until all is free, the others look keys up.",
		"pause: the time that 16 lookups of a reader took, so the longest are what was inflicted on it, by the system too.",
	},
	Timed:      "element",
	MinThreads: 1,
	Structure:  Hash,
	Size:       1 << 10,
	counting:   inParts,
}

// What only a Teardown measures.
var (
	teardownTime = Metric{Unit: "teardown-ns", Better: Lower, Header: "teardown", Form: Nanoseconds, Doc: "to take everything out and have it free; missing if that took longer than the window"}
	gpsPerOp     = Metric{Unit: "gps/op", Better: Lower, Header: "gps/element", Form: Short, Doc: "grace periods waited for, of each element"}
)

func init() {
	Teardown.can = func(c impls.Caps, _ Workload) string {
		switch {
		case c.Floor || !c.Delete:
			return "delete"
		case !c.Insert:
			return "insert"
		}
		return ""
	}
	Teardown.role = func(w Workload, id int) role {
		if id < w.Threads-1 {
			return reading
		}
		return removing
	}
	Teardown.body = func(w *worker) error {
		if w.role() == reading {
			return observe(w)
		}
		return remove(w)
	}
	Teardown.watch = func(t *Trial, ctx context.Context, look Look) error { return t.watch(ctx, look) }
	Teardown.after = func(t *Trial, ctx context.Context) error {
		if err := t.settle(ctx); err != nil {
			return err
		}
		return t.noteGracePeriods() // with those of the last teardown
	}
	Teardown.sum = sumTeardown
}

func sumTeardown(t *Trial, win *Window) {
	taken, whole, rounds := time.Duration(0), time.Duration(0), 0
	for _, w := range t.workers {
		taken += w.busy
		whole += w.whole
		rounds += w.rounds
	}
	win.Ops, win.Length = win.Tally.Deletes, taken
	win.Values.Add(NsPerOp, float64(taken.Nanoseconds())/float64(win.Ops))
	win.Values.Add(OpsPerSecond, float64(win.Ops)/taken.Seconds())
	if rounds > 0 {
		win.Values.Add(teardownTime, float64(whole.Nanoseconds())/float64(rounds))
	}
	t.sumRetention(win)
	t.sumGracePeriods(win)
	if g := t.gracePeriods; g != nil {
		win.Values.Add(gpsPerOp, float64(g.TotalCount())/float64(win.Ops))
	}
	t.sumReaders(win)
	t.sumHeapUse(win)
	win.Values.Add(GCCycles, float64(t.gcCycles))
}

// firstTeardown is how many elements are taken out and put back before the
// window opens.
const firstTeardown = 64

// remove is the body of the worker that takes everything out and puts it back,
// again and again.
func remove(w *worker) error {
	present := w.trial.population.present
	first := present[:min(firstTeardown, len(present))]
	if err := w.takeOut(warming, first); err != nil {
		return err
	}
	if err := w.putBack(warming, first); err != nil {
		return err
	}
	w.busy, w.whole, w.rounds = 0, 0, 0
	w.arrive(warming)
	for n := 0; w.trial.phase.now() == warming; n++ {
		mem.Spin(n)
	}
	if w.trial.phase.now() == stopping {
		return nil
	}
	if err := w.enter(measuring); err != nil {
		return err
	}
	for first := true; first || w.trial.phase.now() == measuring; first = false {
		err := w.look.part(func() error { return w.takeOut(measuring, present) })
		if err == nil {
			err = w.putBack(measuring, present[:w.out])
		}
		if err != nil {
			return err
		}
	}
	if w.trial.phase.now() == stopping {
		return nil
	}
	return w.settleUp()
}

// chunk is how many elements are taken out, or put back, between two looks of
// anybody at how the worker gets on.
const chunk = 64

// takeOut takes the elements out, waits until all are free, and notes how long
// that took. If the window ends meanwhile, what has been taken out by then has to
// do: it doesn't count as a whole round.
func (w *worker) takeOut(now phase, keys []uint64) error {
	began, out := instant(), 0
	for out < len(keys) && (out == 0 || w.trial.phase.now() == now) {
		n := min(chunk, len(keys)-out)
		if err := w.runAll(now, impls.Delete, keys[out:out+n]); err != nil {
			return err
		}
		out += n
	}
	if d, ok := w.impl.(impls.Drainer); ok {
		d.Drain()
	} else if err := w.awaitReclaim(); err != nil {
		return w.wrong(err)
	}
	took := instant() - began
	w.busy += took
	if w.out = out; out == len(keys) {
		w.whole += took
		w.rounds++
	}
	return nil
}

// putBack puts elements back.
func (w *worker) putBack(now phase, keys []uint64) error {
	for back := range slices.Chunk(keys, chunk) {
		if err := w.runAll(now, impls.Insert, back); err != nil {
			return err
		}
	}
	return nil
}

// runAll executes an operation on each of the keys.
func (w *worker) runAll(now phase, kind impls.Kind, keys []uint64) error {
	ops := make(tape, len(keys))
	for i, key := range keys {
		ops[i] = impls.MakeOp(kind, key)
	}
	return w.execute(now, ops)
}

// awaitReclaim waits until nothing is retained, for backends whose workers can't
// wait for it themselves. It has patience for as long as there is progress, which
// it shows to those who wait for the worker. If the trial is stopped nobody needs
// to know the end.
func (w *worker) awaitReclaim() error {
	t := w.trial
	v, last := newVigil(t.patience, 0), uint64(0)
	for n := 0; t.phase.now() != stopping; n++ {
		s := t.impl.Stats()
		if s.Retained == 0 {
			return nil
		}
		if now := s.Retained + s.Reclaimed<<32; now != last {
			last = now
			w.step()
		}
		if v.over(last) {
			return fmt.Errorf("%d elements are still retained after %v in which none became free", s.Retained, t.patience)
		}
		mem.Spin(n)
	}
	return nil
}
