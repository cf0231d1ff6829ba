package mem

import "runtime"

// HeavyFence makes every thread of the process that is running pass a full
// memory fence before it returns (a thread that is not running passes one when
// it is switched in), and the caller too. It pairs with the place between a
// StoreRelease and a later Load in every other thread.
//
// It is membarrier(2) where [Asymmetric] is true. Where the kernel has none, or
// refuses it after all, it stops the world, which takes some ten microseconds and
// may block: a goroutine that is pinned must not call it.
func HeavyFence() {
	if !TryHeavyFence() {
		StopTheWorld()
	}
}

// StopTheWorld makes every P stop once, where preemption is enabled, before it
// returns: whatever ran with preemption disabled (see [Pin]) has come to its end,
// and what any goroutine did before its stop has happened before the return.
// A goroutine in a system call counts as stopped. It must not be called with
// preemption disabled.
func StopTheWorld() {
	// Stack stops the world before it looks at the buffer.
	runtime.Stack(nil, true)
}
