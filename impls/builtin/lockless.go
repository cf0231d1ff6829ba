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
// they could hold is freed after a sched grace period.
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
		New: func(c impls.Config) (impls.Map, error) {
			s, err := newStore(c)
			return locklessMap{s}, err
		},
	})
	impls.Register(impls.Backend{
		Name:      "lockless-sched",
		Mechanism: "lockless",
		Doc:       "the same walk by readers that run without preemption; updaters wait for a sched grace period",
		Source:    "kernel list_for_each_entry_lockless with synchronize_sched (commit 69b907297f4e, 2015)",
		Caps:      pinnedCaps,
		Reclaims:  reclaims,
		Retain:    retained,
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
func (w *locklessWorker) read(ops []impls.Op) outcome {
	table := w.table
	hits, nodes, v := uint64(0), uint64(0), sound
	n := 0
walk:
	for ; n < len(ops) && ops[n].IsLookup(); n++ {
		key := uint64(ops[n])
		i := table.Index(key)
		ref := table.Bucket(i).Head.Load()
		for !slab.IsEnd(ref) {
			e := slab.At(ref)
			nodes++
			if mem.LoadAcquire(&e.Key) != key {
				ref = e.Next.Load()
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
			v = astray
			break
		}
	}
	return outcome{n: n, hits: hits, nodes: nodes, verdict: v}
}

func (w *locklessWorker) Lookup(key uint64) (impls.Element, bool) { return w.table.Find(key) }

func (w *locklessWorker) Walk(yield func(impls.Element) bool) { walkAll(w.table, yield) }

func (w *locklessWorker) Insert(v impls.Element) (bool, error) { return w.add(v) }

type locklessSchedMap struct{ *schedMap }

func (m locklessSchedMap) NewWorker() (impls.Worker, error) {
	return &locklessSchedWorker{schedWorker{m.newUpdater(nil, nil), m.sched}}, nil
}

type locklessSchedWorker struct{ schedWorker }

// The region without preemption spans several lookups, as it does around a
// handler that was called with interrupts off, but not so many that others wait
// noticeably for the P.
const (
	regionLookups = 64
	regionNodes   = 4096
)

func (w *locklessSchedWorker) Run(ops []impls.Op, t *impls.Tally) { run(w, &w.versions, ops, t) }

//go:noinline
func (w *locklessSchedWorker) read(ops []impls.Op) outcome {
	var all outcome
	for all.n < len(ops) && ops[all.n].IsLookup() && all.verdict == sound {
		w.sched.ReadLock()
		o := w.region(ops[all.n:])
		w.sched.ReadUnlock()
		all.n += o.n
		all.hits += o.hits
		all.nodes += o.nodes
		all.verdict = o.verdict
	}
	return all
}

// region executes lookups inside one region without preemption.
//
//go:noinline
func (w *locklessSchedWorker) region(ops []impls.Op) outcome {
	table := w.table
	hits, nodes, v := uint64(0), uint64(0), sound
	n := 0
walk:
	for ; n < min(len(ops), regionLookups) && nodes < regionNodes && ops[n].IsLookup(); n++ {
		key := uint64(ops[n])
		i := table.Index(key)
		ref := table.Bucket(i).Head.Load()
		for !slab.IsEnd(ref) {
			e := slab.At(ref)
			nodes++
			if mem.LoadAcquire(&e.Key) != key {
				ref = e.Next.Load()
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
			v = astray
			break
		}
	}
	return outcome{n: n, hits: hits, nodes: nodes, verdict: v}
}
