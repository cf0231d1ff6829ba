package rcu

import (
	"sync"

	"readmostly/internal/mem"
)

// A grace period is run by one goroutine at a time, the driver: whoever wanted
// it first. The others queue for the number at which they are done, and those
// who came before the same beginning are served by the same end. That is all
// the sharing there is, and it is what makes 64 callers cost little more than
// one.
//
// Ordering, for a caller whose unlink must precede the grace period:
//
//	caller:  unlink; full fence; load seq (A)
//	driver:  store seq odd (B); flavour.begin, with a fence; scan the readers
//
// If A reads a number older than B, the unlink is visible to all before B, thus
// before the scan. If A reads B or later, the cookie names a later grace period.

// flavour is how a kind of readers is found and waited for. The driver alone
// calls it.
type flavour interface {
	// begin starts a grace period, which ends once quiet has returned true.
	begin()
	// quiet reports whether all readers that were in a section at begin have
	// left. It goes on where the last call stopped. It does not wait, unless
	// the flavour is declared as blocking.
	quiet() bool
}

// gracePeriods runs the grace periods of one domain. It implements the Domain
// interface but for Stats.Readers.
type gracePeriods struct {
	flavour  flavour
	sections *tracker // the sections under way, in checked mode

	_      mem.Pad
	seq    mem.Uint64 // see seq.go; written by the driver
	wanted mem.Uint64 // the latest cookie that StartPoll gave
	urgent mem.Uint64 // expedited callers that wait now
	helper mem.Uint64 // 1 while a goroutine runs what StartPoll asked for

	// 1 if flavour.begin and quiet wait, so that Poll must leave them to a
	// helper; becomes 1 under mu, or while somebody drives.
	blocking mem.Uint64
	_        mem.Pad

	mu      sync.Mutex
	driving bool     // somebody outside mu is the driver
	queues  [2]queue // the waiters, by the parity of the grace period
	company          // how many callers to expect
	watch   stallWatch

	// Counts, written under mu.
	ended, expedited, calls, polled mem.Uint64
}

// queue holds the callers that wait for the same end.
type queue struct {
	sync.Cond
	waiting int
}

func (g *gracePeriods) init(f flavour, sections *tracker) {
	g.flavour, g.sections, g.explore = f, sections, exploreMin
	for i := range g.queues {
		g.queues[i].L = &g.mu
	}
}

// queue returns where one waits for c: the grace period under way or the next.
func (g *gracePeriods) queue(c Cookie) *queue { return &g.queues[c>>1&1] }

func (g *gracePeriods) done(c Cookie) bool { return seqDone(g.seq.Load(), c) }

// Synchronize waits for a grace period: see [Domain].
func (g *gracePeriods) Synchronize() {
	g.wait(g.GetState())
}

// SynchronizeExpedited waits for a grace period in a hurry: see [Domain].
func (g *gracePeriods) SynchronizeExpedited() {
	g.urgent.Add(1)
	defer g.urgent.Add(^uint64(0)) // also when the checked mode panics
	g.wait(g.GetState())
}

// Cond waits if the cookie is not done: see [Domain].
func (g *gracePeriods) Cond(c Cookie) {
	if !g.done(c) {
		g.wait(c)
	}
}

func (g *gracePeriods) wait(c Cookie) {
	if debug && !g.sections.mayWait() {
		return
	}
	g.mu.Lock()
	bump(&g.calls)
	for !g.done(c) {
		if g.driving {
			g.sleep(c)
		} else {
			g.drive()
		}
	}
	g.mu.Unlock()
}

// sleep waits for the end of c, or to be called to drive. mu is held.
func (g *gracePeriods) sleep(c Cookie) {
	q := g.queue(c)
	q.waiting++
	q.Wait()
	if !g.done(c) {
		q.waiting-- // else end did, for all at once
	}
}

// drive brings one grace period to its end, the one that a Poll left open or a
// new one. mu is held at both ends and free between, for others to queue up.
func (g *gracePeriods) drive() {
	g.driving = true
	if g.seq.Load()&seqInProgress == 0 {
		g.gather()
		g.mu.Unlock()
		g.begin()
	} else {
		g.mu.Unlock()
	}
	over := false
	defer func() {
		if !over {
			g.abandon()
		}
	}()
	for n := 0; !g.flavour.quiet(); n++ {
		if debug {
			g.watch.check(g.sections)
		}
		if g.urgent.Load() != 0 {
			mem.Spin(n / 16)
		} else {
			mem.Spin(n)
		}
	}
	over = true
	g.mu.Lock()
	g.driving = false
	g.end()
}

// abandon leaves the grace period open, for others to go on with. A driver does
// so if the function of [OnViolation] panics or ends the goroutine.
func (g *gracePeriods) abandon() {
	g.mu.Lock()
	g.driving = false
	for i := range g.queues {
		g.queues[i].Broadcast()
	}
	g.mu.Unlock()
}

// begin opens a grace period; its store to seq is (B) above.
func (g *gracePeriods) begin() {
	g.seq.Store(g.seq.Load() + 1)
	if debug {
		g.watch.begin(g.sections)
	}
	g.flavour.begin()
}

// end closes the grace period and wakes those who waited for it, and one of
// those who wait for the next, to drive it. mu is held. The store to seq orders
// what readers did, which quiet has seen, before whatever the callers do next:
// it pairs with the load in done.
func (g *gracePeriods) end() {
	seq := g.seq.Load() + 1
	g.seq.Store(seq)
	bump(&g.ended)
	if g.urgent.Load() != 0 {
		bump(&g.expedited)
	}
	served, next := g.queue(Cookie(seq)), g.queue(Cookie(seq+2))
	if !g.count(1 + served.waiting + next.waiting) {
		return
	}
	served.waiting = 0
	served.Broadcast()
	if next.waiting > 0 {
		next.Signal()
	}
}

// heavyFence is the flavour's asymmetric fence. It reports false if there is none
// that doesn't block, which the kernel may say at any time. From then on the
// domain is blocking and the world is stopped instead: the flavour calls again
// from quiet, which only those call who may wait.
func (g *gracePeriods) heavyFence() bool {
	if mem.TryHeavyFence() {
		return true
	}
	if g.blocking.Load() == 0 {
		g.blocking.Store(1)
		return false
	}
	mem.StopTheWorld()
	return true
}

// bump counts one more. Others may read the count, only the caller writes it.
func bump(w *mem.Uint64) { mem.StoreRelaxed(w, w.Load()+1) }

func (g *gracePeriods) stats() Stats {
	return Stats{
		GracePeriods: g.ended.Load(),
		Expedited:    g.expedited.Load(),
		Synchronize:  g.calls.Load(),
		Polled:       g.polled.Load(),
	}
}
