// Package rwlock offers a fair reader-writer spinlock and a small spinlock,
// each in one 64-bit word, so that it can stand beside the list head or the
// hash bucket that it guards.
//
// # Why use it
//
// The reader-writer lock is the simplest protection there is: readers see one
// state and may follow any link, writers change it in place, nothing is retired,
// nobody retries. It is fair: goroutines that have to wait are served in the
// order they came, so neither side starves.
//
// # When not
//
//   - When readers are many and short: each one writes the word twice, and so
//     moves its cache line from core to core. More readers then make it slower,
//     not faster. That is what the other mechanisms are for.
//   - When critical sections block or last: waiters use up processor time before
//     they sleep.
//   - When more goroutines want it than there are cores: being first in line may
//     then take a switch of threads, for which all others wait. A lock that lets
//     others overtake, such as sync.RWMutex, is many times faster there.
//   - When a goroutine that reads may come to read again before it has finished.
//     The second RLock waits for a writer in the queue, that writer for the
//     first read. This is so for every fair lock; the kernel's lets interrupt
//     handlers jump the queue, and Go has none.
//   - When a writer waits for something that readers must finish, such as a
//     grace period of readers that take this lock: both wait for ever.
//
// # What instead
//
// One lock for each bucket in place of one for the structure relieves a hash,
// not a list. sync.RWMutex parks its waiters and is right for long sections;
// package seqlock for small data that is copied out; package rcu or hazard for
// readers that must scale.
//
// # How it works
//
// A reader adds itself to a count and has the lock unless the same addition
// showed it a writer, inside or waiting. A writer takes the lock at once if
// nobody has it and nobody queues. All others draw a ticket. The holder of the
// ticket being served waits for the lock alone: a writer announces that it does,
// which turns later readers away, and then needs only to outlast those inside.
//
// Only that one and the next read the word in a loop. The others wait each in a
// place of its own in an array that all locks share, and are called there when they
// are next. All pause first, then yield, then sleep until they are called.
//
// Ordering: taking the lock is an atomic read-modify-write that acquires, giving
// it back is one that releases; each pairs with the other.
//
// # Sources
//
// Linux, kernel/locking/qrwlock.c and include/asm-generic/qrwlock.h (Waiman
// Long), whose queue lock of MCS nodes is here a ticket lock in the same word with
// the waiting array of Dice and Kogan, "TWA: Ticket Locks Augmented with a Waiting
// Array", Euro-Par 2019; include/asm-generic/ticket_spinlock.h. For the small spinlock: Rudolph and
// Segall, "Dynamic Decentralized Cache Schemes for MIMD Parallel Processors",
// ISCA 1984 (test and test-and-set).
package rwlock
