package rwlock

import "readmostly/internal/mem"

// The invariant of the small spinlock: whoever changed the word from 0 to 1
// holds the lock, and nobody else writes the word until the holder stores 0.

// SpinLock takes the small spinlock in w, a word of its own: 0 is unlocked. It
// is a test-and-test-and-set lock: waiters only read until the word looks free.
// They get it in no particular order. It may block, so a pinned goroutine must
// not call it.
func SpinLock(w *mem.Uint64) {
	// Acquire: pairs with the release in SpinUnlock.
	if !w.CompareAndSwap(0, 1) {
		spinSlow(w)
	}
}

// TrySpinLock takes the lock and reports true, unless it is held. It never
// blocks.
func TrySpinLock(w *mem.Uint64) bool {
	return w.Load() == 0 && w.CompareAndSwap(0, 1)
}

// SpinUnlock lets go of the lock. Only its holder may call it; it isn't
// checked.
func SpinUnlock(w *mem.Uint64) {
	// Release: pairs with the CAS in SpinLock, TrySpinLock and spinSlow.
	mem.StoreRelease(w, 0)
}

//go:noinline
func spinSlow(w *mem.Uint64) {
	for n := 0; !TrySpinLock(w); n++ {
		mem.Spin(n)
	}
}
