package builtin

import (
	"errors"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"readmostly/impls"
	"readmostly/impls/slab"
	"readmostly/rcu"
)

// The ways to let go of an element that was unlinked under RCU.
const (
	reclaimKfree = "kfree" // arrays of references, bulk free: kfree_rcu
)

// timedDomain is a flavour of RCU that measures how long its updaters wait.
type timedDomain struct {
	rcu.Domain
	mu    sync.Mutex
	waits *hdrhistogram.Histogram // nanoseconds
}

func newWaits() *hdrhistogram.Histogram {
	return hdrhistogram.New(1, int64(10*time.Minute), 3)
}

func timed(d rcu.Domain) *timedDomain { return &timedDomain{Domain: d, waits: newWaits()} }

// Synchronize waits for a grace period and notes how long that took.
func (d *timedDomain) Synchronize() {
	start := time.Now()
	d.Domain.Synchronize()
	d.note(time.Since(start))
}

func (d *timedDomain) note(wait time.Duration) {
	d.mu.Lock()
	// The error is a value beyond the range, which is then the range's end.
	if d.waits.RecordValue(int64(wait)) != nil {
		_ = d.waits.RecordValue(d.waits.HighestTrackableValue())
	}
	d.mu.Unlock()
}

// GracePeriods returns the waits since the last call.
func (d *timedDomain) GracePeriods() *hdrhistogram.Histogram {
	d.mu.Lock()
	defer d.mu.Unlock()
	h := d.waits
	d.waits = newWaits()
	return h
}

// An rcuUpdater is a worker whose elements are reclaimed after a grace period.
type rcuUpdater struct {
	worker
	domain *timedDomain
	batch  []slab.Ref
	// idle and busy surround waits, for flavours in which the waiting worker is
	// itself a reader.
	idle, busy func()
}

// batchSize is how many elements share a grace period.
const batchSize = 512

func (w *rcuUpdater) retire(ref slab.Ref) {
	w.cache.Retire(ref)
	w.batch = append(w.batch, ref)
	if len(w.batch) == batchSize {
		w.reclaim()
	}
}

// reclaim waits for a grace period and frees what was retired before it.
func (w *rcuUpdater) reclaim() {
	if len(w.batch) == 0 {
		return
	}
	if w.idle != nil {
		w.idle()
	}
	w.domain.Synchronize()
	if w.busy != nil {
		w.busy()
	}
	w.cache.FreeBulk(w.batch)
	w.batch = w.batch[:0]
}

// retry reclaims what it can and reports whether an operation that found no
// memory should be tried once more.
func (w *rcuUpdater) retry(err error) bool {
	var full *slab.FullError
	if !errors.As(err, &full) || len(w.batch) == 0 {
		return false
	}
	w.reclaim()
	return true
}

func (w *rcuUpdater) Insert(v impls.Element) (bool, error) {
	ok, err := w.add(v)
	if err != nil && w.retry(err) {
		return w.add(v)
	}
	return ok, err
}

func (w *rcuUpdater) Delete(key uint64) (bool, error) {
	ref, ok := w.remove(key, false)
	if ok {
		w.retire(ref)
	}
	return ok, nil
}

func (w *rcuUpdater) Replace(v impls.Element) (bool, error) {
	old, ok, err := w.swap(v, false)
	if err != nil && w.retry(err) {
		old, ok, err = w.swap(v, false)
	}
	if ok {
		w.retire(old)
	}
	return ok, err
}

// Close reclaims what is left, which waits for readers that are inside.
func (w *rcuUpdater) Close() {
	w.reclaim()
	w.worker.Close()
}
