package seqlock

import (
	"readmostly/internal/mem"
)

// The invariant: a reader that finds the same even sequence before and after
// its loads has read between two write sections, so what it read is one state.
// It holds because every write section makes the sequence odd before its first
// data store can be seen, and even only after its last.
//
// Bit 0 of the word is the lock and excludes writers and locking readers from
// each other. The bits above are the sequence; its lowest bit, writing, is set
// while it is odd. Only the holder of the lock changes any bit but bit 0, so
// the holder may use plain stores.
const (
	locked  = 1 << 0
	writing = 1 << 1
)

// Begin starts a read section on w and returns the sequence to hand to [Retry].
// While a write is in progress it waits, yielding to other goroutines, so a
// pinned goroutine must use [TryBegin] instead. Any number of goroutines may
// call it at any time.
//
// Source: Linux include/linux/seqlock.h, read_seqbegin.
func Begin(w *mem.Uint64) (s uint64) {
	// Acquire: it pairs with the release in WriteUnlock, so the data loads that
	// follow see at least the write section that made this sequence even.
	if s = w.Load(); s&writing != 0 {
		s = beginSlow(w)
	}
	return
}

//go:noinline
func beginSlow(w *mem.Uint64) uint64 {
	for n := 0; ; n++ {
		mem.Spin(n)
		if s := w.Load(); s&writing == 0 {
			return s
		}
	}
}

// TryBegin is [Begin] without the waiting: ok is false when a write is in
// progress.
func TryBegin(w *mem.Uint64) (s uint64, ok bool) {
	s = w.Load() // as in Begin
	return s, s&writing == 0
}

// Retry reports whether a write began since s was returned by [Begin] or
// [TryBegin] on the same word: what was read since must then be discarded,
// unused. A locking reader that comes or goes is not a write.
//
// Source: Linux include/linux/seqlock.h, read_seqretry.
func Retry(w *mem.Uint64, s uint64) bool {
	// The data loads before this are acquire loads (mem.Uint64.Load), so this
	// one stays behind them. It pairs with the store of the odd sequence in
	// WriteLock: whoever read a write section's data sees that sequence or a
	// later one here.
	return w.Load()^s > locked
}

// WriteLock waits for the lock, then makes the sequence odd: readers wait or
// will redo their work until [WriteUnlock]. The lock is not queued: waiters get
// it in no particular order. It may block, so a pinned goroutine must not call
// it.
//
// The data stores of the section may be mem.StoreRelaxed, mem.StoreRelease or
// Uint64.Store, to words that readers load with Uint64.Load.
//
// Source: Linux include/linux/seqlock.h, write_seqlock.
func WriteLock(w *mem.Uint64) {
	for n := 0; ; n++ {
		s := w.Load()
		if s&locked == 0 && w.CompareAndSwap(s, s+(writing|locked)) {
			break
		}
		mem.Spin(n)
	}
	// No data store may be seen before the odd sequence. On amd64 the locked
	// CAS orders them and this load is one cheap MOV. On arm64 neither CASAL nor
	// LDAXR/STLXR orders its own store before a later plain store: only its
	// loading half is an acquire. But a store-release (the CAS) is ordered
	// before a later load-acquire (this LDAR), and that before every later
	// access: the CAS is visible first. Pairs with the load in Retry.
	w.Load()
}

// WriteUnlock makes the sequence even again and lets go of the lock. It panics
// when no write section is open. Only the goroutine that locked may call it.
//
// Source: Linux include/linux/seqlock.h, write_sequnlock.
func WriteUnlock(w *mem.Uint64) {
	s := w.Load()
	if s&(writing|locked) != writing|locked {
		misuse("WriteUnlock without WriteLock")
	}
	// The carry clears both bits and steps the sequence. Release: the section's
	// data stores come first. Pairs with the load in Begin.
	mem.StoreRelease(w, s+locked)
}

// ReadLockExcl waits for the lock and holds writers off, for a reader that must
// not retry any more. Other readers are not disturbed; other locking readers
// wait. It may block, so a pinned goroutine must not call it.
//
// Source: Linux include/linux/seqlock.h, read_seqlock_excl and the second half
// of read_seqbegin_or_lock.
func ReadLockExcl(w *mem.Uint64) {
	for n := 0; ; n++ {
		s := w.Load()
		// Acquire: pairs with the release in WriteUnlock.
		if s&locked == 0 && w.CompareAndSwap(s, s|locked) {
			return
		}
		mem.Spin(n)
	}
}

// ReadUnlockExcl undoes one [ReadLockExcl]. It panics when no reader holds the
// lock. Only the goroutine that locked may call it.
//
// Source: Linux include/linux/seqlock.h, read_sequnlock_excl.
func ReadUnlockExcl(w *mem.Uint64) {
	s := w.Load()
	if s&(writing|locked) != locked {
		misuse("ReadUnlockExcl without ReadLockExcl")
	}
	// Release: the section's loads come before the next writer's stores. Pairs
	// with the CAS in WriteLock.
	mem.StoreRelease(w, s-locked)
}

//go:noinline
func misuse(what string) { panic("seqlock: " + what) }
