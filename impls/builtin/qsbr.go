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
// pay nothing an operation; every so many operations they announce.
//
// The promises are rcu-classic's. A worker is online inside Run, Lookup, Walk and
// a batch only, so one that rests holds nobody up.

func init() {
	impls.Register(impls.Backend{
		Name:      "rcu-qsbr",
		Mechanism: "RCU",
		Doc:       "readers announce a quiescent state every 16 lookups and do nothing else",
		Source:    "liburcu urcu-qsbr; Hart et al., Performance of memory reclamation for lockless synchronization (2007)",
		Caps:      updating,
		Reclaims:  reclaims,
		Retain:    retained,
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

// announceEvery is how many lookups pass between two announcements.
const announceEvery = 16

func (w *qsbrWorker) Run(ops []impls.Op, t *impls.Tally) {
	was := w.enter()
	run(w, &w.versions, ops, t)
	w.leave(was)
}

//go:noinline
func (w *qsbrWorker) read(ops []impls.Op) outcome {
	table, reader := w.table, w.reader
	hits, nodes, v := uint64(0), uint64(0), sound
	n := 0
walk:
	for ; n < len(ops) && ops[n].IsLookup(); n++ {
		key := uint64(ops[n])
		i := table.Index(key)
		if n%announceEvery == 0 {
			reader.QuiescentState()
		}
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
	reader.QuiescentState()
	return outcome{n: n, hits: hits, nodes: nodes, verdict: v}
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
