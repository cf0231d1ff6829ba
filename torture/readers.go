package torture

import (
	"runtime"
	"time"

	"readmostly/impls"
)

// A reader is a member that looks keys up and walks, and remembers the latest
// write that it has seen of each register.
type reader struct {
	*member
	a       *arena
	saw     []uint64
	from    []uint64 // scratch of a walk: the least write to see
	times   []int    // scratch of a walk: how often a register came
	seen    []impls.Element
	overlap uint64 // lookups during a write of their key
	lookups uint64
	walks   uint64
	tally   impls.Tally
}

func (a *arena) newReader(m *member) *reader {
	n := len(a.registers)
	return &reader{member: m, a: a, saw: make([]uint64, n), from: make([]uint64, n), times: make([]int, n)}
}

// read looks up and walks. With a period it registers anew after so many steps.
func (a *arena) read(m *member, period int) {
	r := a.newReader(m)
	s := seat{a: a, member: m, period: period}
	defer s.leave()
	for m.goesOn() {
		w := s.worker()
		if w == nil {
			return
		}
		switch n := m.IntN(16); {
		case n < 3:
			r.batch(w, a.steady, always)
		case n < 5:
			r.batch(w, a.all, sometimes)
		case n == 5:
			r.batch(w, a.ghosts, never)
		case n == 6 && a.backend.Caps.Walk:
			r.walk(w, func(int) { m.linger(a.manner()) })
		default:
			for range 1 + m.IntN(32) {
				r.look(w, m.IntN(len(a.registers)))
			}
		}
		a.stop(m)
		m.rest()
	}
	r.reportReads()
}

// manner says what a reader may do inside.
func (a *arena) manner() manner {
	s := a.backend.Caps.SleepInReader
	return manner{yield: s, sleep: s}
}

// look looks one register up.
func (r *reader) look(w impls.Worker, i int) {
	reg := r.a.registers[i]
	r.at(lookingUp, reg.key)
	from := max(reg.ended.Load(), r.saw[i])
	e, ok := w.Lookup(reg.key)
	to := reg.begun.Load()
	r.saw[i] = reg.see(r.member, lookingUp, e, ok, from, to)
	r.lookups++
	if from != to {
		r.overlap++
	}
}

// presence says when keys are there.
type presence uint8

const (
	sometimes presence = iota
	always
	never
)

// batch looks random ones of the keys up.
func (r *reader) batch(w impls.Worker, keys []uint64, there presence) {
	var ops [128]impls.Op
	n := 1 + r.IntN(len(ops))
	for i := range n {
		ops[i] = impls.MakeOp(impls.Lookup, keys[r.IntN(len(keys))])
	}
	r.at(batching, nothing)
	var t impls.Tally
	w.Run(ops[:n], &t)
	r.a.checkTally(r.member, &t)
	switch {
	case t.Lookups != uint64(n):
		r.fail(nil, "a batch of %d lookups tallied %d", n, t.Lookups)
	case there == always && t.Hits != uint64(n):
		r.fail(keys[:min(4, len(keys))], "of %d lookups of keys that are always there, a batch found %d", n, t.Hits)
	case there == never && t.Hits != 0:
		r.fail(keys[:1], "of %d lookups of keys that were never there, a batch found %d", n, t.Hits)
	}
	r.tally.Add(&t)
}

// walk walks and checks all that it saw; pause is called at each element with
// the number of elements before it.
func (r *reader) walk(w impls.Worker, pause func(n int)) {
	limit := 1000 * len(r.a.all)
	r.at(walking, nothing)
	r.seen = r.seen[:0]
	for i, reg := range r.a.registers {
		r.from[i] = max(r.saw[i], reg.ended.Load())
		r.times[i] = 0
	}
	w.Walk(func(e impls.Element) bool {
		pause(len(r.seen))
		r.seen = append(r.seen, e)
		return len(r.seen) < limit && r.failed.Load() == 0
	})
	r.walks++
	if r.failed.Load() != 0 {
		return
	}
	if len(r.seen) >= limit {
		r.fail(nil, "a walk of a map with at most %d elements yielded %d", len(r.a.all), len(r.seen))
		return
	}
	for _, e := range r.seen {
		r.place(e)
	}
	for i, reg := range r.a.registers {
		to := reg.begun.Load()
		_, gone := reg.absence(r.from[i], to)
		switch {
		case gone:
		case r.times[i] == 0:
			r.fail([]uint64{reg.key}, "a walk missed key %#x, which was present throughout writes %d to %d", reg.key, r.from[i], to)
		case r.times[i] > 1 && !r.a.backend.Caps.WalkRepeats:
			r.fail([]uint64{reg.key}, "a walk saw key %#x, present throughout writes %d to %d, %d times", reg.key, r.from[i], to, r.times[i])
		}
	}
}

// place checks one element that a walk saw.
func (r *reader) place(e impls.Element) {
	if !e.Valid() {
		r.fail([]uint64{e.Key}, "a walk saw an element whose fields don't belong together: %+v", e)
		return
	}
	i, mine := r.a.byKey[e.Key]
	if mine {
		r.times[i]++
		reg := r.a.registers[i]
		r.saw[i] = max(r.saw[i], reg.see(r.member, walking, e, true, r.from[i], reg.begun.Load()))
		return
	}
	for _, k := range r.a.shared {
		if k == e.Key {
			return
		}
	}
	r.fail([]uint64{e.Key}, "a walk saw key %#x, which was never inserted: %+v", e.Key, e)
}

// stall is a reader that stays inside for long, again and again: until updaters
// have made more garbage than may be retained, or for some time if they wait for
// it.
func (a *arena) stall(m *member) {
	r := a.newReader(m)
	s := seat{a: a, member: m}
	defer s.leave()
	for m.goesOn() {
		w := s.worker()
		if w == nil {
			return
		}
		long := time.Duration(1+m.IntN(20)) * time.Millisecond
		stop := m.IntN(1 + len(a.steady))
		r.walk(w, func(n int) {
			if n != stop {
				return
			}
			if !a.backend.Caps.SleepInReader {
				if !m.oneIn(4) {
					long = min(long, time.Millisecond)
				}
				for began := time.Now(); time.Since(began) < long; {
					m.linger(manner{})
				}
				return
			}
			if a.bound > 0 {
				long *= 5
			}
			enough := a.updated.Load() + 3*max(a.bound, 500)
			for began := time.Now(); time.Since(began) < long && a.updated.Load() < enough && m.over.Load() == 0; {
				time.Sleep(time.Millisecond)
			}
		})
		a.count("stalls", 1)
		for range 8 {
			r.look(w, m.IntN(len(a.registers)))
			runtime.Gosched()
		}
		m.at(resting, nothing)
		time.Sleep(time.Duration(m.IntN(5)) * time.Millisecond)
	}
	r.reportReads()
}

func (r *reader) reportReads() {
	r.count("lookups", r.lookups+r.tally.Lookups)
	r.count("during a write", r.overlap)
	r.count("walks", r.walks)
	r.count("retries", r.tally.Retries)
}
