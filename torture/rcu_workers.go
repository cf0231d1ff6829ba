package torture

import (
	"sync"

	"readmostly/internal/mem"
	"readmostly/rcu"
)

// read is a reader: it holds elements of any pipe, for any time. With a period it
// registers anew after so many sections. long asks for a long section for sure.
func (r *rcuRound) read(m *member, period int, long bool) {
	reader := r.newReader()
	var moved sync.WaitGroup // sections that end on other goroutines
	sections, near := uint64(0), uint64(0)
	const early = 20 // or a short round is over before
	for n := 1; m.goesOn() || long && n <= early && m.failed.Load() == 0; n++ {
		if period > 0 && n%period == 0 {
			reader.Unregister()
			reader = r.newReader()
			m.count("registrations", 1)
		}
		sections++
		near += r.section(m, reader, &moved, long && n == early)
		if m.oneIn(16) {
			reader.Rest()
			m.rest()
		}
	}
	reader.Unregister()
	moved.Wait()
	m.count("sections", sections)
	m.count("near misses", near)
}

// longPeriod is how many sections there are for one that is very long.
const longPeriod = 50_000

// section is one read-side critical section. It returns the number of near misses.
func (r *rcuRound) section(m *member, reader Reader, moved *sync.WaitGroup, long bool) (near uint64) {
	p := r.pipes[m.IntN(len(r.pipes))]
	how := manner{yield: r.flavour.Yields, sleep: r.flavour.Sleeps}
	entered := m.now()
	token := reader.ReadLock()
	h := p.hold()
	h.entered = entered
	m.at(inside, h.e.id)
	c, asked := rcu.Completed, m.oneIn(8)
	if asked {
		c = r.domain.GetState()
	} else if m.oneIn(16) {
		c, asked = r.domain.StartPoll(), true
	}
	if !long && r.flavour.Moves && m.oneIn(32) {
		pause := uint32(1 + m.IntN(1<<10))
		moved.Go(func() {
			r.guard(func(*trial) {
				mem.Pause(pause)
				after := h.look()
				reader.ReadUnlock(token)
				h.judge(m, after)
			})
		})
		m.count("moved", 1)
		return 0
	}
	m.linger(how)
	if long || m.oneIn(longPeriod) {
		m.lingerLong(how)
		long = true
	}
	inner, innerAfter, nested := hold{}, look{}, m.oneIn(4)
	if nested {
		inner, innerAfter = r.nest(m, reader, how)
	}
	after := h.look()
	early := asked && r.domain.Poll(c)
	reader.ReadUnlock(token)
	if long {
		m.count("long sections", 1)
	}
	if early {
		h.tell(m)
		m.fail([]uint64{h.e.id}, "a cookie that was taken inside a section was done before the section ended")
	}
	// All is told outside, as who is pinned must not block on it.
	if nested {
		near = inner.judge(m, innerAfter)
	}
	return near + h.judge(m, after)
}

// nest enters sections inside of one, and holds an element of theirs.
func (r *rcuRound) nest(m *member, reader Reader, how manner) (hold, look) {
	depth := 1 + m.IntN(3)
	var tokens [3]rcu.Token
	for i := range depth {
		tokens[i] = reader.ReadLock()
		m.linger(how)
	}
	h := r.pipes[m.IntN(len(r.pipes))].hold()
	h.entered = m.now()
	m.linger(how)
	after := h.look()
	for i := depth - 1; i >= 0; i-- {
		reader.ReadUnlock(tokens[i])
	}
	return h, after
}

// A hold is an element in a reader's hand.
type hold struct {
	p          *pipe
	e          *element
	x, version uint64
	entered    uint64 // when the section was
}

// hold takes the pipe's element, inside a section.
func (p *pipe) hold() hold {
	x := p.x.Load()
	e := p.current.Dereference()
	return hold{p: p, e: e, x: x, version: e.version.Load()}
}

// A look is what a reader sees of its element at the end of the section.
type look struct{ age, version, twin, y uint64 }

func (h hold) look() look {
	return look{h.e.age.Load(), h.e.version.Load(), h.e.twin.Load(), h.p.y.Load()}
}

