package seqlock

import "readmostly/internal/mem"

// ReadAttempts is how often [Read] tries without the lock before it takes it.
// A write section is short, so several failures in a row mean that writers
// come faster than the reader reads, and more attempts would fail too.
const ReadAttempts = 8

// SeqLock is a sequence lock. Its zero value is ready to use; it must not be
// copied after first use. Its methods are the package's functions of the same
// names on its word. The word shares a cache line with what stands beside it:
// beside the data it guards is best, as a reader needs both.
type SeqLock struct{ word mem.Uint64 }

// Begin starts a read section: see the function [Begin].
func (l *SeqLock) Begin() (s uint64) {
	// Not a call of Begin, which would be too much to inline.
	if s = l.word.Load(); s&writing != 0 {
		s = beginSlow(&l.word)
	}
	return
}

// TryBegin starts a read section without waiting: see the function [TryBegin].
func (l *SeqLock) TryBegin() (s uint64, ok bool) { return TryBegin(&l.word) }

// Retry ends a read section and reports whether to redo it: see the function
// [Retry].
func (l *SeqLock) Retry(s uint64) bool { return Retry(&l.word, s) }

// WriteLock opens a write section: see the function [WriteLock].
func (l *SeqLock) WriteLock() { WriteLock(&l.word) }

// WriteUnlock closes a write section: see the function [WriteUnlock].
func (l *SeqLock) WriteUnlock() { WriteUnlock(&l.word) }

// ReadLockExcl holds writers off: see the function [ReadLockExcl].
func (l *SeqLock) ReadLockExcl() { ReadLockExcl(&l.word) }

// ReadUnlockExcl lets writers in again: see the function [ReadUnlockExcl].
func (l *SeqLock) ReadUnlockExcl() { ReadUnlockExcl(&l.word) }

// Read runs f as a read section: see the function [Read].
func (l *SeqLock) Read(f func()) (retries int) { return Read(&l.word, f) }

// Read runs f as a read section on w and returns how many runs were discarded.
// After [ReadAttempts] of them it runs f once more with writers held off, so it
// always ends. Until it returns, f may have read a mixture of states: f copies
// what it needs to variables of its own, overwrites all of them each time, and
// ends whatever it reads.
//
// Source: Linux include/linux/seqlock.h, read_seqbegin_or_lock, need_seqretry
// and done_seqretry.
func Read(w *mem.Uint64, f func()) (retries int) {
	for retries < ReadAttempts {
		s := Begin(w)
		f()
		if !Retry(w, s) {
			return retries
		}
		retries++
	}
	readLocked(w, f)
	return retries
}

func readLocked(w *mem.Uint64, f func()) {
	ReadLockExcl(w)
	defer ReadUnlockExcl(w)
	f()
}
