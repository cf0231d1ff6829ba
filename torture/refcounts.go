package torture

import (
	"fmt"
	"sync"

	"readmostly/internal/mem"
)

// Counting is the functions of a reference count in a word.
type Counting struct {
	Set           func(w *mem.Uint64, n uint64)
	GetUnlessZero func(w *mem.Uint64) bool
	Put           func(w *mem.Uint64) (last bool)
}

// OfRefcount returns the torture of reference counts.
func OfRefcount(name, doc string, backends []string, c Counting) Library {
	return Library{Name: name, Doc: doc, Backends: backends, torture: func(t *trial) {
		for t.goesOn() {
			newCountRound(t, c).run()
			t.count("rounds", 1)
		}
	}}
}

// A countRound is a few counted objects under torture: type-stable, freed by the
// last to put them, and in use again at once. Whoever got a reference must find
// the object in use and of one generation until the reference is put; and each
// generation ends once.
type countRound struct {
	*crew
	Counting
	objects []countObject
	cells   [countCells]mem.Uint64 // references: 1 + index; the map's own count is one

	mu    sync.Mutex
	free  []uint64
	freed uint64 // objects that came back
}

// countCells is the number of objects that can be found.
const countCells = 2

type countObject struct {
	_          mem.Pad
	count      mem.Uint64
	generation mem.Uint64 // odd while the object is in use
	key        mem.Uint64
	_          mem.Pad
}

func newCountRound(t *trial, c Counting) *countRound {
	r := &countRound{Counting: c, objects: make([]countObject, 2*t.Threads+countCells)}
	for i := range r.objects {
		r.free = append(r.free, uint64(i+1))
	}
	r.crew = t.newCrew(fmt.Sprintf("%d objects", len(r.objects)))
	return r
}

func (r *countRound) at(ref uint64) *countObject { return &r.objects[ref-1] }

// make takes an object that is free into use, with one reference and the key of
// a cell: the count comes last, as a stale reader may get it at once.
func (r *countRound) make(m *member, key uint64) uint64 {
	r.mu.Lock()
	if len(r.free) == 0 {
		r.mu.Unlock()
		return 0 // others hold them
	}
	ref := r.free[len(r.free)-1]
	r.free = r.free[:len(r.free)-1]
	r.mu.Unlock()
	o := r.at(ref)
	g := o.generation.Load() + 1
	if g&1 == 0 {
		m.fail([]uint64{ref}, "object %d was in use when it was taken", ref)
	}
	mem.StoreRelease(&o.generation, g)
	mem.StoreRelease(&o.key, key)
	m.note(reusing, ref, g)
	r.Set(&o.count, 1)
	return ref
}

// put gives a reference back, and frees the object with the last.
func (r *countRound) put(m *member, ref uint64) {
	o := r.at(ref)
	if !r.Put(&o.count) {
		return
	}
	g := o.generation.Load()
	if g&1 == 0 || !o.generation.CompareAndSwap(g, g+1) {
		m.fail([]uint64{ref}, "object %d of generation %d was freed twice", ref, g)
		return
	}
	m.note(freeing, ref, g)
	r.mu.Lock()
	r.free = append(r.free, ref)
	r.freed++
	r.mu.Unlock()
}

func (r *countRound) run() {
	setup := r.add("setup")
	for i := range r.cells {
		r.cells[i].Store(r.make(setup, uint64(i)))
	}
	setup.home.Store(1)
	var jobs []job
	updaters := r.some(1, 2)
	for i := range r.Threads {
		if i < updaters {
			jobs = append(jobs, job{r.add("updater"), r.update})
		} else {
			jobs = append(jobs, job{r.add("reader"), r.read})
		}
	}
	jobs = append(jobs, job{r.add("disturber"), (*member).disturb})
	if !r.work(r.roundTime(4), jobs) {
		return
	}
	for i := range r.cells {
		r.put(setup, r.cells[i].Load())
	}
	if len(r.free) != len(r.objects) {
		r.fail(nil, "%d objects of %d came back", len(r.free), len(r.objects))
	}
	r.count("freed", r.freed)
	for i := range r.objects {
		if n := r.objects[i].count.Load(); n != 0 {
			r.fail([]uint64{uint64(i + 1)}, "the count of object %d is %d at the end", i+1, n)
		}
	}
}

func (r *countRound) update(m *member) {
	updates := uint64(0)
	for m.goesOn() {
		i := m.IntN(len(r.cells))
		ref := r.make(m, uint64(i))
		if ref == 0 {
			m.rest()
			continue
		}
		old := r.cells[i].Swap(ref)
		r.put(m, old)
		updates++
		m.rest()
	}
	m.count("updates", updates)
}

func (r *countRound) read(m *member) {
	var lookups, dead, others, near uint64
	for m.goesOn() {
		i := m.IntN(len(r.cells))
		ref := r.cells[i].Load()
		m.at(inside, ref)
		if m.oneIn(4) {
			m.linger(manner{yield: true}) // stale by now, maybe
		}
		o := r.at(ref)
		if !r.GetUnlessZero(&o.count) {
			dead++
			continue
		}
		g, key := o.generation.Load(), o.key.Load()
		other := key != uint64(i)
		if other {
			others++ // it became another one before it was got
		}
		m.linger(manner{yield: true, sleep: true})
		now, keyNow := o.generation.Load(), o.key.Load()
		if r.cells[i].Load() != ref {
			near++
		}
		if g&1 == 0 || now != g || keyNow != key {
			m.fail([]uint64{ref}, "object %d, with a reference to it, went from generation %d, key %d to %d, key %d (odd is in use)", ref, g, key, now, keyNow)
		}
		r.put(m, ref)
		lookups++
		if m.oneIn(16) {
			m.rest()
		}
	}
	m.count("lookups", lookups)
	m.count("retries", dead+others)
	m.count("near misses", near)
}
