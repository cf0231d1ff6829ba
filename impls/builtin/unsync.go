package builtin

import (
	"readmostly/impls"
	"readmostly/impls/chain"
	"readmostly/impls/slab"
	"readmostly/internal/mem"
)

// unsync: readers do nothing but read, so nothing may change. It is what the
// machine can do, and no mechanism can be faster.
//
// A lookup returns the element that was filled in.

func init() {
	impls.Register(impls.Backend{
		Name:      "unsync",
		Mechanism: "none",
		Doc:       "no protection at all, read-only: the physical limit",
		Source:    "perfbook CodeSamples/defer/route_seq.c",
		Caps:      impls.Caps{Limit: true, Walk: true, SleepInReader: true, BoundedGarbage: true, Section: true},
		Space:     nothing,
		New: func(c impls.Config) (impls.Map, error) {
			s, err := newStore(c)
			return unsyncMap{s}, err
		},
	})
}

type unsyncMap struct{ *store }

func (m unsyncMap) NewWorker() (impls.Worker, error) {
	return &unsyncWorker{worker: m.newWorker(nil)}, nil
}

type unsyncWorker struct {
	worker
	readOnly
}

func (w *unsyncWorker) Run(ops []impls.Op, t *impls.Tally) {
	run(w.loop(w, unsyncSections{w}), &w.versions, ops, t)
}

//go:noinline
func (w *unsyncWorker) read(ops []impls.Op) (n int, hits, passed, wasted uint64, v verdict) {
	table := w.table
	for ; n < len(ops) && ops[n].IsLookup(); n++ {
		key := uint64(ops[n])
		b := table.Of(key)
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
		whole := chain.Valid(e, key)
		if !whole {
			return n, hits, passed + 1, 0, torn
		}
		hits++
	}
	return n, hits, passed, 0, sound
}

// unsyncSections enter nothing, so that what others are compared with has the same
// loops.
type unsyncSections struct{ *unsyncWorker }

//go:noinline
func (w unsyncSections) read(ops []impls.Op) (n int, hits, passed, wasted uint64, v verdict) {
	for v == sound && n < len(ops) && ops[n].IsLookup() {
		m, h, p, _, ended := w.lookups(ops[n:])
		n, hits, passed, v = n+m, hits+h, passed+p, ended
	}
	return n, hits, passed, 0, v
}

func (w *unsyncWorker) Lookup(key uint64) (impls.Element, bool) { return w.table.Find(key) }

func (w *unsyncWorker) Walk(yield func(impls.Element) bool) { walkAll(w.table, yield) }
