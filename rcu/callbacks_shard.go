package rcu

import (
	"sync/atomic"

	"readmostly/internal/mem"
)

// shard is one part of the queue. Callers pick that of their P, so that they
// seldom meet.
//
// A caller may be pinned to its P, where it must not block, and a mutex that
// somebody else holds would block it. So the heads form a stack that nobody
// locks: callers push one head each, the goroutine takes all at once, and as no
// head is ever popped alone there is no ABA problem.
type shard struct {
	_       mem.Pad
	newest  atomic.Pointer[Head] // linked by next, the oldest last
	queued  mem.Uint64           // with shardClosed; counts ahead of newest
	invoked mem.Uint64           // written by the goroutine
}

// shardClosed is set in the count of a shard that accepts no more objects. It is
// part of the count so that each object is either refused or known to Close.
const shardClosed = 1 << 63

func (r *Reclaimer) shard() *shard {
	p := mem.Pin()
	mem.Unpin()
	return &r.shards[p&(len(r.shards)-1)]
}

// accept counts an object that will be pushed, and returns how many there have
// been so far. It reports false if the shard is closed.
func (s *shard) accept() (queued uint64, ok bool) {
	for {
		q := s.queued.Load()
		if q&shardClosed != 0 {
			return 0, false
		}
		if s.queued.CompareAndSwap(q, q+1) {
			return q + 1, true
		}
	}
}

// push adds h, which has been accepted or is a barrier's.
func (s *shard) push(h *Head) {
	for {
		h.next = s.newest.Load()
		if s.newest.CompareAndSwap(h.next, h) { // (1)
			return
		}
	}
}

// take empties the shard and returns its heads, the oldest first: a barrier must
// come behind what was pushed before it.
func (s *shard) take() (oldest *Head) {
	for h := s.newest.Swap(nil); h != nil; {
		h.next, oldest, h = oldest, h, h.next
	}
	return oldest
}

func (s *shard) empty() bool { return s.newest.Load() == nil }

func (s *shard) close() { s.queued.Or(shardClosed) }

func (s *shard) closed() bool { return s.queued.Load()&shardClosed != 0 }

func (s *shard) count() uint64 { return s.queued.Load() &^ shardClosed }

func (s *shard) len() int {
	invoked := s.invoked.Load() // first, as it follows queued
	return int(s.count() - invoked)
}
