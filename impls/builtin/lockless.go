package builtin

import (
	"readmostly/impls"
	"readmostly/impls/chain"
	"readmostly/impls/slab"
	"readmostly/internal/mem"
)

// The lockless walk of list_for_each_entry_lockless: readers do nothing. It needs
// somebody else to keep elements in place. The invariants: in lockless, elements
// are only ever added, so whatever was once reachable stays whole; in
// lockless-sched, readers are an environment that is never preempted, and what
// they could hold is freed after a sched grace period. The harness's readers are
// no such environment of themselves: they disable preemption for each section, which
// makes lockless-sched's loops those of rcu-sched.
//
// The promises are rcu-classic's; without deletion, what was once found is found
// for ever.

func init() {
	impls.Register(impls.Backend{
		Name:      "lockless",
		Mechanism: "lockless",
		Doc:       "readers do nothing, elements are only ever added",
		Source:    "kernel include/linux/rculist.h, list_for_each_entry_lockless (commit 69b907297f4e, 2015)",
		Caps:      impls.Caps{Insert: true, Walk: true, SleepInReader: true, BoundedGarbage: true},
		Space:     lockedChains,
		New: func(c impls.Config) (impls.Map, error) {
			s, err := newStore(c)
			return locklessMap{s}, err
		},
	})
	impls.Register(impls.Backend{
		Name:      "lockless-sched",
		Mechanism: "lockless",
		Doc:       "the same walk by readers that run without preemption, which they disable for each section as in rcu-sched",
		Source:    "kernel list_for_each_entry_lockless with synchronize_sched (commit 69b907297f4e, 2015)",
		Caps:      pinnedCaps,
		Reclaims:  reclaims,
		Retain:    retained,
		Space:     schedSpace,
		New: func(c impls.Config) (impls.Map, error) {
			m, err := newSchedMap(c)
			return locklessSchedMap{m}, err
		},
	})
}

type locklessMap struct{ *store }

func (m locklessMap) NewWorker() (impls.Worker, error) {
	return &locklessWorker{worker: m.newWorker(spinning{})}, nil
}

type locklessWorker struct {
	worker
	readOnly
}

func (w *locklessWorker) Run(ops []impls.Op, t *impls.Tally) { run(w, &w.versions, ops, t) }

//go:noinline
func (w *locklessWorker) read(ops []impls.Op) (n int, hits, passed, wasted uint64, v verdict) {
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

func (w *locklessWorker) Lookup(key uint64) (impls.Element, bool) { return w.table.Find(key) }

func (w *locklessWorker) Walk(yield func(impls.Element) bool) { walkAll(w.table, yield) }

func (w *locklessWorker) Insert(v impls.Element) (bool, error) { return w.add(v) }

type locklessSchedMap struct{ *schedMap }

func (m locklessSchedMap) NewWorker() (impls.Worker, error) {
	return &locklessSchedWorker{schedWorker{m.newUpdater(nil, nil), m.sched}}, nil
}

type locklessSchedWorker struct{ schedWorker }
