package torture

import (
	"fmt"
	"sync"

	"readmostly/hazard"
	"readmostly/internal/mem"
)

// hazardSlots are what a reader needs for a walk, and one to hand a protection
// over to.
const hazardSlots = 3

// OfHazard returns the torture of hazard pointers. The domain must have 3 slots
// or more.
func OfHazard(name, doc string, backends []string, newDomain func() *hazard.Domain) Library {
	return Library{Name: name, Doc: doc, Backends: backends, torture: func(t *trial) {
		for t.goesOn() {
			if t.round%3 == 1 {
				newMeeting(t, newDomain()).run()
			} else {
				newHazardRound(t, newDomain()).run()
			}
			t.count("rounds", 1)
		}
	}}
}

// A hazardRound is a domain under torture. Its objects are of a few kinds of
// place: a cell leads to a head, and a head to a tail; an updater replaces both,
// head and tail, and marks the old head. An object is in use, or it is free and
// its generation goes on; so whoever protects one must see it in use, of one
// generation, until it lets go.
type hazardRound struct {
	*crew
	domain  *hazard.Domain
	objects []hazardObject
	cells   []hazardCell

	mu   sync.Mutex
	free []uint64 // references: 1 + index
}

type hazardCell struct {
	_    mem.Pad
	ref  mem.Uint64
	lock spinning // of the updaters
	_    mem.Pad
}

type hazardObject struct {
	_          mem.Pad
	generation mem.Uint64 // odd while the object is in use
	next       mem.Uint64 // the tail, or marked: see rule 38
	_          mem.Pad
}

const (
	hazardCells  = 2
	hazardMarked = ^uint64(0)
)

func newHazardRound(t *trial, d *hazard.Domain) *hazardRound {
	h := &hazardRound{domain: d, cells: make([]hazardCell, hazardCells)}
	n := t.Threads + 2
	// What may be retired, and what each may be about to publish.
	hazards := hazardSlots * n
	n = n*max(2*hazards+64, hazards+1) + hazards + 2*hazardCells + 2*n
	h.objects = make([]hazardObject, n)
	for i := range h.objects {
		h.free = append(h.free, uint64(i+1))
	}
	h.crew = t.newCrew(fmt.Sprintf("%d objects", n))
	return h
}

func (h *hazardRound) at(ref uint64) *hazardObject { return &h.objects[ref-1] }

// take takes an object that is free into use.
func (h *hazardRound) take(m *member) uint64 {
	h.mu.Lock()
	if len(h.free) == 0 {
		h.mu.Unlock()
		m.fail(nil, "all %d objects are in use or retired: more than the bound of %d", len(h.objects), h.domain.Bound())
		return 0
	}
	ref := h.free[len(h.free)-1]
	h.free = h.free[:len(h.free)-1]
	h.mu.Unlock()
	o := h.at(ref)
	mem.StoreRelease(&o.next, 0)
	g := o.generation.Load() + 1
	mem.StoreRelease(&o.generation, g)
	m.note(reusing, ref, g)
	return ref
}

// reclaim is what scans call.
func (h *hazardRound) reclaim(m *member, refs []uint64) {
	for _, ref := range refs {
		o := h.at(ref)
		g := o.generation.Load()
		if g&1 == 0 {
			m.fail([]uint64{ref}, "object %d was reclaimed twice", ref)
		}
		mem.StoreRelease(&o.generation, g+1)
		m.note(freeing, ref, g)
	}
	h.mu.Lock()
	h.free = append(h.free, refs...)
	h.mu.Unlock()
}

func (h *hazardRound) run() {
	setup := h.add("setup")
	for i := range h.cells {
		ref, tail := h.take(setup), h.take(setup)
		h.at(ref).next.Store(tail)
		h.cells[i].ref.Store(ref)
	}
	setup.home.Store(1)
	var jobs []job
	updaters := h.some(1, 2)
	for i := range h.Threads {
		if i < updaters {
			jobs = append(jobs, job{h.add("updater"), func(m *member) { h.update(m, i%2*100) }})
		} else {
			jobs = append(jobs, job{h.add("reader"), func(m *member) { h.read(m, i%2*100) }})
		}
	}
	jobs = append(jobs, job{h.add("staller"), h.stall}, job{h.add("sampler"), h.sample}, job{h.add("disturber"), (*member).disturb})
	if !h.work(h.roundTime(4), jobs) {
		return
	}
	if err := h.domain.Close(); err != nil {
		h.fail(nil, "Close: %v", err)
		return
	}
	if n := len(h.objects) - 2*len(h.cells); len(h.free) != n {
		h.fail(nil, "%d objects of %d came back", len(h.free), n)
	}
	s := h.domain.Stats()
	if s.Waiting() != 0 {
		h.fail(nil, "after Close %d are retired and not reclaimed", s.Waiting())
	}
	h.count("freed", s.Reclaimed)
	h.count("scans", s.Scans)
}

// register joins the domain.
func (h *hazardRound) register(m *member) *hazard.Participant {
	return h.domain.Register(func(refs []uint64) { h.reclaim(m, refs) })
}
