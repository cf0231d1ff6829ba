package builtin

import (
	"readmostly/impls"
	"readmostly/impls/chain"
	"readmostly/impls/slab"
	"readmostly/internal/mem"
	"readmostly/rwlock"
)

// The nulls list over type-stable memory: an element is free, and may stand in
// another chain, the moment it is unlinked. Three invariants make a reader right
// all the same:
//
//   - Elements are inserted at the head only. So a reader whose element was moved
//     to the head of the same chain sees the whole chain again and misses nothing.
//   - Every chain ends with a marker of its own. So a reader whose element was
//     moved to another chain notices at the end, and starts again.
//   - An element's generation is odd from its publication to its removal, and its
//     fields change only while it is even. So a reader that finds the same odd
//     generation before and after it copied the fields has one version of them.
//
// A lookup returns the element that was in the map at some instant during the
// call: an insertion takes effect when the generation becomes odd, a deletion
// when the element is unlinked. A walk visits every element that is in the map
// throughout at least once: those behind an element that moved to the head come
// again.

func init() {
	impls.Register(impls.Backend{
		Name:      "nulls",
		Mechanism: "nulls",
		Doc:       "type-stable memory, reused at once: readers notice at the end marker and walk again",
		Source:    "kernel include/linux/rculist_nulls.h, Documentation/RCU/rculist_nulls.rst; LKML 2013",
		Caps: impls.Caps{Insert: true, Delete: true, Replace: true, Walk: true,
			WalkRepeats: true, SleepInReader: true, BoundedGarbage: true},
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

func (w *nullsWorker) lookups(ops []impls.Op, t *impls.Tally) int {
	table := w.table
	hits, nodes, v := uint64(0), uint64(0), sound
	n := 0
walk:
	for ; n < len(ops) && ops[n].IsLookup(); n++ {
		key := uint64(ops[n])
		i := table.Index(key)
		begun := nodes
	again:
		ref := table.Bucket(i).Head.Load()
		for !slab.IsEnd(ref) {
			e := slab.At(ref)
			nodes++
			if e.Key.Load() != key {
				ref = e.Next.Load()
				continue
			}
			generation := e.Count.Load()
			got := chain.Load(e)
			if generation&1 == 0 || e.Count.Load() != generation || got.Key != key {
				ref = e.Next.Load()
				continue
			}
			if got.C != impls.Derive(key, got.A, got.B) {
				v = torn
				break walk
			}
			hits++
			continue walk
		}
		if ref != table.End(i) {
			t.Retries++
			t.Wasted += nodes - begun
			nodes = begun
			goto again
		}
	}
	return lookedUp(ops, n, hits, nodes, v, t)
}

// snapshot copies an element if it is published and whole.
func snapshot(e *slab.Elem) (impls.Element, bool) {
	generation := e.Count.Load() // (1) pairs with the stores in settle
	got := chain.Load(e)
	return got, generation&1 == 1 && e.Count.Load() == generation
}

// settle makes the generation odd when an element has been published, and even
// when it has been unlinked. As a release it keeps the fields' earlier stores
// before it for (1); the fields' later stores are releases and stay behind it.
func settle(e *slab.Elem) { mem.StoreRelease(&e.Count, e.Count.Load()+1) }

func (w *nullsWorker) Lookup(key uint64) (impls.Element, bool) {
	i := w.table.Index(key)
	for {
		ref := w.table.Bucket(i).Head.Load()
		for !slab.IsEnd(ref) {
			e := slab.At(ref)
			if e.Key.Load() == key {
				if got, ok := snapshot(e); ok && got.Key == key {
					return got, true
				}
			}
			ref = e.Next.Load()
		}
		if ref == w.table.End(i) {
			return impls.Element{}, false
		}
	}
}

func (w *nullsWorker) Walk(yield func(impls.Element) bool) {
	w.walk(func(i uint64) {
		for {
			ref := w.table.Bucket(i).Head.Load()
			for !slab.IsEnd(ref) {
				e := slab.At(ref)
				// An element of another chain is an early sign of a move.
				if got, ok := snapshot(e); ok && w.table.Index(got.Key) == i {
					w.seen = append(w.seen, got)
				}
				ref = e.Next.Load()
			}
			if ref == w.table.End(i) {
				return
			}
			w.seen = w.seen[:0]
		}
	}, yield)
}

func (w *nullsWorker) Insert(v impls.Element) (bool, error) {
	ref, err := w.cache.Alloc()
	if err != nil {
		return false, err
	}
	e := slab.At(ref)
	chain.Fill(e, v)
	b := w.table.Of(v.Key)
	rwlock.SpinLock(&b.Word)
	_, old := w.table.Seek(b, v.Key)
	absent := slab.IsEnd(old)
	if absent {
		w.table.Publish(&b.Head, ref)
		settle(e)
	}
	rwlock.SpinUnlock(&b.Word)
	if !absent {
		w.cache.Free(ref)
	}
	return absent, nil
}

func (w *nullsWorker) Delete(key uint64) (bool, error) {
	b := w.table.Of(key)
	rwlock.SpinLock(&b.Word)
	link, ref := w.table.Seek(b, key)
	present := !slab.IsEnd(ref)
	if present {
		w.table.Unlink(link, ref)
		settle(slab.At(ref))
	}
	rwlock.SpinUnlock(&b.Word)
	if present {
		w.cache.Free(ref)
	}
	return present, nil
}

// Replace inserts the new element at the head before it unlinks the old one: put
// in the old one's place, a reused element could lead its reader past others.
func (w *nullsWorker) Replace(v impls.Element) (bool, error) {
	ref, err := w.cache.Alloc()
	if err != nil {
		return false, err
	}
	e := slab.At(ref)
	chain.Fill(e, v)
	b := w.table.Of(v.Key)
	rwlock.SpinLock(&b.Word)
	link, old := w.table.Seek(b, v.Key)
	present := !slab.IsEnd(old)
	if present {
		w.table.Publish(&b.Head, ref)
		settle(e)
		if link == &b.Head {
			link = &e.Next
		}
		w.table.Unlink(link, old)
		settle(slab.At(old))
		ref = old
	}
	rwlock.SpinUnlock(&b.Word)
	w.cache.Free(ref)
	return present, nil
}
