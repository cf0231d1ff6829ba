package rcu

import "testing"

// prompt is a fake domain that ends as many grace periods as a caller who waits
// needs, and no more.
type prompt struct{ *fakeDomain }

func (d prompt) Cond(c Cookie) {
	for !d.Poll(c) {
		d.end()
	}
}

// TestBarrierAsksForAWholeGracePeriod is rule (21): what a barrier joins to a
// segment that has its cookie needs another cookie, as the grace period of the
// first is under way.
func TestBarrierAsksForAWholeGracePeriod(t *testing.T) {
	eachQueue(t, func(t *testing.T, make queueMaker) {
		d, o := prompt{newFake(false)}, newObjects(2)
		q, call := make(d, o, Options{Gather: 1})
		call(0)
		d.begin()
		call(1)
		q.Barrier()
		o.wantReclaimed(t, 2)
		if d.seq != 4 {
			t.Errorf("the barrier was over at number %d; want the end of the second grace period, 4", d.seq)
		}
		q.Close()
	})
}
