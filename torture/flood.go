package torture

import (
	"runtime"

	"readmostly/internal/mem"
	"readmostly/rcu"
)

// flood hands over callbacks as fast as it can, to queues with a low mark: the
// backlog must stay under it, all callbacks must have been called after a
// Barrier, and none twice.
func (r *rcuRound) flood(m *member) {
	for m.goesOn() {
		if m.oneIn(2) {
			r.floodQueue(m)
		} else {
			r.floodReclaimer(m)
		}
		m.rest()
	}
}

// floodQueue floods a queue of the member's own.
func (r *rcuRound) floodQueue(m *member) {
	highWater := 8 << m.IntN(6)
	o := rcu.Options{HighWater: highWater, Batch: 1 + m.IntN(64)}
	heads := make([]rcu.Head, 10*highWater)
	called := 0
	count := func(*rcu.Head) { called++ }
	var q interface {
		Len() int
		Barrier()
		Close()
		Stats() rcu.CallbackStats
	}
	var put func(*rcu.Head) bool
	if m.oneIn(2) {
		c := rcu.NewCallbacks(r.domain, rcu.Heads{}, o)
		q, put = c, c.Call
	} else {
		o.Memory = rcu.NewBudget(m.IntN(2))
		b := rcu.NewBulk(r.domain, rcu.Heads{}, o)
		q, put = b, b.Free
	}
	m.at(flooding, nothing)
	handed := 0
	for i := range heads {
		if !put(heads[i].With(count)) {
			m.fail(nil, "an open queue refused a callback")
			return
		}
		handed++
		if n := q.Len(); n > highWater {
			m.fail(nil, "%d callbacks wait in a queue with a mark of %d", n, highWater)
			return
		}
		if i%64 == 0 && !m.goesOn() {
			break
		}
	}
	m.at(draining, nothing)
	q.Barrier()
	if called != handed {
		m.fail(nil, "after a Barrier %d callbacks of %d have been called", called, handed)
	}
	s := q.Stats()
	q.Close()
	m.count("callbacks", uint64(handed))
	m.count("chained", s.Chained)
	m.count("throttled", s.Throttled)
}

// floodReclaimer floods the reclaimer that all share.
func (r *rcuRound) floodReclaimer(m *member) {
	const n = 500
	heads := make([]rcu.Head, n)
	var called mem.Uint64
	count := func(*rcu.Head) { called.Add(1) }
	m.at(flooding, nothing)
	handed := uint64(0)
	for i := range heads {
		if !r.reclaimer.Call(&heads[i], count) {
			m.fail(nil, "an open reclaimer refused a callback")
			return
		}
		handed++
		if i%64 == 0 {
			runtime.Gosched()
			if !m.goesOn() {
				break
			}
		}
	}
	m.at(draining, nothing)
	r.reclaimer.Barrier()
	if c := called.Load(); c != handed {
		m.fail(nil, "after a Barrier %d callbacks of %d that were handed over before have been called", c, handed)
	}
	m.count("callbacks", handed)
}
