package workloads

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"readmostly/impls"
)

// A Look says how a window is measured.
type Look struct {
	Length time.Duration // of the window
	Warm   int           // operations that each worker of a paired scenario executes before it
	Warmup time.Duration // they have at most that long; in other scenarios the warm-up is that long
	Sample bool          // a paired scenario's window is there to sample the map and its grace periods
	Most   time.Duration // a window that samples the map lasts up to so long, where its length is short against what it is to show
}

// A Window is what one window showed.
type Window struct {
	Values   Values        // of the scenario's metrics
	Ops      uint64        // operations that the times are a mean of
	Length   time.Duration // the time during which all workers were measured
	Counters []Count       // events of those operations
	Latency  *Latency      // of single operations; nil if they were not timed

	// Lost is the longest time for which somebody else had a worker's core, and
	// Late by how much the window was longer than it should be, because the
	// process did not run. Times per operation don't contain what was lost, except in
	// Stall and Teardown.
	Lost, Late time.Duration

	Tally impls.Tally   // of all workers that are measured
	Busy  time.Duration // their time in the window, together
	Rate  float64       // operations per second, together
}

// Disturbed reports whether the window shows, by more than a twentieth of its
// length, what somebody else did to it.
func (w Window) Disturbed() bool {
	return w.Lost > w.Length/disturbing || w.Late > max(w.Length/2, time.Millisecond)
}

// disturbing is the share of a window, one in so many, from which it is disturbed.
// With a worker on every CPU the coordinator and the parent take up to a thirtieth
// for themselves, which is subtracted like everything that is lost.
const disturbing = 20

// Window has the crew play one window of the trial.
//
// It fails if anything shows that the figures are worthless: an element check
// that failed, a full memory, an operation that was lost, an update that found
// what it can't have found, a worker that panicked or that is stuck. The trial is
// closed then. When ctx is done it stops early and returns ctx.Err().
func (t *Trial) Window(ctx context.Context, l Look) (Window, error) {
	if err := errors.Join(l.validate(), ctx.Err()); err != nil {
		return Window{}, t.wrong(ctx, err)
	}
	if t.closed {
		return Window{}, t.wrong(ctx, errClosed)
	}
	collect := t.crew.process.collects(t.caps.NeedsGC)
	win, err := t.window(ctx, l)
	collect()
	if err != nil {
		return Window{}, t.wrong(ctx, t.fail(err))
	}
	return win, nil
}

func (t *Trial) window(ctx context.Context, l Look) (win Window, err error) {
	t.open(l)
	if err := t.begin(func(id int) error { return t.workers[id].play() }); err != nil {
		return win, err
	}
	if err := t.await(ctx); err != nil {
		return win, err
	}
	var before heapUse
	if t.caps.NeedsGC {
		if t.meter == nil {
			t.meter = newHeapMeter()
		}
		before = t.meter.read()
	}
	began := instant()
	t.phase.enter(warming)
	close(t.start)
	if err := t.await(ctx); err != nil {
		return win, err
	}
	if !t.scene.Paired {
		if err := t.pass(ctx, l.Warmup); err != nil {
			return win, err
		}
	}
	if err := t.observed(ctx, l); err != nil {
		return win, err
	}
	failed, stuck := t.stop()
	if err := errors.Join(failed, stuck); err != nil {
		return win, err
	}
	if t.caps.NeedsGC {
		t.heap, t.played = t.meter.read().since(before), instant()-began
	}
	return win, t.sum(&win)
}

// open makes the trial ready for a window.
func (t *Trial) open(l Look) {
	if t.look, t.seen = l, (seen{drain: -1}); !t.scene.Paired {
		t.look.Warm = 0
	}
	t.start = make(chan struct{})
	for _, w := range []interface{ Store(uint64) }{&t.inside, &t.visits, &t.opened, &t.over, &t.settling} {
		w.Store(0)
	}
	for i, w := range t.workers {
		w.inWindow = inWindow{look: look{member: t.crew.members[i], counting: t.scene.counting}}
		if !t.scene.Paired {
			w.gaps = newGaps()
		}
		if t.workload.Latency {
			w.times = newLatency()
		}
	}
	t.phase.enter(gathering)
}

// sampled reports whether the state of the map is looked at in the window.
func (t *Trial) sampled() bool { return !t.scene.Paired || t.look.Sample }

