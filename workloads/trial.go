package workloads

import (
	"context"
	"errors"
	"fmt"
	"time"

	"readmostly/impls"
	"readmostly/internal/mem"
)

// patience is how long the coordinator waits for what should take microseconds,
// before it says that a worker or a map is stuck.
const patience = 30 * time.Second

// A trial is one map under one workload: its workers, and how they proceed from
// phase to phase. What the workers do is for their body to say.
type trial struct {
	workload   Workload
	options    Options
	caps       impls.Caps
	population population
	impl       impls.Map
	workers    []*worker
	patience   time.Duration

	phase    phaseWord
	inside   mem.Uint64    // 1 while a worker stays in a reader
	visits   mem.Uint64    // how often one did
	opened   mem.Uint64    // 1 when all workers are in the window
	settling mem.Uint64    // 1 when all that update rest
	start    chan struct{} // closed when all workers have gathered
	arrivals chan arrival  // has room for all that are ever sent

	first, last snapshot // of the window

	ended int  // workers that are no more
	dead  bool // one of them panicked
}

// newTrial makes the map and its contents. Workers come into being with launch.
func newTrial(ctx context.Context, b impls.Backend, reclaim string, w Workload, o Options) (*trial, error) {
	m, err := b.New(impls.Config{Buckets: w.Chains(), Capacity: w.Capacity(), Reclaim: reclaim})
	if err != nil {
		return nil, err
	}
	p := newPopulation(w)
	if err := fill(ctx, m, p.elements()); err != nil {
		return nil, errors.Join(err, m.Close())
	}
	t := &trial{
		workload:   w,
		options:    o,
		caps:       b.Caps,
		population: p,
		impl:       m,
		workers:    make([]*worker, w.Threads),
		patience:   patience,
		start:      make(chan struct{}),
		arrivals:   make(chan arrival, w.Threads*int(phases+1)),
	}
	for i, ops := range makeTapes(w, p) {
		t.workers[i] = &worker{id: i, trial: t, tape: ops}
		if w.Scenario != Mix {
			t.workers[i].gaps = newGaps()
		}
	}
	return t, nil
}

// fill puts the population into an empty map. The order is random, so the keys'
// order says nothing about where in memory elements lie.
func fill(ctx context.Context, m impls.Map, elements []impls.Element) error {
	if f, ok := m.(impls.Filler); ok {
		return f.Fill(elements)
	}
	w, err := m.NewWorker()
	if err != nil {
		return err
	}
	defer w.Close()
	for i, e := range elements {
		if i%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if ok, err := w.Insert(e); err != nil {
			return err
		} else if !ok {
			return fmt.Errorf("inserting key %#x: the map says that it is there already", e.Key)
		}
	}
	return nil
}

// launch starts the workers and waits until all have gathered.
func (t *trial) launch(ctx context.Context, b body) error {
	for _, w := range t.workers {
		go w.live(b)
	}
	return t.await(ctx, gathering)
}

// warmUp lets the workers run until all do, and for the time stated.
func (t *trial) warmUp(ctx context.Context) error {
	t.phase.enter(warming)
	close(t.start)
	if err := t.await(ctx, warming); err != nil {
		return err
	}
	return t.pass(ctx, t.options.Warmup)
}

// await waits until all workers have arrived in a phase.
func (t *trial) await(ctx context.Context, p phase) error {
	stuck := time.NewTimer(t.patience)
	defer stuck.Stop()
	for n := 0; n < len(t.workers); n++ {
		select {
		case a := <-t.arrivals:
			if a.phase == stopping {
				return t.ends(a)
			}
		case <-ctx.Done():
			return ctx.Err()
		case <-stuck.C:
			return fmt.Errorf("of %d workers %d have not finished a batch for %v", len(t.workers), len(t.workers)-n, t.patience)
		}
	}
	return nil
}

// pass lets time go by, unless a worker fails.
func (t *trial) pass(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case a := <-t.arrivals: // at its end, as all have arrived in this phase
		return t.ends(a)
	}
}

// ends notes that a worker has ended. It returns what was wrong with that.
func (t *trial) ends(a arrival) error {
	t.ended++
	t.dead = t.dead || a.dead
	if a.err == nil && t.phase.now() != stopping {
		return fmt.Errorf("worker %d ended before it was told to", a.worker)
	}
	return a.err
}

// stop ends all workers that have not ended. It returns what went wrong with
// them, and says if some could not be stopped.
func (t *trial) stop() (failed, stuck error) {
	gathered := t.phase.now() != gathering
	t.phase.enter(stopping)
	if !gathered {
		close(t.start)
	}
	timer := time.NewTimer(t.patience)
	defer timer.Stop()
	for t.ended < len(t.workers) {
		select {
		case a := <-t.arrivals:
			if a.phase == stopping {
				failed = errors.Join(failed, t.ends(a))
			}
		case <-timer.C:
			t.dead = true
			return failed, fmt.Errorf("%d of %d workers can't be stopped", len(t.workers)-t.ended, len(t.workers))
		}
	}
	return failed, nil
}

// fail ends a trial that went wrong. It returns why: what else goes wrong after
// that is left out, as it may well be a consequence.
func (t *trial) fail(why error) error {
	_, stuck := t.stop()
	_ = t.close()
	return errors.Join(why, stuck)
}

// close closes the map. One whose workers didn't all leave in good order stays
// open, as it might wait for them for ever: its memory is lost.
func (t *trial) close() error {
	if t.dead {
		return nil
	}
	err, stuck := ask(t, "Close", t.impl.Close)
	return errors.Join(err, stuck)
}

// ask calls a method of the map, which may wait for ever if the map is broken.
func ask[T any](t *trial, name string, method func() T) (answer T, stuck error) {
	answers := make(chan T, 1)
	go func() { answers <- method() }()
	timer := time.NewTimer(t.patience)
	defer timer.Stop()
	select {
	case answer = <-answers:
		return answer, nil
	case <-timer.C:
		t.dead = true
		return answer, fmt.Errorf("the map's %s has not returned for %v", name, t.patience)
	}
}
