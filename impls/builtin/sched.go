package builtin

import (
	"readmostly/impls"
	"readmostly/impls/chain"
	"readmostly/impls/slab"
	"readmostly/internal/mem"
	"readmostly/rcu"
)

// RCU whose readers are regions without preemption. The invariant: a stop of the
// world that has ended has seen every P at a point where it could be preempted,
// so every region without preemption that was under way at its beginning is
// over. Readers store nothing of their own; disabling preemption is a call that
// counts on the thread, and enabling it another.
//
// The promises are rcu-classic's. A walk copies one chain at a time, as the
// caller's code must not run without preemption: an element that moves from
// chain to chain between them can't be seen twice, since a key has one chain.

func init() {
	impls.Register(impls.Backend{
		Name:      "rcu-sched",
		Mechanism: "RCU",
		Doc:       "readers disable preemption, by two calls; a grace period stops the world",
		Source:    "kernel rcu_read_lock_sched, synchronize_sched; McKenney (LWN 2007): for_each_cpu run_on(cpu)",
		Caps:      pinnedCaps,
		Reclaims:  reclaims,
		Retain:    retained,
		Space:     schedSpace,
		New: func(c impls.Config) (impls.Map, error) {
			m, err := newSchedMap(c)
			return m, err
		},
	})
}

var pinnedCaps = impls.Caps{Insert: true, Delete: true, Replace: true, Walk: true, Pinned: true, Section: true}

type schedMap struct {
	*rcuStore
	sched *rcu.Sched
}

func newSchedMap(c impls.Config) (*schedMap, error) {
	d := rcu.NewSched()
	s, err := newRCUStore(c, d)
	return &schedMap{s, d}, err
}

func (m *schedMap) NewWorker() (impls.Worker, error) {
	return &schedWorker{m.newUpdater(nil, nil), m.sched}, nil
}

type schedWorker struct {
	rcuUpdater
	sched *rcu.Sched
}

func (w *schedWorker) Run(ops []impls.Op, t *impls.Tally) {
	run(w.loop(w, schedSections{w}), &w.versions, ops, t)
}

//go:noinline
func (w *schedWorker) read(ops []impls.Op) (n int, hits, passed, wasted uint64, v verdict) {
	table, sched := w.table, w.sched
	for ; n < len(ops) && ops[n].IsLookup(); n++ {
		key := uint64(ops[n])
		b := table.Of(key)
		sched.ReadLock()
		var e *slab.Elem
		ref := mem.LoadAcquire(&b.Head)
		for ; !slab.IsEnd(ref); ref = mem.LoadAcquire(&e.Next) {
			e = slab.At(ref)
			if mem.LoadAcquire(&e.Key) == key {
				goto found
			}
			passed++
		}
		sched.ReadUnlock()
		if ref != slab.EndAt(&b.Head) {
			return n, hits, passed, 0, astray
		}
		continue
	found:
		whole := chain.Valid(e, key)
		sched.ReadUnlock()
		if !whole {
			return n, hits, passed + 1, 0, torn
		}
		hits++
	}
	return n, hits, passed, 0, sound
}

// schedSections read several lookups in one region without preemption.
type schedSections struct{ *schedWorker }

//go:noinline
func (w schedSections) read(ops []impls.Op) (n int, hits, passed, wasted uint64, v verdict) {
	sched := w.sched
	for v == sound && n < len(ops) && ops[n].IsLookup() {
		sched.ReadLock()
		m, h, p, _, ended := w.lookups(ops[n:])
		sched.ReadUnlock()
		n, hits, passed, v = n+m, hits+h, passed+p, ended
	}
	return n, hits, passed, 0, v
}

func (w *schedWorker) Lookup(key uint64) (impls.Element, bool) {
	w.sched.ReadLock()
	e, ok := w.table.Find(key)
	w.sched.ReadUnlock()
	return e, ok
}

// Stall holds a reader up, without preemption, so that whoever stops the world
// stops everybody until it ends: see [impls.Staller].
func (w *schedWorker) Stall(key uint64, wait func()) {
	w.sched.ReadLock()
	w.table.Find(key)
	wait()
	w.sched.ReadUnlock()
}

func (w *schedWorker) Walk(yield func(impls.Element) bool) {
	w.walk(func(i uint64) {
		w.sched.ReadLock()
		w.copyChain(i)
		w.sched.ReadUnlock()
	}, yield)
}
