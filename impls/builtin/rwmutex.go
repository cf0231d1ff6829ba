package builtin

import (
	"sync"

	"readmostly/impls"
	"readmostly/impls/chain"
	"readmostly/impls/slab"
	"readmostly/internal/mem"
)

// sync.RWMutex around the structure. The invariant is the reader-writer lock's:
// readers and writers are never inside at once. It is what most Go programs do
// today; it parks waiters instead of spinning.
//
// Every operation sees the state of one instant.

func init() {
	impls.Register(impls.Backend{
		Name:      "rwmutex",
		Mechanism: "reader-writer lock",
		Doc:       "sync.RWMutex around the whole structure: what most Go programs do",
		Source:    "Go sync/rwmutex.go",
		Plain:     true,
		Caps: impls.Caps{Insert: true, Delete: true, Replace: true, Walk: true,
			SleepInReader: true, BoundedGarbage: true, Section: true},
		Space: func(impls.Config) impls.Space {
			return impls.Space{Map: sizeOf[rwmutexMap]() - sizeOf[*store]()}
		},
		New: func(c impls.Config) (impls.Map, error) {
			s, err := newStore(c)
			return &rwmutexMap{store: s}, err
		},
	})
}

type rwmutexMap struct {
	*store
	_  mem.Pad
	mu sync.RWMutex
	_  mem.Pad
}

func (m *rwmutexMap) NewWorker() (impls.Worker, error) {
	return &rwmutexWorker{freeing{m.newWorker(writing{&m.mu})}, &m.mu}, nil
}

// writing excludes everybody from the whole structure.
type writing struct{ mu *sync.RWMutex }

func (x writing) enter(*chain.Bucket) { x.mu.Lock() }
func (x writing) leave(*chain.Bucket) { x.mu.Unlock() }

type rwmutexWorker struct {
	freeing
	mu *sync.RWMutex
}

func (w *rwmutexWorker) Run(ops []impls.Op, t *impls.Tally) {
	run(w.loop(w, rwmutexSections{w}), &w.versions, ops, t)
}

//go:noinline
func (w *rwmutexWorker) read(ops []impls.Op) (n int, hits, passed, wasted uint64, v verdict) {
	table, mu := w.table, w.mu
	for ; n < len(ops) && ops[n].IsLookup(); n++ {
		key := uint64(ops[n])
		b := table.Of(key)
		mu.RLock()
		var e *slab.Elem
		ref := mem.LoadAcquire(&b.Head)
		for ; !slab.IsEnd(ref); ref = mem.LoadAcquire(&e.Next) {
			e = slab.At(ref)
			if mem.LoadAcquire(&e.Key) == key {
				goto found
			}
			passed++
		}
		mu.RUnlock()
		if ref != slab.EndAt(&b.Head) {
			return n, hits, passed, 0, astray
		}
		continue
	found:
		whole := chain.Valid(e, key)
		mu.RUnlock()
		if !whole {
			return n, hits, passed + 1, 0, torn
		}
		hits++
	}
	return n, hits, passed, 0, sound
}

// rwmutexSections read several lookups under the lock.
type rwmutexSections struct{ *rwmutexWorker }

//go:noinline
func (w rwmutexSections) read(ops []impls.Op) (n int, hits, passed, wasted uint64, v verdict) {
	mu := w.mu
	for v == sound && n < len(ops) && ops[n].IsLookup() {
		mu.RLock()
		m, h, p, _, ended := w.lookups(ops[n:])
		mu.RUnlock()
		n, hits, passed, v = n+m, hits+h, passed+p, ended
	}
	return n, hits, passed, 0, v
}

func (w *rwmutexWorker) Lookup(key uint64) (impls.Element, bool) {
	w.mu.RLock()
	e, ok := w.table.Find(key)
	w.mu.RUnlock()
	return e, ok
}

func (w *rwmutexWorker) Walk(yield func(impls.Element) bool) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	walkAll(w.table, yield)
}
