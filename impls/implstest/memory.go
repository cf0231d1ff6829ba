package implstest

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"readmostly/impls"
)

// population is the number of keys of the stages about memory.
const population = 128

// churn updates many times as often as there is memory for, while readers make
// progress and idle workers don't: what is retired must come back.
func churn(t *trial) {
	const updaters, lookers = 2, 2
	t.cfg.Capacity = population + t.garbage
	if !t.open() || !t.populate(elements(population)) {
		return
	}
	idlers := t.workers(2)
	if idlers == nil {
		return
	}
	for _, w := range idlers {
		w.Delete(0)
		w.Insert(impls.MakeElement(0, 1))
	}
	total := 3 * t.cfg.Capacity // not scaled: it must be more than there is memory
	var wg, looking sync.WaitGroup
	var over atomic.Bool
	tallies := make([]impls.Tally, updaters)
	for i := range updaters {
		w := t.worker()
		if w == nil {
			return
		}
		wg.Go(func() {
			defer w.Close()
			t.cycle(w, i*population/updaters, population/updaters, total/updaters, &tallies[i])
		})
	}
	keys := make([]uint64, population)
	for i := range keys {
		keys[i] = uint64(i)
	}
	for i := range lookers {
		w := t.worker()
		if w == nil {
			return
		}
		looking.Go(func() {
			defer w.Close()
			tape := Mix{impls.Lookup: 1}.Tape(t.rng(i), keys, 64)
			for !over.Load() {
				var tally impls.Tally
				w.Run(tape, &tally)
				t.checkBatch(len(tape), &tally)
				runtime.Gosched()
			}
		})
	}
	wg.Wait()
	over.Store(true)
	looking.Wait()
	for _, w := range idlers {
		w.Close()
	}
	t.settle(tallies...)
}

// elements returns the first version of n elements.
func elements(n int) []impls.Element {
	all := make([]impls.Element, n)
	for i := range all {
		all[i] = impls.MakeElement(uint64(i), 1)
	}
	return all
}

// cycle deletes, inserts and, where it can, replaces n keys from first on, each
// in turn, until it has done that many updates.
func (t *trial) cycle(w impls.Worker, first, n, updates int, tally *impls.Tally) {
	kinds := []impls.Kind{impls.Delete, impls.Insert}
	if t.b.Caps.Replace {
		kinds = append(kinds, impls.Replace, impls.Replace)
	}
	var tape []impls.Op
	for i := range n {
		for _, k := range kinds {
			tape = append(tape, impls.MakeOp(k, uint64(first+i)))
		}
	}
	for done := 0; done < updates && tally.Err == nil && !t.failed(); done += len(tape) {
		w.Run(tape, tally)
		runtime.Gosched()
	}
}

// settle checks the tallies of cycles that only ever updated keys of their own,
// and closes the map, which then holds what it held at the beginning.
func (t *trial) settle(tallies ...impls.Tally) {
	for i := range tallies {
		c := &tallies[i]
		if c.Err != nil {
			t.failf("after %d updates of %d elements the memory of %d is used up: %v (%+v)",
				c.Updated(), population, t.cfg.Capacity, c.Err, t.m.Stats())
			return
		}
		if c.Updated() != c.Ops() || c.Bad != 0 {
			t.failf("updates that can't fail tallied %+v", *c)
		}
	}
	t.close(population)
}

// stall has a reader sleep in the middle of a walk. A backend that bounds its
// garbage goes on updating meanwhile, or waits for the reader; it doesn't run out
// of memory.
func stall(t *trial) {
	const naps = 50 // until the reader wakes even if the updater waits for it
	t.cfg.Capacity = population + t.garbage
	if !t.open() || !t.populate(elements(population)) {
		return
	}
	pair := t.workers(2)
	if pair == nil {
		return
	}
	inside := make(chan struct{})
	var over atomic.Bool
	var reader sync.WaitGroup
	reader.Go(func() {
		n := 0
		pair[0].Walk(func(impls.Element) bool {
			if n++; n == population/2 {
				close(inside)
				for i := 0; i < naps && !over.Load(); i++ {
					time.Sleep(time.Millisecond)
				}
			}
			return true
		})
		if n < population/2 {
			close(inside)
		}
	})
	<-inside
	var tally impls.Tally
	t.cycle(pair[1], 0, population, 3*t.cfg.Capacity, &tally)
	over.Store(true)
	reader.Wait()
	for _, w := range pair {
		w.Close()
	}
	t.settle(tally)
}
