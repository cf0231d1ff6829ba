package torture

import (
	"sync"

	"readmostly/impls"
	"readmostly/impls/chain"
	"readmostly/impls/slab"
)

// A fault is a way to be wrong. The toy has one or none.
type fault string

const (
	sound         fault = ""
	freesEarly    fault = "frees what readers may hold"
	losesInsert   fault = "loses an insertion now and then"
	losesLookup   fault = "misses a key now and then"
	findsGhosts   fault = "finds what was never there"
	keepsOld      fault = "shows an old version now and then"
	tearsReplace  fault = "replaces in two steps"
	insertsTwice  fault = "adds an element beside one of the same key"
	hoards        fault = "frees nothing before the end"
	leaks         fault = "never frees an element that a worker left behind"
	freesTwice    fault = "frees an element twice"
	panics        fault = "panics now and then"
	followsWildly fault = "follows a reference to nowhere now and then"
	hangs         fault = "does not return"
)

var faults = []fault{freesEarly, losesInsert, losesLookup, findsGhosts, keepsOld, tearsReplace, insertsTwice, hoards, leaks, freesTwice, panics, followsWildly}

// A toy is a table of chains under one lock, unless its fault is to do without.
type toy struct {
	fault fault
	slab  *slab.Slab
	table chain.Table
	hung  chan struct{} // closed to end a hang

	mu      sync.RWMutex
	hoarded []slab.Ref
	old     impls.Element
	n       int
}

func toyBackend(f fault, hung chan struct{}) impls.Backend {
	return impls.Backend{
		Name: "toy", Mechanism: "lock", Doc: string(f), Source: "none",
		Caps: impls.Caps{Insert: true, Delete: true, Replace: true, Walk: true, SleepInReader: true, BoundedGarbage: true},
		New: func(c impls.Config) (impls.Map, error) {
			s, err := slab.New(c.Capacity, chain.ReserveFor(c.Buckets))
			if err != nil {
				return nil, err
			}
			t, err := chain.New(s, c.Buckets)
			return &toy{fault: f, slab: s, table: t, hung: hung}, err
		},
	}
}

// now reports whether a fault that happens now and then happens. The caller holds
// the lock, at least for reading.
func (m *toy) now(f fault, period int) bool {
	if m.fault != f {
		return false
	}
	m.n++
	return m.n%period == 0
}

func (m *toy) NewWorker() (impls.Worker, error) {
	return &toyWorker{toy: m, cache: m.slab.NewCache()}, nil
}

func (m *toy) Stats() impls.Stats {
	s := m.slab.Stats()
	return impls.Stats{Resident: s.Live() - s.Retained(), Retained: s.Retained(), Retired: s.Retired, Reclaimed: s.Reclaimed}
}

func (m *toy) Close() error {
	c := m.slab.NewCache()
	c.FreeBulk(m.hoarded)
	return m.slab.Close(m.table.Count())
}

type toyWorker struct {
	*toy
	cache    *slab.Cache
	versions impls.Versions
}

func (w *toyWorker) Run(ops []impls.Op, t *impls.Tally) { impls.Run(w, &w.versions, ops, t) }

func (w *toyWorker) Close() {
	if w.fault == leaks {
		if ref, err := w.cache.Alloc(); err == nil {
			w.cache.Retire(ref)
		}
	}
	w.cache.Close()
}

// enter and leave are a reader's.
func (w *toyWorker) enter() {
	if w.fault != freesEarly {
		w.mu.Lock() // for writing: the faults change the toy
	}
}

func (w *toyWorker) leave() {
	if w.fault != freesEarly {
		w.mu.Unlock()
	}
}

func (w *toyWorker) Lookup(key uint64) (impls.Element, bool) {
	w.enter()
	defer w.leave()
	switch {
	case w.now(losesLookup, 500):
		return impls.Element{}, false
	case w.now(keepsOld, 500) && w.old.Key == key:
		return w.old, true
	case w.now(panics, 5000):
		panic("a toy's panic")
	case w.now(followsWildly, 5000):
		return chain.Load(slab.At(64)), true
	case w.now(hangs, 5000):
		<-w.hung
	}
	e, ok := w.table.Find(key)
	if !ok && w.now(findsGhosts, 50) {
		return impls.MakeElement(key, 1), true
	}
	return e, ok
}

func (w *toyWorker) Walk(yield func(impls.Element) bool) {
	w.enter()
	var all []impls.Element
	for _, e := range w.table.All() {
		all = append(all, chain.Load(e))
	}
	w.leave()
	for _, e := range all {
		if !yield(e) {
			return
		}
	}
}

func (w *toyWorker) Insert(v impls.Element) (bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	b := w.table.Of(v.Key)
	if _, old := w.table.Seek(b, v.Key); !slab.IsEnd(old) && !w.now(insertsTwice, 100) {
		return false, nil
	}
	if w.now(losesInsert, 100) {
		return true, nil
	}
	ref, err := w.cache.Alloc()
	if err != nil {
		return false, err
	}
	chain.Fill(slab.At(ref), v)
	b.AddHead(ref)
	return true, nil
}

func (w *toyWorker) Delete(key uint64) (bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	link, ref := w.table.Seek(w.table.Of(key), key)
	if slab.IsEnd(ref) {
		return false, nil
	}
	chain.Unlink(link, ref)
	w.free(ref)
	return true, nil
}

func (w *toyWorker) free(ref slab.Ref) {
	w.old = chain.Load(slab.At(ref))
	w.cache.Retire(ref)
	if w.fault == hoards {
		w.hoarded = append(w.hoarded, ref)
		return
	}
	w.cache.Free(ref)
	if w.now(freesTwice, 100) {
		w.cache.Free(ref)
	}
}

func (w *toyWorker) Replace(v impls.Element) (bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, ref := w.table.Seek(w.table.Of(v.Key), v.Key)
	if slab.IsEnd(ref) {
		return false, nil
	}
	e := slab.At(ref)
	w.old = chain.Load(e)
	if w.fault == tearsReplace {
		e.A.Store(v.A)
		w.mu.Unlock()
		w.mu.Lock()
		if e.Key.Load() != v.Key {
			return true, nil
		}
	}
	chain.Fill(e, v)
	return true, nil
}
