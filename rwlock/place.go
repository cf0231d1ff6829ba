package rwlock

import (
	"sync"
	"sync/atomic"
	"unsafe"

	"readmostly/internal/mem"
)

// A place is where the holder of one ticket of one lock waits until it is next, and
// where it sleeps, on a cache line that nobody else uses: what a node of the queue is to an MCS lock. A lock of one
// word has no room for nodes, and memory outside the heap none for pointers to
// them, so all locks share one array of places, and the lock and the ticket say
// which. Two waiters that meet in one place are both called when one is, and look
// again.
//
// Source: Dice and Kogan, "TWA: Ticket Locks Augmented with a Waiting Array",
// Euro-Par 2019.
type place struct {
	calls  mem.Uint64              // so far
	asleep atomic.Pointer[sleeper] // those who sleep until the next call
	_      mem.Pad
}

// A sleeper is one goroutine asleep.
type sleeper struct {
	wake chan struct{} // holds what wakes it
	next *sleeper
}

const placesLog = 8

var places [1 << placesLog]place

var sleepers = sync.Pool{New: func() any { return &sleeper{wake: make(chan struct{}, 1)} }}

// placeOf returns the place of a ticket of the lock. Those of tickets in a row
// differ. A word that goroutines share does not move, as a stack may.
func placeOf(w *mem.Uint64, ticket uint64) *place {
	const golden = 0x9e3779b97f4a7c15 // of Fibonacci hashing
	lock := uint64(uintptr(unsafe.Pointer(w))) * golden >> (64 - placesLog)
	return &places[(lock+ticket)%uint64(len(places))]
}

// await returns when there have been more calls than that: it reads the place in
// a loop for a while and then sleeps. n is how often the caller has waited a moment
// in a row before, and what it returns how often it has now.
func (p *place) await(calls uint64, n int) int {
	called := func() bool { return p.calls.Load() != calls }
	for ; mem.TrySpin(n); n++ {
		if called() {
			return n
		}
	}
	p.sleep(called)
	return 0
}

// sleep returns when it is over, or when whoever sleeps here is woken for another
// reason. It may miss that it is over unless that is followed by a wakeAll.
//
// Ordering: it is asleep before it looks whether it is over, and wakeAll looks for
// who is asleep after it has been, so at least one of the two sees the other's.
func (p *place) sleep(over func() bool) {
	s := sleepers.Get().(*sleeper)
	for {
		s.next = p.asleep.Load()
		if p.asleep.CompareAndSwap(s.next, s) {
			break
		}
	}
	if over() {
		p.wakeAll()
	}
	<-s.wake
	sleepers.Put(s)
}

// call ends the waiting in the place. It doesn't block.
func (p *place) call() {
	p.calls.Add(1)
	p.wakeAll()
}

// wakeAll wakes all who sleep. Each is in the list of one caller, once, so there
// is room in its channel.
func (p *place) wakeAll() {
	if p.asleep.Load() == nil {
		return
	}
	for s := p.asleep.Swap(nil); s != nil; {
		next := s.next // s is its own again when it is awake
		s.wake <- struct{}{}
		s = next
	}
}
