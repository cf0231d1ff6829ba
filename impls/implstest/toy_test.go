package implstest

import (
	"fmt"
	"maps"
	"runtime"
	"sync"

	"readmostly/impls"
	"readmostly/impls/slab"
)

// A fault is a way to be wrong. The toy has one or none.
type fault string

const (
	none fault = ""

	lostInsert        fault = "insert lost"
	insertOverwrites  fault = "insert overwrites"
	insertNotAtomic   fault = "insert looks and adds separately"
	deleteKeeps       fault = "delete leaves the element"
	deleteFails       fault = "delete reports false"
	replaceInserts    fault = "replace inserts"
	tornReplace       fault = "replace in two steps"
	replaceGap        fault = "replace deletes and inserts"
	ghost             fault = "lookup finds what was never inserted"
	wrongKey          fault = "lookup returns another key's element"
	stale             fault = "lookup returns an old version"
	ownStale          fault = "workers cache what they read"
	runMiscounts      fault = "run counts a hit too many"
	runOverwrites     fault = "run overwrites the tally"
	runStops          fault = "run stops early"
	runSkipsLookups   fault = "run counts lookups without looking"
	runRestarts       fault = "run reports retries on an idle map"
	walkSkips         fault = "walk skips"
	walkRepeats       fault = "walk repeats"
	walkGhost         fault = "walk shows what was never inserted"
	walkGoesOn        fault = "walk can't be stopped"
	walkInPieces      fault = "walk misses what is replaced meanwhile"
	fillLosesLast     fault = "fill loses an element"
	residentWrong     fault = "population miscounted"
	closeLeaks        fault = "close leaves garbage"
	closeErrs         fault = "close finds a double free"
	workerLeaks       fault = "a departing worker's garbage is lost"
	memoryLost        fault = "replaced elements never come back"
	idlerBlocks       fault = "an idle worker holds up reclamation"
	idlerHangs        fault = "an update waits for an idle worker"
	fullPretends      fault = "a full map reports a duplicate"
	fullOtherError    fault = "a full map gives another error"
	fullEarly         fault = "a map is full too early"
	fullInsertsAnyway fault = "a refused element is there"
	fullReplaceLoses  fault = "a refused replace loses the old element"
	fullRunGoesOn     fault = "run goes on without memory"
	workerRefused     fault = "no second worker"
	miscountsFloor    fault = "a floor that counts wrong"
)

// A toy is a Go map under one lock, with accounts of imaginary memory: an element
// that is removed is garbage until every worker has been called once more, or
// until it would be needed.
type toy struct {
	fault    fault
	capacity int

	mu       sync.RWMutex
	elements map[uint64]impls.Element
	old      map[uint64]impls.Element // previous versions, for faults
	workers  map[*toyWorker]bool
	retained int
	lost     int    // never to come back
	lied     int    // by residentWrong
	orphans  uint64 // by workerLeaks
	retired  uint64
	n        int // operations, for faults that happen now and then
}

func toyBackend(f fault) impls.Backend {
	return impls.Backend{
		Name: "toy", Mechanism: "lock", Doc: "a toy", Source: "none",
		Caps: impls.Caps{Insert: true, Delete: true, Replace: true, Walk: true, SleepInReader: true, BoundedGarbage: true, Floor: f == miscountsFloor},
		New: func(c impls.Config) (impls.Map, error) {
			return &toy{fault: f, capacity: c.Capacity, elements: map[uint64]impls.Element{}, old: map[uint64]impls.Element{}, workers: map[*toyWorker]bool{}}, nil
		},
	}
}

func (m *toy) NewWorker() (impls.Worker, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fault == workerRefused && len(m.workers) > 0 {
		return nil, fmt.Errorf("one is enough")
	}
	w := &toyWorker{toy: m, versions: impls.NewVersions(uint64(len(m.workers))), cache: map[uint64]impls.Element{}}
	m.workers[w] = true
	return w, nil
}

func (m *toy) Fill(elements []impls.Element) error {
	for i, e := range elements {
		if m.fault != fillLosesLast || i < len(elements)-1 {
			m.elements[e.Key] = e
		}
	}
	return nil
}

func (m *toy) Stats() impls.Stats {
	m.mu.RLock()
	defer m.mu.RUnlock()
	retained := uint64(m.retained)
	return impls.Stats{Resident: uint64(len(m.elements) + m.lied), Retained: retained, Retired: m.retired, Reclaimed: m.retired - retained - m.orphans}
}

func (m *toy) Close() error {
	if m.fault != closeLeaks {
		m.retained = 0
	}
	if m.fault == closeErrs && m.retired > 0 {
		return fmt.Errorf("an element was freed twice")
	}
	return nil
}

// now reports whether a fault that happens once in a while happens.
func (m *toy) now(f fault, period int) bool {
	if m.fault != f {
		return false
	}
	m.n++
	return m.n%period == 0
}

// retire accounts for a removed element; the caller holds the lock.
func (m *toy) retire(e impls.Element) {
	m.old[e.Key] = e
	m.retired++
	m.retained++
	if m.now(memoryLost, 2) {
		m.lost++
	}
}

