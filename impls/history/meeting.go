package history

import (
	"runtime"
	"time"

	"readmostly/internal/mem"
)

// A meeting is where the workers of a history wait for each other, at its
// beginning and again every few operations. An operation may be over before the
// news that everybody is there has come to all, so the workers agree on a time to
// go on: some moments after the last of them came.
type meeting struct {
	_        mem.Pad
	arrivals mem.Uint64
	start    mem.Uint64 // the time that the last to come so far has set
	_        mem.Pad
	crowded  bool // there are fewer processors than workers
}

const (
	notice   = 250 * time.Nanosecond  // from an arrival until all that wait have seen it
	hope     = 20 * time.Microsecond  // that the others have cores: a worker sleeps after it
	patience = 100 * time.Microsecond // with the others: a core may be all there is
	threads  = time.Millisecond       // until each worker has a thread, at the beginning
)

// wait waits until that many have arrived, since the history's beginning, but no
// longer than the limit.
func (m *meeting) wait(all uint64, c *clock, limit time.Duration) {
	came := c.now()
	// Who sees an arrival sees the start that came with it.
	m.start.Store(uint64(came) + uint64(notice))
	m.arrivals.Add(1)
	for n := 1; m.arrivals.Load() < all; n++ {
		if n%64 != 0 {
			continue
		}
		waited := time.Duration(c.now() - came)
		if waited > limit {
			return
		}
		if m.crowded {
			runtime.Gosched()
		}
		if waited > hope {
			rest()
		}
	}
	for c.now() < int64(m.start.Load()) {
	}
}
