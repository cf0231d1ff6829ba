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

// alone is true where nobody runs beside the one who waits, so that a pause is a
// waste of time.
var alone = runtime.NumCPU() == 1

// toKernel is 1 while waiting goroutines yield to the kernel.
var toKernel Uint64

// Spin waits a moment, for the n-th time in a row (from 0): first it pauses the
// core, then it yields, at last it sleeps, longer each time up to a millisecond. A
// loop that calls it neither starves a preempted lock holder nor burns a core for
// a stalled one.
//
// It may block, so a goroutine that is pinned (see [Pin]) must not call it.
func Spin(n int) {
	if !TrySpin(n) {
		time.Sleep(min(sleepMin*time.Duration(1+(n-spinYields)/4), sleepMax))
	}
}

// TrySpin is [Spin] for those who have a better way to sleep: where Spin sleeps,
// it returns false at once.
func TrySpin(n int) bool {
	switch {
	case n < spinPauses && !alone:
		Pause(uint32(1 + n))
	case n < spinYields:
		yield()
	default:
		return false
	}
	return true
}

// YieldToKernel says what Spin yields to, for all goroutines of the process from
// now on, and returns what was said before: to other goroutines (as at first), or
// to the kernel's other threads, where the kernel lets a thread ask for that (on
// Linux).
//
// To other goroutines costs 0.1 µs from a goroutine that may change threads, and
// 5 to 20 µs from one that may not (runtime.LockOSThread): its thread wakes
// another and sleeps until that wakes it. And with more Ps than cores it gives up
// a P and not the core. sched_yield(2) costs 0.7 µs from both and gives up the
// core, and the P too as soon as the runtime misses it.
func YieldToKernel(on bool) (was bool) {
	v := uint64(0)
	if on {
		v = 1
	}
	return toKernel.Swap(v) == 1
}

func yield() {
	if toKernel.Load() == 0 || !yieldThread() {
		runtime.Gosched()
	}
}
