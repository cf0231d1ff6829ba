package builtin

import (
	"readmostly/impls"
	"readmostly/impls/chain"
	"readmostly/impls/slab"
	"readmostly/internal/mem"
)

// Sections of several lookups, for the mechanisms in which whoever is inside may
// use everything that it finds there: RCU, regions without preemption, one lock
// for the structure. Such a backend has a second loop, over sections. What is done
// inside is the same for all of them, the plain walk, so it stands here once; only
// refcount-rcu takes references there. A section ends where its lookups do, before
// whatever comes behind them: an updater that waits for readers must not be one.
//
// The end of a section can't be foreseen by a processor that has to guess how each
// lookup goes, so it costs a mispredicted branch, whatever is left there. That is no
// mechanism's, so unsync has such a loop, too, and enters nothing.
//
// The others have no section that could cover a second lookup. Under rwlock-bucket
// the next lookup may be in another bucket, under another lock. Under a sequence
// lock nothing that was read may be used before the sequence has been looked at
// again, so several lookups under one sequence would be one longer operation: none
// of them has a result before the last has, and a writer has all of them redone. A
// hazard pointer or a reference protects one element. Readers of nulls, lockless and
// gc enter nothing.

// loop returns what executes the worker's batches: each, which enters for each
// lookup, or sections.
func (w *worker) loop(each, sections reader) reader {
	if w.section > 1 {
		return sections
	}
	return each
}

// lookups executes the lookups of one section, inside it: its caller enters and
// leaves.
//
//go:noinline
func (w *worker) lookups(ops []impls.Op) (n int, hits, passed, wasted uint64, v verdict) {
	table := w.table
	ops = ops[:min(len(ops), w.section)]
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
