package workloads

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"readmostly/impls"
	"readmostly/internal/mem"
	"readmostly/internal/topo"
)

// A worker is one goroutine of a trial and what it measures of itself. Only that
// goroutine uses it, until it has sent its last arrival.
type worker struct {
	_ mem.Pad

	id    int
	trial *trial
	tape  tape
	at    int // the next operation of the tape
	impl  impls.Worker

	tallies [phases]impls.Tally     // what happened in each phase
	given   [phases]uint64          // operations handed to the backend in each
	began   time.Duration           // when the worker entered the window
	ended   time.Duration           // when it left it
	drained time.Duration           // when all that it had let go of was free
	warmed  time.Duration           // when it began to warm up
	left    time.Duration           // when it left the reader that it stayed in
	entered time.Duration           // when it went there
	busy    time.Duration           // in the operations that count, if not the whole window
	rounds  int                     // how often it took everything out
	counter counter                 // what the worker's thread does in the window
	gaps    *hdrhistogram.Histogram // times noted in the window, if the role notes any

	_ mem.Pad
}

// A body is what a worker does from the start of the warm-up to the stop. It
// looks at the phase often, and calls enter whenever that has changed. It
// returns nil when the trial is stopped.
type body func(w *worker) error

// live is the worker's whole life, on a goroutine of its own.
//
// The thread stays locked when the goroutine ends, so that it ends too: nothing
// else ever runs on a pinned thread.
func (w *worker) live(b body) {
	last := arrival{worker: w.id, phase: stopping, dead: true}
	defer func() {
		if p := recover(); p != nil {
			last.err = fmt.Errorf("worker %d panicked: %v\n%s", w.id, p, debug.Stack())
		} else if last.dead {
			last.err = fmt.Errorf("worker %d ended its goroutine", w.id)
		}
		w.trial.arrivals <- last
	}()
	last.err = w.work(b)
	last.dead = false
}

func (w *worker) work(b body) error {
	if err := w.settle(); err != nil {
		return fmt.Errorf("worker %d: %w", w.id, err)
	}
	defer w.counter.close()
	impl, err := w.trial.impl.NewWorker()
	if err != nil {
		return fmt.Errorf("worker %d: %w", w.id, err)
	}
	w.impl = impl
	w.arrive(gathering)
	<-w.trial.start
	err = b(w)
	w.impl.Close()
	return err
}

// settle puts the worker where it shall run and opens its counters there.
func (w *worker) settle() error {
	cpus, plan := w.trial.options.CPUs, w.trial.options.Counters
	counting := plan != nil && len(plan.Groups) > 0
	if len(cpus) == 0 && !counting {
		return nil
	}
	runtime.LockOSThread()
	if len(cpus) > 0 {
		if err := topo.PinThread(cpus[w.id%len(cpus)]); err != nil {
			return err
		}
	}
	if counting {
		return w.counter.open(plan)
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
		if err := w.counter.start(); err != nil {
			return w.wrong(err)
		}
		w.began = instant()
		w.arrive(p)
	case cooling:
		w.ended = instant()
		if err := w.counter.stop(); err != nil {
			return w.wrong(err)
		}
		w.arrive(p)
	}
	return nil
}

func (w *worker) role() role { return w.trial.workload.role(w.id) }

// wrong says which worker an error is about.
func (w *worker) wrong(err error) error { return fmt.Errorf("worker %d: %w", w.id, err) }

// run executes the next operations of the tape, n or those that are left before
// it begins again, and returns how many they were.
func (w *worker) run(now phase, n int) (int, error) {
	t := &w.tallies[now]
	batch := w.tape[w.at:min(w.at+n, len(w.tape))]
	w.impl.Run(batch, t)
	w.given[now] += uint64(len(batch))
	if w.at += len(batch); w.at == len(w.tape) {
		w.at = 0
	}
	if t.Bad != 0 || t.Err != nil {
		return len(batch), w.failure(t)
	}
	return len(batch), nil
}

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
