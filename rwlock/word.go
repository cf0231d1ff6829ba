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
// The word, from bit 0: writer locked (1 bit), writer waiting (1), readers
// (22), ticket served (20), next ticket (20). Different fields are changed at
// the same time by different goroutines, so every change is an atomic add or a
// compare-and-swap of the whole word.
const (
	writerLocked  = 1 << 0
	writerWaiting = 1 << 1
	reader        = 1 << 2

	readerBits  = 22
	servedShift = 2 + readerBits
	ticketBits  = 20
	nextShift   = servedShift + ticketBits
	ticketMask  = 1<<ticketBits - 1

	readers = (1<<readerBits - 1) * reader
	held    = writerLocked | writerWaiting | readers
	served  = 1 << servedShift
	next    = 1 << nextShift
)

// minus returns what to add to subtract d: words are unsigned.
func minus(d uint64) uint64 { return -d }

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
	if w.Load()&(writerLocked|writerWaiting) != 0 {
		return false
	}
	if w.Add(reader)&(writerLocked|writerWaiting) == 0 {
		return true
	}
	w.Add(minus(reader))
	return false
}

// RUnlock undoes one [RLock] or successful [TryRLock]. It panics when nobody
// reads.
//
// Source: Linux include/asm-generic/qrwlock.h, queued_read_unlock.
func RUnlock(w *mem.Uint64) {
	// Release: the section's loads come before the next writer's stores. Pairs
	// with the CAS in Lock and lockSlow.
	if w.Add(minus(reader))&readers == readers {
		unheldRead()
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
	if w.Add(minus(writerLocked))&writerLocked != 0 {
		unheldWrite()
	}
}

//go:noinline
func unheldRead() { panic("rwlock: RUnlock without RLock") }

//go:noinline
func unheldWrite() { panic("rwlock: Unlock without Lock") }
