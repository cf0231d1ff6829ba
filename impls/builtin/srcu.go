package builtin

import (
	"readmostly/impls"
	"readmostly/impls/chain"
	"readmostly/impls/slab"
	"readmostly/internal/mem"
	"readmostly/rcu"
)

// Sleepable RCU. The invariant: a reader counts itself in and out on counters of
// its P under the index that it found, and a grace period ends only when, for
// both indexes, all who counted themselves in have counted themselves out. The
// counters belong to this map's domain: a reader that sleeps holds up nobody
// else.
//
// The reader is that of the kernel's srcu_read_lock_lite and srcu_read_lock_fast:
// it has no fence, and the grace period makes up for it (there by synchronize_rcu,
// here by membarrier). The kernel's srcu_read_lock has a full fence at both ends.
// (Commit "srcu: Add srcu_read_lock_lite() and srcu_read_unlock_lite()".)
//
// The promises are rcu-classic's.

func init() {
	impls.Register(impls.Backend{
		Name:      "srcu",
		Mechanism: "RCU",
		Doc:       "sleepable readers, counted per P in a domain of their own",
		Source:    "kernel include/linux/srcu.h, srcu_read_lock_lite and _fast: no fence in the reader; McKenney, Sleepable RCU (LWN 2006)",
		Caps:      impls.Caps{Insert: true, Delete: true, Replace: true, Walk: true, SleepInReader: true, Section: true},
		Reclaims:  reclaims,
		Retain:    retained,
		Space:     func(c impls.Config) impls.Space { return rcuSpace(c, rcu.NewSRCU().Space(), 0) },
		New: func(c impls.Config) (impls.Map, error) {
			d := rcu.NewSRCU()
			s, err := newRCUStore(c, d)
			return &srcuMap{s, d}, err
		},
	})
}

type srcuMap struct {
	*rcuStore
	srcu *rcu.SRCU
}

func (m *srcuMap) NewWorker() (impls.Worker, error) {
	return &srcuWorker{m.newUpdater(nil, nil), m.srcu}, nil
}

type srcuWorker struct {
	rcuUpdater
	srcu *rcu.SRCU
}

func (w *srcuWorker) Run(ops []impls.Op, t *impls.Tally) {
	run(w.loop(w, srcuSections{w}), &w.versions, ops, t)
}

//go:noinline
func (w *srcuWorker) read(ops []impls.Op) (n int, hits, passed, wasted uint64, v verdict) {
	table, srcu := w.table, w.srcu
	for ; n < len(ops) && ops[n].IsLookup(); n++ {
		key := uint64(ops[n])
		b := table.Of(key)
		token := srcu.ReadLock()
		var e *slab.Elem
		ref := mem.LoadAcquire(&b.Head)
		for ; !slab.IsEnd(ref); ref = mem.LoadAcquire(&e.Next) {
			e = slab.At(ref)
			if mem.LoadAcquire(&e.Key) == key {
				goto found
			}
			passed++
		}
		srcu.ReadUnlock(token)
		if ref != slab.EndAt(&b.Head) {
			return n, hits, passed, 0, astray
		}
		continue
	found:
		whole := chain.Valid(e, key)
		srcu.ReadUnlock(token)
		if !whole {
			return n, hits, passed + 1, 0, torn
		}
		hits++
	}
	return n, hits, passed, 0, sound
}

// srcuSections read several lookups in one section.
type srcuSections struct{ *srcuWorker }

//go:noinline
func (w srcuSections) read(ops []impls.Op) (n int, hits, passed, wasted uint64, v verdict) {
	srcu := w.srcu
	for v == sound && n < len(ops) && ops[n].IsLookup() {
		token := srcu.ReadLock()
		m, h, p, _, ended := w.lookups(ops[n:])
		srcu.ReadUnlock(token)
		n, hits, passed, v = n+m, hits+h, passed+p, ended
	}
	return n, hits, passed, 0, v
}

func (w *srcuWorker) Lookup(key uint64) (impls.Element, bool) {
	token := w.srcu.ReadLock()
	e, ok := w.table.Find(key)
	w.srcu.ReadUnlock(token)
	return e, ok
}

// Stall holds a reader up: see [impls.Staller].
func (w *srcuWorker) Stall(key uint64, wait func()) {
	token := w.srcu.ReadLock()
	w.table.Find(key)
	wait()
	w.srcu.ReadUnlock(token)
}

func (w *srcuWorker) Walk(yield func(impls.Element) bool) {
	defer w.srcu.ReadUnlock(w.srcu.ReadLock())
	walkAll(w.table, yield)
}
