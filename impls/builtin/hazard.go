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
// call. A walk sees every key that is in the map throughout once: it copies one
// chain at a time and begins the chain again when it has to. Updates that
// follow each other fast enough can make a reader start again any number of
// times.

func init() {
	impls.Register(impls.Backend{
		Name:      "hazard",
		Mechanism: "hazard pointers",
		Doc:       "plain store in the reader, membarrier before the scan",
		Source:    "Michael, Hazard Pointers (2004); asymmetric fence: folly synchronization/Hazptr.h",
		Caps:      hazardCaps,
		Retain:    retained,
		Space:     hazardSpace,
		New:       func(c impls.Config) (impls.Map, error) { return newHazardMap(c, newHazardDomain(c)) },
	})
	impls.Register(impls.Backend{
		Name:      "hazard-fence",
		Mechanism: "hazard pointers",
		Doc:       "the fence in the reader, at every element: the original form",
		Source:    "Michael, Hazard Pointers (2004); perfbook CodeSamples/defer/hazptr.c",
		Caps:      hazardCaps,
		Retain:    retained,
		Space:     hazardSpace,
		New: func(c impls.Config) (impls.Map, error) {
			return newHazardMap(c, newHazardDomain(c, hazard.Fenced()))
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

// newHazardDomain makes a domain whose workers scan when they have gathered as many
// elements as those of other batch schemes, instead of at the threshold for little
// memory that the domain would choose: what is freed shares the cost of a scan.
func newHazardDomain(c impls.Config, opts ...hazard.Option) *hazard.Domain {
	return hazard.NewDomain(hazardSlots, append(opts, hazard.Threshold(gather(c)))...)
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

// read announces in one slot and the other by turns, so that the element in which
// the present link stands stays announced. The first step, whose link is the head,
// stands before the walk, whose links are those of elements: so the loop keeps no
// link besides the element.
//
//go:noinline
func (w *hazardWorker) read(ops []impls.Op) (n int, hits, passed, wasted uint64, v verdict) {
	if w.fenced {
		return w.readFenced(ops)
	}
	table, slots := w.table.Folded(), w.slots
	for ; n < len(ops) && ops[n].IsLookup(); n++ {
		key := uint64(ops[n])
		b := table.Of(key)
		begun := passed
		var e *slab.Elem
		ref := mem.LoadAcquire(&b.Head)
		if slab.IsEnd(ref) {
			goto end
		}
		hazard.Set(&slots[0], ref)
		// Linked still, after the announcement: a scan that frees it must have
		// begun after this load, and sees the slot.
		if mem.LoadAcquire(&b.Head) != ref {
			return n, hits, passed, 0, disturbed
		}
		e = slab.At(ref)
		if mem.LoadAcquire(&e.Key) == key {
			goto found
		}
		passed++
		ref = mem.LoadAcquire(&e.Next)
		for ; !slab.IsEnd(ref); ref = mem.LoadAcquire(&e.Next) {
			hazard.Set(&slots[1], ref)
			if mem.LoadAcquire(&e.Next) != ref {
				return n, hits, begun, passed - begun, disturbed
			}
			next := slab.At(ref)
			if mem.LoadAcquire(&next.Key) == key {
				e = next
				goto found
			}

			if ref = mem.LoadAcquire(&next.Next); slab.IsEnd(ref) {
				passed++
				break
			}
			hazard.Set(&slots[0], ref)
			if mem.LoadAcquire(&next.Next) != ref {
				return n, hits, begun, passed + 1 - begun, disturbed
			}
			e = slab.At(ref)
			if mem.LoadAcquire(&e.Key) == key {
				passed++
				goto found
			}
			passed += 2
		}
	end:
		if ref != slab.EndAt(&b.Head) {
			if ref == slab.Dead {
				return n, hits, passed, 0, astray
			}
			return n, hits, begun, passed - begun, disturbed
		}
		continue
	found:
		whole := chain.Valid(e, key)
		if !whole {
			return n, hits, passed + 1, 0, torn
		}
		hits++
	}
	return n, hits, passed, 0, sound
}

// readFenced announces with a fence, which costs so much that the call doesn't
// matter.
//
//go:noinline
func (w *hazardWorker) readFenced(ops []impls.Op) (n int, hits, passed, wasted uint64, v verdict) {
	table := w.table.Folded()
	for ; n < len(ops) && ops[n].IsLookup(); n++ {
		key := uint64(ops[n])
		b := table.Of(key)
		ref, steps := w.seek(&b.Head, key)
		if slab.IsEnd(ref) {
			if ref != slab.EndAt(&b.Head) {
				if ref == slab.Dead {
					return n, hits, passed + steps, 0, astray
				}
				return n, hits, passed, steps, disturbed
			}
			passed += steps
			continue
		}
		passed += steps - 1
		whole := chain.Valid(slab.At(ref), key)
		if !whole {
			return n, hits, passed + 1, 0, torn
		}
		hits++
	}
	return n, hits, passed, 0, sound
}

// seek walks a chain to the key's element, which it leaves announced, or to the
// chain's end, or to [slab.Removed] if the reader must start again. It returns
// the elements passed, too.
func (w *hazardWorker) seek(link *mem.Uint64, key uint64) (ref slab.Ref, steps uint64) {
	for ref = link.Load(); !slab.IsEnd(ref); ref = link.Load() {
		w.hazards.Protect(int(steps%hazardSlots), ref)
		if link.Load() != ref {
			return slab.Removed, steps
		}
		e := slab.At(ref)
		steps++
		if mem.LoadAcquire(&e.Key) == key {
			break
		}
		link = &e.Next
	}
	return ref, steps
}

// find looks a key up, starting again until it is not disturbed. It leaves the
// element that it found announced.
func (w *hazardWorker) find(key uint64) (got impls.Element, hit bool, f finding) {
	i := w.table.Index(key)
	for {
		ref, steps := w.seek(&w.table.Bucket(i).Head, key)
		if !slab.IsEnd(ref) {
			f.nodes = steps
			return chain.Load(slab.At(ref)), true, f
		}
		if ref == w.table.End(i) || ref == slab.Dead {
			f.nodes, f.astray = steps, ref == slab.Dead
			return got, false, f
		}
		f.retries++
		f.wasted += steps
	}
}

func (w *hazardWorker) Lookup(key uint64) (impls.Element, bool) {
	got, hit, _ := w.find(key)
	w.clear()
	return got, hit
}

// Stall holds a reader up with the element announced: see [impls.Staller].
func (w *hazardWorker) Stall(key uint64, wait func()) {
	defer w.clear()
	w.find(key)
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

func (w *hazardWorker) Insert(v impls.Element) (bool, error) {
	ok, err := w.add(v)
	if err != nil && w.reclaimed(err) {
		return w.add(v)
	}
	return ok, err
}

func (w *hazardWorker) Delete(key uint64) (bool, error) {
	ref, ok := w.remove(key, true)
	if ok {
		w.retire(ref)
	}
	return ok, nil
}

func (w *hazardWorker) Replace(v impls.Element) (bool, error) {
	old, ok, err := w.swap(v, true)
	if err != nil && w.reclaimed(err) {
		old, ok, err = w.swap(v, true)
	}
	if ok {
		w.retire(old)
	}
	return ok, err
}

// reclaimed reports whether the error is a want of memory that a scan has eased:
// what the worker has retired may be free, though it is below the threshold.
func (w *hazardWorker) reclaimed(err error) bool {
	if !isFull(err) || w.hazards.Retired() == 0 {
		return false
	}
	w.clear()
	w.hazards.Flush()
	return true
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
