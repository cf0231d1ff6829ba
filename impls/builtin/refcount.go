package builtin

import (
	"readmostly/impls"
	"readmostly/impls/chain"
	"readmostly/impls/slab"
	"readmostly/internal/mem"
	"readmostly/refcount"
)

// Reference counts on every element of the walk. The invariants: a count leaves
// 0 only through its owner, so whoever got a reference keeps the element in
// place; and memory is type-stable, so trying to get one from an element that
// was freed does no harm. A reader holds the element it stands on while it gets
// the next one, and then looks whether the link between them still stands: it
// may have got a reference to whatever was made of the memory meanwhile. What
// was unlinked is marked, so that readers on it start again. The last to put
// frees, reader or not.
//
// The promises are hazard's.

func init() {
	impls.Register(impls.Backend{
		Name:      "refcount",
		Mechanism: "reference count",
		Doc:       "get-unless-zero on every element of the walk",
		Source:    "kernel include/linux/kref.h; perfbook CodeSamples/defer/route_refcnt.c",
		Caps: impls.Caps{Insert: true, Delete: true, Replace: true, Walk: true,
			SleepInReader: true, BoundedGarbage: true},
		Space: countedElements,
		New: func(c impls.Config) (impls.Map, error) {
			s, err := newStore(c)
			return refcountMap{s}, err
		},
	})
}

type refcountMap struct{ *store }

func (m refcountMap) NewWorker() (impls.Worker, error) {
	return &refcountWorker{worker: m.newWorker(spinning{})}, nil
}

type refcountWorker struct{ worker }

// put gives a reference back, and frees the element with the last.
func (w *refcountWorker) put(ref slab.Ref) {
	if refcount.Put(&slab.At(ref).Count) {
		w.cache.Free(ref)
	}
}

// step gets the element that link leads to, whose owner the caller holds, and
// returns it, an end, or [slab.Removed] if the reader must start again.
func (w *refcountWorker) step(link *mem.Uint64) slab.Ref {
	ref := link.Load()
	if slab.IsEnd(ref) {
		return ref
	}
	if !refcount.GetUnlessZero(&slab.At(ref).Count) {
		return slab.Removed
	}
	if link.Load() != ref {
		w.put(ref)
		return slab.Removed
	}
	return ref
}

func (w *refcountWorker) Run(ops []impls.Op, t *impls.Tally) { run(w, &w.versions, ops, t) }

//go:noinline
func (w *refcountWorker) read(ops []impls.Op) (n int, hits, passed, wasted uint64, v verdict) {
	table := w.table
	for ; n < len(ops) && ops[n].IsLookup(); n++ {
		key := uint64(ops[n])
		b := table.Of(key)
		begun := passed
		held := slab.Ref(0)
		var e *slab.Elem
		ref := w.step(&b.Head)
		for ; !slab.IsEnd(ref); ref = w.step(&e.Next) {
			if held != 0 {
				w.put(held)
			}
			held = ref
			e = slab.At(ref)
			if mem.LoadAcquire(&e.Key) == key {
				goto found
			}
			passed++
		}
		if held != 0 {
			w.put(held)
		}
		if ref != slab.EndAt(&b.Head) {
			if ref == slab.Dead {
				return n, hits, passed, 0, astray
			}
			return n, hits, begun, passed - begun, disturbed
		}
		continue
	found:
		whole := chain.Valid(e, key)
		w.put(held)
		if !whole {
			return n, hits, passed + 1, 0, torn
		}
		hits++
	}
	return n, hits, passed, 0, sound
}

// offChain is the verdict on a walk that ended on another marker than its
// chain's: on a removed element it starts again, but whatever it holds can't
// have been freed.
func offChain(ref slab.Ref) verdict {
	if ref == slab.Dead {
		return astray
	}
	return disturbed
}

// find looks a key up, starting again until it is not disturbed.
func (w *refcountWorker) find(key uint64) (got impls.Element, hit bool, f finding) {
	for {
		f.nodes = 0
		v := w.each(w.table.Index(key), func(e impls.Element) bool {
			f.nodes++
			if e.Key == key {
				got, hit = e, true
			}
			return hit
		})
		if v != disturbed {
			f.astray = v == astray
			return got, hit, f
		}
		f.retries++
		f.wasted += f.nodes
	}
}

// each copies the elements of a chain until stop returns true. Its verdict is
// disturbed if the reader must start again.
func (w *refcountWorker) each(i uint64, stop func(impls.Element) bool) verdict {
	link := &w.table.Bucket(i).Head
	held := slab.Ref(0)
	defer func() {
		if held != 0 {
			w.put(held)
		}
	}()
	for {
		ref := w.step(link)
		if slab.IsEnd(ref) {
			if ref == w.table.End(i) {
				return sound
			}
			return offChain(ref)
		}
		if held != 0 {
			w.put(held)
		}
		held = ref
		e := slab.At(ref)
		if stop(chain.Load(e)) {
			return sound
		}
		link = &e.Next
	}
}

func (w *refcountWorker) Lookup(key uint64) (impls.Element, bool) {
	got, hit, _ := w.find(key)
	return got, hit
}

// Stall holds a reader up with a reference to the element: see [impls.Staller].
func (w *refcountWorker) Stall(key uint64, wait func()) {
	waited := false
	for disturbed == w.each(w.table.Index(key), func(e impls.Element) bool {
		if e.Key == key {
			wait()
			waited = true
		}
		return waited
	}) {
	}
	if !waited {
		wait()
	}
}

func (w *refcountWorker) Walk(yield func(impls.Element) bool) {
	w.walk(func(i uint64) {
		for disturbed == w.each(i, func(e impls.Element) bool {
			w.seen = append(w.seen, e)
			return false
		}) {
			w.seen = w.seen[:0]
		}
	}, yield)
}

func (w *refcountWorker) Insert(v impls.Element) (bool, error) { return w.add(v) }

func (w *refcountWorker) Delete(key uint64) (bool, error) {
	ref, ok := w.remove(key, true)
	if ok {
		w.cache.Retire(ref)
		w.put(ref)
	}
	return ok, nil
}

func (w *refcountWorker) Replace(v impls.Element) (bool, error) {
	old, ok, err := w.swap(v, true)
	if ok {
		w.cache.Retire(old)
		w.put(old)
	}
	return ok, err
}
