package torture

import (
	"time"
)

// The watchdog's own steps are the measure of patience, not the clock: a process
// that was stopped as a whole has not hung.
const watchEvery = 20 * time.Millisecond

// lastPatience is how long members may take to come back after a failure, with
// which everything may happen.
const lastPatience = 5 * time.Second

// watch waits until all members have come back. It ends the round when its time
// is up or somebody failed, and gives up on a member that does not get on.
func (c *crew) watch(d time.Duration) {
	ticks := time.NewTicker(watchEvery)
	defer ticks.Stop()
	end := time.NewTimer(d)
	defer end.Stop()
	steps := make([]uint64, len(c.members))
	idle := make([]time.Duration, len(c.members))
	var failing time.Duration
	for {
		select {
		case <-c.ended:
			return
		case <-end.C:
			c.over.Store(1)
		case <-c.ctx.Done():
			c.over.Store(1)
			<-ticks.C
		case <-ticks.C:
		}
		if c.failed.Load() != 0 {
			c.over.Store(1)
			if failing += watchEvery; failing > min(c.Patience, lastPatience) {
				c.hung = true
				return
			}
			continue
		}
		for i, m := range c.members {
			if n := m.steps.Load(); n != steps[i] || m.home.Load() != 0 {
				steps[i], idle[i] = n, 0
				continue
			}
			if idle[i] += watchEvery; idle[i] > c.Patience {
				c.failWith(m, "goroutines:\n"+string(stacks()), nil, "%s %d does not get on: no step in %v", m.role, m.id, c.Patience)
				c.hung = true
				return
			}
		}
	}
}
