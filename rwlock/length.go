package rwlock

import "readmostly/internal/mem"

// Queue returns how many goroutines wait for the lock, and whether one of them is
// a writer that has announced itself: only it may have the lock next, and whoever
// comes goes to the end of the queue. A writer that doesn't get the lock at once
// announces itself when it is the first in the queue. Both are true of one moment,
// which may have passed when the caller looks at them, so they are of use to who
// holds the lock, as long as it does, and to who samples.
func Queue(w *mem.Uint64) (length int, announced bool) {
	s := w.Load()
	return int((s>>nextShift - s>>servedShift) & ticketMask), s&writerWaiting != 0
}

// Queue returns how many wait, and whether a writer has announced itself: see the
// function [Queue].
func (l *RWLock) Queue() (length int, announced bool) { return Queue(&l.word) }
