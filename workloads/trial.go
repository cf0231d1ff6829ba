package workloads

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"readmostly/impls"
	"readmostly/internal/mem"
)

// A Trial is one map under one workload, and the workers that are registered with
// it. It belongs to one goroutine, the coordinator, which has a crew play windows
// of it: see [Trial.Window].
type Trial struct {
	crew       *Crew
	scene      *Scenario
	workload   Workload
	backend    string
	reclaim    string
	caps       impls.Caps
	population population
	impl       impls.Map
	workers    []*worker
	patience   time.Duration

	phase    phaseWord
	inside   mem.Uint64 // 1 while a worker stays in a reader
	visits   mem.Uint64 // how often one did
	opened   mem.Uint64 // 1 when all workers are in the window
	over     mem.Uint64 // when the coordinator ended the window, behind which workers see cooling; 0 before
	settling mem.Uint64 // 1 when all that update rest

	look     Look
	start    chan struct{} // closed when all workers have gathered
	arrivals chan arrival  // has room for all that are ever sent in a window
	ended    int           // workers that have left it
	stuck    bool          // one of them has been waited for in vain
	left     []bool        // which they are
	awaited  []bool        // the workers that somebody waits for
	meter    *heapMeter    // of a backend that needs the collector
	dead     bool          // one of them may hold locks or a reader's place, or the map is stuck
	closed   bool
	seen     // by the coordinator
}

// seen is what the coordinator sees in a window.
type seen struct {
	retention    retention
	first, last  snapshot
	retainedAt   map[int]uint64 // elements retained after that many percent of a stall
	drain        time.Duration  // negative if it could not be found out
	gracePeriods *hdrhistogram.Histogram
	cadences     *hdrhistogram.Histogram
	noting       time.Duration // for how long grace periods were noted
	noted        time.Duration // when that was done last
	cycles       uint32        // of the collector, before the window
	gcCycles     uint32        // in the window
	heap         heapUse       // of the window and its warm-up, of a backend that needs the collector
	played       time.Duration // how long these were
	watched      time.Duration // for how long the map was to be sampled, from the beginning of the window; 0 if it wasn't
	turned       float64       // how often what it retained was replaced meanwhile
	late         time.Duration
}

// NewTrial makes a map of the backend, fills it and registers a worker for each
// member of the crew. reclaim is one of the backend's ways to reclaim, or empty.
// tapes are those of the workload, which several trials can share.
//
// Its errors and those of a trial's methods name the backend and the workload.
func NewTrial(ctx context.Context, c *Crew, b impls.Backend, reclaim string, w Workload, tapes *Tapes) (*Trial, error) {
	t := &Trial{
		crew:     c,
		workload: w,
		backend:  b.Name,
		reclaim:  reclaim,
		caps:     b.Caps,
		patience: c.patience,
	}
	if err := errors.Join(w.Validate(), ctx.Err()); err != nil {
		return nil, t.wrong(ctx, err)
	}
	if why := Unfit(b, w); why != "" {
		return nil, t.wrong(ctx, errors.New(why))
	}
	if w.Threads != len(c.members) {
		return nil, t.wrong(ctx, fmt.Errorf("a crew of %d can't play %d threads", len(c.members), w.Threads))
	}
	if err := tapes.fit(w); err != nil {
		return nil, t.wrong(ctx, err)
	}
	t.scene, t.population = w.Scene(), tapes.population
	m, err := b.New(impls.Config{Buckets: w.Chains(), Capacity: w.Capacity(), Reclaim: reclaim, Retain: w.Retain, Section: w.Section})
	if err != nil {
		return nil, t.wrong(ctx, err)
	}
	t.impl = m
	if err := fill(ctx, m, tapes.elements); err != nil {
		return nil, t.wrong(ctx, errors.Join(err, m.Close()))
	}
	t.arrivals = make(chan arrival, w.Threads*int(phases+1))
	t.workers = make([]*worker, w.Threads)
	t.left, t.awaited = make([]bool, w.Threads), make([]bool, w.Threads)
	for i := range t.workers {
		t.workers[i] = &worker{id: i, trial: t, tape: tapes.of(w, t.scene.role(w, i), i)}
		if w.Chained {
			t.workers[i].chase = newChase(i)
		}
		if w.Latency {
			t.workers[i].watch = newStopwatch(i)
		}
	}
	if err := t.all(ctx, (*worker).register); err != nil {
		return nil, t.wrong(ctx, t.fail(err))
	}
	return t, nil
}

