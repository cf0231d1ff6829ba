package mem

import (
	"runtime"
	"time"
)

// The ladder of Spin: pauses while the other side is surely running, yields
// while it may be waiting for this processor, sleeps when it is neither.
const (
	spinPauses = 32
	spinYields = spinPauses + 128
	sleepMin   = 20 * time.Microsecond
	sleepMax   = time.Millisecond
)

// Spin waits a moment, for the n-th time in a row (from 0): first it pauses the
// core, then it yields to other goroutines, at last it sleeps, longer each time
// up to a millisecond. A loop that calls it neither starves a preempted lock
// holder nor burns a core for a stalled one.
//
// It may block, so a goroutine that is pinned (see [Pin]) must not call it.
func Spin(n int) {
	switch {
	case n < spinPauses:
		Pause(uint32(1 + n))
	case n < spinYields:
		runtime.Gosched()
	default:
		time.Sleep(min(sleepMin*time.Duration(1+(n-spinYields)/4), sleepMax))
	}
}
