package builtin

import (
	"readmostly/impls"
	"readmostly/impls/chain"
	"readmostly/impls/slab"
	"readmostly/internal/mem"
)

// The nulls list over type-stable memory: an element is free, and may stand in
// another chain, the moment it is unlinked. Three invariants make a reader right
// all the same:
//
//   - Elements are inserted at the head only. So a reader whose element was moved
//     to the head of the same chain sees the whole chain again and misses nothing.
//     Put anywhere else, a reused element could lead its reader past others;
//     therefore a replacement changes the element where it stands.
//   - Every chain ends with a marker of its own. So a reader whose element was
//     moved to another chain notices at the end, and starts again.
//   - An element's generation is odd while the element is in the map and whole,
//     and its fields change only while it is even. So a reader that finds the same
//     odd generation before and after it copied the fields has one version of
//     them; finding it even, it starts again. Generations count down, so that one
//     comparison sees both: generation|1 is an odd one itself, and of an even one
//     what was before and never comes again.
//
// A lookup returns the element that was in the map at some instant during the
// call. An insertion and a replacement take effect when the generation becomes
// odd, a deletion when the element is unlinked; a reader that comes upon an
// even generation starts again until it is odd or the element gone, so an
// updater that is preempted between two stores makes the readers of its key and
// the walks of its chain wait. A walk visits every key that is in the map
// throughout at least once: those behind an element that moved to the head come
// again, perhaps in another version.
//
// What the kernel does with such a list (Documentation/RCU/rculist_nulls.rst) is
// not quite this. Its readers are in an RCU section, because SLAB_TYPESAFE_BY_RCU
// returns whole pages to the system after a grace period; the slab here never
// does, so they need none. And its readers take a reference to what they found,
// so that they can use it after the walk, and compare the key again; those here
// copy the element between two looks at its generation, and hold nothing. The walk
// and its end marker are the same. (The thread: Xiao Guangrong, "[PATCH 09/12] KVM:
// MMU: introduce pte-list lockless walker", LKML, August 2013.)

func init() {
	impls.Register(impls.Backend{
		Name:      "nulls",
		Mechanism: "nulls",
		Doc:       "type-stable memory, reused at once: readers notice at the end marker and walk again",
		Source:    "kernel Documentation/RCU/rculist_nulls.rst, with a generation per element for its reference; LKML 2013: KVM, pte-list lockless walker",
		Caps: impls.Caps{Insert: true, Delete: true, Replace: true, Walk: true,
			WalkRepeats: true, SleepInReader: true, BoundedGarbage: true},
		Space: countedElements,
		New: func(c impls.Config) (impls.Map, error) {
			s, err := newStore(c)
			return nullsMap{s}, err
		},
	})
}

type nullsMap struct{ *store }

func (m nullsMap) NewWorker() (impls.Worker, error) {
	return &nullsWorker{worker: m.newWorker(spinning{})}, nil
}

type nullsWorker struct{ worker }

func (w *nullsWorker) Run(ops []impls.Op, t *impls.Tally) { run(w, &w.versions, ops, t) }

//go:noinline
func (w *nullsWorker) read(ops []impls.Op) (n int, hits, passed, wasted uint64, v verdict) {
	table := w.table
	for ; n < len(ops) && ops[n].IsLookup(); n++ {
		key := uint64(ops[n])
		b := table.Of(key)
		begun := passed
		var e *slab.Elem
		ref := mem.LoadAcquire(&b.Head)
		for ; !slab.IsEnd(ref); ref = mem.LoadAcquire(&e.Next) {
			e = slab.At(ref)
			if mem.LoadAcquire(&e.Key) == key {
				goto found
			}
			passed++
		}
		if ref != slab.EndAt(&b.Head) {
			return n, hits, begun, passed - begun, disturbed
		}
		continue
	found:
		generation := e.Count.Load()
		// The key again: the element may have become another one before the
		// generation was read.
		moved := mem.LoadAcquire(&e.Key) != key
		whole := chain.Valid(e, key)
		if moved || e.Count.Load() != generation|1 {
			return n, hits, begun, passed + 1 - begun, disturbed
		}
		if !whole {
			return n, hits, passed + 1, 0, torn
		}
		hits++
	}
	return n, hits, passed, 0, sound
}

