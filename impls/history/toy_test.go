package history

import (
	"errors"
	"maps"
	"runtime"
	"slices"
	"sync"

	"readmostly/impls"
)

// A fault is a way not to be linearizable. The toy has one or none.
type fault string

const (
	none         fault = "none"
	staleRead    fault = "a lookup finds what was deleted"
	oldVersion   fault = "a lookup finds what was replaced"
	ownCache     fault = "a worker reads what it remembers"
	lostReplace  fault = "a replacement is lost"
	lostInsert   fault = "an insertion is lost"
	lateDelete   fault = "a deletion takes effect later"
	resurrection fault = "what was deleted comes back"
	twoInserts   fault = "an insertion looks and adds separately"
	twoDeletes   fault = "a deletion looks and removes separately"
	batchMisses  fault = "a batch misses"
	unwritten    fault = "a lookup makes up a version"
	otherKey     fault = "a lookup finds another key"
	walkOmits    fault = "a walk omits"
	walkRepeats  fault = "a walk repeats"
	walkIsOld    fault = "a walk shows what was there before it"
	walkGoesOn   fault = "a walk can't be stopped"
	refuses      fault = "an insertion fails"
	leaks        fault = "an element is lost"
)

// A toy is a Go map under a lock.
type toy struct {
	fault    fault
	mu       sync.Mutex
	elements map[uint64]impls.Element
	old      map[uint64]impls.Element // the version before
	late     []uint64                 // keys yet to be deleted
	n        int                      // operations, for faults that happen now and then
}

func toyBackend(f fault) impls.Backend {
	return impls.Backend{
		Name: "toy", Caps: impls.Caps{Insert: true, Delete: true, Replace: true, Walk: true},
		New: func(impls.Config) (impls.Map, error) {
			return &toy{fault: f, elements: map[uint64]impls.Element{}, old: map[uint64]impls.Element{}}, nil
		},
	}
}

func (m *toy) NewWorker() (impls.Worker, error) {
	return &toyWorker{toy: m, cache: map[uint64]impls.Element{}}, nil
}

func (m *toy) Fill(elements []impls.Element) error {
	for _, e := range elements {
		m.elements[e.Key] = e
	}
	return nil
}

func (m *toy) Stats() impls.Stats { return impls.Stats{} }

func (m *toy) Close() error {
	if m.fault == leaks {
		return errors.New("an element is missing")
	}
	return nil
}

// enter locks the map and does what comes late.
func (m *toy) enter() {
	m.mu.Lock()
	m.n++
	if m.n%7 == 0 {
		for _, key := range m.late {
			delete(m.elements, key)
		}
		m.late = nil
	}
}

// now reports whether a fault happens that does so every few operations.
func (m *toy) now(f fault) bool { return m.fault == f && m.n%8 == 0 }

// gap lets others in between, if the fault is that an operation has one.
func (m *toy) gap(f fault) {
	if m.fault == f {
		m.mu.Unlock()
		runtime.Gosched()
		m.mu.Lock()
	}
}

type toyWorker struct {
	*toy
	versions impls.Versions
	cache    map[uint64]impls.Element
}

func (w *toyWorker) Close() {}

func (w *toyWorker) Lookup(key uint64) (impls.Element, bool) {
	w.enter()
	defer w.mu.Unlock()
	e, ok := w.elements[key]
	old, had := w.old[key]
	switch {
	case !ok && had && w.now(staleRead), ok && had && w.now(oldVersion):
		return old, true
	case w.now(unwritten):
		return impls.MakeElement(key, 1<<40), true
	case w.now(otherKey):
		for _, e := range w.elements {
			return e, true
		}
	case w.fault == ownCache:
		if e, cached := w.cache[key]; cached {
			return e, true
		}
		if ok {
			w.cache[key] = e
		}
	}
	return e, ok
}

func (w *toyWorker) Insert(e impls.Element) (bool, error) {
	w.enter()
	defer w.mu.Unlock()
	if w.now(refuses) {
		return false, errors.New("full")
	}
	_, present := w.elements[e.Key]
	w.gap(twoInserts)
	if !present && !(e.Key < ownKeys && w.now(lostInsert)) {
		w.elements[e.Key] = e
	}
	return !present, nil
}

func (w *toyWorker) Delete(key uint64) (bool, error) {
	w.enter()
	defer w.mu.Unlock()
	e, present := w.elements[key]
	w.gap(twoDeletes)
	if !present {
		return false, nil
	}
	w.old[key] = e
	if w.fault == lateDelete && key < ownKeys {
		w.late = append(w.late, key)
		return true, nil
	}
	delete(w.elements, key)
	return true, nil
}

func (w *toyWorker) Replace(e impls.Element) (bool, error) {
	w.enter()
	defer w.mu.Unlock()
	old, present := w.elements[e.Key]
	if was, had := w.old[e.Key]; !present && had && w.now(resurrection) {
		w.elements[e.Key] = was
	}
	if present && !w.now(lostReplace) {
		w.old[e.Key] = old
		w.elements[e.Key] = e
	}
	return present, nil
}

func (w *toyWorker) Walk(yield func(impls.Element) bool) {
	w.enter()
	all := slices.Collect(maps.Values(w.elements))
	if len(all) > 0 {
		switch w.fault {
		case walkOmits:
			all = all[1:]
		case walkRepeats:
			all = append(all, all[0])
		case walkIsOld:
			for i, e := range all {
				if old, had := w.old[e.Key]; had {
					all[i] = old
				}
			}
		}
	}
	w.mu.Unlock()
	for _, e := range all {
		if !yield(e) && w.fault != walkGoesOn {
			return
		}
	}
}

func (w *toyWorker) Run(ops []impls.Op, t *impls.Tally) {
	if w.fault == batchMisses {
		t.Lookups++
		return
	}
	impls.Run(w, &w.versions, ops, t)
}
