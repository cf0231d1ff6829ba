package rcu

import (
	"sync"

	"readmostly/internal/mem"
)

// A barrier is not a grace period: readers may be long gone while callbacks
// still wait for their turn. Who is about to take away what the callbacks need
// (code, a pool, a file) must wait for the callbacks themselves.
//
// Source: kernel/rcu/tree.c, rcu_barrier.

// Barrier returns when every object that was added before has been reclaimed,
// those in half-filled batches included. What callbacks add meanwhile is not
// waited for. It waits for readers: only the owner may call it, outside any
// section, and never in a callback (it panics).
func (f *flow) Barrier() {
	if f.running {
		panic("rcu: Barrier or Close in a callback, which might wait for itself")
	}
	if next, waiting, _ := f.segments.sizes(); next+waiting > 0 {
		f.shut() // one cookie for both
		if !f.wait() {
			return
		}
	}
	// Callbacks add to next, never to done.
	_, _, done := f.segments.sizes()
	for done > 0 {
		f.run(done)
		_, _, done = f.segments.sizes()
	}
	f.plan()
}

// Close reclaims everything and ends the queue: from its beginning on nothing is
// added any more, so that a callback that adds its object again stops here. It
// is subject to the same rules as Barrier, and may be called again.
func (f *flow) Close() {
	f.closed, f.due = true, 0 // each addition from now on is worth a look, and refused
	f.Barrier()
}

// Barrier returns when every function that was handed over before it has
// returned, from whatever goroutine. What callbacks hand over meanwhile is not
// waited for. Any goroutine may call it, outside any section; in a callback, of
// whichever reclaimer, it panics.
//
// Each shard keeps its order and is worked off by one goroutine at a time, so
// one callback behind the last of each shard is enough; one behind the last of
// some shard is not, as a round that found another shard empty may find this
// one filled.
func (r *Reclaimer) Barrier() {
	if inCallback() {
		panic("rcu: Barrier or Close in a callback, which might wait for itself")
	}
	if debug && !mayWait(r.domain) {
		return
	}
	r.barrier()
}

func (r *Reclaimer) barrier() {
	var left sync.WaitGroup
	left.Add(len(r.shards))
	heads := make([]Head, len(r.shards))
	for i := range r.shards {
		heads[i].prepare(func(*Head) { left.Done() }, headBarrier)
		r.shards[i].push(&heads[i])
	}
	r.wake(true)
	left.Wait()
}

// Close waits for everything that was handed over, as [Reclaimer.Barrier] does,
// and ends the goroutine. From its beginning on nothing is accepted any more, so
// that a callback that hands its object over again stops here. It may be called
// again.
func (r *Reclaimer) Close() {
	if inCallback() {
		panic("rcu: Barrier or Close in a callback, which might wait for itself")
	}
	if debug && !mayWait(r.domain) {
		return
	}
	for i := range r.shards {
		r.shards[i].close()
	}
	r.barrier()
	// Who was accepted before may not have pushed its object by then.
	for n := 0; r.Len() > 0 || r.running.Load() != 0; n++ {
		mem.Spin(n)
	}
}
