package builtin

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"readmostly/impls"
	"readmostly/impls/slab"
	"readmostly/rcu"
)

// The ways to let go of an element that was unlinked under RCU, the default
// first.
const (
	reclaimKfree = "kfree" // gathered in page-sized arrays, freed in bulk after a grace period: kfree_rcu
	reclaimCall  = "call"  // chained through the element, one callback each after a grace period: call_rcu
	reclaimSync  = "sync"  // wait for a grace period on the spot, then free: synchronize_rcu
)

var reclaims = []string{reclaimKfree, reclaimCall, reclaimSync}

// retained is how many elements a worker of every batch scheme gathers by default:
// the same number, as the more it is, the less each costs and the more memory waits.
const retained = rcu.DefaultGather

// gather returns how many elements a worker gathers. If nobody has asked for a
// number, some dozens of workers can do so at once in the map's memory.
func gather(c impls.Config) int {
	if c.Retain > 0 {
		return c.Retain
	}
	return min(retained, max(32, c.Capacity/32))
}

// An rcuStore is a store whose elements are freed after a grace period.
type rcuStore struct {
	*store
	*waits
	domain  rcu.Domain
	reclaim string
	gather  int // elements that each worker gathers
	mark    int // the high-water mark of each worker's queue

	mu        sync.Mutex
	queues    []retirer // of the workers that are registered
	throttled uint64    // of those that have left
}

func newRCUStore(c impls.Config, d rcu.Domain) (*rcuStore, error) {
	if c.Reclaim == "" {
		c.Reclaim = reclaims[0]
	}
	if !slices.Contains(reclaims, c.Reclaim) {
		return nil, fmt.Errorf("unknown way to reclaim %q: want one of %q", c.Reclaim, reclaims)
	}
	s, err := newStore(c)
	// A worker must throttle itself before it alone has filled the memory: what
	// it holds back, others can't reclaim.
	mark := min(rcu.DefaultHighWater, max(64, c.Capacity/16))
	n := gather(c)
	return &rcuStore{store: s, waits: newWaits(), domain: d, reclaim: c.Reclaim, gather: n, mark: max(mark, 2*n)}, err
}

// Stats samples the accounts and the queues.
func (s *rcuStore) Stats() impls.Stats {
	t := s.store.Stats()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, q := range s.queues {
		t.Callbacks += uint64(q.Len())
		t.Throttled += q.Stats().Throttled
	}
	t.Throttled += s.throttled
	return t
}

// A retirer lets go of one worker's elements. All its methods but Len and Stats
// are the worker's, outside any reader.
type retirer interface {
	retire(slab.Ref)
	Len() int
	Stats() rcu.CallbackStats
	Barrier()
	Close()
}

// An rcuUpdater is a worker whose elements are reclaimed after a grace period.
type rcuUpdater struct {
	worker
	store *rcuStore
	queue retirer
}

// newUpdater makes a worker's update side. idle and busy surround every wait of
// the worker, for flavours in which it counts as a reader until it says
// otherwise; they may be nil.
func (s *rcuStore) newUpdater(idle, busy func()) rcuUpdater {
	u := rcuUpdater{worker: s.newWorker(spinning{}), store: s}
	d := &waiter{Domain: s.domain, waits: s.waits}
	f := freer{u.cache}
	o := rcu.Options{Gather: s.gather, HighWater: s.mark, BeforeWait: idle, AfterWait: busy}
	switch s.reclaim {
	case reclaimKfree:
		u.queue = kfreeQueue{rcu.NewBulk[slab.Ref](d, f, o)}
	case reclaimCall:
		u.queue = callQueue{rcu.NewCallbacks[slab.Ref](d, f, o)}
	default:
		u.queue = &syncQueue{d, f, o}
	}
	s.mu.Lock()
	s.queues = append(s.queues, u.queue)
	s.mu.Unlock()
	return u
}

// A freer frees elements into one worker's cache. The elements' Link is what
// chains them meanwhile.
type freer struct{ cache *slab.Cache }

func (f freer) Next(r slab.Ref) slab.Ref    { return slab.At(r).Link.Load() }
func (f freer) SetNext(r, next slab.Ref)    { setLink(r, next) }
func (f freer) Reclaim(r slab.Ref)          { f.cache.Free(r) }
func (f freer) ReclaimBulk(refs []slab.Ref) { f.cache.FreeBulk(refs) }

type kfreeQueue struct{ *rcu.Bulk[slab.Ref] }

func (q kfreeQueue) retire(r slab.Ref) { q.Free(r) }

type callQueue struct{ *rcu.Callbacks[slab.Ref] }

func (q callQueue) retire(r slab.Ref) { q.Call(r) }

type syncQueue struct {
	domain rcu.Domain
	freer  freer
	opts   rcu.Options
}

func (q *syncQueue) retire(r slab.Ref) {
	if q.opts.BeforeWait != nil {
		q.opts.BeforeWait()
	}
	q.domain.Synchronize()
	if q.opts.AfterWait != nil {
		q.opts.AfterWait()
	}
	q.freer.Reclaim(r)
}

func (*syncQueue) Len() int                 { return 0 }
func (*syncQueue) Stats() rcu.CallbackStats { return rcu.CallbackStats{} }
func (*syncQueue) Barrier()                 {}
func (*syncQueue) Close()                   {}

// retire lets go of an element that was unlinked.
func (w *rcuUpdater) retire(ref slab.Ref) {
	w.cache.Retire(ref)
	w.queue.retire(ref)
}

// reclaimed reports whether the error is a want of memory that waiting for the
// worker's own retired elements has eased.
func (w *rcuUpdater) reclaimed(err error) bool {
	if !isFull(err) || w.queue.Len() == 0 {
		return false
	}
	w.queue.Barrier()
	return true
}

// isFull reports whether the error is a want of element memory.
func isFull(err error) bool {
	var full *slab.FullError
	return errors.As(err, &full)
}

func (w *rcuUpdater) Insert(v impls.Element) (bool, error) {
	ok, err := w.add(v)
	if err != nil && w.reclaimed(err) {
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
	old, ok, err := w.exchange(v)
	if ok {
		w.retire(old)
	}
	return ok, err
}

// exchange is swap that waits for memory if it has to.
func (w *rcuUpdater) exchange(v impls.Element) (old slab.Ref, ok bool, err error) {
	old, ok, err = w.swap(v, false)
	if err != nil && w.reclaimed(err) {
		return w.swap(v, false)
	}
	return old, ok, err
}

// Drain waits until all that the worker retired is free: see [impls.Drainer].
func (w *rcuUpdater) Drain() { w.queue.Barrier() }

// Close reclaims what is left, which waits for readers that are inside.
func (w *rcuUpdater) Close() {
	w.queue.Close()
	w.store.mu.Lock()
	w.store.throttled += w.queue.Stats().Throttled
	w.store.queues = slices.DeleteFunc(w.store.queues, func(q retirer) bool { return q == w.queue })
	w.store.mu.Unlock()
	w.worker.Close()
}