// room reports whether there is memory for one more; the caller holds the lock.
func (m *toy) room() error {
	capacity := m.capacity
	if m.fault == fullEarly {
		capacity /= 2
	}
	if len(m.elements)+m.retained+m.lost < capacity {
		return nil
	}
	if m.fault != idlerBlocks || !m.idle() {
		m.retained = 0
	}
	if len(m.elements)+m.retained+m.lost < capacity {
		return nil
	}
	if m.fault == fullOtherError {
		return fmt.Errorf("full")
	}
	return &slab.FullError{Capacity: uint64(capacity)}
}

// idle reports whether a worker is idle, on the map of a stage that is about
// memory. Elsewhere a worker that has not had its turn yet looks idle too, for as
// long as the machine likes, and the fault would be caught by another stage.
func (m *toy) idle() bool {
	if m.capacity != population+defaults().garbage {
		return false
	}
	for w := range m.workers {
		if w.calls < 3 && len(m.workers) > 2 {
			return true
		}
	}
	return false
}

type toyWorker struct {
	*toy
	versions impls.Versions
	calls    int
	cache    map[uint64]impls.Element
}

func (w *toyWorker) Close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.workers, w)
	if w.fault == workerLeaks && w.calls > 0 {
		w.orphans = min(w.orphans+1, w.retired-uint64(w.retained))
	}
	if w.fault == residentWrong {
		w.lied++
	}
}

func (w *toyWorker) Lookup(key uint64) (impls.Element, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls++
	e, ok := w.elements[key]
	switch {
	case !ok && w.now(ghost, 50):
		return impls.MakeElement(key, 1), true
	case w.now(wrongKey, 50):
		for _, e := range w.elements {
			return e, true
		}
	case w.now(stale, 50):
		if e, had := w.old[key]; had {
			return e, true
		}
	case w.fault == ownStale:
		if e, cached := w.cache[key]; cached && len(w.workers) > 3 {
			return e, true
		}
		if ok {
			w.cache[key] = e
		}
	}
	return e, ok
}

// pause lets others run between the two steps of a faulty operation.
func (w *toyWorker) pause() {
	w.mu.Unlock()
	runtime.Gosched()
	w.mu.Lock()
}

func (w *toyWorker) Insert(e impls.Element) (bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls++
	_, present := w.elements[e.Key]
	if w.fault == insertNotAtomic && !present {
		w.pause()
	}
	if w.fault == idlerHangs && len(w.workers) > 2 {
		w.mu.Unlock()
		select {}
	}
	if present && !w.now(insertOverwrites, 20) {
		return false, nil
	}
	if err := w.room(); err != nil {
		if w.fault == fullInsertsAnyway {
			w.elements[e.Key] = e
		}
		if w.fault == fullPretends {
			err = nil
		}
		return false, err
	}
	if !w.now(lostInsert, 50) {
		w.elements[e.Key] = e
	}
	return true, nil
}

func (w *toyWorker) Delete(key uint64) (bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls++
	e, present := w.elements[key]
	if !present {
		return false, nil
	}
	if w.now(deleteKeeps, 50) {
		return true, nil
	}
	delete(w.elements, key)
	w.retire(e)
	return !w.now(deleteFails, 50), nil
}

func (w *toyWorker) Replace(e impls.Element) (bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls++
	old, present := w.elements[e.Key]
	if !present && !w.now(replaceInserts, 5) {
		return false, nil
	}
	if err := w.room(); err != nil {
		if w.fault == fullReplaceLoses {
			delete(w.elements, e.Key)
		}
		return false, err
	}
	switch w.fault {
	case tornReplace:
		half := old
		half.A = e.A
		w.elements[e.Key] = half
		w.pause()
	case replaceGap:
		delete(w.elements, e.Key)
		w.pause()
	}
	if _, still := w.elements[e.Key]; !still && w.fault == tornReplace {
		return false, nil
	}
	w.elements[e.Key] = e
	w.retire(old)
	return true, nil
}

func (w *toyWorker) Walk(yield func(impls.Element) bool) {
	w.mu.Lock()
	w.calls++
	all := maps.Clone(w.elements)
	skip, repeat, show := w.now(walkSkips, 20), w.now(walkRepeats, 20), w.now(walkGhost, 20)
	if w.fault == walkInPieces {
		w.pause()
		maps.DeleteFunc(all, func(key uint64, e impls.Element) bool { return w.elements[key] != e })
	}
	w.mu.Unlock()
	if show {
		all[1<<40] = impls.MakeElement(1<<40, 1)
	}
	for _, e := range all {
		if skip {
			skip = false
			continue
		}
		if repeat {
			repeat = false
			yield(e)
		}
		if !yield(e) && w.fault != walkGoesOn {
			return
		}
	}
}

func (w *toyWorker) Run(ops []impls.Op, t *impls.Tally) {
	switch w.fault {
	case runOverwrites:
		*t = impls.Tally{}
	case runStops:
		ops = ops[:max(0, len(ops)-1)]
	case runSkipsLookups:
		for _, op := range ops {
			t.Lookups += count(op.IsLookup())
		}
		return
	case runRestarts:
		t.Retries++
	case runMiscounts:
		t.Hits++
	case miscountsFloor:
		t.Lookups += 2
	}
	impls.Run(w, &w.versions, ops, t)
	if t.Err != nil && w.fault == fullRunGoesOn {
		t.Err = nil
		impls.Run(w, &w.versions, ops[1:], t)
	}
}
