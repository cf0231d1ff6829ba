package torture

import (
	"runtime"

	"readmostly/internal/mem"
	"readmostly/rcu"
)

// flood hands over callbacks as fast as it can, to queues with a low mark: the
// backlog must stay under it, so that grace periods must get on; each callback
// must have had a whole grace period; all must have been called after a Barrier,
// and none twice.
func (r *rcuRound) flood(m *member) {
	for n := 0; m.goesOn() || n == 0; n++ {
		if (n+m.id)%2 == 0 {
			r.floodQueue(m)
		} else {
			r.floodReclaimer(m)
		}
		m.rest()
	}
}

// A tide is the forward progress of a flood. It follows one cookie after the
// other: if at most so many callbacks wait, then by the time that one more has
// been handed over behind the cookie, one of those behind it has been called, and
// the cookie is done. Nothing of it depends on time.
type tide struct {
	*member
	domain rcu.Domain
	most   uint64 // callbacks that may wait

	cookie rcu.Cookie // followed
	before uint64     // callbacks that had been handed over when it was taken, or more

	latest     rcu.Cookie // of the last callback
	shared, of uint64     // callbacks with that cookie, and the most with any
}

// next returns a function for a callback that is about to be handed over, which
// checks that it gets a whole grace period.
func (t *tide) next(called func()) func(*rcu.Head) {
	c := t.domain.GetState()
	if c != t.latest {
		t.latest, t.shared = c, 0
	}
	t.shared++
	t.of = max(t.of, t.shared)
	return func(*rcu.Head) {
		t.guard(func(*trial) {
			called()
			if !t.domain.Poll(c) {
				t.trial.fail(nil, "a callback is called, and no grace period has ended that began after it was handed over")
			}
		})
	}
}

// check follows the cookie; handed returns how many callbacks have been handed
// over by now, to the queue as a whole.
func (t *tide) check(handed func() uint64) {
	switch {
	case t.before == 0:
		t.cookie = t.domain.StartPoll()
		t.before = handed()
	case t.domain.Poll(t.cookie):
		t.before = 0
	default:
		if n := handed() - t.before; n > t.most && !t.domain.Poll(t.cookie) {
			t.fail(nil, "%d callbacks were handed over, of which %d may wait, and no grace period has ended that began before them", n, t.most)
		}
	}
}

// end checks the last cookie after a Barrier, if callbacks were handed over
// behind it.
func (t *tide) end(behind bool) {
	if behind && t.before > 0 && !t.domain.Poll(t.cookie) {
		t.fail(nil, "after a Barrier a cookie is not done that is older than callbacks before the Barrier")
	}
	t.countMost("callbacks behind one cookie", t.of)
}

// tideStep is how many callbacks go by between two looks at the tide.
const tideStep = 8

// floodQueue floods a queue of the member's own.
func (r *rcuRound) floodQueue(m *member) {
	highWater := 8 << m.IntN(6)
	o := rcu.Options{HighWater: highWater, Batch: 1 + m.IntN(64)}
	var q interface {
		Len() int
		Barrier()
		Close()
		Stats() rcu.CallbackStats
	}
	var put, add func(*rcu.Head) bool
	pages := m.IntN(2)
	if m.oneIn(2) {
		c := rcu.NewCallbacks(r.domain, rcu.Heads{}, o)
		q, put, add = c, c.Call, c.Add
	} else {
		o.Memory = rcu.NewBudget(pages)
		b := rcu.NewBulk(r.domain, rcu.Heads{}, o)
		q, put, add = b, b.Free, b.Add
	}
	t := &tide{member: m, domain: r.domain, most: uint64(highWater)}
	m.at(flooding, nothing)
	called, handed := 0, 0
	count := func() { called++ }
	if !m.twice(func(h *rcu.Head) { add(h.With(t.next(count))) }, func(h *rcu.Head) { add(h) }) {
		return
	}
	handed++
	heads := make([]rcu.Head, 10*highWater)
	for i := range heads {
		if !put(heads[i].With(t.next(count))) {
			m.fail(nil, "an open queue refused a callback")
			return
		}
		handed++
		if n := q.Len(); n > highWater {
			m.fail(nil, "%d callbacks wait in a queue with a mark of %d", n, highWater)
			return
		}
		if n := o.Memory.Used(); n > pages {
			m.fail(nil, "a queue with a budget of %d pages, whose objects have links, uses %d", pages, n)
			return
		}
		if i%tideStep == 0 {
			t.check(func() uint64 { return uint64(handed) })
		}
		if i%64 == 0 && !m.goesOn() {
			break
		}
	}
	if m.failed.Load() != 0 {
		return // a broken queue might wait for long
	}
	m.at(draining, nothing)
	q.Barrier()
	if called != handed {
		m.fail(nil, "after a Barrier %d callbacks of %d have been called", called, handed)
	}
	t.end(t.before < uint64(handed))
	s := q.Stats()
	if s.Synchronized > 0 {
		m.fail(nil, "a queue waited on the spot for %d objects, which have links", s.Synchronized)
	}
	q.Close()
	m.count("callbacks", uint64(handed))
	m.count("chained", s.Chained)
	m.count("throttled", s.Throttled)
}

