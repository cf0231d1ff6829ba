package rcu

import (
	"runtime"
	"sync"
	"time"

	"readmostly/internal/mem"
)

// A round of the reclaimer takes all that was handed over, waits for one grace
// period, and calls the functions. Whatever is handed over during the wait is
// left for the next round, whose grace period begins after it: nothing joins a
// grace period under way.
//
// The goroutine ends when a round finds nothing. Why no object is left behind:
//
//	caller:     push (1), a locked instruction; load running (2)
//	goroutine:  store running = 0, with a full fence (3); look at the shard (4)
//
// Each side stores first and looks then, with a fence between: (4) sees the
// object or (2) sees the 0, and the caller starts another goroutine.
//
// A function may end the goroutine (runtime.Goexit, as the FailNow of a test
// does). So what a round has taken stands in the Reclaimer and not on the stack:
// another goroutine goes on where that one was.

// Reclaimer lets objects of plain Go programs go: any goroutine hands them over,
// and a goroutine of the reclaimer's own, which lives only while there is
// something to do, waits for the readers and calls the functions in batches.
// (Kernel: call_rcu with offloaded callbacks.)
//
// Functions are called one at a time, in no promised order, never on the
// goroutine that handed them over (but see [Reclaimer.Retire]). They may hand
// over more, the same object included, and wait for readers. One that blocks
// holds up all others, one that ends its goroutine (runtime.Goexit) does not, and
// one that panics ends the program.
type Reclaimer struct {
	domain Domain
	opts   Options
	shards []shard
	hurry  chan struct{} // wakes a goroutine that is lazy
	heads  sync.Pool

	_       mem.Pad
	running mem.Uint64 // 1 while the goroutine lives
	waiters mem.Uint64 // callers that are throttled
	urgent  mem.Uint64 // 1 if a lazy goroutine should not linger
	_       mem.Pad

	// The round under way, for the goroutine alone.
	taken  []*Head // by shard: whose functions have not been called
	over   bool    // their grace period has ended
	inHand *shard  // whose count is due for the function that is being called

	mu    sync.Mutex
	below sync.Cond // a batch has been reclaimed

	throttled, synchronized, refused, peak mem.Uint64
}

// NewReclaimer returns a reclaimer for objects that the readers of d use. Of the
// options BeforeWait and AfterWait have no meaning to it. It needs
// [Reclaimer.Close] when it is not used any more.
func NewReclaimer(d Domain, o Options) *Reclaimer {
	n := 1
	for n < min(runtime.GOMAXPROCS(0), 64) {
		n *= 2
	}
	return newReclaimer(d, o, n)
}

// newReclaimer takes the number of shards, a power of two.
func newReclaimer(d Domain, o Options, shards int) *Reclaimer {
	r := &Reclaimer{
		domain: d,
		opts:   o.withDefaults(),
		shards: make([]shard, shards),
		taken:  make([]*Head, shards),
		hurry:  make(chan struct{}, 1),
	}
	r.below.L = &r.mu
	return r
}

// Call hands over an object that has been unlinked: fn(h) is called once no
// reader can see it any more. Above Options.HighWater, give or take an eighth, it
// waits for readers and functions. So the caller must be outside any read-side
// critical section (a [QSBRReader] offline) and hold no lock that a function
// takes; where it can't, there is [Reclaimer.Add]. Functions, of whichever
// reclaimer, never wait here.
//
// After Close it accepts nothing and returns false.
func (r *Reclaimer) Call(h *Head, fn func(*Head)) bool {
	queued, ok := r.add(r.shard(), h, fn)
	if ok && (queued%r.stride() == 0 || r.waiters.Load() > 0) && r.Len() > r.opts.HighWater {
		r.throttle()
	}
	return ok
}

// Add is [Reclaimer.Call] that never waits, for use inside a read-side critical
// section of any flavour and under locks. It takes no lock.
func (r *Reclaimer) Add(h *Head, fn func(*Head)) bool {
	_, ok := r.add(r.shard(), h, fn)
	return ok
}

func (r *Reclaimer) add(s *shard, h *Head, fn func(*Head)) (queued uint64, ok bool) {
	if !h.prepare(fn, headWaiting) {
		return 0, true
	}
	if queued, ok = s.accept(); !ok {
		h.fn = nil
		h.state.Store(headIdle)
		r.refused.Add(1)
		return 0, false
	}
	s.push(h)
	r.wake(r.opts.Lazy > 0 && r.Len() >= r.opts.Gather)
	return queued, true
}

