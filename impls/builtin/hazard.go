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
	w.slots = (*[hazardSlots]mem.Uint64)(w.hazards.Slots())
	return w, nil
}

func (m *hazardMap) Close() error { return errors.Join(m.domain.Close(), m.store.Close()) }

type hazardWorker struct {
	worker
	hazards *hazard.Participant
	slots   *[hazardSlots]mem.Uint64
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
	table := w.table
	hits, nodes, v := uint64(0), uint64(0), sound
	n := 0
	for ; n < len(ops) && ops[n].IsLookup(); n++ {
		key := uint64(ops[n])
		i := table.Index(key)
	again:
		ref, steps := w.seek(&table.Bucket(i).Head, key)
		if !slab.IsEnd(ref) {
			nodes += steps
			if !chain.Valid(slab.At(ref), key) {
				v = torn
				break
			}
			hits++
			continue
		}
		if ref != table.End(i) {
			if ref == slab.Dead {
				v = astray
				break
			}
			t.Retries++
			t.Wasted += steps
			goto again
		}
		nodes += steps
	}
	return lookedUp(ops, n, hits, nodes, v, t)
}

// seek walks a chain to the key's element, which it leaves announced, or to the
// chain's end, or to [slab.Removed] if the reader must start again. It returns
// the elements passed, too.
func (w *hazardWorker) seek(link *mem.Uint64, key uint64) (ref slab.Ref, steps uint64) {
	if w.fenced {
		return seekFenced(w.slots, link, key)
	}
	return seekAsymmetric(w.slots, link, key)
}

func seekAsymmetric(slots *[hazardSlots]mem.Uint64, link *mem.Uint64, key uint64) (ref slab.Ref, steps uint64) {
	for ref = link.Load(); !slab.IsEnd(ref); ref = link.Load() {
		// The other slot keeps the element that link stands in.
		hazard.Set(&slots[steps%hazardSlots], ref)
		// Linked still, after the announcement: a scan that frees it must have
		// begun after this load, and sees the slot.
		if link.Load() != ref {
			return slab.Removed, steps
		}
		e := slab.At(ref)
		steps++
		if e.Key.Load() == key {
			break
		}
		link = &e.Next
	}
	return ref, steps
}

// seekFenced differs in the announcement only.
func seekFenced(slots *[hazardSlots]mem.Uint64, link *mem.Uint64, key uint64) (ref slab.Ref, steps uint64) {
	for ref = link.Load(); !slab.IsEnd(ref); ref = link.Load() {
		hazard.SetFenced(&slots[steps%hazardSlots], ref)
		if link.Load() != ref {
			return slab.Removed, steps
		}
		e := slab.At(ref)
		steps++
		if e.Key.Load() == key {
			break
		}
		link = &e.Next
	}
	return ref, steps
}

func (w *hazardWorker) Lookup(key uint64) (impls.Element, bool) {
	defer w.clear()
	b := w.table.Of(key)
	for {
		ref, _ := w.seek(&b.Head, key)
		if !slab.IsEnd(ref) {
			return chain.Load(slab.At(ref)), true
		}
		if ref == w.table.End(w.table.Index(key)) {
			return impls.Element{}, false
		}
	}
}

// Stall holds a reader up with the element announced: see [impls.Staller].
func (w *hazardWorker) Stall(key uint64, wait func()) {
	defer w.clear()
	b := w.table.Of(key)
	for {
		ref, _ := w.seek(&b.Head, key)
		if !slab.IsEnd(ref) || ref == w.table.End(w.table.Index(key)) {
			break
		}
	}
	wait()
}

// Drain scans until the slots of readers hold none of what the worker retired:
// see [impls.Drainer].
func (w *hazardWorker) Drain() {
	for n := 0; ; n++ {
		w.hazards.Flush()
		if w.hazards.Retired() == 0 {
			return
		}
		mem.Spin(n)
	}
}

func (w *hazardWorker) Walk(yield func(impls.Element) bool) {
	w.walk(func(i uint64) {
		for !w.copyAnnounced(i) {
			w.seen = w.seen[:0]
		}
		w.clear()
	}, yield)
}

// copyAnnounced copies a chain, announcing each element. It reports false if it
// must start again.
func (w *hazardWorker) copyAnnounced(i uint64) bool {
	link := &w.table.Bucket(i).Head
	for slot := 0; ; slot ^= 1 {
		ref := link.Load()
		if slab.IsEnd(ref) {
			return ref == w.table.End(i)
		}
		w.hazards.Protect(slot, ref)
		if link.Load() != ref {
			return false
		}
		e := slab.At(ref)
		w.seen = append(w.seen, chain.Load(e))
		link = &e.Next
	}
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
