package workloads

import (
	"errors"
	"fmt"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"readmostly/impls"
	"readmostly/internal/mem"
)

// A worker is one participant of a trial and what it measures of itself. It is
// the business of one member of the crew, until that has sent its last arrival.
type worker struct {
	_ mem.Pad

	id    int
	trial *Trial
	tape  tape
	at    int // the next operation of the tape
	impl  impls.Worker
	batch batchSize
	chase *chase      // of the lookups, if they are chained
	watch *stopwatch  // of single operations, if they are timed
	total impls.Tally // of all windows
	given uint64      // operations handed to the backend in all windows
	steps mem.Uint64  // batches executed: how the coordinator tells slow from stuck

	inWindow

	_ mem.Pad
}

// inWindow is what a worker notes in one window.
type inWindow struct {
	look    look                    // of its thread
	tallies [phases]impls.Tally     // what happened in each phase
	handed  [phases]uint64          // operations handed to the backend in each
	began   time.Duration           // when the worker entered the window
	ended   time.Duration           // when it left it
	drained time.Duration           // when all that it had retired was free
	warmed  time.Duration           // when it began to warm up
	left    time.Duration           // when it left the reader that it stayed in
	entered time.Duration           // when it went there
	busy    time.Duration           // in the operations that count, if not the whole window
	rounds  int                     // how often it took everything out
	whole   time.Duration           // in those rounds
	out     int                     // how many it took out last
	gaps    *hdrhistogram.Histogram // times noted in the window, if the scenario notes any
	times   *Latency                // of single operations, if they are timed
}

// register makes the worker known to the map.
func (w *worker) register() error {
	impl, err := w.trial.impl.NewWorker()
	if err != nil {
		return w.wrong(err)
	}
	w.impl = impl
	return nil
}

// play is what the worker does in one window.
func (w *worker) play() error {
	t := w.trial
	w.arrive(gathering)
	<-t.start
	if err := t.scene.body(w); err != nil {
		return err
	}
	for p := range w.tallies {
		w.total.Add(&w.tallies[p])
		w.given += w.handed[p]
	}
	return nil
}

// arrive tells the coordinator where the worker is.
func (w *worker) arrive(p phase) { w.trial.arrivals <- arrival{worker: w.id, phase: p} }

// enter does what a worker has to do when it sees a new phase. The worker reads
// the clock before it says that it has arrived: what the coordinator does when
// it has heard of all is then behind all beginnings.
func (w *worker) enter(p phase) error {
	switch p {
	case measuring:
		if err := w.look.start(); err != nil {
			return w.wrong(err)
		}
		w.began = instant()
		w.arrive(p)
	case cooling:
		w.ended = instant()
		if err := w.look.stop(); err != nil {
			return w.wrong(err)
		}
		w.arrive(p)
	}
	return nil
}

func (w *worker) role() role { return w.trial.scene.role(w.trial.workload, w.id) }

// wrong says which worker an error is about.
func (w *worker) wrong(err error) error { return fmt.Errorf("worker %d: %w", w.id, err) }

// run executes the next operations of the tape, n or those that are left before
// it begins again, and returns how many they were.
func (w *worker) run(now phase, n int) (int, error) {
	batch := w.tape[w.at:min(w.at+n, len(w.tape))]
	if w.at += len(batch); w.at == len(w.tape) {
		w.at = 0
	}
	return len(batch), w.execute(now, batch)
}

// execute has the backend execute operations.
func (w *worker) execute(now phase, ops []impls.Op) error {
	t := &w.tallies[now]
	w.perform(now, ops, t)
	w.handed[now] += uint64(len(ops))
	w.step()
	if t.Bad != 0 || t.Err != nil {
		return w.failure(t)
	}
	return nil
}

// perform has the backend execute operations in a loop of its own, unless each
// lookup waits for the one before it or each operation is timed.
func (w *worker) perform(now phase, ops []impls.Op, t *impls.Tally) {
	switch {
	case w.chase != nil:
		w.chase.run(w.impl, ops, t)
		return
	case w.watch != nil:
		w.watch.run(w.impl, ops, t, w.timesOf(now))
		return
	}
	w.impl.Run(ops, t)
}

// timesOf returns where to note what single operations take in a phase, nil for
// nowhere. Of operations that are due, the scenario notes when they were.
func (w *worker) timesOf(now phase) *Latency {
	if now != measuring || !w.trial.scene.Paired {
		return nil
	}
	return w.times
}

// step tells those who wait that the worker gets on.
func (w *worker) step() { mem.StoreRelaxed(&w.steps, w.steps.Load()+1) }

// failure returns what went wrong in a batch, or nil.
func (w *worker) failure(t *impls.Tally) error {
	if t.Bad > 0 {
		err := error(t.FirstBad)
		if t.FirstBad == nil {
			err = errors.New("unknown to the backend")
		}
		return fmt.Errorf("worker %d: %d element checks failed, the first: %w", w.id, t.Bad, err)
	}
	if t.Err != nil {
		return fmt.Errorf("worker %d: %w", w.id, t.Err)
	}
	return nil
}