// Len returns the number of objects that wait.
func (r *Reclaimer) Len() (n int) {
	for i := range r.shards {
		n += r.shards[i].len()
	}
	return n
}

// queued and invoked sum the shards' counts.
func (r *Reclaimer) queued() (n uint64) {
	for i := range r.shards {
		n += r.shards[i].count()
	}
	return n
}

func (r *Reclaimer) invoked() (n uint64) {
	for i := range r.shards {
		n += r.shards[i].invoked.Load()
	}
	return n
}

// Stats returns counts since the reclaimer was made. The peak is that of the
// beginnings of the rounds.
func (r *Reclaimer) Stats() CallbackStats {
	invoked := r.invoked() // first: what is invoked was queued before
	return CallbackStats{
		Invoked:      invoked,
		Queued:       r.queued(),
		Throttled:    r.throttled.Load(),
		Synchronized: r.synchronized.Load(),
		Refused:      r.refused.Load(),
		Peak:         max(r.peak.Load(), uint64(r.Len())),
	}
}

// wake starts the goroutine if there is none, and hurries a lazy one.
func (r *Reclaimer) wake(hurry bool) {
	if hurry {
		r.urgent.Store(1)
		select {
		case r.hurry <- struct{}{}:
		default:
		}
	}
	if r.running.Load() == 0 && r.running.CompareAndSwap(0, 1) { // (2)
		go r.run()
	}
}

// run is the goroutine. Its name stands in inCallback.
func (r *Reclaimer) run() {
	resting := false
	defer func() {
		if !resting { // a function has ended the goroutine
			go r.run()
		}
	}()
	r.settle()
	for !resting {
		for r.round() {
		}
		resting = r.rest()
	}
}

// rest marks the goroutine as ended, and reports whether it may end: what was
// pushed before the mark was seen is its own to serve.
func (r *Reclaimer) rest() bool {
	r.running.Store(0) // (3)
	return r.empty() || !r.running.CompareAndSwap(0, 1)
}

func (r *Reclaimer) empty() bool {
	for i := range r.shards {
		if !r.shards[i].empty() { // (4)
			return false
		}
	}
	return true
}

// round serves what is there, or goes on with the round that a function has
// ended. It reports false if there was nothing.
func (r *Reclaimer) round() bool {
	if !r.underWay() {
		if r.empty() {
			return false
		}
		if r.opts.Lazy > 0 {
			r.linger()
		}
		for i := range r.shards {
			r.taken[i] = r.shards[i].take()
		}
		r.over = false
	}
	if !r.over {
		if n := uint64(r.Len()); n > r.peak.Load() {
			r.peak.Store(n)
		}
		r.domain.Synchronize()
		r.over = true
	}
	for i := range r.shards {
		r.invoke(i)
	}
	return true
}

func (r *Reclaimer) underWay() bool {
	for _, h := range r.taken {
		if h != nil {
			return true
		}
	}
	return false
}

// linger waits for company, or for somebody in a hurry.
func (r *Reclaimer) linger() {
	timeout := time.NewTimer(r.opts.Lazy)
	defer timeout.Stop()
	for r.urgent.Swap(0) == 0 && r.Len() < r.opts.Gather && !r.shards[0].closed() {
		select {
		case <-r.hurry:
		case <-timeout.C:
			return
		}
	}
}

// invoke calls the functions of one shard's objects. Before each call all is as
// if the function had returned, but for the count.
func (r *Reclaimer) invoke(shard int) {
	for n := 1; r.taken[shard] != nil; n++ {
		h := r.taken[shard]
		r.taken[shard] = h.next
		fn, counted := h.detach()
		if counted {
			r.inHand = &r.shards[shard]
		}
		fn(h)
		r.settle()
		if n%r.opts.Batch == 0 || r.taken[shard] == nil {
			r.release()
			runtime.Gosched()
		}
	}
}

// settle counts the function that was called last, which may not have returned.
func (r *Reclaimer) settle() {
	if s := r.inHand; s != nil {
		r.inHand = nil
		bump(&s.invoked)
	}
}
