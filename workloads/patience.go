package workloads

import "time"

// Patience is how long somebody waits, while nothing moves, for what should take
// microseconds, before it says that a worker or a map is stuck. See
// [Hands].Patience.
const Patience = 10 * time.Second

// moment is how often somebody who waits looks whether something has moved.
const moment = 100 * time.Millisecond

// A vigil tells the stuck from the slow and from the stopped. It adds up the time
// in which nothing has moved, and counts no step of it as longer than a moment:
// who looks later than that did not run, because the process was stopped, or the
// machine was.
type vigil struct {
	patience time.Duration
	progress uint64        // at the last look
	last     time.Duration // when that was
	still    time.Duration // for how long nothing has moved
}

func newVigil(patience time.Duration, progress uint64) vigil {
	return vigil{patience: patience, progress: progress, last: instant()}
}

// over reports whether nothing has moved for as long as there was patience.
func (v *vigil) over(progress uint64) bool {
	now := instant()
	v.still += min(now-v.last, moment)
	if progress != v.progress {
		v.still = 0
	}
	v.progress, v.last = progress, now
	return v.still >= v.patience
}

// within receives from a channel. It gives up when that takes longer than there
// is patience.
func within[T any](patience time.Duration, c <-chan T) (received T, ok bool) {
	select {
	case received = <-c:
		return received, true
	default:
	}
	ticker := time.NewTicker(min(moment, patience))
	defer ticker.Stop()
	for v := newVigil(patience, 0); ; {
		select {
		case received = <-c:
			return received, true
		case <-ticker.C:
			if v.over(0) {
				return received, false
			}
		}
	}
}
