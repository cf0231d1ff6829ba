package builtin

import (
	"readmostly/impls"
	"readmostly/impls/chain"
	"readmostly/impls/slab"
	"readmostly/internal/mem"
	"readmostly/rcu"
)

// RCU with quiescent-state-based readers. The invariant: a reader's slot holds
// the grace period that it had seen when it last held no reference, and a grace
// period ends only when every slot has caught up with it or is offline. Readers
// pay nothing inside a lookup, and announce behind it: two loads and a plain store.
//
// The promises are rcu-classic's. A worker is online inside Run, Lookup, Walk and
// a batch only, so one that rests holds nobody up.

func init() {
	impls.Register(impls.Backend{
		Name:      "rcu-qsbr",
		Mechanism: "RCU",
		Doc:       "readers announce a quiescent state after each section and do nothing else",
		Source:    "liburcu urcu-qsbr; Hart et al., Performance of memory reclamation for lockless synchronization (2007)",
		Caps:      updating,
		Reclaims:  reclaims,
		Retain:    retained,
		Space: func(c impls.Config) impls.Space {
			return rcuSpace(c, sizeOf[rcu.QSBR](), sizeOf[rcu.QSBRReader]())
		},
		New: func(c impls.Config) (impls.Map, error) {
			d := rcu.NewQSBR()
			s, err := newRCUStore(c, d)
			return &qsbrMap{s, d}, err
		},
	})
}

type qsbrMap struct {
	*rcuStore
	qsbr *rcu.QSBR
}

func (m *qsbrMap) NewWorker() (impls.Worker, error) {
	w := &qsbrWorker{reader: m.qsbr.Register()}
	w.reader.Offline()
	w.rcuUpdater = m.newUpdater(w.pause, w.resume)
	return w, nil
}

type qsbrWorker struct {
	rcuUpdater
	reader *rcu.QSBRReader
	online bool
}

// enter goes online, unless the worker is already, and returns what to leave
// with: a walk may stand inside a batch.
func (w *qsbrWorker) enter() (was bool) {
	was = w.online
	if !was {
		w.reader.Online()
		w.online = true
	}
	return was
}

func (w *qsbrWorker) leave(was bool) {
	if !was {
		w.reader.Offline()
		w.online = false
	}
}

// pause takes the worker offline while it waits, and resume back to where it
// was: an updater that waits holds no reference.
func (w *qsbrWorker) pause() {
	if w.online {
		w.reader.Offline()
	}
}

func (w *qsbrWorker) resume() {
	if w.online {
		w.reader.Online()
	}
}

func (w *qsbrWorker) Run(ops []impls.Op, t *impls.Tally) {
	was := w.enter()
	run(w.loop(w, qsbrSections{w}), &w.versions, ops, t)
	w.leave(was)
}

//go:noinline
func (w *qsbrWorker) read(ops []impls.Op) (n int, hits, passed, wasted uint64, v verdict) {
	table, reader := w.table, w.reader
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
		reader.QuiescentState()
		if ref != slab.EndAt(&b.Head) {
			return n, hits, passed, 0, astray
		}
		continue
	found:
		whole := chain.Valid(e, key)
		reader.QuiescentState()
		if !whole {
			return n, hits, passed + 1, 0, torn
		}
		hits++
	}
	reader.QuiescentState()
	return n, hits, passed, 0, sound
}

// qsbrSections announce behind several lookups.
type qsbrSections struct{ *qsbrWorker }

//go:noinline
func (w qsbrSections) read(ops []impls.Op) (n int, hits, passed, wasted uint64, v verdict) {
	reader := w.reader
	for more := true; more; more = v == sound && n < len(ops) && ops[n].IsLookup() {
		m, h, p, _, ended := w.lookups(ops[n:]) // none, if updates alone have been made
		reader.QuiescentState()
		n, hits, passed, v = n+m, hits+h, passed+p, ended
	}
	return n, hits, passed, 0, v
}

func (w *qsbrWorker) Lookup(key uint64) (impls.Element, bool) {
	if !w.online {
		return w.lookupOffline(key)
	}
	e, ok := w.table.Find(key)
	w.reader.QuiescentState()
	return e, ok
}

// lookupOffline is a lookup outside of any batch.
func (w *qsbrWorker) lookupOffline(key uint64) (impls.Element, bool) {
	w.enter()
	e, ok := w.table.Find(key)
	w.leave(false)
	return e, ok
}

// BeginBatch has lookups announce a quiescent state each, instead of going online
// and offline: see [impls.Batcher].
func (w *qsbrWorker) BeginBatch() { w.enter() }

// EndBatch ends it.
func (w *qsbrWorker) EndBatch() { w.leave(false) }

// Stall holds a reader up, online, without an announcement: see [impls.Staller].
func (w *qsbrWorker) Stall(key uint64, wait func()) {
	defer w.leave(w.enter())
	w.table.Find(key)
	wait()
}

func (w *qsbrWorker) Walk(yield func(impls.Element) bool) {
	defer w.leave(w.enter())
	walkAll(w.table, yield)
}

func (w *qsbrWorker) Close() {
	w.reader.Unregister()
	w.rcuUpdater.Close()
}
