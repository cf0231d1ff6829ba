// Package seqlock lets readers read without writing anything: they read the
// data between two looks at a sequence number and redo their work if a writer
// was there meanwhile. All of it is one 64-bit word, which can stand beside the
// data that it guards.
//
// # Why use it
//
// Readers cost two loads and share no written line, so they scale like no
// synchronization at all while there is no writer. Writers never wait for
// readers, however many or slow, and nothing is retired, so there is no garbage
// to wait for. Data may be changed in place.
//
// # When not
//
//   - When writes are so frequent or reads so long that most reads overlap a
//     write: their work is thrown away. [Read] bounds the loss, by taking the
//     lock, and then the reader stops all writers.
//   - When what is read can vanish. A reader looks at data that is changing
//     under it, so every word it may reach must stay a word of the same type
//     (type-stable memory), every word is read with an atomic load, and a value
//     may be used, an index above all, only if any garbage in it does no harm.
//   - When a reader follows links: reuse can lead it in a circle, which lasts
//     as long as it doesn't look at the sequence. Bound every walk, and give up
//     at the bound or look at [Retry] along the way.
//   - When a reader has side effects: it may run several times.
//
// # What instead
//
// For data behind one pointer that is replaced as a whole, an atomic.Pointer and
// the garbage collector, or package rcu where memory is recycled: their readers
// never retry. For long reads with frequent writes, package rwlock. For readers
// that must hold on to one object, packages hazard and refcount.
//
// # How to use it
//
// A reader:
//
//	for {
//		s := l.Begin()
//		x, y := data.x.Load(), data.y.Load() // copy out
//		if !l.Retry(s) {
//			return x, y // use only now
//		}
//	}
//
// A loop like this can be starved by writers. A reader that must not be bounds
// its attempts and then reads between ReadLockExcl and ReadUnlockExcl, as [Read]
// does.
//
// A reader that is descheduled costs nobody anything. A writer that is
// descheduled in its section holds everybody up: they yield and later sleep, so
// it gets a processor, but a section should not block.
//
// The sequence has 63 bits, so a reader is deceived by its coming round only if
// 2^62 write sections pass within one read.
//
// # Sources
//
// Linux, include/linux/seqlock.h. Hans-J. Boehm, "Can Seqlocks Get Along with
// Programming Language Memory Models?", MSPC 2012, for the loads and stores that
// a reader and a writer need. McKenney, "Is Parallel Programming Hard", section
// "Sequence Locks", for what a list under a sequence lock must obey.
package seqlock
