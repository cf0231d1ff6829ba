package workloads

import (
	"fmt"
	"time"

	"readmostly/impls"
)

// A batch is what a worker does between two looks at the phase. It takes long
// enough for the look not to matter and is short against a window. The look
// costs about as much as a handful of empty operations.
const (
	maxBatch   = 1024
	shortBatch = 20 * time.Microsecond // shorter ones are doubled
	longBatch  = 50 * time.Microsecond // longer ones are halved
)

// play is the body that plays the worker's tape. In a scenario that is about
// letting go it ends with the window.
func play(w *worker) error {
	var size batchSize
	now, last := warming, instant()
	ran := false
	for {
		n, err := w.run(now, size.get())
		if err != nil {
			return err
		}
		if next := w.trial.phase.now(); next != now {
			if next == cooling && w.role() == updating {
				return w.settleUp()
			}
			if err := w.enter(next); err != nil {
				return err
			}
			if next == stopping {
				return nil
			}
			now = next
			continue
		}
		if now == warming {
			if !ran {
				ran = true
				w.arrive(warming)
			}
			end := instant()
			if n == size.get() {
				size.adapt(end - last)
			}
			last = end
		}
	}
}

// A batchSize finds, while the worker warms up, how many operations make a
// batch. It halves only when two batches in a row were long, as one may have
// been interrupted. The zero value starts with one operation.
type batchSize struct {
	log2 uint
	slow bool
}

func (b *batchSize) get() int { return 1 << b.log2 }

func (b *batchSize) adapt(took time.Duration) {
	switch {
	case took < shortBatch && b.get() < maxBatch:
		b.log2++
	case took > longBatch && b.slow && b.log2 > 0:
		b.log2--
	}
	b.slow = took > longBatch
}

// checkCounts says whether a tally holds what the tape has made sure of. A
// backend that does less than it was told to, or fails to find what is there,
// can't be compared.
func (w *worker) checkCounts(c impls.Caps) error {
	// Whether the keys that are there are.
	constant := w.trial.workload.Updates == 0 && w.trial.workload.Scenario != Teardown || w.trial.workload.Replace
	for p := range w.tallies {
		t := &w.tallies[p]
		if t.Ops() != w.given[p] {
			return fmt.Errorf("worker %d: %d operations were counted of %d", w.id, t.Ops(), w.given[p])
		}
		if c.Floor {
			continue
		}
		if t.Updates() != t.Updated() {
			return fmt.Errorf("worker %d: %d of %d updates found another worker's change or none of their own: %d of %d inserts, %d of %d deletes and %d of %d replaces succeeded",
				w.id, t.Updates()-t.Updated(), t.Updates(), t.Inserted, t.Inserts, t.Deleted, t.Deletes, t.Replaced, t.Replaces)
		}
		if constant && !halved(t.Hits, t.Lookups) {
			return fmt.Errorf("worker %d: %d of %d lookups found their key, where half of the keys were in the map all the time", w.id, t.Hits, t.Lookups)
		}
	}
	return nil
}

// halved reports whether hits are half of the lookups of some part of a tape,
// whose first and last pair may be cut.
func halved(hits, lookups uint64) bool {
	d := int64(2*hits) - int64(lookups)
	return -2 <= d && d <= 2
}
