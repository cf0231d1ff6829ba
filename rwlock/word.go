package rwlock

import (
	"readmostly/internal/mem"
)

// The invariant: the reader count and the writer-locked bit are never both
// non-zero for longer than it takes a reader that came too late to take its
// count back, and whoever can't have the lock at once draws a ticket. Only the
// holder of the ticket being served may wait for the lock itself, so there is
// at most one such waiter, and tickets are served in order.
//
// The word, from bit 0: writer locked (1 bit), writer waiting (1), head asleep
// (1), readers (20), too few readers (1), ticket served (20), next ticket (20).
// Different fields are changed at the same time by different goroutines, so every
// change is one atomic operation on the whole word.
const (
	writerLocked  = 1 << 0
	writerWaiting = 1 << 1
	asleep        = 1 << 2 // whoever frees the lock wakes the served head of the queue
	reader        = 1 << 3

	readerBits  = 20
	missing     = reader << readerBits // where the count of readers borrows from
	servedShift = 4 + readerBits
	ticketBits  = 20
	nextShift   = servedShift + ticketBits
	ticketMask  = 1<<ticketBits - 1

	readers = (1<<readerBits - 1) * reader
	held    = writerLocked | writerWaiting | readers
	served  = 1 << servedShift
	next    = 1 << nextShift
)

// What to add to subtract: words are unsigned.
const (
	minusReader = 1<<64 - reader
	minusLocked = 1<<64 - writerLocked
)

// The most that may hold or await one lock at the same time.
const (
	// MaxReaders is the largest number of readers inside.
	MaxReaders = 1<<readerBits - 1
	// MaxWaiting is the largest number of goroutines in the queue.
	MaxWaiting = 1<<ticketBits - 1
)

// queued reports whether anybody waits in the queue or is its served head.
func queued(s uint64) bool { return s>>nextShift != s>>servedShift&ticketMask }

// RLock takes the lock for reading. Readers share it; one that comes while a
// writer holds it or waits for it goes to the end of the queue. So a goroutine
// that already reads must not call it again: a writer that came in between
// waits for the first read, and the second read for the writer, for ever. It
// may block, so a pinned goroutine must not call it.
//
// Source: Linux include/asm-generic/qrwlock.h, queued_read_lock.
func RLock(w *mem.Uint64) {
	// Acquire: pairs with the release in Unlock.
	if w.Add(reader)&(writerLocked|writerWaiting) != 0 {
		rlockSlow(w)
	}
}

// TryRLock takes the lock for reading and reports true, unless a writer holds
// it or waits for it. It never blocks.
//
// Source: Linux include/asm-generic/qrwlock.h, queued_read_trylock.
func TryRLock(w *mem.Uint64) bool {
	for {
		s := w.Load()
		if s&(writerLocked|writerWaiting) != 0 {
			return false
		}
		// Acquire: as in RLock. A failure means that another field changed.
		if w.CompareAndSwap(s, s+reader) {
			return true
		}
	}
}

// RUnlock undoes one [RLock] or successful [TryRLock]. It panics when nobody
// reads.
//
// Source: Linux include/asm-generic/qrwlock.h, queued_read_unlock.
func RUnlock(w *mem.Uint64) {
	// Release: the section's loads come before the next writer's stores. Pairs
	// with the CAS in Lock and lockSlow.
	if s := w.Add(minusReader); s&(missing|asleep) != 0 {
		runlockSlow(w, s)
	}
}

// Lock takes the lock for writing: nobody else holds it then. Writers and
// readers that can't have it at once are served in the order they came. It may
// block, so a pinned goroutine must not call it.
//
// Source: Linux include/asm-generic/qrwlock.h, queued_write_lock.
func Lock(w *mem.Uint64) {
	if !TryLock(w) {
		lockSlow(w)
	}
}

// TryLock takes the lock for writing and reports true, unless somebody holds it
// or is in its queue. It never blocks.
//
// Source: Linux include/asm-generic/qrwlock.h, queued_write_trylock.
func TryLock(w *mem.Uint64) bool {
	s := w.Load()
	// A queue that is not empty is not overtaken. Acquire: pairs with the
	// releases in Unlock and RUnlock.
	return s&held == 0 && !queued(s) && w.CompareAndSwap(s, s|writerLocked)
}

// Unlock undoes one [Lock] or successful [TryLock]. It panics when no writer
// holds the lock.
//
// Source: Linux include/asm-generic/qrwlock.h, queued_write_unlock.
func Unlock(w *mem.Uint64) {
	// Release: pairs with the acquiring operations of all others. Not a plain
	// store, as readers and tickets come and go in the same word.
	if s := w.Add(minusLocked); s&(writerLocked|asleep) != 0 {
		unlockSlow(w, s)
	}
}