// snapshot copies an element if it is in the map and whole.
func snapshot(e *slab.Elem) (impls.Element, bool) {
	generation := e.Count.Load() // (1) pairs with the stores in turn
	got := chain.Load(e)
	return got, e.Count.Load() == generation|1
}

// turn makes the generation odd when an element has been published, and even
// before its fields may change. As a release it keeps the fields' earlier stores
// before it for (1); their later stores are releases and stay behind it.
func turn(e *slab.Elem) { mem.StoreRelease(&e.Count, e.Count.Load()-1) }

// find looks a key up, starting again until nobody comes between.
func (w *nullsWorker) find(key uint64) (got impls.Element, hit bool, f finding) {
	i := w.table.Index(key)
	for try := 0; ; try++ {
		f.nodes = 0
		ref := w.table.Bucket(i).Head.Load()
		for !slab.IsEnd(ref) {
			e := slab.At(ref)
			f.nodes++
			if e.Key.Load() == key {
				if got, hit = snapshot(e); hit && got.Key == key {
					return got, true, f
				}
				break
			}
			ref = e.Next.Load()
		}
		if ref == w.table.End(i) {
			return impls.Element{}, false, f
		}
		f.retries++
		f.wasted += f.nodes
		mem.Spin(try)
	}
}

func (w *nullsWorker) Lookup(key uint64) (impls.Element, bool) {
	got, hit, _ := w.find(key)
	return got, hit
}

func (w *nullsWorker) Walk(yield func(impls.Element) bool) {
	w.walk(func(i uint64) {
		for try := 0; !w.copyWhole(i); try++ {
			w.seen = w.seen[:0]
			mem.Spin(try)
		}
	}, yield)
}

// copyWhole copies the elements of a chain. It reports false if it must start
// again.
func (w *nullsWorker) copyWhole(i uint64) bool {
	ref := w.table.Bucket(i).Head.Load()
	for !slab.IsEnd(ref) {
		e := slab.At(ref)
		got, whole := snapshot(e)
		if !whole || w.table.Index(got.Key) != i {
			return false
		}
		w.seen = append(w.seen, got)
		ref = e.Next.Load()
	}
	return ref == w.table.End(i)
}

func (w *nullsWorker) Insert(v impls.Element) (bool, error) {
	ref, err := w.cache.Alloc()
	if err != nil {
		return false, err
	}
	e := slab.At(ref)
	chain.Fill(e, v)
	b := w.table.Of(v.Key)
	w.exclusion.enter(b)
	_, old := w.table.Seek(b, v.Key)
	absent := slab.IsEnd(old)
	if absent {
		b.AddHead(ref)
		turn(e)
	}
	w.exclusion.leave(b)
	if !absent {
		w.cache.Free(ref)
	}
	return absent, nil
}

func (w *nullsWorker) Delete(key uint64) (bool, error) {
	b := w.table.Of(key)
	w.exclusion.enter(b)
	link, ref := w.table.Seek(b, key)
	present := !slab.IsEnd(ref)
	if present {
		chain.Unlink(link, ref)
		turn(slab.At(ref))
	}
	w.exclusion.leave(b)
	if present {
		w.cache.Free(ref)
	}
	return present, nil
}

// Replace changes the element where it stands.
func (w *nullsWorker) Replace(v impls.Element) (bool, error) {
	b := w.table.Of(v.Key)
	w.exclusion.enter(b)
	_, ref := w.table.Seek(b, v.Key)
	present := !slab.IsEnd(ref)
	if present {
		e := slab.At(ref)
		turn(e)
		chain.Fill(e, v)
		turn(e)
	}
	w.exclusion.leave(b)
	return present, nil
}
