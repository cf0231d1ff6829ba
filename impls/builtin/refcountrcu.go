package builtin

import (
	"readmostly/impls"
	"readmostly/impls/chain"
	"readmostly/impls/slab"
	"readmostly/internal/mem"
	"readmostly/rcu"
	"readmostly/refcount"
)

// A reference count taken on the hit, under RCU. The invariant: RCU keeps every
// element that a walk passes in place, so the count need only be taken on the
// element that was looked for; from then on the reader may leave the critical
// section, sleep, and keep the element as long as it likes. Who puts the last
// reference has it freed after a grace period, as others may still be passing.
//
// The promises are rcu-classic's. A hit on an element whose last reference is
// gone is no hit: the reader looks again, as the key may stand anew.

func init() {
	impls.Register(impls.Backend{
		Name:      "refcount-rcu",
		Mechanism: "reference count",
		Doc:       "one get-unless-zero on the hit, the walk under RCU",
		Source:    "kernel include/linux/kref.h with RCU, Documentation/RCU/rcuref.rst; LKML 28 October 2022: iommu/s390, Use RCU to allow concurrent domain_list iteration",
		Caps:      impls.Caps{Insert: true, Delete: true, Replace: true, Walk: true, SleepInReader: true, Section: true},
		Reclaims:  reclaims,
		Retain:    retained,
		Space: func(c impls.Config) impls.Space {
			s := classicSpace(c)
			s.Element += countBytes
			return s
		},
		New: func(c impls.Config) (impls.Map, error) {
			d := rcu.NewClassic()
			s, err := newRCUStore(c, d)
			return &countedMap{rcuMap{s, d}}, err
		},
	})
}

type countedMap struct{ rcuMap }

func (m *countedMap) NewWorker() (impls.Worker, error) {
	return &countedWorker{rcuUpdater: m.newUpdater(nil, nil), reader: m.classic.Register()}, nil
}

type countedWorker struct {
	rcuUpdater
	reader *rcu.ClassicReader
	last   []slab.Ref // put for the last time inside a section of several lookups
}

// put gives a reference back, outside any critical section, as the last one may
// wait for a grace period.
func (w *countedWorker) put(ref slab.Ref) {
	if refcount.Put(&slab.At(ref).Count) {
		w.retire(ref)
	}
}

func (w *countedWorker) Run(ops []impls.Op, t *impls.Tally) {
	run(w.loop(w, countedSections{w}), &w.versions, ops, t)
}

//go:noinline
func (w *countedWorker) read(ops []impls.Op) (n int, hits, passed, wasted uint64, v verdict) {
	table, reader := w.table, w.reader
	for ; n < len(ops) && ops[n].IsLookup(); n++ {
		key := uint64(ops[n])
		b := table.Of(key)
		begun := passed
		token := reader.ReadLock()
		var e *slab.Elem
		ref := mem.LoadAcquire(&b.Head)
		for ; !slab.IsEnd(ref); ref = mem.LoadAcquire(&e.Next) {
			e = slab.At(ref)
			if mem.LoadAcquire(&e.Key) == key {
				goto found
			}
			passed++
		}
		reader.ReadUnlock(token)
		if ref != slab.EndAt(&b.Head) {
			return n, hits, passed, 0, astray
		}
		continue
	found:
		got := refcount.GetUnlessZero(&e.Count)
		reader.ReadUnlock(token)
		if !got {
			return n, hits, begun, passed + 1 - begun, disturbed
		}
		whole := chain.Valid(e, key)
		w.put(ref)
		if !whole {
			return n, hits, passed + 1, 0, torn
		}
		hits++
	}
	return n, hits, passed, 0, sound
}

// countedSections read several lookups in one section, each hit with a reference of
// its own.
type countedSections struct{ *countedWorker }

//go:noinline
func (w countedSections) read(ops []impls.Op) (n int, hits, passed, wasted uint64, v verdict) {
	for v == sound && n < len(ops) && ops[n].IsLookup() {
		token := w.reader.ReadLock()
		m, h, p, unused, ended := w.lookups(ops[n:])
		w.reader.ReadUnlock(token)
		for _, ref := range w.last {
			w.retire(ref)
		}
		w.last = w.last[:0]
		n, hits, passed, wasted, v = n+m, hits+h, passed+p, unused, ended
	}
	return n, hits, passed, wasted, v
}

// lookups executes the lookups of one section, inside it.
//
//go:noinline
func (w *countedWorker) lookups(ops []impls.Op) (n int, hits, passed, wasted uint64, v verdict) {
	table := w.table
	ops = ops[:min(len(ops), w.section)]
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
			return n, hits, passed, 0, astray
		}
		continue
	found:
		if !refcount.GetUnlessZero(&e.Count) {
			return n, hits, begun, passed + 1 - begun, disturbed
		}
		whole := chain.Valid(e, key)
		if refcount.Put(&slab.At(ref).Count) {
			w.last = append(w.last, ref) // retired behind the section, as that may wait
		}
		if !whole {
			return n, hits, passed + 1, 0, torn
		}
		hits++
	}
	return n, hits, passed, 0, sound
}

// find looks a key up, again if it came upon an element whose last reference is
// gone.
func (w *countedWorker) find(key uint64) (got impls.Element, hit bool, f finding) {
	ref, f := w.get(key)
	if ref == 0 {
		return got, false, f
	}
	got = chain.Load(slab.At(ref))
	w.put(ref)
	return got, true, f
}

// get looks a key up and takes a reference to its element, or returns 0.
func (w *countedWorker) get(key uint64) (found slab.Ref, f finding) {
	i := w.table.Index(key)
	for {
		f.nodes = 0
		got := false
		token := w.reader.ReadLock()
		ref := w.table.Bucket(i).Head.Load()
		for !slab.IsEnd(ref) {
			e := slab.At(ref)
			f.nodes++
			if e.Key.Load() == key {
				got = refcount.GetUnlessZero(&e.Count)
				break
			}
			ref = e.Next.Load()
		}
		w.reader.ReadUnlock(token)
		if slab.IsEnd(ref) {
			f.astray = ref != w.table.End(i)
			return 0, f
		}
		if got {
			return ref, f
		}
		f.retries++
		f.wasted += f.nodes
	}
}

func (w *countedWorker) Lookup(key uint64) (impls.Element, bool) {
	got, hit, _ := w.find(key)
	return got, hit
}

// Stall holds a reader up with a reference to the element, outside the critical
// section: see [impls.Staller].
func (w *countedWorker) Stall(key uint64, wait func()) {
	ref, _ := w.get(key)
	wait()
	if ref != 0 {
		w.put(ref)
	}
}

func (w *countedWorker) Walk(yield func(impls.Element) bool) {
	w.walk(func(i uint64) {
		token := w.reader.ReadLock()
		w.copyChain(i)
		w.reader.ReadUnlock(token)
	}, yield)
}

func (w *countedWorker) Delete(key uint64) (bool, error) {
	ref, ok := w.remove(key, false)
	if ok {
		w.put(ref)
	}
	return ok, nil
}

func (w *countedWorker) Replace(v impls.Element) (bool, error) {
	old, ok, err := w.exchange(v)
	if ok {
		w.put(old)
	}
	return ok, err
}

func (w *countedWorker) Close() {
	w.reader.Unregister()
	w.rcuUpdater.Close()
}
