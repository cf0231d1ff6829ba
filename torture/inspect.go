package torture

import (
	"time"

	"readmostly/impls"
)

// sample looks at the map's state while others work on it.
func (a *arena) sample(m *member) {
	for m.goesOn() {
		m.at(sampling, nothing)
		s := a.m.Stats()
		a.peak = max(a.peak, s.Retained)
		if a.bound > 0 && s.Retained > a.bound {
			m.fail(nil, "%d elements are retained; a backend that bounds its garbage may retain %d with %d workers", s.Retained, a.bound, a.Threads+2)
		}
		a.countWaits()
		time.Sleep(time.Duration(100+m.IntN(1000)) * time.Microsecond)
	}
}

// countWaits counts how often somebody waited for readers; those who did so
// together shared a grace period.
func (a *arena) countWaits() {
	if g, ok := a.m.(impls.GracePeriodTimer); ok {
		if h := g.GracePeriods(); h != nil {
			a.count("waits", uint64(h.TotalCount()))
		}
	}
}

// inspect checks what the crew has left behind, and closes the map.
func (a *arena) inspect(m *member) {
	w, err := a.m.NewWorker()
	if err != nil {
		m.fail(nil, "NewWorker: %v", err)
		return
	}
	r := a.newReader(m)
	resident := uint64(0)
	for i, reg := range a.registers {
		m.step()
		r.look(w, i)
		if reg.present(reg.ended.Load()) {
			resident++
		}
	}
	present := a.inspectShared(m, w)
	resident += present
	if a.backend.Caps.Walk {
		r.walk(w, func(int) {})
	}
	m.at(leaving, nothing)
	w.Close()
	if got := a.m.Stats().Resident; got != resident {
		m.fail(nil, "%d elements are resident at the end; want %d", got, resident)
	}
	m.at(draining, nothing)
	a.countWaits()
	if err := a.m.Close(); err != nil {
		m.fail(nil, "Close: %v", err)
	}
	s := a.m.Stats()
	if s.Retained != 0 || s.Retired != s.Reclaimed || s.Callbacks != 0 {
		m.fail(nil, "after Close %d elements were retired, %d reclaimed, %d are retained, %d callbacks wait; want all reclaimed",
			s.Retired, s.Reclaimed, s.Retained, s.Callbacks)
	}
	a.count("freed", s.Reclaimed)
}

// inspectShared checks that each shared key that was inserted once more than it
// was deleted is there. It returns how many are.
func (a *arena) inspectShared(m *member, w impls.Worker) uint64 {
	var sum, end impls.Tally
	for i := range a.tallies {
		sum.Add(&a.tallies[i])
	}
	for _, k := range a.shared {
		w.Run([]impls.Op{impls.MakeOp(impls.Lookup, k)}, &end)
	}
	a.checkTally(m, &end)
	if sum.Inserted-sum.Deleted != end.Hits {
		m.fail(a.shared, "of the keys that all update, %d elements were inserted and %d deleted, and %d are there at the end",
			sum.Inserted, sum.Deleted, end.Hits)
	}
	return end.Hits
}

func (a *arena) report() {
	a.count("rounds", 1)
	a.count("stops", a.stopped.Load())
	for i := range a.tallies {
		a.count("retries", a.tallies[i].Retries)
	}
}
