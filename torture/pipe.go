package torture

import (
	"sync"

	"readmostly/internal/mem"
	"readmostly/rcu"
)

// A pipe is one updater's: one element is published at a time, and those that
// were unlinked age. The age is 1 from the moment an element is unlinked, and
// one more after each grace period; at pipeLength it may be published anew. A
// reader that sees its element at age 1 has had a near miss; at 2, the grace
// period did not wait for it.
//
// The mailbox x, y is the test of the order at both ends: the updater stores x
// before the grace period and y after it, so whoever loads x and later y inside
// one section never finds y ahead.
//
// Source: kernel/rcu/rcutorture.c, rcu_torture_pipe_update and rcu_torture_one_read.
type pipe struct {
	current rcu.Pointer[element]
	x       mem.Uint64
	_       mem.Pad
	y       mem.Uint64
	_       mem.Pad

	elements []element
	lives    []life // of the elements
	domain   rcu.Domain
	member   *member // the updater
	removed  []*element
	calls    *rcu.Callbacks[*element]
	bulk     *rcu.Bulk[*element]

	mu    sync.Mutex // guards what follows, y's stores and the aging of elements
	free  []*element
	freed uint64 // elements that came back
}

const (
	pipeElements = 200
	pipeLength   = 10
	elementShift = 16 // an id is the pipe's number and the element's
	elementMask  = 1<<elementShift - 1
)

// An element is what readers hold.
type element struct {
	_       mem.Pad
	age     mem.Uint64
	version mem.Uint64
	twin    mem.Uint64 // the version's complement

	head    rcu.Head
	next    *element // in a queue
	id      uint64
	ticket  uint64     // what the mailbox held when the element was unlinked
	cookie  rcu.Cookie // taken before the element was last let go
	pipe    *pipe
	called  func(*rcu.Head) // by a Reclaimer: age, and go there again
	retired func()          // the same without a head
	_       mem.Pad
}

// poison is the version of an element that is not published.
const poison = ^uint64(0) >> 1

func (r *rcuRound) newPipe(m *member) *pipe {
	p := &pipe{member: m, domain: r.domain, elements: make([]element, pipeElements), lives: make([]life, pipeElements)}
	for i := range p.elements {
		e := &p.elements[i]
		e.pipe, e.id = p, uint64(len(r.pipes))<<elementShift|uint64(i)
		// A panic on the reclaimer's goroutine would end the process.
		e.called = func(*rcu.Head) {
			r.guard(func(*trial) { p.reclaim(e, byReclaimer, r.again) })
		}
		e.retired = func() {
			r.guard(func(*trial) { p.reclaim(e, byRetire, r.again) })
		}
		p.free = append(p.free, e)
	}
	first := p.free[0]
	p.free = p.free[1:]
	first.fill(0)
	p.note(first, publishing, bySelf, 0)
	p.current.Assign(first)
	r.pipes = append(r.pipes, p)
	return p
}

func (e *element) fill(version uint64) {
	mem.StoreRelease(&e.age, 0)
	mem.StoreRelease(&e.version, version)
	mem.StoreRelease(&e.twin, ^version)
}

// swap publishes a free element and returns the one that it replaces. The
// updater must have made sure that there is one.
func (p *pipe) swap() *element {
	p.mu.Lock()
	e := p.free[len(p.free)-1] // the one that was freed last
	p.free = p.free[:len(p.free)-1]
	p.mu.Unlock()
	i := p.x.Load() + 1
	e.fill(i)
	p.note(e, publishing, bySelf, 0)
	old := p.current.Exchange(e)
	old.ticket = i
	mem.StoreRelease(&p.x, i)
	mem.StoreRelease(&old.age, 1)
	p.note(old, removing, bySelf, 1)
	old.cookie = p.domain.GetState()
	return old
}

// grow ages an element by the grace period that has ended, and frees it when it
// is old enough. It reports whether it was. Any goroutine may call it.
func (p *pipe) grow(e *element, by means) (freed bool) {
	age := e.age.Load() + 1
	if !p.domain.Poll(e.cookie) {
		p.member.trial.fail([]uint64{e.id}, "element %#x comes to age %d %s, and no grace period has ended that began after it was let go", e.id, age, allMeans[by])
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	mem.StoreRelease(&e.age, age)
	p.note(e, aging, by, age)
	if p.y.Load() < e.ticket {
		mem.StoreRelease(&p.y, e.ticket)
	}
	if age < pipeLength {
		e.cookie = p.domain.GetState()
		return false
	}
	p.release(e, by)
	return true
}

// release frees an element. The caller holds mu.
func (p *pipe) release(e *element, by means) {
	mem.StoreRelease(&e.version, poison)
	mem.StoreRelease(&e.twin, poison)
	p.note(e, freeing, by, e.age.Load())
	p.free = append(p.free, e)
	p.freed++
}

// drop frees an element that goes nowhere for another grace period: it has
// passed one at least.
func (p *pipe) drop(e *element, by means) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.release(e, by)
}

// anyFree reports whether there is an element to publish.
func (p *pipe) anyFree() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.free) > 0
}

// ageRemoved ages the elements that wait for grace periods one by one: one has
// ended since they were unlinked.
func (p *pipe) ageRemoved() {
	young := p.removed[:0]
	for _, e := range p.removed {
		if !p.grow(e, bySelf) {
			young = append(young, e)
		}
	}
	p.removed = young
}

// Links and BulkFreer of the updater's queues.

// links is how a queue of callbacks handles elements.
type links struct{}

func (links) Next(e *element) *element { return e.next }
func (links) SetNext(e, next *element) { e.next = next }
func (links) Reclaim(e *element)       { e.pipe.reclaim(e, byCallback, e.pipe.calls.Add) }

// bulkLinks is how a bulk queue handles them; with links, they can be chained.
type bulkLinks struct{}

func (bulkLinks) Next(e *element) *element { return e.next }
func (bulkLinks) SetNext(e, next *element) { e.next = next }
func (bulkLinks) ReclaimBulk(es []*element) {
	for _, e := range es {
		e.pipe.reclaim(e, byBulk, e.pipe.bulk.Add)
	}
}

// pages is a bulk queue's way without links: where no page can be had it waits.
type pages struct{}

func (pages) ReclaimBulk(es []*element) { bulkLinks{}.ReclaimBulk(es) }

// reclaim is the callback: the element ages, and waits for another grace period.
func (p *pipe) reclaim(e *element, by means, again func(*element) bool) {
	if !p.grow(e, by) && !again(e) {
		p.drop(e, by)
	}
}
