package torture

import (
	"errors"
	"runtime"

	"readmostly/impls"
	"readmostly/impls/slab"
	"readmostly/internal/mem"
)

// An updater is a member that writes registers of its own, and keys that all
// share.
type updater struct {
	*member
	a       *arena
	updates uint64
	short   uint64 // updates that found no memory
}

// full reports whether the error of an update is a want of memory that the
// backend may have: garbage that others hold up is no fault of those that don't
// bound it.
func (m *updater) full(err error) bool {
	var e *slab.FullError
	if m.a.bound > 0 || !errors.As(err, &e) {
		return false
	}
	m.short++
	runtime.Gosched()
	return true
}

// update updates registers that nobody else does, and shared keys. With a period
// it registers anew after so many steps.
func (a *arena) update(m *member, regs []*register, period int) {
	u := &updater{member: m, a: a}
	seat := seat{a: a, member: m, period: period}
	defer seat.leave()
	for m.goesOn() {
		w := seat.worker()
		if w == nil {
			return
		}
		r := regs[m.IntN(len(regs))]
		reported := u.updates
		switch n := m.IntN(32); {
		case n < 20:
			r.write(u, w)
		case n < 23:
			r.inVain(u, w)
		case n < 26:
			m.at(checking, r.key)
			v := r.ended.Load()
			e, ok := w.Lookup(r.key)
			r.see(m, checking, e, ok, v, v)
		case n < 31 || !m.oneIn(16):
			u.updateShared(w)
		default:
			m.at(flooding, nothing)
			for range 200 {
				r.write(u, w)
				m.step()
			}
		}
		if u.updates != reported {
			a.updated.Add(u.updates - reported)
		}
		a.stop(m)
		m.rest()
	}
	a.count("updates", u.updates)
	a.count("found no memory", u.short)
}

// updateShared runs a batch of updates and lookups of keys that all update.
func (m *updater) updateShared(w impls.Worker) {
	if len(m.a.shared) == 0 {
		return
	}
	caps := m.a.backend.Caps
	kinds := make([]impls.Kind, 0, 8)
	kinds = append(kinds, impls.Lookup, impls.Insert)
	if caps.Delete {
		kinds = append(kinds, impls.Delete)
	}
	if caps.Replace {
		kinds = append(kinds, impls.Replace)
	}
	if caps.Walk && m.oneIn(8) {
		kinds = append(kinds, impls.Walk)
	}
	var batch [32]impls.Op
	ops := batch[:1+m.IntN(len(batch))]
	for i := range ops {
		k := m.a.shared[m.IntN(len(m.a.shared))]
		ops[i] = impls.MakeOp(kinds[m.IntN(len(kinds))], k)
		if kind := ops[i].Kind(); kind != impls.Lookup && kind != impls.Walk {
			m.note(deedOf[kind], k, 0)
		}
	}
	m.at(batching, nothing)
	t := &m.a.tallies[m.id]
	before := t.Updated()
	w.Run(ops, t)
	m.updates += t.Updated() - before
	if t.Err != nil && m.full(t.Err) {
		t.Err = nil
	}
	m.a.checkTally(m.member, t)
}

var deedOf = [...]deed{
	impls.Lookup: lookingUp, impls.Insert: inserting, impls.Delete: deleting, impls.Replace: replacing, impls.Walk: walking,
}

// checkTally checks what no batch may tally.
func (a *arena) checkTally(m *member, t *impls.Tally) {
	switch {
	case t.Bad != 0:
		ids := []uint64{t.FirstBad.Op.Key()}
		if got := t.FirstBad.Got; got.Key != ids[0] && got != (impls.Element{}) {
			ids = append(ids, got.Key)
		}
		m.fail(ids, "%d element checks failed in a batch, first: %v", t.Bad, t.FirstBad)
	case t.Err != nil:
		m.fail(nil, "a batch ended with: %v", t.Err)
	}
}

// A seat is a member's registration with the map. With a period it is given up
// and taken anew after so many uses.
type seat struct {
	a      *arena
	member *member
	period int
	uses   int
	w      impls.Worker
}

// worker returns the worker to use next, or nil.
func (s *seat) worker() impls.Worker {
	if s.uses++; s.period > 0 && s.uses%s.period == 0 {
		s.leave()
	}
	if s.w == nil {
		s.member.at(registering, nothing)
		w, err := s.a.m.NewWorker()
		if err != nil {
			s.member.fail(nil, "NewWorker: %v", err)
			return nil
		}
		s.w = w
		if s.period > 0 {
			s.a.count("registrations", 1)
		}
	}
	return s.w
}

// leave gives the registration up.
func (s *seat) leave() {
	if s.w != nil && s.a.failed.Load() == 0 {
		s.member.at(leaving, nothing)
		s.w.Close()
	}
	s.w = nil
}

// idle registers, leaves something behind, and does nothing: it must hold nobody
// up.
func (a *arena) idle(m *member) {
	s := seat{a: a, member: m}
	defer s.leave()
	w := s.worker()
	if w == nil {
		return
	}
	t := &a.tallies[m.id]
	if len(a.shared) > 0 {
		w.Run([]impls.Op{impls.MakeOp(impls.Insert, a.shared[0])}, t)
		if a.backend.Caps.Delete {
			w.Run([]impls.Op{impls.MakeOp(impls.Delete, a.shared[0])}, t)
		}
	}
	w.Lookup(a.steady[0])
	if a.bound == 0 {
		t.Err = nil
	}
	a.checkTally(m, t)
	m.at(resting, nothing)
	for n := 1000; m.goesOn(); { // asleep from the first
		mem.Spin(n)
	}
}
