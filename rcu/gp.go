package rcu

import (
	"runtime"
	"sync"
	"time"

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

// A lone driver looks for company once in exploreMin to exploreMax grace periods.
// In a crowd the driver yields until most have joined; when nobody has for
// gatherYields it naps once, and goes on if that did not help either or if it
// has taken gatherTime: others may keep the processors busy.
const (
	exploreMin   = 8
	exploreMax   = 1024
	gatherYields = 16
	gatherNap    = 20 * time.Microsecond
	gatherTime   = 500 * time.Microsecond
)

// gracePeriods runs the grace periods of one domain. It implements the Domain
// interface but for Stats.Readers.
type gracePeriods struct {
	flavour  flavour
	blocking bool     // flavour.quiet waits, so Poll must leave it to a helper
	sections *tracker // the sections under way, in checked mode

	_      mem.Pad
	seq    mem.Uint64 // see seq.go; written by the driver
	wanted mem.Uint64 // the latest cookie that StartPoll gave
	urgent mem.Uint64 // expedited callers that wait now
	helper mem.Uint64 // 1 while a goroutine runs what StartPoll asked for
	_      mem.Pad

	mu      sync.Mutex
	driving bool     // somebody outside mu is the driver
	queues  [2]queue // the waiters, by the parity of the grace period
	crowd   int      // callers that were there when a grace period last ended
	lone    int      // grace periods since a lone driver last looked for company
	explore int      // looks again after so many
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
	g.wait(g.GetState())
	g.urgent.Add(^uint64(0))
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
	g.mu.Lock()
	g.driving = false
	g.end()
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
	there := 1 + served.waiting + next.waiting
	if there >= g.crowd {
		g.crowd = there
	} else {
		g.crowd = (g.crowd + there) / 2
	}
	if there == 1 {
		return
	}
	g.explore = exploreMin
	served.waiting = 0
	served.Broadcast()
	if next.waiting > 0 {
		next.Signal()
	}
}

// gather lets others join the grace period that is about to begin. Without it a
// caller in a loop would run one after the other by itself while those it has
// just served are still waking up. mu is held, but for the yields.
func (g *gracePeriods) gather() {
	q := g.queue(seqSnap(g.seq.Load()))
	if g.crowd <= 1 {
		if g.lone++; g.lone < g.explore {
			return
		}
		g.lone, g.explore = 0, min(2*g.explore, exploreMax)
		g.yield()
		return
	}
	most := g.crowd - g.crowd/4
	start := time.Now()
	for n := 0; 1+q.waiting < most && g.urgent.Load() == 0 && time.Since(start) < gatherTime; n++ {
		joined := q.waiting
		if n < gatherYields {
			g.yield()
		} else {
			g.nap()
		}
		if q.waiting != joined {
			n = 0
		} else if n == gatherYields {
			return
		}
	}
}

func (g *gracePeriods) yield() {
	g.mu.Unlock()
	runtime.Gosched()
	g.mu.Lock()
}

// nap blocks the driver for a moment, which lets its P take over the goroutines
// of another one that the kernel does not run; a yield does not.
func (g *gracePeriods) nap() {
	g.mu.Unlock()
	time.Sleep(gatherNap)
	g.mu.Lock()
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