// wrong names the trial in an error. When ctx is done that is what is wrong.
func (t *Trial) wrong(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return ctx.Err()
	}
	name := t.backend
	if t.reclaim != "" {
		name += " (" + t.reclaim + ")"
	}
	return fmt.Errorf("%s, %s: %w", name, t.workload, err)
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

// all has every worker do something on its member of the crew.
func (t *Trial) all(ctx context.Context, job func(*worker) error) error {
	t.phase.enter(stopping) // nobody is in a window
	if err := t.begin(func(id int) error { return job(t.workers[id]) }); err != nil {
		return err
	}
	var errs []error
	for t.ended < len(t.workers) {
		a, err := t.hear(ctx, t.patience)
		if errors.Is(err, errStuck) {
			err = fmt.Errorf("%d of %d workers have not come back from the map for %v", len(t.workers)-t.ended, len(t.workers), t.patience)
		}
		if err != nil {
			t.dead = true
			return errors.Join(append(errs, err)...)
		}
		errs = append(errs, t.ends(a))
	}
	return errors.Join(errs...)
}

// begin gives the crew a job for each worker.
func (t *Trial) begin(job func(id int) error) error {
	t.ended = len(t.workers)
	if err := t.crew.do(job, t.arrivals); err != nil {
		t.dead = true
		return err
	}
	t.ended = 0
	clear(t.left)
	t.awaitAll()
	return nil
}

func (t *Trial) awaitAll() {
	for i := range t.awaited {
		t.awaited[i] = true
	}
}

// Drain waits until what the workers have retired is reusable, as far as the
// backend's workers can wait for that.
func (t *Trial) Drain(ctx context.Context) error {
	if t.closed {
		return t.wrong(ctx, errClosed)
	}
	return t.wrong(ctx, t.all(ctx, func(w *worker) error { w.drain(); return nil }))
}

var errClosed = errors.New("the trial is closed")

// hear waits for the next message of a worker. It gives up with errStuck when
// those that are awaited have not finished a batch for as long as the patience.
func (t *Trial) hear(ctx context.Context, patience time.Duration) (arrival, error) {
	select {
	case a := <-t.arrivals:
		return a, nil
	default:
	}
	ticker := time.NewTicker(min(moment, patience))
	defer ticker.Stop()
	for v := newVigil(patience, t.steps()); ; {
		select {
		case a := <-t.arrivals:
			return a, nil
		case <-ctx.Done():
			return arrival{}, ctx.Err()
		case <-ticker.C:
			if v.over(t.steps()) {
				return arrival{}, errStuck
			}
		}
	}
}

var errStuck = errors.New("stuck")

// steps sums up the batches that the awaited workers have executed. What the
// others do meanwhile is no progress: they may go on for ever beside one that is
// stuck.
func (t *Trial) steps() (sum uint64) {
	for i, w := range t.workers {
		if t.awaited[i] {
			sum += w.steps.Load()
		}
	}
	return sum
}

// await waits until all workers have arrived in a phase.
func (t *Trial) await(ctx context.Context) error {
	t.awaitAll()
	for n := 0; n < len(t.workers); n++ {
		a, err := t.hear(ctx, t.patience)
		if errors.Is(err, errStuck) {
			t.stuck = true
			return fmt.Errorf("of %d workers %d have not finished a batch for %v", len(t.workers), len(t.workers)-n, t.patience)
		}
		if err == nil && a.phase == stopping {
			err = t.ends(a)
		}
		if err != nil {
			return err
		}
		t.awaited[a.worker] = false
	}
	return nil
}