// observed takes the workers through the window proper.
func (t *Trial) observed(ctx context.Context, l Look) (err error) {
	if t.sampled() {
		stop, err := t.timeResidence(ctx, l.Length)
		defer stop()
		if err != nil {
			return err
		}
		if err := t.forgetGracePeriods(); err != nil { // those before the window
			return err
		}
	}
	t.cycles = collections()
	t.phase.enter(measuring)
	if err := t.await(ctx); err != nil {
		return err
	}
	if t.sampled() {
		if t.first, err = t.snapshot(); err != nil {
			return err
		}
	}
	began := instant()
	if err := t.scene.watch(t, ctx, l); err != nil {
		return err
	}
	t.late = max(0, instant()-began-max(l.Length, t.watched))
	if t.sampled() {
		if t.last, err = t.snapshot(); err != nil {
			return err
		}
		if err := t.noteGracePeriods(); err != nil { // before anybody drains
			return err
		}
		t.turned = t.turnovers(t.last)
	}
	t.over.Store(uint64(instant()))
	t.phase.enter(cooling)
	t.gcCycles = collections() - t.cycles
	if err := t.await(ctx); err != nil || t.scene.after == nil {
		return err
	}
	return t.scene.after(t, ctx)
}

// sum sums up what the workers measured that are counted: see [Window.add]. The
// window is that of all workers that have a part in it.
func (t *Trial) sum(win *Window) error {
	began, ended := time.Duration(0), time.Duration(math.MaxInt64)
	var counted []*worker
	for _, w := range t.workers {
		r := w.role()
		if r == resting {
			continue
		}
		began, ended = max(began, w.began), min(ended, w.ended)
		win.Lost = max(win.Lost, w.look.lost())
		if r.counted() {
			counted = append(counted, w)
			win.add(w)
		}
	}
	if ended <= began {
		return fmt.Errorf("the windows of the workers don't overlap: the last began %v after the first had ended", began-ended)
	}
	win.Length, win.Late = ended-began, t.late
	if t.workload.Latency {
		win.Latency = t.latency()
	}
	if t.scene.counting != never {
		win.Counters = sumCounts(counted)
	}
	t.scene.sum(t, win)
	return nil
}

// latency returns the times of single operations of all workers.
func (t *Trial) latency() *Latency {
	all := newLatency()
	for _, w := range t.workers {
		all.Merge(w.times)
	}
	all.Clock, all.Step = math.NaN(), math.NaN()
	if t.scene.Paired { // others have the monotonic clock, as operations are due by it
		c := clock()
		all.Clock, all.Step = float64(c.Cost.Nanoseconds()), c.Step
	}
	return all
}

// add adds a worker's window. The time of an operation is the time of all workers
// over the operations of all workers, so a worker weighs as much as it ran. The
// rate is the sum of the workers' rates.
func (win *Window) add(w *worker) {
	tally := &w.tallies[measuring]
	took := w.ended - w.began
	took -= min(w.look.lost(), took/2) // that much can't have been lost if it did anything
	win.Busy += took
	win.Tally.Add(tally)
	win.Rate += float64(tally.Ops()) / took.Seconds()
}

// queues reports whether retired elements wait in queues.
func (t *Trial) queues() bool { return t.reclaim != "" && !t.caps.NeedsGC }

func (t *Trial) sumDrain(win *Window) {
	if t.drain >= 0 && !t.caps.NeedsGC {
		win.Values.Add(DrainTime, float64(t.drain.Nanoseconds()))
	}
}

// sumGracePeriods adds how many grace periods ended, and how long they took, if any
// did. A cadence is known where most of them were polled for.
func (t *Trial) sumGracePeriods(win *Window) {
	g := t.gracePeriods
	if g == nil {
		return
	}
	if g.TotalCount() > 0 {
		win.Values.Add(GPMedian, float64(g.ValueAtQuantile(50)))
		win.Values.Add(GP99, float64(g.ValueAtQuantile(99)))
		win.Values.Add(GPMax, float64(g.Max()))
		win.Values.Add(GPRate, float64(g.TotalCount())/t.noting.Seconds())
	}
	win.Values.Add(GPs, float64(g.TotalCount()))
	if c := t.cadences; c != nil && c.TotalCount() > g.TotalCount()/2 {
		win.Values.Add(GPCadence, float64(c.ValueAtQuantile(50)))
	}
}

// sumReaders adds what readers noted of their lookups, where there are some.
func (t *Trial) sumReaders(win *Window) {
	gaps, rate := newGaps(), 0.0
	for _, w := range t.workers {
		if w.role() == reading {
			rate += float64(w.tallies[measuring].Lookups) / (w.ended - w.began).Seconds()
			gaps.Merge(w.gaps)
		}
	}
	if gaps.TotalCount() > 0 {
		win.Values.Add(LookupRate, rate)
		win.Values.Add(PauseMedian, float64(gaps.ValueAtQuantile(50)))
		win.Values.Add(Pause99, float64(gaps.ValueAtQuantile(99)))
		win.Values.Add(PauseMax, float64(gaps.Max()))
	}
}

// freed returns how many elements were made reusable per second, where the
// backend knows. Where nothing is ever retired, each is with its update.
func (t *Trial) freed(rate float64) (perSecond float64, known bool) {
	switch {
	case t.last.Retired > 0:
		return float64(t.last.Reclaimed-t.first.Reclaimed) / (t.last.at - t.first.at).Seconds(), true
	case t.caps.NeedsGC:
		return 0, false
	}
	return rate, true
}
