package main

import "readmostly/impls"

// fillable is a map that can be filled in one go, as the baseline's can.
type fillable interface {
	impls.Map
	impls.Filler
}

// A dearMap is a map whose lookups cost a known share more.
type dearMap struct {
	fillable
	permille int
}

func (m dearMap) NewWorker() (impls.Worker, error) {
	w, err := m.fillable.NewWorker()
	return &dearWorker{Worker: w, permille: m.permille}, err
}

// A dearWorker executes, behind batches, lookups that nobody has asked for: old
// ones, which neither the branch predictor nor L1 remembers better than any, and
// many at once, so that calling costs nothing beside them.
type dearWorker struct {
	impls.Worker
	permille int
	debt     int // lookups that are still to be added, in thousandths
	old      [64][]impls.Op
	next     int
	nobody   impls.Tally
}

const atOnce = 256

func (w *dearWorker) Run(ops []impls.Op, t *impls.Tally) {
	w.Worker.Run(ops, t)
	w.old[w.next] = ops
	w.next = (w.next + 1) % len(w.old)
	w.debt += len(ops) * w.permille
	if w.debt < atOnce*1000 {
		return
	}
	oldest := w.old[w.next]
	oldest = oldest[:min(len(oldest), w.debt/1000)]
	w.Worker.Run(oldest, &w.nobody)
	w.debt -= 1000 * len(oldest)
}