// pass lets time go by, unless a worker fails.
func (t *Trial) pass(ctx context.Context, d time.Duration) error {
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

// ends notes that a worker has ended its part. It returns what was wrong with
// that.
func (t *Trial) ends(a arrival) error {
	t.ended++
	t.awaited[a.worker] = false
	t.left[a.worker] = true
	t.dead = t.dead || a.dead
	if a.err == nil && t.phase.now() != stopping {
		return fmt.Errorf("worker %d ended before it was told to", a.worker)
	}
	return a.err
}

// stop ends the window of all workers that are still in it. It returns what went
// wrong with them, and says if some could not be stopped.
func (t *Trial) stop() (failed, stuck error) {
	gathered := t.phase.now() != gathering
	t.phase.enter(stopping)
	if !gathered {
		close(t.start)
	}
	patience := t.patience
	if t.stuck {
		patience /= 10 // it has been waited for already
	}
	for i, left := range t.left {
		t.awaited[i] = !left
	}
	for t.ended < len(t.workers) {
		a, err := t.hear(context.Background(), patience)
		if err != nil {
			t.dead = true
			return failed, fmt.Errorf("%d of %d workers can't be stopped", len(t.workers)-t.ended, len(t.workers))
		}
		if a.phase == stopping {
			failed = errors.Join(failed, t.ends(a))
		}
	}
	return failed, nil
}

// fail ends a trial that went wrong. It returns why: what else goes wrong after
// that is left out, as it may well be a consequence.
func (t *Trial) fail(why error) error {
	var stuck error
	if t.ended < len(t.workers) {
		_, stuck = t.stop()
	}
	_ = t.leave()
	_ = t.shut()
	return errors.Join(why, stuck)
}

// Close compares what the workers counted with what they were told to do, and
// with the map, takes the workers out and closes the map. An error shows that
// the figures of all windows are worthless. A trial that a method has closed
// because of an error stays closed: Close then does nothing.
func (t *Trial) Close(ctx context.Context) error {
	if t.closed {
		return nil
	}
	return t.wrong(ctx, errors.Join(t.leave(), t.check(), t.shut()))
}

// leave takes the workers out of the map, whether or not the trial is to stop
// early: it takes them microseconds.
func (t *Trial) leave() error {
	if t.dead {
		return nil
	}
	err := t.all(context.Background(), func(w *worker) error {
		if w.impl != nil {
			w.impl.Close()
		}
		return nil
	})
	t.dead = t.dead || err != nil
	return err
}

// shut closes the map. One whose workers didn't all leave in good order stays
// open, as it might wait for them for ever: its memory is lost.
func (t *Trial) shut() error {
	t.closed = true
	if t.dead {
		return nil
	}
	err, stuck := ask(t, "Close", t.impl.Close)
	return errors.Join(err, stuck)
}

// check compares what the workers counted in all windows with what they were
// told to do, and with the map, which is still open.
func (t *Trial) check() error {
	if t.dead {
		return nil
	}
	expected := uint64(t.workload.Size)
	for _, w := range t.workers {
		if err := w.checkCounts(); err != nil {
			return err
		}
		expected += w.total.Inserted - w.total.Deleted
	}
	s, err := ask(t, "Stats", t.impl.Stats)
	if err == nil && !t.caps.Floor && s.Resident != expected {
		err = fmt.Errorf("the map holds %d elements, and should hold %d", s.Resident, expected)
	}
	return err
}

// ask calls a method of the map, which may wait for ever if the map is broken.
func ask[T any](t *Trial, name string, method func() T) (answer T, stuck error) {
	answers := make(chan T, 1)
	go func() { answers <- method() }()
	answer, ok := within(t.patience, answers)
	if !ok {
		t.dead = true
		return answer, fmt.Errorf("the map's %s has not returned for %v", name, t.patience)
	}
	return answer, nil
}

// Retires reports whether the map has retired elements, waits for grace periods or
// leaves what it removes to the collector, which long windows are there to see.
func (t *Trial) Retires() bool {
	_, waits := t.impl.(impls.GracePeriodTimer)
	if (waits || t.caps.NeedsGC) && t.workload.Updates > 0 {
		return true
	}
	s, err := ask(t, "Stats", t.impl.Stats)
	return err == nil && s.Retired > 0
}
