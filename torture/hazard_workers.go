package torture

import (
	"time"

	"readmostly/hazard"
)

// update replaces what a cell leads to, and sometimes compares before it does.
func (h *hazardRound) update(m *member, period int) {
	p := h.register(m)
	updates, kept := uint64(0), uint64(0)
	for n := 1; m.goesOn(); n++ {
		if period > 0 && n%period == 0 {
			p.Unregister()
			p = h.register(m)
			m.count("registrations", 1)
		}
		c := &h.cells[m.IntN(len(h.cells))]
		head, tail := h.take(m), h.take(m)
		if head == 0 || tail == 0 {
			break
		}
		h.at(head).next.Store(tail)
		if m.oneIn(4) {
			kept += h.exchange(m, p, c, head, tail)
			updates++
			continue
		}
		c.lock.Lock()
		old := c.ref.Load()
		c.ref.Store(head)
		oldTail := h.at(old).next.Swap(hazardMarked)
		c.lock.Unlock()
		m.note(removing, old, 0)
		h.retire(m, p, old, oldTail)
		updates++
		m.rest()
	}
	p.Unregister()
	m.count("updates", updates)
	m.count("compared", kept)
}

func (h *hazardRound) retire(m *member, p *hazard.Participant, refs ...uint64) {
	for _, ref := range refs {
		m.at(removing, ref)
		p.Retire(ref)
	}
	if n, bound := p.Retired(), h.domain.Bound(); n > bound {
		m.fail(nil, "a participant keeps %d retired references; all together may keep %d", n, bound)
	}
}

// exchange publishes an object if the one that it protects is still published,
// after a while in which it may have been replaced and, but for the protection,
// have come back as another one.
func (h *hazardRound) exchange(m *member, p *hazard.Participant, c *hazardCell, head, tail uint64) (done uint64) {
	old := p.ProtectFrom(0, &c.ref)
	before := h.at(old).generation.Load()
	m.linger(manner{yield: true, sleep: true})
	c.lock.Lock()
	swapped := c.ref.CompareAndSwap(old, head)
	after := h.at(old).generation.Load()
	var oldTail uint64
	if swapped {
		oldTail = h.at(old).next.Swap(hazardMarked)
	}
	c.lock.Unlock()
	p.Clear(0)
	switch {
	case swapped && after != before:
		m.fail([]uint64{old}, "object %d went from generation %d to %d while it was protected, and passed for the same (ABA)", old, before, after)
	case swapped:
		m.note(removing, old, after)
		h.retire(m, p, old, oldTail)
		return 1
	default:
		h.retire(m, p, head, tail) // never published
	}
	return 0
}

// read protects what cells lead to.
func (h *hazardRound) read(m *member, period int) {
	p := h.register(m)
	lookups, retries, near := uint64(0), uint64(0), uint64(0)
	for n := 1; m.goesOn(); n++ {
		if period > 0 && n%period == 0 {
			p.Unregister()
			p = h.register(m)
			m.count("registrations", 1)
		}
		c := &h.cells[m.IntN(len(h.cells))]
		stood, removed := h.walk(m, p, c, func() { m.linger(manner{yield: true, sleep: true}) })
		if !stood {
			retries++
			continue
		}
		lookups++
		if removed {
			near++
		}
		if m.oneIn(16) {
			m.rest()
		}
	}
	p.Unregister()
	m.count("lookups", lookups)
	m.count("retries", retries)
	m.count("near misses", near)
}

// walk protects a head, hands the protection over to another slot, and goes on
// to its tail, if it has not been removed by then. It reports whether it got
// there, and whether the head has been removed meanwhile.
func (h *hazardRound) walk(m *member, p *hazard.Participant, c *hazardCell, pause func()) (stood, removed bool) {
	head := p.ProtectFrom(0, &c.ref)
	m.at(inside, head)
	held := h.hold(head)
	if m.oneIn(2) {
		pause()
	}
	p.Protect(2, head) // upwards, before the lower slot is given away
	p.Clear(0)
	pause()
	tail := h.at(head).next.Load()
	var heldTail heldObject
	if tail != hazardMarked {
		p.Protect(1, tail)
		if h.at(head).next.Load() == tail {
			stood = true
			heldTail = h.hold(tail)
			if !heldTail.check(m, p, "protected behind its head") {
				return stood, false
			}
			pause()
		}
	}
	held.check(m, p, "protected, and handed from slot to slot")
	removed = c.ref.Load() != head // while it is protected yet
	p.Clear(2)
	if stood {
		heldTail.check(m, p, "protected when its head no longer was")
	}
	p.Clear(1)
	return stood, removed
}

// A heldObject is one that a reader protects.
type heldObject struct {
	ref, generation uint64
	object          *hazardObject
}

func (h *hazardRound) hold(ref uint64) heldObject {
	o := h.at(ref)
	return heldObject{ref, o.generation.Load(), o}
}

// check checks that the object is in use and the one that was protected.
func (o heldObject) check(m *member, p *hazard.Participant, how string) bool {
	now := o.object.generation.Load()
	if o.generation&1 == 1 && now == o.generation {
		return true
	}
	m.fail([]uint64{o.ref}, "object %d, %s, went from generation %d to %d (odd is in use)", o.ref, how, o.generation, now)
	return false
}

// stall is a reader that keeps its protection for long: memory stays bounded.
func (h *hazardRound) stall(m *member) {
	p := h.register(m)
	for m.goesOn() {
		c := &h.cells[m.IntN(len(h.cells))]
		h.walk(m, p, c, func() { time.Sleep(time.Duration(m.IntN(5000)) * time.Microsecond) })
		m.count("stalls", 1)
	}
	p.Unregister()
}

// sample checks the bound, from outside.
func (h *hazardRound) sample(m *member) {
	for m.goesOn() {
		waiting := h.domain.Stats().Waiting()
		if bound := uint64(h.domain.Bound()); waiting > bound {
			m.fail(nil, "%d references are retired and not reclaimed; the bound is %d", waiting, bound)
		}
		time.Sleep(time.Duration(100+m.IntN(1000)) * time.Microsecond)
	}
}
