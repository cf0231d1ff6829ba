package rwlock

import "readmostly/internal/mem"

// RWLock is a fair reader-writer spinlock of one word. Its zero value is
// unlocked; it must not be copied after first use. It is a sync.Locker. Its
// methods are the package's functions of the same names on its word; two have the
// function's body, so that they are inlined.
type RWLock struct{ word mem.Uint64 }

// RLock takes the lock for reading: see the function [RLock].
func (l *RWLock) RLock() { RLock(&l.word) }

// TryRLock takes the lock for reading if it can at once: see the function
// [TryRLock].
func (l *RWLock) TryRLock() bool { return TryRLock(&l.word) }

// RUnlock undoes one RLock: see the function [RUnlock].
func (l *RWLock) RUnlock() {
	if s := l.word.Add(minusReader); s&(missing|asleep) != 0 {
		runlockSlow(&l.word, s)
	}
}

// Lock takes the lock for writing: see the function [Lock].
func (l *RWLock) Lock() { Lock(&l.word) }

// TryLock takes the lock for writing if it can at once: see the function
// [TryLock].
func (l *RWLock) TryLock() bool { return TryLock(&l.word) }

// Unlock undoes one Lock: see the function [Unlock].
func (l *RWLock) Unlock() {
	if s := l.word.Add(minusLocked); s&(writerLocked|asleep) != 0 {
		unlockSlow(&l.word, s)
	}
}
