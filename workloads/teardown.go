package workloads

import (
	"fmt"

	"readmostly/impls"
	"readmostly/internal/mem"
)

// firstTeardown is how many elements are taken out and put back before the
// window opens.
const firstTeardown = 64

// teardown is the body of the teardown's workers: the last takes everything out
// and puts it back, again and again, and the others look keys up.
func teardown(w *worker) error {
	if w.role() == reading {
		return observe(w)
	}
	present := w.trial.population.present
	if err := w.tearDown(warming, present[:min(firstTeardown, len(present))]); err != nil {
		return err
	}
	w.busy, w.rounds = 0, 0
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
	for w.rounds == 0 || w.trial.phase.now() == measuring {
		if err := w.tearDown(measuring, present); err != nil {
			return err
		}
	}
	if w.trial.phase.now() == stopping {
		return nil
	}
	return w.settleUp()
}

// tearDown takes the elements out, waits until all are free, and notes how long
// that took. Then it puts them back.
func (w *worker) tearDown(now phase, keys []uint64) error {
	began := instant()
	if err := w.runAll(now, impls.Delete, keys); err != nil {
		return err
	}
	if d, ok := w.impl.(impls.Drainer); ok {
		d.Drain()
	} else if err := w.trial.awaitReclaim(); err != nil {
		return w.wrong(err)
	}
	w.busy += instant() - began
	w.rounds++
	return w.runAll(now, impls.Insert, keys)
}

// runAll executes an operation on each of the keys.
func (w *worker) runAll(now phase, kind impls.Kind, keys []uint64) error {
	ops := w.tape[:0]
	for _, key := range keys {
		ops = append(ops, impls.MakeOp(kind, key))
	}
	w.tape, w.at = ops, 0
	_, err := w.run(now, len(ops))
	return err
}

// awaitReclaim waits until nothing is retained, for backends whose workers can't
// wait for it themselves.
func (t *trial) awaitReclaim() error {
	began := instant()
	for n := 0; t.impl.Stats().Retained > 0; n++ {
		if instant()-began > t.patience {
			return fmt.Errorf("%d elements are still retained after %v", t.impl.Stats().Retained, t.patience)
		}
		mem.Spin(n)
	}
	return nil
}
