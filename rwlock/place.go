package rwlock

import (
	"sync"
	"sync/atomic"
	"unsafe"

	"readmostly/internal/mem"
)

// A place is where the holder of one ticket of one lock waits, on a cache line
// that nobody else uses: what a node of the queue is to an MCS lock. A lock of one
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
// a loop for a while and then sleeps.
func (p *place) await(calls uint64) {
	for n := 0; mem.TrySpin(n); n++ {
		if p.calls.Load() != calls {
			return
		}
	}
	p.sleep(calls)
}

// sleep returns when there have been more calls than that, or when a call that
// is older wakes all who sleep here.
//
// Ordering: it is asleep before it looks at the calls, and call counts before it
// looks for who is asleep, so at least one of the two sees the other's.
func (p *place) sleep(calls uint64) {
	s := sleepers.Get().(*sleeper)
	for {
		s.next = p.asleep.Load()
		if p.asleep.CompareAndSwap(s.next, s) {
			break
		}
	}
	if p.calls.Load() != calls {
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