// floodReclaimer floods the reclaimer that all share.
func (r *rcuRound) floodReclaimer(m *member) {
	t := &tide{member: m, domain: r.domain, most: uint64(r.most)}
	var called mem.Uint64
	count := func() { called.Add(1) }
	m.at(flooding, nothing)
	handed := uint64(0)
	if r.flavour.Yields {
		// Inside a section, or the callback might be called between the two.
		reader := r.newReader()
		token := reader.ReadLock()
		told := m.twice(func(h *rcu.Head) { r.reclaimer.Add(h, t.next(count)) }, func(h *rcu.Head) { r.reclaimer.Add(h, nil) })
		reader.ReadUnlock(token)
		reader.Unregister()
		if !told {
			return
		}
		handed++
	}
	heads := make([]rcu.Head, 200+8*r.highWater)
	for i := range heads {
		if !r.reclaimer.Call(&heads[i], t.next(count)) {
			m.fail(nil, "an open reclaimer refused a callback")
			return
		}
		handed++
		r.checkLen(m)
		if i%tideStep == 0 && !r.reposts {
			t.check(func() uint64 { return r.reclaimer.Stats().Queued })
		}
		if i%64 == 0 {
			runtime.Gosched()
			if !m.goesOn() {
				break
			}
		}
	}
	if m.failed.Load() != 0 {
		return
	}
	m.at(draining, nothing)
	r.reclaimer.Barrier()
	if c := called.Load(); c != handed {
		m.fail(nil, "after a Barrier %d callbacks of %d that were handed over before have been called", c, handed)
	}
	t.end(false)
	m.count("callbacks", handed)
}

// mostWaiting bounds what waits in a reclaimer with a mark that so many call, none
// from callbacks; who also uses Add now and then counts twice. After the beginning
// of the last look at the length that let somebody pass, each caller can add no
// more than a stride to its shard before it looks itself and waits, and each shard
// a stride on top. All shards' strides together are an eighth of the mark, and one
// is no more than that and one.
func mostWaiting(highWater, callers int) int { return highWater + (callers+1)*(highWater/8+1) }

// checkLen checks the length of the reclaimer that all share, after a Call.
func (r *rcuRound) checkLen(m *member) {
	if r.reposts || r.reclaimer.Len() <= r.most {
		return
	}
	// The length is a sum, of different moments while others add to the parts.
	for range 8 {
		queued := r.reclaimer.Stats().Queued
		n := r.reclaimer.Len()
		if r.reclaimer.Stats().Queued == queued && n > r.most {
			m.fail(nil, "%d callbacks wait in a reclaimer with a mark of %d, where %d at most may", n, r.highWater, r.most)
			return
		}
	}
}

// twice hands a head over and does it again while it waits, which must be told
// by a panic. It reports whether it was.
func (m *member) twice(once, again func(*rcu.Head)) (told bool) {
	h := new(rcu.Head)
	once(h)
	defer func() {
		if p := recover(); p != nil {
			if v, ok := p.(rcu.Violation); !ok || v.Kind != rcu.DoubleRetire {
				panic(p)
			}
			told = true
		}
	}()
	again(h)
	m.fail(nil, "a head was handed over a second time while it waited, and nobody told")
	return false
}
