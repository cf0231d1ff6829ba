package rcu

import "readmostly/internal/mem"

// Head is the word by which an object waits for its grace period: embed one in
// whatever is to be let go, and no letting go allocates. The zero value is ready
// for use. A Head may wait in one queue at a time; adding it a second time before
// its function is called panics with a [Violation], or is reported in checked
// mode. Once its function has been called, or is being called, it may be added
// again. (Kernel: struct rcu_head, with debug_rcu_head_queue always on.)
//
// The function gets the Head and not the object. A closure made once in the
// object's life finds the way back without allocating at each use:
//
//	b := &buffer{}
//	b.recycle = func(*rcu.Head) { pool.Put(b) }
type Head struct {
	next  *Head
	fn    func(*Head)
	state mem.Uint64
}

// The states of a Head.
const (
	headIdle    uint64 = iota
	headWaiting        // in somebody's queue
	headBarrier        // likewise, but counted by nobody
)

// prepare takes an idle head for a queue. It reports whether the head was idle.
func (h *Head) prepare(fn func(*Head), state uint64) bool {
	if !h.state.CompareAndSwap(headIdle, state) {
		reportDouble()
		return false
	}
	h.fn = fn
	return true
}

// detach takes the head out of its queue and returns the function that is to be
// called. The head is idle before the call, as the function may add it again or
// hand the object on.
func (h *Head) detach() (fn func(*Head), counted bool) {
	fn = h.fn
	h.next, h.fn = nil, nil
	return fn, h.state.Swap(headIdle) == headWaiting
}

// With returns the head with the function that a [Callbacks] or [Bulk] of heads
// is to call; the head must not be waiting. A [Reclaimer] needs no With.
func (h *Head) With(fn func(*Head)) *Head {
	if h.state.Load() != headIdle {
		reportDouble()
		return h
	}
	h.fn = fn
	return h
}

// Heads is how a [Callbacks] or a [Bulk] handles heads, for an owner that lets
// go by itself without a [Reclaimer]:
//
//	c := rcu.NewCallbacks(domain, rcu.Heads{}, rcu.Options{})
//	c.Call(object.With(recycle))
type Heads struct{}

// Next is part of [Links].
func (Heads) Next(h *Head) *Head { return h.next }

// SetNext is part of [Links].
func (Heads) SetNext(h, next *Head) { h.next = next }

// Claim is part of [Claimer].
func (Heads) Claim(h *Head) bool { return h.state.CompareAndSwap(headIdle, headWaiting) }

// Unclaim is part of [Claimer].
func (Heads) Unclaim(h *Head) {
	h.next = nil
	h.state.Store(headIdle)
}

// Reclaim is part of [Links].
func (Heads) Reclaim(h *Head) { h.fn(h) }

// ReclaimBulk is part of [BulkFreer].
func (Heads) ReclaimBulk(hs []*Head) {
	for _, h := range hs {
		h.fn(h)
	}
}
