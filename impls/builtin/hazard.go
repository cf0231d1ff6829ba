package builtin

import (
	"errors"

	"readmostly/hazard"
	"readmostly/impls"
	"readmostly/impls/chain"
	"readmostly/impls/slab"
	"readmostly/internal/mem"
)

// Hazard pointers. The invariant: before a reader uses an element it announces
// it in a slot of its own and then finds it still linked from where it came, and
// a retired element is freed only when a scan, begun after it was unlinked,
// finds it in no slot. So whatever a reader has announced and found linked stays
// whole. What was unlinked is marked, so that a reader standing on it starts
// again instead of following a link that nobody keeps up. Two slots suffice: the
// next element is announced while the present one still is.
//
// A lookup returns the element that was in the map at some instant during the
// call. A walk sees every element that is in the map throughout once: it copies
// one chain at a time and begins the chain again when it has to.

func init() {
	impls.Register(impls.Backend{
		Name:      "hazard",
		Mechanism: "hazard pointers",
		Doc:       "plain store in the reader, membarrier before the scan",
		Source:    "Michael, Hazard Pointers (2004); folly Hazptr; kernel hazptr (2026)",
		Caps:      hazardCaps,
		New:       func(c impls.Config) (impls.Map, error) { return newHazardMap(c, hazard.NewDomain(hazardSlots)) },
	})
	impls.Register(impls.Backend{
		Name:      "hazard-fence",
		Mechanism: "hazard pointers",
		Doc:       "the fence in the reader, at every element: the original form",
		Source:    "Michael, Hazard Pointers (2004); perfbook CodeSamples/defer/hazptr.c",
		Caps:      hazardCaps,
		New: func(c impls.Config) (impls.Map, error) {
			return newHazardMap(c, hazard.NewDomain(hazardSlots, hazard.Fenced()))
		},
	})
}

var hazardCaps = impls.Caps{Insert: true, Delete: true, Replace: true, Walk: true,
	SleepInReader: true, BoundedGarbage: true}

const hazardSlots = 2

type hazardMap struct {
	*store
	domain *hazard.Domain
}

func newHazardMap(c impls.Config, d *hazard.Domain) (impls.Map, error) {
	s, err := newStore(c)
	return &hazardMap{s, d}, err
}

func (m *hazardMap) NewWorker() (impls.Worker, error) {
	w := &hazardWorker{worker: m.newWorker(spinning{}), fenced: m.domain.Fenced()}
	w.hazards = m.domain.Register(w.cache.FreeBulk)
	w.slots = [hazardSlots]*mem.Uint64{w.hazards.Slot(0), w.hazards.Slot(1)}
	return w, nil
}

func (m *hazardMap) Close() error { return errors.Join(m.domain.Close(), m.store.Close()) }

type hazardWorker struct {
	worker
	hazards *hazard.Participant
	slots   [hazardSlots]*mem.Uint64
	fenced  bool
}

func (w *hazardWorker) Run(ops []impls.Op, t *impls.Tally) {
	run(w, &w.versions, ops, t)
	w.clear()
}

// clear withdraws what the last operation announced. Inside a batch a stale
// announcement holds up an element, which costs less than a store a lookup.
func (w *hazardWorker) clear() {
	for i := range w.slots {
		w.hazards.Clear(i)
	}
}

func (w *hazardWorker) lookups(ops []impls.Op, t *impls.Tally) int {
	table, fenced := w.table, w.fenced
	here, there := w.slots[0], w.slots[1]
	hits, nodes, v := uint64(0), uint64(0), sound
	retries, wasted := uint64(0), uint64(0)
	n := 0
walk:
	for ; n < len(ops) && ops[n].IsLookup(); n++ {
		key := uint64(ops[n])
		i := table.Index(key)
		begun := nodes
	again:
		link := &table.Bucket(i).Head
		ref := link.Load()
		for !slab.IsEnd(ref) {
			if fenced {
				hazard.SetFenced(there, ref)
			} else {
				hazard.Set(there, ref)
			}
			// Linked still, after the announcement: no scan that began before
			// this load can free it without seeing the slot.
			if link.Load() != ref {
				break
			}
			here, there = there, here
			e := slab.At(ref)
			nodes++
			if e.Key.Load() != key {
				link = &e.Next
				ref = link.Load()
				continue
			}
			if !chain.Valid(e, key) {
				v = torn
				break walk
			}
			hits++
			continue walk
		}
		if ref != table.End(i) {
			if ref == slab.Dead {
				v = astray
				break
			}
			retries++
			wasted += nodes - begun
			nodes = begun
			goto again
		}
	}
	t.Retries += retries
	t.Wasted += wasted
	return lookedUp(ops, n, hits, nodes, v, t)
}

// step announces the element that link leads to and returns it, an end, or
// [slab.Removed] if the reader must start again.
func (w *hazardWorker) step(slot int, link *mem.Uint64) slab.Ref {
	ref := link.Load()
	if slab.IsEnd(ref) {
		return ref
	}
	w.hazards.Protect(slot, ref)
	if link.Load() != ref {
		return slab.Removed
	}
	return ref
}

// each copies the elements of a chain until stop returns true. It reports false
// if the reader must start again.
func (w *hazardWorker) each(i uint64, stop func(impls.Element) bool) bool {
	link := &w.table.Bucket(i).Head
	for slot := 0; ; slot ^= 1 {
		ref := w.step(slot, link)
		if slab.IsEnd(ref) {
			return ref == w.table.End(i)
		}
		e := slab.At(ref)
		if stop(chain.Load(e)) {
			return true
		}
		link = &e.Next
	}
}

func (w *hazardWorker) Lookup(key uint64) (got impls.Element, ok bool) {
	defer w.clear()
	for !w.each(w.table.Index(key), func(e impls.Element) bool {
		if e.Key == key {
			got, ok = e, true
		}
		return ok
	}) {
	}
	return got, ok
}

func (w *hazardWorker) Walk(yield func(impls.Element) bool) {
	w.walk(func(i uint64) {
		for !w.each(i, func(e impls.Element) bool {
			w.seen = append(w.seen, e)
			return false
		}) {
			w.seen = w.seen[:0]
		}
		w.clear()
	}, yield)
}

func (w *hazardWorker) Insert(v impls.Element) (bool, error) { return w.add(v) }

func (w *hazardWorker) Delete(key uint64) (bool, error) {
	ref, ok := w.remove(key, true)
	if ok {
		w.retire(ref)
	}
	return ok, nil
}

func (w *hazardWorker) Replace(v impls.Element) (bool, error) {
	old, ok, err := w.swap(v, true)
	if ok {
		w.retire(old)
	}
	return ok, err
}

func (w *hazardWorker) retire(ref slab.Ref) {
	w.cache.Retire(ref)
	w.hazards.Retire(ref)
}

func (w *hazardWorker) Close() {
	w.clear()
	w.hazards.Unregister()
	w.worker.Close()
}
