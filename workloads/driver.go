package workloads

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"readmostly/impls"
)

// Measure runs the workload on a fresh map of the backend and measures one
// window. reclaim is one of the backend's ways to let go, or empty.
//
// It fails, with an error that names the backend and the workload, if anything
// shows that the figures are worthless: an element check that failed, a full
// memory, an operation that was lost, an update that found what it can't have
// found, accounts that don't add up, a worker that panicked or that is stuck.
// When ctx is done it stops early and returns ctx.Err().
//
// Measurements need the process for themselves: a second one waits for the
// first. While it runs, GOMAXPROCS may be raised and the collector is off.
func Measure(ctx context.Context, b impls.Backend, reclaim string, w Workload, o Options) (Measurement, error) {
	m, err := measure(ctx, b, reclaim, w, o)
	if err == nil {
		return m, nil
	}
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return Measurement{}, ctx.Err()
	}
	name := b.Name
	if reclaim != "" {
		name += " (" + reclaim + ")"
	}
	return Measurement{}, fmt.Errorf("%s, %s: %w", name, w, err)
}

func measure(ctx context.Context, b impls.Backend, reclaim string, w Workload, o Options) (m Measurement, err error) {
	if err := errors.Join(w.Validate(), o.Validate(), ctx.Err()); err != nil {
		return m, err
	}
	if reason := Unfit(b, w); reason != "" {
		return m, errors.New(reason)
	}
	p := takeProcess(w.Threads)
	defer p.giveBack()
	t, err := newTrial(ctx, b, reclaim, w, o)
	if err != nil {
		return m, err
	}
	m = Measurement{Backend: b.Name, Reclaim: reclaim, Workload: w}
	p.quiet(b.Caps.NeedsGC)
	if err := t.window(ctx, &m); err != nil {
		return m, t.fail(err)
	}
	if err := errors.Join(t.stop()); err != nil {
		return m, errors.Join(err, t.close())
	}
	return m, errors.Join(t.sum(&m), t.check(b.Caps), t.close())
}

// window takes the workers from their start through the window, and leaves them
// running.
func (t *trial) window(ctx context.Context, m *Measurement) error {
	if err := t.launch(ctx, bodies[t.workload.Scenario]); err != nil {
		return err
	}
	if err := t.warmUp(ctx); err != nil {
		return err
	}
	if _, err := t.gracePeriods(); err != nil { // those of the warm-up
		return err
	}
	cycles, pause := collections()
	t.phase.enter(measuring)
	if err := t.await(ctx, measuring); err != nil {
		return err
	}
	r, err := t.watchWindow(ctx, m)
	if err != nil {
		return err
	}
	t.phase.enter(cooling)
	if t.workload.Scenario == Mix || t.workload.Scenario == Flood {
		if m.GracePeriods, err = t.gracePeriods(); err != nil {
			return err
		}
	}
	m.GCCycles, m.GCPause = collections()
	m.GCCycles, m.GCPause = m.GCCycles-cycles, m.GCPause-pause
	m.Retained, m.PeakRetained, m.Samples = r.mean(), r.peak, r.taken
	if err := t.await(ctx, cooling); err != nil || t.workload.Scenario == Mix {
		return err
	}
	m.Callbacks, m.PeakCallbacks = r.meanWaiting(), r.longest
	return t.settle(m)
}

// gracePeriods returns the grace periods since the last call, or nil.
func (t *trial) gracePeriods() (*hdrhistogram.Histogram, error) {
	if g, ok := t.impl.(impls.GracePeriodTimer); ok {
		return ask(t, "GracePeriods", g.GracePeriods)
	}
	return nil, nil
}

// sum sums up what the workers measured. The time of an operation is the time
// of all workers over the operations of all workers, so a worker weighs as much
// as it ran; it includes the time in which a worker had no core. The rate is the
// sum of the workers' rates.
func (t *trial) sum(m *Measurement) error {
	var busy time.Duration
	began, ended := time.Duration(0), time.Duration(math.MaxInt64)
	var counted []*worker
	for _, w := range t.workers {
		began, ended = max(began, w.began), min(ended, w.ended)
		if !t.workload.role(w.id).counted() {
			continue
		}
		counted = append(counted, w)
		tally := &w.tallies[measuring]
		took := w.ended - w.began
		busy += took
		m.Tally.Add(tally)
		m.Rate += float64(tally.Ops()) / took.Seconds()
	}
	if ended <= began {
		return fmt.Errorf("the windows of the workers don't overlap: the last began %v after the first had ended", began-ended)
	}
	ops := m.Tally.Ops()
	m.NsPerOp = float64(busy.Nanoseconds()) / float64(ops)
	m.Window = ended - began
	m.Counters = countersPerOp(counted, ops)
	if t.workload.Scenario != Mix {
		t.sumLettingGo(m)
	}
	return nil
}

// check compares what the workers counted with what they were told to do, and
// with the map. All workers have ended.
func (t *trial) check(c impls.Caps) error {
	expected := uint64(t.workload.Size)
	for _, w := range t.workers {
		if err := w.checkCounts(c); err != nil {
			return err
		}
		for p := range w.tallies {
			expected += w.tallies[p].Inserted - w.tallies[p].Deleted
		}
	}
	s, err := ask(t, "Stats", t.impl.Stats)
	if err == nil && !c.Floor && s.Resident != expected {
		err = fmt.Errorf("the map holds %d elements, and should hold %d", s.Resident, expected)
	}
	return err
}
