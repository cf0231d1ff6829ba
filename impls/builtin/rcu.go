package builtin

import (
	"readmostly/impls"
	"readmostly/impls/chain"
	"readmostly/impls/slab"
	"readmostly/internal/mem"
	"readmostly/rcu"
)

// RCU with marked readers. The invariant: an element is freed only after a grace
// period that began after it was unlinked, and a grace period ends only when
// every reader that was inside at its beginning has left. So what a reader
// reaches stays whole and keeps its link until the reader leaves. Readers store
// to their own slot and never wait, never retry.
//
// A lookup returns the element that was in the map at some instant during the
// call; while a replacement or a deletion is under way, that may be the old one. A
// walk visits every key that is in the map throughout once, replaced meanwhile or
// not, and shows of each a version that it had during the walk. The versions of
// two keys need not have been there at the same instant, and a key that is
// deleted and inserted again meanwhile may be missed.

func init() {
	impls.Register(impls.Backend{
		Name:      "rcu-classic",
		Mechanism: "RCU",
		Doc:       "marked readers: two plain stores per section to the reader's own line, membarrier on the update side",
		Source:    "McKenney, What is RCU, Fundamentally? (LWN 2007); liburcu urcu-memb, with a 64-bit counter: one round and at most one membarrier per grace period for its two and two",
		Caps:      updating,
		Reclaims:  reclaims,
		Retain:    retained,
		Space:     classicSpace,
		New:       func(c impls.Config) (impls.Map, error) { return newRCUMap(c, rcu.NewClassic()) },
	})
	impls.Register(impls.Backend{
		Name:      "rcu-classic-fence",
		Mechanism: "RCU",
		Doc:       "marked readers with the fence in the reader: what the fence costs",
		Source:    "liburcu urcu-mb, with a fence at entry only and one round per grace period",
		Caps:      updating,
		Reclaims:  reclaims,
		Retain:    retained,
		Space:     classicSpace,
		New:       func(c impls.Config) (impls.Map, error) { return newRCUMap(c, rcu.NewClassic(rcu.Fenced())) },
	})
}

type rcuMap struct {
	*rcuStore
	classic *rcu.Classic
}

func newRCUMap(c impls.Config, d *rcu.Classic) (impls.Map, error) {
	s, err := newRCUStore(c, d)
	return &rcuMap{s, d}, err
}

func (m *rcuMap) NewWorker() (impls.Worker, error) {
	return &rcuWorker{rcuUpdater: m.newUpdater(nil, nil), classic: m.classic}, nil
}

type rcuWorker struct {
	rcuUpdater
	classic *rcu.Classic
	reader  *rcu.ClassicReader // nil until the worker reads
}

// registered returns the worker's reader. A worker that only updates has none: a
// grace period would have to make sure, with a fence of all threads, that it is
// not just about to enter.
func (w *rcuWorker) registered() *rcu.ClassicReader {
	if w.reader == nil {
		w.register()
	}
	return w.reader
}

//go:noinline
func (w *rcuWorker) register() { w.reader = w.classic.Register() }

func (w *rcuWorker) Run(ops []impls.Op, t *impls.Tally) {
	run(w.loop(w, rcuSections{w}), &w.versions, ops, t)
}

//go:noinline
func (w *rcuWorker) read(ops []impls.Op) (n int, hits, passed, wasted uint64, v verdict) {
	table, reader := w.table, w.registered()
	for ; n < len(ops) && ops[n].IsLookup(); n++ {
		key := uint64(ops[n])
		b := table.Of(key)
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
		whole := chain.Valid(e, key)
		reader.ReadUnlock(token)
		if !whole {
			return n, hits, passed + 1, 0, torn
		}
		hits++
	}
	return n, hits, passed, 0, sound
}

// rcuSections read several lookups in one section.
type rcuSections struct{ *rcuWorker }

//go:noinline
func (w rcuSections) read(ops []impls.Op) (n int, hits, passed, wasted uint64, v verdict) {
	reader := w.registered()
	for v == sound && n < len(ops) && ops[n].IsLookup() {
		token := reader.ReadLock()
		m, h, p, _, ended := w.lookups(ops[n:])
		reader.ReadUnlock(token)
		n, hits, passed, v = n+m, hits+h, passed+p, ended
	}
	return n, hits, passed, 0, v
}

func (w *rcuWorker) Lookup(key uint64) (impls.Element, bool) {
	r := w.registered()
	token := r.ReadLock()
	e, ok := w.table.Find(key)
	r.ReadUnlock(token)
	return e, ok
}

// Stall holds a reader up: see [impls.Staller].
func (w *rcuWorker) Stall(key uint64, wait func()) {
	r := w.registered()
	token := r.ReadLock()
	w.table.Find(key)
	wait()
	r.ReadUnlock(token)
}

func (w *rcuWorker) Walk(yield func(impls.Element) bool) {
	r := w.registered()
	defer r.ReadUnlock(r.ReadLock())
	walkAll(w.table, yield)
}

func (w *rcuWorker) Close() {
	if w.reader != nil {
		w.reader.Unregister()
	}
	w.rcuUpdater.Close()
}
