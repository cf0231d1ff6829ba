package rcu

import (
	"runtime"
	"time"
)

// Sharing a grace period takes more than queues. A caller in a loop would run
// one after the other by itself, while those whom it has just served are still
// waking up, or have not had a processor yet. So before it begins, a driver that
// has reason to expect a crowd lets it gather.

// company is what a domain knows of its callers. Domain's lock guards it.
type company struct {
	crowd   int  // callers that were there when a grace period ended, of late
	lone    int  // grace periods since a lone driver last looked for company
	explore int  // looks again after so many
	big     bool // there was a crowd worth a nap, not long ago
}

// A lone driver looks for company once in exploreMin to exploreMax grace periods. In a crowd of at least crowdMin the driver yields
// until most have joined. When nobody has for gatherYields, a driver of a crowd
// of at least napMin naps once (which takes a millisecond where nothing else
// runs, so it must be worth it). It gives up if that does not help either, or
// after gatherTime, as others may keep the processors busy.
const (
	exploreMin   = 8
	exploreMax   = 1024
	crowdMin     = 4
	napMin       = 16
	gatherYields = 16
	gatherNap    = 20 * time.Microsecond
	gatherTime   = 500 * time.Microsecond
)

// count takes note of how many callers were there at the end of a grace period,
// and reports whether the driver had company. A crowd is forgotten slowly.
func (c *company) count(there int) bool {
	if there >= c.crowd {
		c.crowd = there
	} else {
		c.crowd = (c.crowd + there) / 2
	}
	if there == 1 {
		return false
	}
	c.explore = exploreMin
	c.big = c.big || there >= napMin
	return true
}

// gather lets others join the grace period that is about to begin. mu is held,
// but for the yields.
func (g *gracePeriods) gather() {
	if g.crowd < crowdMin {
		g.lookForCompany()
		return
	}
	q := g.queue(seqSnap(g.seq.Load()))
	most := g.crowd - g.crowd/4
	start := time.Now()
	for n := 0; 1+q.waiting < most; n++ {
		if g.urgent.Load() != 0 || time.Since(start) > gatherTime {
			return
		}
		joined := q.waiting
		switch {
		case n < gatherYields:
			g.yield()
		case n == gatherYields && g.crowd >= napMin:
			g.nap()
		default:
			g.crowd = 1 + q.waiting
			return
		}
		if q.waiting != joined {
			n = 0
		}
	}
}

// lookForCompany lets callers show up that a lone driver does not know of. If it
// had a big crowd before, they may be stuck behind a processor that is away.
func (g *gracePeriods) lookForCompany() {
	if g.lone++; g.lone < g.explore {
		return
	}
	g.lone, g.explore = 0, 2*g.explore
	if g.explore > exploreMax {
		g.explore, g.big = exploreMax, false
	}
	if g.big {
		g.nap()
	} else {
		g.yield()
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