// judge checks what a reader saw, after the section. It returns 1 for a near
// miss.
func (h hold) judge(m *member, l look) uint64 {
	if l.age < 2 && l.version == h.version && l.twin == ^h.version && l.y <= h.x {
		return l.age
	}
	h.tell(m)
	ids := []uint64{h.e.id}
	switch {
	case l.age >= 2:
		m.fail(ids, "a grace period was too short: a section holds element %#x, version %d, at age %d", h.e.id, h.version, l.age)
	case l.version != h.version:
		m.fail(ids, "a section holds element %#x, whose version went from %d to %d", h.e.id, h.version, l.version)
	case l.twin != ^h.version:
		m.fail(ids, "a section holds element %#x, version %d, before it was filled", h.e.id, h.version)
	default:
		m.fail(ids, "a section saw y=%d, stored after a grace period, and x=%d, of before it", l.y, h.x)
	}
	return 0
}

// tell notes the section for the story. Sections that end well are too many.
func (h hold) tell(m *member) {
	telling.Lock() // a section may have ended on another goroutine than its reader's
	defer telling.Unlock()
	m.noteAt(h.entered, entering, h.e.id, 0)
}

var telling sync.Mutex

// update is an updater: it publishes elements and lets go of what they replace,
// in one way for a while and then in another.
func (r *rcuRound) update(m *member, p *pipe) {
	o := rcu.Options{HighWater: 8 << m.IntN(6), Gather: 1 << m.IntN(6), Batch: 1 + m.IntN(32)}
	p.calls = rcu.NewCallbacks[*element](r.domain, links{}, o)
	if m.oneIn(2) {
		o.Memory = rcu.NewBudget(m.IntN(3))
	}
	if m.oneIn(2) {
		p.bulk = rcu.NewBulk[*element](r.domain, bulkLinks{}, o)
	} else {
		p.bulk = rcu.NewBulk[*element](r.domain, pages{}, o)
	}
	reader := r.newReader()
	reader.Rest()
	ways := []func(*element){
		func(e *element) { p.removed = append(p.removed, e); r.wait(m); p.ageRemoved() },
		func(e *element) { p.calls.Call(e) },
		func(e *element) { p.bulk.Free(e) },
		func(e *element) { r.hand(e) },
		func(e *element) { r.retire(e) },
	}
	way := ways[0]
	updates := uint64(0)
	for m.goesOn() || updates == 0 && m.failed.Load() == 0 {
		if m.oneIn(32) {
			way = ways[m.IntN(len(ways))]
		}
		if !p.anyFree() {
			m.at(draining, nothing)
			r.drain(m, p)
			continue
		}
		inReader := m.oneIn(8) // updating in a section is fine, waiting is not
		token := rcu.Token(0)
		if inReader {
			token = reader.ReadLock()
		}
		old := p.swap()
		if inReader {
			reader.ReadUnlock(token)
			reader.Rest()
		}
		m.at(waiting, old.id)
		way(old)
		updates++
		m.rest()
	}
	if m.failed.Load() == 0 {
		m.at(draining, nothing)
		p.calls.Close()
		p.bulk.Close()
		for len(p.removed) > 0 {
			r.wait(m)
			p.ageRemoved()
		}
	}
	reader.Unregister()
	s := p.bulk.Stats()
	m.count("updates", updates)
	m.count("chained", s.Chained)
	m.count("throttled", s.Throttled+p.calls.Stats().Throttled)
}

// drain waits until one of the pipe's elements is free, or all have aged at
// least.
func (r *rcuRound) drain(m *member, p *pipe) {
	if len(p.removed) > 0 {
		r.wait(m)
		p.ageRemoved()
	}
	p.calls.Barrier()
	p.bulk.Barrier()
	if !p.anyFree() {
		r.reclaimer.Barrier()
	}
}

// hand gives an element to the reclaimer that all share.
func (r *rcuRound) hand(e *element) {
	r.reclaimer.Call(&e.head, e.called)
	r.checkLen(e.pipe.member)
}

// retire does the same without a head.
func (r *rcuRound) retire(e *element) {
	r.reclaimer.Retire(e.retired)
	r.checkLen(e.pipe.member)
	if age := e.age.Load(); r.noHeads && age < 2 {
		e.pipe.member.fail([]uint64{e.id}, "Retire had no head for element %#x and did not wait: its age is %d", e.id, age)
	}
}

// again lets an element age on in the reclaimer.
func (r *rcuRound) again(e *element) bool { return r.reposts && r.reclaimer.Call(&e.head, e.called) }
